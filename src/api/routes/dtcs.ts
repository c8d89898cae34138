/** `/dtcs`: the trouble codes of the vehicle. */
import type { FastifyInstance } from 'fastify'
import { negotiate } from '../accept.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { noTroubleCodesYet } from '../http-error.ts'
import { dtcsQuery } from '../schemas/requests.ts'
import { malfunctionLamp, troubleCodesView } from '../views/trouble-codes.ts'
import { addVehicleResource } from './vehicle-resource.ts'

export function addDtcRoutes(app: FastifyInstance, context: ApiContext): void {
  const { troubleCodes, status } = context

  addVehicleResource(app, context, {
    summary: 'Trouble codes: stored, pending, permanent, active and previously active.',
    vehiclePaths: ['/v1/vehicle/:tokenId/dtcs'],
    userPaths: ['/v1/user/device-data/:userDeviceId/dtcs'],
    needs: [privilege.nonLocation],
    query: dtcsQuery,
    answer: 'TroubleCodes',
    errors: [400, 406],
    async handle({ access: { vehicle }, query, request }) {
      negotiate(request.headers.accept, ['application/json'])
      const report = troubleCodes?.troubleCodes(vehicle.id)
      if (report === undefined) throw noTroubleCodesYet()
      return troubleCodesView(report, malfunctionLamp(status, vehicle.id), query.all === 'true')
    },
  })
}
