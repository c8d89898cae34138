/** `/geofences`: in which of the configured places the vehicle is. */
import type { FastifyInstance } from 'fastify'
import { isoTime } from '../../model/time.ts'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { noQuery } from '../schemas/requests.ts'
import { currentVisibility } from '../views/visibility.ts'
import { addVehicleResource } from './vehicle-resource.ts'

export function addGeofenceRoutes(app: FastifyInstance, context: ApiContext): void {
  addVehicleResource(app, context, {
    summary: 'The configured places, and whether the vehicle is in them.',
    vehiclePaths: ['/v1/vehicle/:tokenId/geofences'],
    userPaths: ['/v1/user/device-data/:userDeviceId/geofences'],
    needs: [privilege.currentLocation, privilege.allTimeLocation],
    query: noQuery,
    answer: 'Geofences',
    errors: [406],
    async handle({ access: { vehicle, privileges }, request }) {
      negotiate(request.headers.accept, ['application/json'])
      const { location } = currentVisibility(privileges)
      noteRead(context, request, { location, identity: false })
      return (context.geofences?.geofences(vehicle.id) ?? []).map(({ since, ...rest }) => ({
        ...rest,
        ...(since === undefined ? {} : { since: isoTime(since) }),
      }))
    },
  })
}
