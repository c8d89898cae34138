/** The tokens that this gateway has issued: which there are, and how to end one. */
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { Millis } from '../../model/time.ts'
import { isoTime } from '../../model/time.ts'
import { negotiate } from '../accept.ts'
import type { IssuedToken } from '../auth/token-register.ts'
import type { ApiContext } from '../context.ts'
import { gatewayOwnerGuard } from '../guards.ts'
import { HttpError } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { issuedTokenParams } from '../schemas/rights.ts'

export function addIssuedTokenRoutes(app: FastifyInstance, context: ApiContext): void {
  const { register } = context.keys
  const security = [{ userToken: [] }]
  const onRequest = gatewayOwnerGuard(context)

  app.get('/v1/gateway/tokens', {
    schema: {
      summary:
        'The tokens that this gateway has issued, newest first; never the tokens themselves.',
      description: "The gateway owner's user token.",
      operationId: 'get_v1_gateway_tokens',
      tags: ['tokens'],
      security,
      response: answersOf('IssuedTokens', 'The tokens.', [401, 406, 429]),
    },
    onRequest,
    async handler(request) {
      negotiate(request.headers.accept, ['application/json'])
      return { tokens: (register?.list() ?? []).map(shown) }
    },
  })

  app.delete('/v1/gateway/tokens/:id', {
    schema: {
      summary: 'Ends a token, and those that were exchanged for it, at once.',
      description: "The gateway owner's user token.",
      operationId: 'delete_v1_gateway_tokens',
      tags: ['tokens'],
      security,
      params: issuedTokenParams,
      response: answersOf('RevokedToken', 'It is revoked.', [401, 404, 406, 429]),
    },
    onRequest,
    async handler(request) {
      negotiate(request.headers.accept, ['application/json'])
      const { id } = request.params as z.output<typeof issuedTokenParams>
      if (register?.revoke(id) !== true) {
        throw new HttpError(404, 'There is no such token; GET /v1/gateway/tokens lists them.')
      }
      return { id, revoked: true }
    },
  })
}

function shown({ issued, expires, revoked, ...rest }: IssuedToken): object {
  const times: [string, Millis | undefined][] = [
    ['issued', issued],
    ['expires', expires],
    ['revoked', revoked],
  ]
  const texts = times.flatMap(([name, time]) => (time === undefined ? [] : [[name, isoTime(time)]]))
  return { ...rest, ...Object.fromEntries(texts) }
}
