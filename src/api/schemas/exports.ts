/** The answers about exports of all data of a vehicle. */
import { z } from 'zod'
import { count, utc } from './parts.ts'

/** `event`: one record as a CloudEvent. */
export function exportAnswers<Event extends z.ZodType>(event: Event) {
  return {
    Export: z.object({
      userDeviceId: z.string(),
      requestTimestamp: utc,
      data: z.array(event).describe('Every record, oldest first.'),
    }),
    ExportRequest: z.object({
      status: z.enum(['success', 'error']),
      userId: z.string(),
      userDeviceId: z.string(),
      message: z.string(),
    }),
    ExportJob: z.object({
      id: z.string().describe('KSUID'),
      state: z
        .enum(['writing', 'sending', 'sent', 'failed', 'expired'])
        .describe('`writing` and `sending` are under way.'),
      created: utc,
      attempts: count.describe('How often it was tried to send the mail.'),
      lastError: z.string().optional().describe('What went wrong last, or what it waits for.'),
      expires: utc.optional().describe('Until when the file can be fetched.'),
    }),
  }
}

export const fileQuery = z.object({
  token: z
    .string({ error: 'is required, once: open the link as it stands in the mail' })
    .max(200, { error: 'is too long: open the link as it stands in the mail' })
    .describe('As it stands in the mail.'),
})

export const jobParams = z.object({ jobId: z.string().describe('KSUID') })
