/** `/events`: what happened to the vehicle, page by page, oldest first. */
import type { FastifyInstance } from 'fastify'
import { vehicleCloudEvent } from '../../model/event.ts'
import type { EventQuery } from '../../model/ports.ts'
import { negotiate } from '../accept.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { readCursor, writeCursor } from '../page-cursor.ts'
import { type EventsQuery, eventsQuery } from '../schemas/requests.ts'
import { timeWindow } from '../time-window.ts'
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
    summary: 'Events of a window of time: trouble codes, driving and parking, ignition, voltage.',
    vehiclePaths: ['/v1/vehicle/:tokenId/events'],
    userPaths: ['/v1/user/device-data/:userDeviceId/events'],
    needs: [privilege.nonLocation],
    query: eventsQuery,
    answer: 'Events',
    errors: [400, 406],
    async handle({ access: { vehicle }, query, request }) {
      negotiate(request.headers.accept, ['application/json'])
      const asked = eventQuery(vehicle.id, query, clock.now())
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
  const { from, to, type, limit = PAGE, after } = query
  const cursor = after === undefined ? undefined : readCursor(after)
  const bounds = { startDate: from, endDate: to, names: NAMES }
  return {
    vehicle,
    ...timeWindow(bounds, now, cursor?.window),
    limit,
    ...(type && { types: type }),
    ...(cursor && { after: cursor.mark }),
  }
}
