/** `/status`, `/status-raw` and `/signals`: what is known of the vehicle now. */
import type { FastifyInstance } from 'fastify'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { noStatusYet } from '../http-error.ts'
import { PerTurn } from '../per-turn.ts'
import { noQuery, signalsQuery, statusQuery } from '../schemas/requests.ts'
import { rawStatus } from '../views/raw-status.ts'
import { signalRows } from '../views/signal-rows.ts'
import { statusView } from '../views/status.ts'
import { currentVisibility, visibleStatus } from '../views/visibility.ts'
import { addVehicleResource } from './vehicle-resource.ts'

const STATUS_NEEDS = [
  privilege.nonLocation,
  privilege.currentLocation,
  privilege.allTimeLocation,
] as const
const SIGNALS_NEEDS = [...STATUS_NEEDS, privilege.vin, privilege.approximateLocation] as const

/** Who goes on looking asks again before that. */
const WATCH_MS = 10_000

export function addStatusRoutes(app: FastifyInstance, context: ApiContext): void {
  const { status, clock, gateway } = context
  const texts = new PerTurn<string>()

  addVehicleResource(app, context, {
    summary: 'The newest value of each published field.',
    vehiclePaths: ['/v1/vehicle/:tokenId/status'],
    userPaths: ['/v1/user/device-data/:userDeviceId/status'],
    needs: STATUS_NEEDS,
    query: statusQuery,
    answer: 'Status',
    errors: [400, 406],
    async handle({ access: { vehicle, privileges }, query, request, reply }) {
      negotiate(request.headers.accept, ['application/json'])
      const seen = currentVisibility(privileges)
      const meta = query.include?.includes('meta') ?? false
      const shown = `${seen.location} ${seen.identity} ${seen.nonLocation} ${meta} ${vehicle.id}`
      reply.type('application/json; charset=utf-8')
      const text = texts.get(shown, () => {
        const view = statusView(vehicle, status, clock, { seen, meta })
        if (view === undefined) throw noStatusYet()
        return JSON.stringify(view)
      })
      noteRead(context, request, { ...seen, identity: false })
      return text
    },
  })

  addVehicleResource(app, context, {
    summary: 'Every signal ever received, with its source and time.',
    vehiclePaths: ['/v1/vehicle/:tokenId/status-raw'],
    userPaths: ['/v1/user/device-data/:userDeviceId/status-raw'],
    needs: STATUS_NEEDS,
    query: noQuery,
    answer: 'RawStatus',
    errors: [406],
    async handle({ access: { vehicle, privileges }, request }) {
      negotiate(request.headers.accept, ['application/json'])
      const known = status.status(vehicle.id)
      if (Object.keys(known).length === 0) throw noStatusYet()
      const seen = currentVisibility(privileges)
      noteRead(context, request, seen)
      const sources = gateway.health().sources.filter((source) => source.vehicle === vehicle.id)
      return rawStatus(visibleStatus(known, seen), seen, vehicle, sources)
    },
  })

  addVehicleResource(app, context, {
    summary: 'The signal table with the newest value of each signal.',
    vehiclePaths: ['/v1/vehicle/:tokenId/signals'],
    userPaths: [],
    needs: SIGNALS_NEEDS,
    query: signalsQuery,
    answer: 'Signals',
    errors: [400, 406],
    async handle({ access: { vehicle, privileges }, query, request }) {
      negotiate(request.headers.accept, ['application/json'])
      if (query.watch !== undefined) {
        context.commands?.watch(vehicle.id, query.watch, clock.now() + WATCH_MS)
      }
      const seen = currentVisibility(privileges)
      noteRead(context, request, seen)
      return signalRows(visibleStatus(status.status(vehicle.id), seen), seen, clock.now())
    },
  })
}
