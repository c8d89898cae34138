/** Geofences in the configuration. */
import { z } from 'zod'
import { minutes, name, section } from './parts.ts'

/** Near the poles a degree of longitude is nothing. */
const latitude = z.number().min(-85).max(85)
const longitude = z.number().min(-180).max(180)

export const geofence = section({
  id: name.describe('Stands in events'),
  name: z.string().min(1).max(100).optional(),
  vehicles: z.array(name).min(1).optional().describe('For these alone; for all if absent'),
  circle: section({ latitude, longitude, radius: z.number().min(30).max(1_000_000) })
    .optional()
    .describe('Centre in degrees, radius in metres'),
  polygon: z
    .array(z.tuple([latitude, longitude], { error: 'write [latitude, longitude]' }))
    .min(3)
    .max(200)
    .optional()
    .describe('Corners in order, each [latitude, longitude]'),
  dwellMinutes: minutes(10, 1, 10_080).optional().describe('Being inside for so long is told, too'),
})
  .refine(({ circle, polygon }) => (circle === undefined) !== (polygon === undefined), {
    error: 'give either a circle or a polygon',
  })
  .describe('A place: entering and leaving it are events')
