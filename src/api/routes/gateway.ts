/** The gateway itself: its vehicles, its health, and whether it is up. */
import type { FastifyInstance } from 'fastify'
import type { Vehicle } from '../../model/vehicle.ts'
import { negotiate } from '../accept.ts'
import type { ApiContext } from '../context.ts'
import { identify, userGuard, userOf } from '../guards.ts'
import { unauthorized } from '../http-error.ts'
import { isFromHere } from '../local-request.ts'
import { answersOf } from '../openapi.ts'

export function addGatewayRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get('/v1/gateway/vehicles', {
    schema: {
      summary: 'The vehicles that the user owns.',
      operationId: 'get_v1_gateway_vehicles',
      tags: ['gateway'],
      security: [{ userToken: [] }],
      response: answersOf('Vehicles', 'The vehicles.', [401, 406, 429]),
    },
    onRequest: userGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, ['application/json'])
      const { subject } = userOf(request)
      return context.gateway
        .vehicles()
        .filter(({ owner }) => owner === subject)
        .map(named)
    },
  })

  app.get('/v1/gateway/health', {
    schema: {
      summary: 'What the gateway is doing, what is wrong, and what would help.',
      operationId: 'get_v1_gateway_health',
      tags: ['gateway'],
      security: [{ userToken: [] }],
      response: answersOf('GatewayHealth', 'The health of the gateway.', [401, 406, 429]),
    },
    onRequest: userGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, ['application/json'])
      const user = userOf(request)
      const owns = context.gateway.vehicles().some(({ owner }) => owner === user.subject)
      if (!owns && user.subject !== context.owner) {
        throw unauthorized('This user owns no vehicle of this gateway.')
      }
      return context.gateway.health()
    },
  })

  app.get('/health', {
    schema: {
      summary: 'Whether the gateway is up. Needs no token from the gateway itself.',
      operationId: 'get_health',
      tags: ['gateway'],
      security: [{}, { userToken: [] }, { privilegeToken: [] }],
      response: answersOf('Health', 'It is up.', [401, 406, 429]),
    },
    async onRequest(request) {
      if (!isFromHere(request)) await identify(context, request)
    },
    async handler(request) {
      negotiate(request.headers.accept, ['application/json'])
      return liveness(context)
    },
  })
}

function named({ id, tokenId, userDeviceId, make, model, year }: Vehicle): object {
  return {
    id,
    tokenId,
    userDeviceId,
    ...(make === undefined ? {} : { make }),
    ...(model === undefined ? {} : { model }),
    ...(year === undefined ? {} : { year }),
  }
}

function liveness({ gateway, version }: ApiContext): object {
  const { status, uptimeSeconds, clockTrust, sources, mqtt } = gateway.health()
  return {
    code: 200,
    message: 'Server is up.',
    status,
    version,
    uptimeSeconds,
    clockTrust,
    sources: {
      total: sources.length,
      running: sources.filter(({ state }) => state === 'running').length,
    },
    mqtt: mqtt.state,
  }
}
