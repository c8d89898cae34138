/** Sources, issues, records as they are kept, what was used. */
import { z } from 'zod'
import { signalNames } from '../../model/signals.ts'
import { count, listOf, once, utc, value, wholeNumber } from './parts.ts'

export const recordsQuery = z.object({
  around: once('The moment: RFC 3339 with a zone; by default now.').optional(),
  before: wholeNumber(0, 500).optional().describe('So many records up to it; 10 by default.'),
  after: wholeNumber(0, 500).optional().describe('So many after it; 10 by default.'),
  signals: listOf(signalNames, 'Only these signals, separated by commas.').optional(),
})

export const usageQuery = z.object({
  from: once('First day (`2024-01-25`, UTC) or a time; by default 14 days ago.').optional(),
  to: once('Last day, which is included whole, or a time; by default now.').optional(),
})

const used = z
  .object({ value: z.number(), unit: z.string(), estimated: z.boolean() })
  .optional()
  .describe('Absent where it is not known.')

export const insightAnswers = {
  Records: z.array(
    z.object({
      id: z.string(),
      seq: count.describe('Its place in the journal.'),
      time: utc.describe('When it was measured.'),
      receivedAt: utc,
      source: z.string(),
      boot: z.string().describe('The run of the gateway.'),
      number: count.describe('Its number in that run.'),
      clock: z.enum(['none', 'rtc', 'network', 'gnss', 'recorded']),
      data: z.record(z.string(), value),
      quality: z.record(z.string(), z.string()).optional().describe('Where it is not `ok`.'),
    }),
  ),
  Usage: z.object({ from: utc, to: utc, engineHours: used, fuelUsed: used }),
  Issues: z.array(
    z.object({
      source: z.string(),
      code: z.string(),
      text: z.string(),
      count,
      newest: z.string().describe('What the newest one was about.'),
    }),
  ),
  Sources: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      vehicle: z.string().optional().describe('Absent where it hears several.'),
      buses: z.array(z.string()),
      state: z.enum(['starting', 'running', 'silent', 'waiting', 'finished', 'stopped']),
      detail: z.string().describe('What it does, or what is wrong and would help.'),
      since: utc,
      frames: count,
      reopened: count,
      uplinks: count.optional().describe('LoRa: of devices that are known here.'),
      rejects: z
        .array(z.object({ reason: z.string(), text: z.string(), count, newest: z.string() }))
        .optional()
        .describe('LoRa: what had no effect, by reason.'),
    }),
  ),
}
