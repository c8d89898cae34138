/** `/trips`: where a vehicle went, trip by trip; one trip also as its track (GPX, GeoJSON). */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TripQuery } from '../../model/ports.ts'
import { isoTime } from '../../model/time.ts'
import { type Trip, tripIdWindow } from '../../model/trip.ts'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { badRequest, HttpError, unauthorized } from '../http-error.ts'
import { readCursor, writeCursor } from '../page-cursor.ts'
import { noQuery } from '../schemas/requests.ts'
import { type TripsQuery, tripParams, tripsQuery } from '../schemas/trips.ts'
import { timeWindow } from '../time-window.ts'
import { recordPages } from '../views/record-stream.ts'
import { geojsonTrack, gpxTrack } from '../views/track.ts'
import { tripView } from '../views/trip.ts'
import { historyVisibility } from '../views/visibility.ts'
import { addVehicleResource, type ResourceRequest } from './vehicle-resource.ts'

const PAGE = 100
const FORMATS = ['application/json', 'application/gpx+xml', 'application/geo+json'] as const

export function addTripRoutes(app: FastifyInstance, context: ApiContext): void {
  const { trips, clock } = context

  addVehicleResource(app, context, {
    summary: 'Trips that started in a window of time, with their stops.',
    vehiclePaths: ['/v1/vehicle/:tokenId/trips'],
    userPaths: ['/v1/user/device-data/:userDeviceId/trips'],
    needs: [privilege.nonLocation],
    query: tripsQuery,
    answer: 'Trips',
    errors: [400, 406],
    async handle({ access: { vehicle, privileges }, query, request }) {
      negotiate(request.headers.accept, ['application/json'])
      const asked = tripQuery(vehicle.id, query, clock.now())
      const { from, to, order, limit } = asked
      // One more than asked for tells whether there is a next page.
      const found = from < to ? await trips?.trips({ ...asked, limit: limit + 1 }) : []
      const shown = (found ?? []).slice(0, limit)
      const seen = historyVisibility(privileges)
      noteRead(context, request, { ...seen, identity: false })
      const body = { trips: shown.map((trip) => tripView(trip, vehicle, seen)) }
      const last = shown.at(-1)
      if (last === undefined || found?.length === shown.length) return body
      const mark = { time: last.start, seq: 0 }
      return { ...body, next: writeCursor({ mark, order, window: { from, to } }) }
    },
  })

  addVehicleResource(app, context, {
    summary: 'One trip; as GPX or GeoJSON its track, which needs all-time location too.',
    vehiclePaths: ['/v1/vehicle/:tokenId/trips/:tripId'],
    userPaths: ['/v1/user/device-data/:userDeviceId/trips/:tripId'],
    needs: [privilege.nonLocation],
    query: noQuery,
    params: tripParams,
    answer: 'Trip',
    errors: [406],
    otherTypes: {
      'application/gpx+xml': { type: 'string' },
      'application/geo+json': { $ref: 'TripTrack#' },
    },
    handle: (asked) => oneTrip(context, asked),
  })
}

function tripQuery(vehicle: string, query: TripsQuery, now: number): TripQuery {
  const { limit = PAGE, after } = query
  const cursor = after === undefined ? undefined : readCursor(after)
  const order = query.order ?? cursor?.order ?? 'asc'
  if (cursor !== undefined && cursor.order !== order) {
    throw badRequest(`after belongs to a read in order=${cursor.order}; give the same order.`)
  }
  const window = timeWindow(query, now, cursor?.window)
  return { vehicle, ...window, order, limit, now, ...(cursor && { after: cursor.mark.time }) }
}

async function oneTrip(
  context: ApiContext,
  { access: { vehicle, privileges }, request, reply }: ResourceRequest<unknown>,
): Promise<unknown> {
  const format = negotiate(request.headers.accept, FORMATS)
  reply.header('vary', 'accept')
  if (format !== 'application/json' && !privileges.has(privilege.allTimeLocation)) {
    throw unauthorized(
      'Unauthorized! Token does not contain required privileges: ' +
        'the track of a trip needs 1 (non-location data) and 4 (all-time location).',
    )
  }
  const { tripId } = request.params as { tripId: string }
  const trip = await findTrip(context, vehicle.id, tripId)
  if (trip === undefined) throw new HttpError(404, 'Trip not found.')
  const seen = historyVisibility(privileges)
  noteRead(context, request, { ...seen, identity: false })
  if (format === 'application/json') return tripView(trip, vehicle, seen)
  return sendTrack(context, trip, format, request, reply)
}

async function findTrip(
  { trips, clock }: ApiContext,
  vehicle: string,
  id: string,
): Promise<Trip | undefined> {
  const window = tripIdWindow(id)
  if (window === undefined) return undefined
  const query = { vehicle, ...window, order: 'asc', limit: 1000, now: clock.now() } as const
  const found = await trips?.trips(query)
  return found?.find((trip) => trip.id === id)
}

function sendTrack(
  { records }: ApiContext,
  trip: Trip,
  format: 'application/gpx+xml' | 'application/geo+json',
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const isGpx = format === 'application/gpx+xml'
  const name = `trip-${isoTime(trip.start).replaceAll(/[-:]|\.\d+/g, '')}`
  reply.type(format)
  reply.header('content-disposition', `attachment; filename="${name}.${isGpx ? 'gpx' : 'geojson'}"`)
  const window = { from: trip.start, to: request.method === 'HEAD' ? trip.start : trip.end + 1 }
  const pages = recordPages(records, trip.vehicle, { window, order: 'asc' })
  const text = isGpx ? gpxTrack(pages, name) : geojsonTrack(pages, { tripId: trip.id })
  return reply.send(Readable.from(text, { objectMode: false }))
}
