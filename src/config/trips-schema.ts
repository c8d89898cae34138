/** The part of the configuration that is about trips. */
import { z } from 'zod'
import { minutes, seconds, section } from './parts.ts'

export const trips = section({
  standingMinutes: minutes(5, 1, 240).describe('Standing for so long ends a trip'),
  gapMinutes: minutes(15, 1, 1440).describe('So does a gap without data that is longer'),
  offSeconds: seconds(60, 0, 3600).describe(
    'An ignition that is off for so long ends one; a shorter time is a stalled engine',
  ),
  stopSeconds: seconds(60, 10, 3600).describe('Standing inside a trip for so long is a stop'),
  startSpeed: z
    .number()
    .min(2)
    .max(30)
    .default(5)
    .describe('km/h: a speed above it, for some seconds, starts one'),
})
  .prefault({})
  .describe('Where a trip begins and ends')
