/** What the page and a mechanic look at: buses, captures, the frames behind a value, adapters, the log. */
import { z } from 'zod'
import { captureTriggers } from '../../model/capture.ts'
import { signalNames } from '../../model/signals.ts'
import { count, once, quality, utc, value, wholeNumber } from './parts.ts'

const hexadecimal = z.string().describe('Hexadecimal.')
const identifier = z.string().describe('Hexadecimal: three digits, or eight of an extended one.')

export const captureBody = z.object(
  {
    cause: z.string({ error: 'must be a text' }).max(200).optional().describe('Why, in words.'),
    before: z
      .number({ error: 'must be a number of seconds from 0 to 3600' })
      .min(0, { error: 'must be a number of seconds from 0 to 3600' })
      .max(3600, { error: 'must be a number of seconds from 0 to 3600' })
      .optional()
      .describe('Seconds before now, as far as they are in memory; as configured by default.'),
    after: z
      .number({ error: 'must be a number of seconds from 0 to 3600' })
      .min(0, { error: 'must be a number of seconds from 0 to 3600' })
      .max(3600, { error: 'must be a number of seconds from 0 to 3600' })
      .optional()
      .describe('Seconds after now.'),
  },
  { error: 'must be a JSON object {cause, before, after}' },
)

export const explainQuery = z.object({
  signal: z
    .enum(signalNames as [string, ...string[]], {
      error: 'must be the name of a signal, such as odometer',
    })
    .describe('The signal.'),
  at: once('A time of RFC 3339 with a zone; now by default.').optional(),
  bus: once('Only frames of this bus.').optional(),
})

export const logQuery = z.object({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Lines after the one with this number.'),
  limit: wholeNumber(1, 500).optional().describe('The newest so many; 200 by default.'),
})

export const adaptersQuery = z.object({
  port: once('Asks this one, too: a path, or tcp://HOST:PORT.').optional(),
})

const capture = z.object({
  id: z.string(),
  trigger: z.enum(captureTriggers),
  cause: z.string(),
  at: utc,
  from: utc,
  to: utc,
  state: z.enum(['recording', 'ready']),
  frames: count,
  bytes: count,
})

export const insideAnswers = {
  Bus: z.object({
    since: utc.describe('Since somebody looks.'),
    buses: z.array(
      z.object({
        bus: z.string(),
        frames: count,
        errors: count,
        perSecond: count,
        load: z.number().optional().describe('Share of the bit rate, 0 to 1.'),
        bitrate: count,
        assumed: z.boolean().describe('The bit rate is a guess.'),
        others: count.describe('Frames of further identifiers.'),
      }),
    ),
    ids: z.array(
      z.object({
        bus: z.string(),
        id: identifier,
        count,
        period: z.number().optional().describe('ms'),
        missing: count.describe('That its rhythm lacks; an estimate.'),
        data: hexadecimal,
        time: utc,
        pgn: count.optional(),
        source: count.optional(),
        destination: count.optional(),
        name: z.string().optional(),
        values: z.array(
          z.object({
            label: z.string(),
            value: z.union([z.number(), z.string()]),
            unit: z.string(),
          }),
        ),
      }),
    ),
  }),
  Captures: z.array(capture),
  Capture: capture,
  CaptureRemoved: z.object({ removed: z.boolean() }),
  FramesBehind: z.object({
    signal: z.string(),
    label: z.string(),
    unit: z.string(),
    reading: z.object({
      value: value.optional(),
      quality,
      time: utc,
      source: z.string(),
      sender: count,
      rank: count.describe('Trust among the definitions of the signal; 0 is the best.'),
    }),
    frames: z.array(z.object({ time: utc, bus: z.string(), id: identifier, data: hexadecimal })),
    said: z
      .array(
        z.object({
          definition: z.string().meta({ example: 'SPN 917' }),
          label: z.string(),
          raw: z.number().optional(),
          value: z.union([z.number(), z.string()]).optional(),
          unit: z.string(),
          text: z.string().optional(),
          matches: z.boolean().describe('This is where the value comes from.'),
        }),
      )
      .describe('Everything that the message said.'),
    capture: z.string().optional().describe('Where the frames are; in memory where it is absent.'),
  }),
  Identity: z.object({
    vin: z.string().optional(),
    make: z.string().optional(),
    year: count.optional(),
    profile: z.string().optional(),
    proposals: z.array(z.object({ id: z.string(), label: z.string() })),
  }),
  Adapters: z.array(
    z.object({
      path: z.string(),
      state: z.enum(['asking', 'known', 'unknown', 'in-use', 'failed']),
      says: z.string(),
      type: z.string().optional(),
      usedBy: z.string().optional(),
      source: z
        .record(z.string(), value)
        .optional()
        .describe('A source of the configuration that would use it.'),
    }),
  ),
  Log: z.array(
    z.object({
      number: count,
      time: utc,
      level: z.enum(['debug', 'info', 'warn', 'error']),
      message: z.string(),
      fields: z.record(z.string(), z.unknown()),
    }),
  ),
  Restart: z.object({ code: count, message: z.string() }),
}
