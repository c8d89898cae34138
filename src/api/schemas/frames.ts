/** Raw frames out, readings in. */
import { z } from 'zod'
import {
  isSignalName,
  isToldSignal,
  type SignalDefinition,
  type SignalName,
  signalNames,
  signals,
} from '../../model/signals.ts'
import { count, once, utc, value, wholeNumber } from './parts.ts'

const MAX_LISTED = 200
const MAX_READINGS = 100

function numbers(text: string, radix: 10 | 16): number[] {
  return text.split(',').map((part) => {
    const digits = part.trim().replace(radix === 16 ? /^0x/i : '', '')
    const isNumber = radix === 16 ? /^[0-9a-f]{1,8}$/i.test(digits) : /^\d{1,6}$/.test(digits)
    return isNumber ? Number.parseInt(digits, radix) : Number.NaN
  })
}

function numberList(radix: 10 | 16, max: number, error: string, description: string) {
  return once(description)
    .transform((text) => numbers(text, radix))
    .refine((list) => list.length <= MAX_LISTED && list.every((one) => one <= max), { error })
}

export const framesQuery = z.object({
  ids: numberList(
    16,
    0x1fffffff,
    'takes identifiers in hexadecimal, separated by commas, as in 7E8,18FEF100',
    'Only these identifiers, in hexadecimal, separated by commas.',
  ).optional(),
  pgns: numberList(
    10,
    0x3ffff,
    'takes PGNs in decimal, separated by commas, as in 61444,65265',
    'Only these parameter groups, in decimal, separated by commas.',
  ).optional(),
  buses: once('Only these buses, separated by commas.')
    .transform((text) => text.split(',').flatMap((name) => name.trim() || []))
    .optional(),
  changes: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .optional()
    .describe('`true`: only frames with other data than the last of the same identifier.'),
  perSecond: wholeNumber(1, 2000)
    .optional()
    .describe('Frames a second at most, 200 by default; the rest is dropped and counted.'),
})

const timeError = 'must be a time of RFC 3339 with a zone, as in 2024-01-25T18:00:00Z'

const reading = z
  .object(
    {
      signal: z.string({ error: 'must be the name of a signal' }),
      value: z.union([z.number(), z.string().max(200), z.boolean()], {
        error: 'must be a number, a text or a truth value',
      }),
      time: z.iso
        .datetime({ offset: true, error: timeError })
        .optional()
        .describe('When it was measured; now where it is not given.'),
    },
    { error: 'must be an object {signal, value, time}' },
  )
  .superRefine(({ signal, value }, { addIssue }) => {
    if (!isSignalName(signal)) {
      const message = `names no signal: there are ${signalNames.join(', ')}`
      return addIssue({ code: 'custom', path: ['signal'], message })
    }
    const problem = problemOf(signal, value)
    if (problem !== undefined) addIssue({ code: 'custom', path: ['value'], message: problem })
  })

/** What is wrong with a value of a signal, completing the sentence "readings[0].value …". */
function problemOf(signal: SignalName, value: unknown): string | undefined {
  if (!isToldSignal(signal)) return `is of ${signal}, which the gateway works out itself`
  const { type, unit, min = -Infinity, max = Infinity }: SignalDefinition = signals[signal]
  const kind = typeof value === 'string' ? 'text' : typeof value
  if (kind !== type) return `is a ${kind}, and ${signal} is a ${type}`
  if (typeof value !== 'number' || (value >= min && value <= max)) return undefined
  const place = unit === '' ? '' : ` ${unit}`
  return `is ${value}, and ${signal} can be from ${min} to ${max}${place}`
}

export const readingsBody = z.object(
  {
    source: z
      .string({ error: 'must be a text' })
      .regex(/^[\w.:-]{1,40}$/, {
        error: 'must have 1 to 40 letters, digits or any of . : - _',
      })
      .optional()
      .describe('Who measured it; in records it is `api/` and this.'),
    readings: z
      .array(reading, { error: 'must be an array of {signal, value, time}' })
      .min(1, { error: 'must have at least one element' })
      .max(MAX_READINGS, { error: `must have at most ${MAX_READINGS} elements` }),
  },
  { error: 'must be a JSON object {source, readings}' },
)

export type ReadingsBody = z.output<typeof readingsBody>

export const frameAnswers = {
  FramesMessage: z
    .object({
      frames: z.array(
        z.object({
          time: utc,
          bus: z.string(),
          id: z.string().describe('Hexadecimal: three digits, or eight of an extended one.'),
          data: z.string().describe('Hexadecimal.'),
          remote: z.boolean().optional(),
          error: z.boolean().optional(),
          fd: z.boolean().optional(),
        }),
      ),
      dropped: count.describe(
        'Frames that were more than was wanted, or came while the client was slow.',
      ),
    })
    .describe('The data of a server-sent event `frames`.'),
  ReadingsTaken: z.object({
    taken: z.array(z.object({ signal: z.string(), value, time: utc })),
    refused: z
      .array(z.string())
      .describe('Signals whose value cannot follow on what is known of them.'),
  }),
}
