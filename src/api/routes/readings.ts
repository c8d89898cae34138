/** `/readings`: what somebody outside has measured becomes a part of the vehicle's status and records. */
import type { FastifyInstance } from 'fastify'
import type { ReadingWriter, TimedValue } from '../../model/ports.ts'
import type { SignalName } from '../../model/signals.ts'
import { isoTime, type Millis } from '../../model/time.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { accessOf, vehicleGuard } from '../guards.ts'
import { badRequest, HttpError } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { type ReadingsBody, readingsBody } from '../schemas/frames.ts'
import { vehicleParams } from '../schemas/requests.ts'

/** Clocks differ by so much. */
const AHEAD_MS: Millis = 10_000

export function addReadingRoutes(
  app: FastifyInstance,
  context: ApiContext,
  readings: ReadingWriter | undefined,
): void {
  const { clock } = context
  app.post('/v1/vehicle/:tokenId/readings', {
    schema: {
      summary: 'Values of signals that somebody outside has measured.',
      description:
        'They become a part of the status, of records and of what is published, as any other; control ' +
        "units that tell the same signal are trusted more. All or none is taken. Privilege token with 2 (commands), or the owner's user token.",
      operationId: 'post_v1_vehicle_readings',
      tags: ['vehicle'],
      security: [{ privilegeToken: [] }, { userToken: [] }],
      params: vehicleParams,
      body: readingsBody,
      response: answersOf('ReadingsTaken', 'What was taken.', [400, 401, 404, 409, 429]),
    },
    onRequest: vehicleGuard(context, [privilege.commands]),
    async handler(request) {
      if (readings === undefined) throw new HttpError(409, 'This gateway takes no readings.')
      const { vehicle } = accessOf(request)
      const { source = 'client', readings: given } = request.body as ReadingsBody
      const now = clock.now()
      const values = given.map(({ signal, value, time }, i): TimedValue => {
        const at = time === undefined ? now : Date.parse(time)
        if (at > now + AHEAD_MS) {
          throw badRequest(`readings[${i}].time has not come yet: ${time}.`)
        }
        return { signal: signal as SignalName, value, time: Math.min(at, now) }
      })
      const refused = readings.write(vehicle.id, `api/${source}`, values)
      const taken = values
        .filter(({ signal }) => !refused.includes(signal))
        .map(({ signal, value, time }) => ({ signal, value, time: isoTime(time) }))
      return { taken, refused }
    },
  })
}
