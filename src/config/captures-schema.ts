/** The part of the configuration that is about raw frames: what is held in memory, and what is kept of it. */
import { z } from 'zod'
import { seconds, section } from './parts.ts'

export const captures = section({
  memoryMegabytes: z
    .number()
    .min(0)
    .max(512)
    .default(8)
    .describe('Raw frames held in memory for each vehicle: some 40,000 a megabyte; 0: none'),
  megabytes: z
    .number()
    .min(1)
    .max(100_000)
    .default(200)
    .describe('What captures may take of the card; the oldest go first'),
  before: seconds(60, 0, 3600).describe('Seconds before the moment that a capture holds'),
  after: seconds(30, 0, 3600).describe('Seconds after it'),
  triggers: z
    .array(z.enum(['trouble-code', 'harsh-braking', 'anomaly']))
    .default(['trouble-code', 'harsh-braking', 'anomaly'])
    .describe('What starts a capture by itself'),
  braking: z
    .number()
    .min(1)
    .max(15)
    .default(4)
    .describe('Deceleration from which braking is harsh, in m/s²'),
  continuous: z
    .boolean()
    .default(false)
    .describe('Keeps all frames, within `megabytes`: some 30 to 60 MB an hour of a busy bus'),
  button: section({
    chip: z.string().min(1).default('gpiochip0'),
    line: z.union([z.int().min(0), z.string().min(1)]).describe('Number or name of the line'),
    activeLow: z.boolean().default(false),
  })
    .optional()
    .describe('A GPIO with a push button that starts a capture'),
})
  .prefault({})
  .describe('Raw frames: what is held in memory, and what makes the gateway keep it')

export type CapturesConfig = z.output<typeof captures>
