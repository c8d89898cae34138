/**
 * The configuration: one schema from which come the checks, `odograph config schema` and the
 * defaults. Every field has a default but those that nobody can guess (a port, a file, a broker).
 */
import { z } from 'zod'

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'use 1 to 64 letters, digits, "-", "_" or "."')

/** Whether a text can be an id: part of MQTT topics and of paths. */
export function isName(text: string): boolean {
  return name.safeParse(text).success
}

/** An object that says which keys it knows when it meets another. */
function section<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `unknown key; known here are ${Object.keys(shape).join(', ')}`
        : undefined,
  })
}

const seconds = (fallback: number, min: number, max: number) =>
  z.number().min(min).max(max).default(fallback)

const address = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, {
    error: 'write HOST:PORT, for example 127.0.0.1:8080',
    abort: true,
  })
  .refine((text) => Number(/\d+$/.exec(text)) <= 65_535, 'a port is a number from 0 to 65535')

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
  tankLitres: z.number().positive().optional().describe('For the estimated range'),
  kmPerLitre: z.number().positive().optional().describe('For the estimated range'),
}).describe('A vehicle and the names it goes by')

const sourceBase = {
  id: name.describe('Name of the source, unique'),
  vehicle: name.default('vehicle').describe('Id of the vehicle that its readings describe'),
  protocols: z
    .array(z.enum(['j1939', 'obd']))
    .min(1)
    .default(['j1939', 'obd'])
    .describe('What its frames are decoded as'),
}

const slcan = section({
  ...sourceBase,
  type: z.literal('slcan'),
  port: z.string().min(1).describe('Serial device, best a path below /dev/serial/by-id'),
  baud: z.int().positive().default(115_200).describe('Speed of the serial line'),
  bitrate: z
    .union(
      [10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000].map((n) =>
        z.literal(n),
      ),
      {
        error:
          'use a bit rate that SLCAN has: 10000, 20000, 50000, 100000, 125000, 250000, 500000, 800000 or 1000000',
      },
    )
    .default(500_000)
    .describe('Bit rate of the bus: 250000 for most J1939, 500000 for OBD-II'),
  listenOnly: z
    .boolean()
    .default(true)
    .describe('Open the channel without acknowledging frames; leave it on'),
}).describe('A serial CAN adapter that speaks SLCAN (Lawicel)')

const playback = section({
  ...sourceBase,
  type: z.literal('playback'),
  file: z.string().min(1).describe('A recording: candump log or SLCAN text, plain or .gz'),
  speed: z
    .union([z.number().positive(), z.literal('max')], {
      error: 'use a number above 0, or "max"',
    })
    .default(1)
    .describe('1 is real time'),
}).describe('A recording, played as if it were an adapter')

const simulator = section({ ...sourceBase, type: z.literal('simulator') }).describe(
  'A simulated vehicle',
)

export const configSchema = section({
  gateway: section({
    id: name.optional().describe('Part of MQTT topics; made once and kept if absent'),
    owner: z.string().min(1).default('owner').describe('`sub` of the user tokens'),
  }).prefault({}),
  vehicles: z.array(vehicle).default([]),
  sources: z.array(z.discriminatedUnion('type', [slcan, playback, simulator])).default([]),
  records: section({
    onChange: seconds(1, 0.1, 3600).describe('Seconds between records while values change'),
    interval: seconds(60, 1, 86_400).describe('Seconds between records while none changes'),
  }).prefault({}),
  store: section({
    commit: seconds(5, 0.1, 600).describe('Seconds of data at risk in a power cut'),
  }).prefault({}),
  api: section({
    listen: address.default('127.0.0.1:8080'),
    issuer: z.string().min(1).default('odograph').describe('`iss` of the tokens'),
  }).prefault({}),
  mqtt: section({
    enabled: z.boolean().default(true),
    url: z
      .string()
      .regex(/^(mqtts?|wss?):\/\/\S+$/, 'use mqtt://, mqtts://, ws:// or wss://')
      .optional()
      .describe('A broker; without it the embedded one is used'),
    listen: address.default('127.0.0.1:1883').describe('Where the embedded broker listens'),
    root: name.default('odograph').describe('First level of every topic'),
    encoding: z.enum(['json', 'cbor']).default('json'),
    username: z.string().optional(),
    password: z.string().optional(),
    caFile: z.string().optional(),
    certFile: z.string().optional(),
    keyFile: z.string().optional(),
    window: z.int().min(1).max(1000).default(16).describe('Records in flight at once'),
  }).prefault({}),
  log: section({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    format: z.enum(['text', 'json']).default('text'),
  }).prefault({}),
})

export type Config = z.output<typeof configSchema>
export type SourceConfig = Config['sources'][number]

/** The schema as JSON Schema, for editors and forms. */
export function jsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input' })
}
