/** The schemas of the trips of a vehicle: what is asked, what is answered. */
import { z } from 'zod'
import { once, utc, wholeNumber } from './parts.ts'
import { historyQuery } from './requests.ts'

export const tripsQuery = z.object({
  ...historyQuery.pick({ startDate: true, endDate: true, after: true, order: true }).shape,
  limit: wholeNumber(1, 1000).optional().describe('Trips a page; 100 where it is not given.'),
})

export type TripsQuery = z.output<typeof tripsQuery>

export const tripParams = { tripId: once('Id of the trip: a KSUID.') }

const location = z
  .object({ latitude: z.number(), longitude: z.number() })
  .optional()
  .describe('Where that is known, and for who may see all-time location; with 8 about 3 km.')

const moment = z.object({ time: utc, location })

const seconds = z.number().int().describe('Seconds.')

const trip = z.object({
  tripId: z.string().describe('KSUID: of the vehicle and the start, always the same.'),
  ongoing: z.boolean().describe('Whether it has not ended: its end is that of its newest record.'),
  start: moment,
  end: moment,
  distance: z
    .number()
    .optional()
    .describe('km: what the odometer of record has grown by. Absent where it is not known.'),
  durationSeconds: seconds,
  movingSeconds: seconds,
  idleSeconds: seconds.describe('Seconds that it stood with the engine running.'),
  stops: z
    .array(z.object({ time: utc, seconds, location }))
    .describe('Where it stood for a minute and more on its way.'),
  maxSpeed: z.number().optional().describe('km/h'),
  averageSpeed: z.number().optional().describe('km/h, over the whole duration.'),
  fuelUsed: z.number().optional().describe('l'),
  fuelUsedEstimated: z
    .boolean()
    .optional()
    .describe('Whether it comes from a rate or from the level of the tank.'),
})

export const tripAnswers = {
  Trip: trip,
  Trips: z.object({
    trips: z.array(trip),
    next: z.string().optional().describe('Cursor of the next page, for `after`.'),
  }),
  TripTrack: z
    .object({
      type: z.literal('FeatureCollection'),
      features: z.array(z.record(z.string(), z.unknown())),
    })
    .describe('GeoJSON (RFC 7946).'),
}

export type TripAnswer = z.output<typeof trip>
