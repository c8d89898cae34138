/** `/events`: what happened to the vehicle, page by page, oldest first. */
import type { FastifyInstance } from 'fastify'
import { eventTypes, isLocating, vehicleCloudEvent } from '../../model/event.ts'
import type { EventQuery } from '../../model/ports.ts'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { readCursor, writeCursor } from '../page-cursor.ts'
import { type EventsQuery, eventsQuery } from '../schemas/requests.ts'
import { timeWindow } from '../time-window.ts'
import { historyVisibility } from '../views/visibility.ts'
import { addVehicleResource } from './vehicle-resource.ts'

const PAGE = 100
/** What the bounds of the window are called here. */
const NAMES = {
  start: 'from',
  end: 'to',
}

export function addEventRoutes(app: FastifyInstance, context: ApiContext): void {
  const { events, clock } = context

  addVehicleResource(app, context, {
    summary:
      'Events of a window of time: trouble codes, driving and parking, trips, ignition, voltage; ' +
      'with privilege 4 places entered and left.',
    vehiclePaths: ['/v1/vehicle/:tokenId/events'],
    userPaths: ['/v1/user/device-data/:userDeviceId/events'],
    needs: [privilege.nonLocation],
    query: eventsQuery,
    answer: 'Events',
    errors: [400, 406],
    async handle({ access: { vehicle, privileges }, query, request }) {
      negotiate(request.headers.accept, ['application/json'])
      const { location } = historyVisibility(privileges)
      const types = (query.type ?? eventTypes).filter(
        (type) => location === 'exact' || !isLocating(type),
      )
      const asked = { ...eventQuery(vehicle.id, query, clock.now()), types }
      if (types.some(isLocating)) noteRead(context, request, { location, identity: false })
      const { from, to, limit } = asked
      // One more than asked for tells whether there is a next page.
      const found = from < to ? await events?.events({ ...asked, limit: limit + 1 }) : []
      const shown = (found ?? []).slice(0, limit)
      const last = shown.at(-1)
      const body = { events: shown.map((event) => vehicleCloudEvent(event, vehicle)) }
      if (last === undefined || found?.length === shown.length) return body
      const mark = { time: last.time, seq: last.seq }
      return { ...body, next: writeCursor({ mark, order: 'asc', window: { from, to } }) }
    },
  })
}

function eventQuery(vehicle: string, query: EventsQuery, now: number): EventQuery {
  const { from, to, limit = PAGE, after } = query
  const cursor = after === undefined ? undefined : readCursor(after)
  const bounds = { startDate: from, endDate: to, names: NAMES }
  return {
    vehicle,
    ...timeWindow(bounds, now, cursor?.window),
    limit,
    ...(cursor && { after: cursor.mark }),
  }
}
