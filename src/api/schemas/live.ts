/** The live stream. */
import { z } from 'zod'
import { signalNames } from '../../model/signals.ts'
import { listOf, once, quality, utc, value } from './parts.ts'

const intervalError = 'must be a number of seconds from 0.25 to 60'

export const liveQuery = z.object({
  signals: listOf(
    signalNames,
    'Only these signals, separated by commas; all by default.',
  ).optional(),
  events: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .optional()
    .describe('`false`: signals alone, and not what happens.'),
  interval: z.coerce
    .number({ error: intervalError })
    .min(0.25, { error: intervalError })
    .max(60, { error: intervalError })
    .optional()
    .describe('Seconds at least between two messages with signals; 0.25 by default.'),
  lastEventId: once('The last id that was had: as the header Last-Event-ID.').optional(),
  access_token: once('A token, for who cannot send headers (RFC 6750, 2.3).').optional(),
})

const liveSignal = z.object({
  name: z.string(),
  value: value.optional(),
  unit: z.string(),
  time: utc.optional(),
  quality: quality.optional(),
  source: z.string().optional(),
})

export const liveAnswers = {
  LiveMessage: z
    .object({
      type: z.enum(['snapshot', 'signals', 'event', 'end']),
      id: z.number().int(),
      data: z.union([
        z.object({ resumed: z.boolean(), signals: z.array(liveSignal) }),
        z.object({ signals: z.array(liveSignal) }),
        z.object({ reason: z.string() }),
        z.record(z.string(), z.unknown()),
      ]),
    })
    .describe('As over WebSocket; server-sent events have type and id in fields of their own.'),
}
