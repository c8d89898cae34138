/** Geofences over REST. */
import { z } from 'zod'
import { utc } from './parts.ts'

export const placeAnswers = {
  Geofences: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional(),
      inside: z.boolean().optional().describe('Absent while no position is known.'),
      since: utc.optional().describe('Absent where it was so when it was first seen.'),
    }),
  ),
}
