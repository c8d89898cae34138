/** Daily distance and distance driven, from the vehicle's odometer of record. */
import type { FastifyInstance } from 'fastify'
import { negotiate } from '../accept.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { localDays } from '../local-days.ts'
import { dailyDistanceQuery, noQuery } from '../schemas/requests.ts'
import { addVehicleResource } from './vehicle-resource.ts'

interface DistanceOfDay {
  date: string
  distance: number | null
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
      const { time_zone: timeZone, startDate, endDate } = query
      const { dates, starts } = localDays({ timeZone, startDate, endDate }, clock.now())
      if (dates.length === 0) return { days: [] }
      const found = await records.days(vehicle.id, starts)
      const first = found.findIndex(({ hasData }) => hasData)
      if (first < 0) return { days: [] }
      const last = found.findLastIndex(({ hasData }) => hasData)
      const days = dates.map(
        (date, index): DistanceOfDay => ({ date, distance: found[index]?.distance ?? null }),
      )
      return { days: days.slice(first, last + 1) }
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
    query: noQuery,
    answer: 'DistanceDriven',
    errors: [406],
    async handle({ access: { vehicle }, request }) {
      negotiate(request.headers.accept, ['application/json'])
      return { distanceDriven: await records.totalDistance(vehicle.id), units: 'kilometers' }
    },
  })
}
