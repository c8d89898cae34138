/** LoRa devices, what they sent, and what had no effect. */
import { z } from 'zod'
import { count, utc, wholeNumber } from './parts.ts'

export const loraUplinksQuery = z.object({
  limit: wholeNumber(1, 500).optional().describe('The newest so many; 20 by default.'),
})

const gateway = z.object({
  id: z.string(),
  name: z.string().optional(),
  rssi: z.number().optional().describe('dBm'),
  snr: z.number().optional().describe('dB'),
})

const rejects = z.array(z.object({ reason: z.string(), text: z.string(), count }))

const reject = z.object({
  time: utc,
  reason: z.string(),
  source: z.string(),
  detail: z.string().optional(),
  devEui: z.string().optional(),
  deviceId: z.string().optional(),
  devAddr: z.string().optional(),
  gateway: z.string().optional(),
})

const device = z.object({
  id: z.string(),
  vehicle: z.string(),
  devEui: z.string().optional(),
  name: z.string().optional().describe('What its network server calls it.'),
  devAddr: z.string().optional(),
  codec: z.string(),
  uplinks: count.describe('Since the gateway started.'),
  lastHeard: utc.optional(),
  fCnt: count.optional(),
  gateway: gateway.optional().describe('That heard the last uplink best.'),
  gateways: count.optional().describe('How many heard it.'),
  spreadingFactor: z.number().optional(),
  battery: z
    .object({ volts: z.number().optional(), fraction: z.number().optional() })
    .optional()
    .describe("Of the tracker's own cell."),
  rejects,
  lastReject: reject.optional(),
  decodeErrors: count,
  lastDecodeError: z.object({ time: utc, error: z.string() }).optional(),
  notices: z.array(
    z.object({
      time: utc,
      kind: z.string(),
      detail: z.string(),
      isProblem: z.boolean().optional(),
    }),
  ),
})

const uplink = z.object({
  seq: count,
  time: utc.describe('When it was on the air.'),
  state: z.enum(['open', 'done', 'failed']),
  source: z.string(),
  network: z.string(),
  trust: z
    .enum(['mic', 'network', 'none'])
    .describe('Who vouches for its sender: its MIC, the network server, or nobody.'),
  fCnt: count.optional(),
  fPort: count.optional(),
  payload: z.string().describe('Hexadecimal.'),
  gateways: z.array(gateway),
  spreadingFactor: z.number().optional(),
  frequencyHz: z.number().optional(),
  replay: z.boolean().optional(),
  codec: z.string().optional(),
  error: z.string().optional().describe('Why its payload could not be read.'),
  warnings: z.array(z.string()).optional(),
  signals: z.array(z.string()).optional(),
  dropped: z.array(z.string()).optional().describe('Fields that are no signal, and why.'),
  measured: utc.optional(),
})

export const loraAnswers = {
  Lora: z.object({
    devices: z.array(device),
    strangers: z
      .array(z.object({ key: z.string(), count, first: utc, last: utc, detail: z.string() }))
      .describe('Heard, but no device of the configuration.'),
    rejects,
    newestRejects: z.array(reject),
  }),
  LoraUplinks: z.array(uplink),
  LoraTaken: z.object({ code: z.number(), message: z.string() }),
}
