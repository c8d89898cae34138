/** The section `lora`: the devices, and how frames that several gateways heard become one uplink. */
import { z } from 'zod'
import { name, section } from './parts.ts'

const hex = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `write ${digits} hexadecimal digits, in quotes`)
    .transform((text) => text.toUpperCase())

export const eui = hex(16)

const target = z.union(
  [
    z.string(),
    z.null(),
    section({
      signal: z.string().min(1),
      scale: z.number().optional(),
      offset: z.number().optional(),
    }),
  ],
  { error: 'write the name of a signal, { signal, scale, offset }, or null for none' },
)

const device = section({
  id: name.describe('Name of the device, unique'),
  vehicle: name.default('vehicle').describe('Id of the vehicle that its uplinks describe'),
  devEui: eui.optional().describe('Its EUI, as printed on it'),
  name: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('What a network server calls it, where that tells no EUI'),
  devAddr: hex(8).optional().describe('The address of its session, for frames decrypted here'),
  keysFile: z
    .string()
    .min(1)
    .optional()
    .describe('JSON file with nwkSKey and appSKey in hexadecimal, readable by nobody else'),
  fCnt: z
    .int()
    .min(0)
    .max(0xffff_ffff)
    .optional()
    .describe('The last counter of a session that another server has used before'),
  reset: z
    .enum(['reject', 'allow-zero'])
    .default('reject')
    .describe(
      'Whether a counter may begin again at 0. allow-zero is for devices that forget it, and lets an old frame with it be played again',
    ),
  maxGap: z
    .int()
    .min(1)
    .max(0xffff_ffff)
    .optional()
    .describe('How far ahead a counter may be; as far as it likes if absent'),
  codec: z
    .string()
    .min(1)
    .default('network')
    .describe(
      "What reads its payload: a built-in codec, script:FILE, or network for the network server's",
    ),
  map: z
    .record(z.string(), target)
    .default({})
    .describe('Which field is which signal, before the usual names'),
}).describe('A LoRa device and the vehicle that it reports')

export const lora = section({
  windowMs: z
    .int()
    .min(0)
    .max(2000)
    .default(200)
    .describe('For how long copies of a frame by other gateways are waited for'),
  scriptMs: z
    .int()
    .min(10)
    .max(2000)
    .default(250)
    .describe('How long a script may take for a payload'),
  devices: z.array(device).default([]),
})
  .prefault({})
  .describe('LoRa devices')

export type LoraDeviceConfig = z.output<typeof device>
