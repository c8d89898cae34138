/** Daily distance and distance driven, from the vehicle's odometer of record. */
import type { FastifyInstance } from 'fastify'
import { negotiate } from '../accept.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { localDays } from '../local-days.ts'
import { dailyDistanceQuery, distanceQuery } from '../schemas/requests.ts'
import { type ExplanationView, explanationView } from '../views/explanation.ts'
import { addVehicleResource } from './vehicle-resource.ts'

/** The first and the last moment that a date can have (ECMA-262, 21.4.1.1). */
const EVER = [-8.64e15, 8.64e15] as const

interface DistanceOfDay {
  date: string
  distance: number | null
  explanation?: ExplanationView
}

export function addDistanceRoutes(app: FastifyInstance, context: ApiContext): void {
  const { records, clock } = context

  addVehicleResource(app, context, {
    summary: 'Distance per local day, from the first to the last day with any data.',
    vehiclePaths: [
      '/v2/vehicle/:tokenId/analytics/daily-distance',
      '/v1/vehicle/:tokenId/daily-distance',
    ],
    userPaths: ['/v1/user/device-data/:userDeviceId/daily-distance'],
    needs: [privilege.nonLocation],
    query: dailyDistanceQuery,
    answer: 'DailyDistance',
    errors: [400, 406],
    async handle({ access: { vehicle }, query, request }) {
      negotiate(request.headers.accept, ['application/json'])
      const { time_zone: timeZone, startDate, endDate, explain } = query
      const { dates, starts } = localDays({ timeZone, startDate, endDate }, clock.now())
      if (dates.length === 0) return { days: [] }
      const found = await records.days(vehicle.id, starts)
      const first = found.findIndex(({ hasData }) => hasData)
      if (first < 0) return { days: [] }
      const last = found.findLastIndex(({ hasData }) => hasData)
      const explanationOf = async (index: number) => {
        const [from, to] = [starts[index], starts[index + 1]]
        if (explain !== true || from === undefined || to === undefined) return {}
        const explanation = await records.explainDistance(vehicle.id, from, to)
        return { explanation: explanationView(explanation) }
      }
      const days: DistanceOfDay[] = []
      for (let index = first; index <= last; index += 1) {
        const { distance = null } = found[index] ?? {}
        const date = dates[index] as string
        days.push({ date, distance, ...(await explanationOf(index)) })
      }
      return { days }
    },
  })

  addVehicleResource(app, context, {
    summary: 'Distance driven since the first reading.',
    vehiclePaths: [
      '/v2/vehicle/:tokenId/analytics/total-distance',
      '/v1/vehicle/:tokenId/distance-driven',
    ],
    userPaths: ['/v1/user/device-data/:userDeviceId/distance-driven'],
    needs: [privilege.nonLocation],
    query: distanceQuery,
    answer: 'DistanceDriven',
    errors: [400, 406],
    async handle({ access: { vehicle }, query, request }) {
      negotiate(request.headers.accept, ['application/json'])
      const distanceDriven = await records.totalDistance(vehicle.id)
      if (query.explain !== true) return { distanceDriven, units: 'kilometers' }
      const explanation = await records.explainDistance(vehicle.id, ...EVER)
      return { distanceDriven, units: 'kilometers', explanation: explanationView(explanation) }
    },
  })
}
