/** The gateway for who sets it up: what is plugged in, its log, and a start anew. */
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { AdapterReader, LogReader } from '../../model/ports.ts'
import { negotiate } from '../accept.ts'
import type { ApiContext } from '../context.ts'
import { gatewayOwnerGuard } from '../guards.ts'
import { HttpError } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { adaptersQuery, logQuery } from '../schemas/insides.ts'
import { logView } from '../views/insides.ts'

const OWNER = { tags: ['gateway'], security: [{ userToken: [] }] }
const JSON_ONLY = ['application/json'] as const
const LINES = 200

export interface WorkshopParts {
  adapters?: AdapterReader | undefined
  log?: LogReader | undefined
  /** Starts the gateway anew, with the configuration as it is by then. */
  restart?: (() => void) | undefined
}

export function addWorkshopRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { adapters, log, restart }: WorkshopParts,
): void {
  app.get('/v1/gateway/adapters', {
    schema: {
      ...OWNER,
      summary: 'What is plugged in, what it says it is, and the source that would use it.',
      description:
        'Ports are asked one after the other, once; nothing is sent to a bus. Ask again while one is `asking`.',
      operationId: 'get_v1_gateway_adapters',
      querystring: adaptersQuery,
      response: answersOf('Adapters', 'What there is.', [400, 401, 406, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, JSON_ONLY)
      const { port } = request.query as z.output<typeof adaptersQuery>
      return (await adapters?.adapters(port)) ?? []
    },
  })

  app.get('/v1/gateway/log', {
    schema: {
      ...OWNER,
      summary: 'The newest lines of the log.',
      operationId: 'get_v1_gateway_log',
      querystring: logQuery,
      response: answersOf('Log', 'The lines.', [400, 401, 406, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, JSON_ONLY)
      const { after = 0, limit = LINES } = request.query as z.output<typeof logQuery>
      return (log?.lines(after, limit) ?? []).map(logView)
    },
  })

  app.post('/v1/gateway/restart', {
    schema: {
      ...OWNER,
      summary: 'Starts the gateway anew, with the configuration as it is now.',
      description: 'Everything is stored first. It answers again after a second or two.',
      operationId: 'post_v1_gateway_restart',
      response: answersOf('Restart', 'It stops now, and starts again.', [401, 409, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(_request, reply) {
      if (restart === undefined) throw new HttpError(409, 'This gateway cannot start itself anew.')
      reply.raw.once('close', restart)
      return { code: 200, message: 'The gateway starts anew.' }
    },
  })
}
