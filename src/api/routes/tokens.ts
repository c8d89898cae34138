/** The exchange of a user token for a privilege token, and the keys to verify tokens with. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { withoutUndefined } from '../../model/without-undefined.ts'
import { issuePrivilegeToken, publicKeys } from '../auth/tokens.ts'
import { type ApiContext, vehicleByTokenId } from '../context.ts'
import { userGuard, userOf } from '../guards.ts'
import { badRequest, deviceNotFound } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { exchangeBody } from '../schemas/requests.ts'

const EXPIRES_SECONDS = 600

export function addTokenRoutes(app: FastifyInstance, context: ApiContext): void {
  const { keys, clock, vehicleContract } = context

  app.post('/v1/tokens/exchange', {
    schema: {
      summary: 'A privilege token for a vehicle of the user, valid for ten minutes.',
      operationId: 'post_v1_tokens_exchange',
      tags: ['tokens'],
      security: [{ userToken: [] }],
      body: exchangeBody,
      response: answersOf('Token', 'The token.', [400, 401, 404, 429]),
    },
    onRequest: userGuard(context),
    async handler(request) {
      const body = request.body as z.output<typeof exchangeBody>
      const { tokenId, privileges, nftContractAddress: contractAddress } = body
      if (
        vehicleContract !== undefined &&
        vehicleContract.toLowerCase() !== contractAddress.toLowerCase()
      ) {
        throw badRequest(`nftContractAddress must be ${vehicleContract}.`)
      }
      const vehicle = vehicleByTokenId(context, tokenId)
      if (vehicle === undefined || vehicle.owner !== userOf(request).subject) throw deviceNotFound()
      const token = await issuePrivilegeToken(keys, {
        tokenId,
        privileges: [...new Set(privileges)],
        contractAddress,
        ...lifeOf(request, clock.now(), keys.issuer),
      })
      return { token }
    },
  })

  app.get('/.well-known/jwks.json', {
    schema: {
      summary: "The gateway's public keys (RFC 7517).",
      operationId: 'get_jwks',
      tags: ['tokens'],
      security: [],
      response: answersOf('KeySet', 'The keys.', []),
    },
    async handler() {
      return publicKeys(keys)
    },
  })
}

/** What is exchanged ends with the token that it was exchanged for. */
function lifeOf({ token }: FastifyRequest, now: number, ownIssuer: string) {
  const left = token === null ? 0 : Math.floor((token.expires - now) / 1000)
  const isOwn = token?.issuer === ownIssuer
  return {
    expiresSeconds: Math.min(EXPIRES_SECONDS, left),
    now,
    ...withoutUndefined({ parent: isOwn ? token.id : undefined }),
  }
}
