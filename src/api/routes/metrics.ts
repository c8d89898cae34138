/** `/metrics` for Prometheus, where it is switched on. */
import type { FastifyInstance } from 'fastify'
import type { ApiContext } from '../context.ts'
import { identify } from '../guards.ts'
import { isFromHere } from '../local-request.ts'
import { answersOf } from '../openapi.ts'
import { metricsText } from '../views/metrics.ts'

export function addMetricsRoute(app: FastifyInstance, context: ApiContext): void {
  app.get('/metrics', {
    schema: {
      summary: 'The state of the gateway for Prometheus. Needs no token from the gateway itself.',
      operationId: 'get_metrics',
      tags: ['gateway'],
      security: [{}, { userToken: [] }, { privilegeToken: [] }],
      response: answersOf('Document', 'Prometheus text.', [401, 429], {
        'text/plain': { type: 'string' },
      }),
    },
    async onRequest(request) {
      if (!isFromHere(request)) await identify(context, request)
    },
    async handler(_request, reply) {
      reply.type('text/plain; version=0.0.4; charset=utf-8')
      return reply.send(metricsText(context.gateway.health()))
    },
  })
}
