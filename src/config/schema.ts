/**
 * The configuration: one schema from which come the checks, `odograph config schema` and the
 * defaults. Every field has a default but those that nobody can guess (a port, a file, a broker).
 */

import { z } from 'zod'
import { api } from './api-schema.ts'
import { captures } from './captures-schema.ts'
import { flows } from './flows-schema.ts'
import { geofence } from './geofence-schema.ts'
import { lora } from './lora-schema.ts'
import { emailAddress, mail } from './mail-schema.ts'
import { mqtt } from './mqtt-schema.ts'
import { isName, minutes, name, seconds, section } from './parts.ts'
import { sinkSchema } from './sink-schema.ts'
import { sourceSchema } from './source-schema.ts'
import { trips } from './trips-schema.ts'
import { update } from './update-schema.ts'

export { isName }

const vehicle = section({
  id: name.describe('Name of the vehicle; part of MQTT topics'),
  tokenId: z
    .string()
    .regex(/^\d{1,78}$/, 'a decimal number in quotes')
    .optional()
    .describe('Id of the vehicle routes; made once and kept if absent'),
  userDeviceId: z
    .string()
    .regex(/^[0-9A-Za-z]{27}$/, 'a KSUID of 27 letters and digits')
    .optional()
    .describe('Id of the user routes; made once and kept if absent'),
  profile: z
    .string()
    .min(1)
    .optional()
    .describe('What is known of it beyond the standards: a built-in profile, or a file'),
  make: z.string().optional(),
  model: z.string().optional(),
  year: z.int().min(1900).max(2100).optional(),
  odometer: z
    .number()
    .min(0)
    .optional()
    .describe('km when it was first driven with the gateway; for one that tells no odometer'),
  tankLitres: z.number().positive().optional().describe('For the estimated range'),
  kmPerLitre: z.number().positive().optional().describe('For the estimated range'),
}).describe('A vehicle and the names it goes by')

export const configSchema = section({
  gateway: section({
    id: name.optional().describe('Part of MQTT topics; made once and kept if absent'),
    owner: z.string().min(1).default('owner').describe('`sub` of the user tokens'),
    ownerAddress: z
      .string()
      .regex(/^0x[0-9a-fA-F]{40}$/, 'write 0x and 40 hexadecimal digits')
      .optional()
      .describe("The owner's Ethereum address, to log in with a wallet"),
    email: emailAddress.optional().describe('Where exports that the owner asks for are sent'),
  }).prefault({}),
  vehicles: z.array(vehicle).default([]),
  sources: z.array(sourceSchema).default([]),
  lora,
  governor: section({
    requestsPerSecond: z
      .int()
      .min(1)
      .max(50)
      .default(20)
      .describe('At most so many requests a second on each bus'),
    requestsPerSecondAndUnit: z
      .int()
      .min(1)
      .max(50)
      .default(10)
      .describe('At most so many requests a second to one control unit'),
    gapMs: z
      .number()
      .min(5)
      .max(60_000)
      .default(15)
      .describe('Milliseconds between two requests on a bus'),
    pgns: z
      .array(z.int().min(0).max(0x1ffff))
      .default([])
      .describe('Parameter groups that may be requested beside the usual ones'),
    clearCodes: z
      .boolean()
      .default(false)
      .describe('Whether trouble codes may be cleared, by who has the right to commands'),
  })
    .prefault({})
    .describe('What may be asked of a vehicle, and how often'),
  parked: section({
    standingMinutes: minutes(10, 1, 1440).describe(
      'With the engine off and no movement for so long a vehicle counts as parked, even if it answers',
    ),
    probeMinutes: minutes(0, 0, 1440).describe(
      'Ask once every so many minutes whether a parked vehicle is awake; 0: never',
    ),
    lowVoltage: z
      .number()
      .min(0)
      .max(60)
      .default(11.8)
      .describe('Below it, with the engine off, everything stops; 0: never'),
    lowVoltageSeconds: seconds(60, 5, 86_400).describe('For how long it has to be below'),
    shutdown: z
      .array(z.string().min(1))
      .default([])
      .describe('Program with arguments to run when the voltage stays low; the reason is added'),
    ignition: section({
      chip: z.string().min(1).default('gpiochip0'),
      line: z.union([z.int().min(0), z.string().min(1)]).describe('Number or name of the line'),
      activeLow: z.boolean().default(false),
    })
      .optional()
      .describe('A GPIO that tells whether the ignition is on'),
  })
    .prefault({})
    .describe('When a vehicle counts as parked, and how its battery is guarded'),
  captures,
  flows,
  geofences: z.array(geofence).default([]).describe('Places; entering and leaving are events'),
  records: section({
    onChange: seconds(1, 0.1, 3600).describe('Seconds between records while values change'),
    interval: seconds(60, 1, 86_400).describe('Seconds between records while none changes'),
  }).prefault({}),
  store: section({
    commit: seconds(5, 0.1, 600).describe('Seconds of data at risk in a power cut'),
    sealAfter: seconds(3600, 60, 30 * 86_400).describe(
      'Seconds after which records are packed into blocks, which take a twentieth of the space',
    ),
    maxMegabytes: z
      .number()
      .min(10)
      .default(2000)
      .describe('Size at which the oldest records go: those that were sent first'),
    maxDays: z.number().min(1).optional().describe('Age at which records go; never if absent'),
  }).prefault({}),
  time: section({
    trust: z
      .enum(['auto', 'system', 'gnss-only'])
      .default('auto')
      .describe(
        'Whether the clock of the system is believed: as far as something confirms it, always, never',
      ),
    provisional: z
      .enum(['hold', 'mark'])
      .default('hold')
      .describe('Records made before the time is known: hold them back, or publish them marked'),
  })
    .prefault({})
    .describe('How the gateway comes to know the time'),
  trips,
  update,
  api,
  mail,
  mqtt,
  sinks: z
    .array(sinkSchema)
    .default([])
    .describe(
      'Where records and events go beside MQTT, each with a place of its own in the journal',
    ),
  log: section({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    format: z.enum(['text', 'json']).default('text'),
  }).prefault({}),
})

export type Config = z.output<typeof configSchema>
type AnySourceConfig = Config['sources'][number]
/** A source of one vehicle. */
export type SourceConfig = Extract<AnySourceConfig, { vehicle: string }>
/** A source for LoRa, which hears many. */
export type LoraSourceConfig = Exclude<AnySourceConfig, SourceConfig>

export function vehicleSources({ sources }: Pick<Config, 'sources'>): SourceConfig[] {
  return sources.filter((source): source is SourceConfig => 'vehicle' in source)
}

export function loraSources({ sources }: Pick<Config, 'sources'>): LoraSourceConfig[] {
  return sources.filter((source): source is LoraSourceConfig => !('vehicle' in source))
}

export type SinkConfig = Config['sinks'][number]

/** The schema as JSON Schema, for editors and forms. */
export function jsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input' })
}
