/**
 * The first owner of a gateway: who opens its page on the machine itself, or has the code that the
 * service has printed. Once claimed it stays claimed.
 */
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { FailedAttempts } from '../auth/attempts.ts'
import type { ClaimDesk } from '../auth/claim.ts'
import { issueUserToken } from '../auth/tokens.ts'
import type { ApiContext } from '../context.ts'
import { HttpError, unauthorized } from '../http-error.ts'
import { isOwnPage } from '../local-request.ts'
import { answersOf } from '../openapi.ts'
import { claimBody } from '../schemas/rights.ts'

const EXPIRES_SECONDS = 30 * 86_400
const TRIES = { limit: 5, windowMs: 15 * 60_000, maxAddresses: 1 }
/** All tries count together: an address is cheap. */
const ANYBODY = 'anybody'

export function addClaimRoutes(app: FastifyInstance, context: ApiContext): void {
  const { claim, keys, owner, clock, logger } = context
  const attempts = new FailedAttempts(TRIES)

  app.get('/v1/gateway/claim', {
    schema: {
      summary: 'Whether the gateway has an owner yet.',
      operationId: 'get_v1_gateway_claim',
      tags: ['tokens'],
      security: [],
      response: answersOf('Claim', 'Whether it has.', []),
    },
    async handler() {
      return { claimed: claim?.isClaimed() ?? true }
    },
  })

  app.post('/v1/gateway/claim', {
    schema: {
      summary: 'Claims a gateway that has no owner yet: the first user token.',
      description:
        'Without a code from a page that was opened on the machine itself; from elsewhere with ' +
        'the code that stands in the log and that `odograph claim` prints.',
      operationId: 'post_v1_gateway_claim',
      tags: ['tokens'],
      security: [],
      body: claimBody,
      response: answersOf('Token', 'The user token of the owner.', [400, 401, 409, 429, 503]),
    },
    async handler(request) {
      if (claim === undefined || owner === undefined || claim.isClaimed()) throw isClaimed()
      const { code } = (request.body ?? {}) as NonNullable<z.output<typeof claimBody>>
      if (code !== undefined) checkCode(code, claim, attempts, clock.monotonic())
      else if (!isOwnPage(request)) throw needsCode()
      if (!taken(claim)) throw isClaimed()
      logger.info({ address: request.ip }, 'the gateway was claimed')
      const now = clock.now()
      return {
        token: await issueUserToken(keys, { sub: owner, expiresSeconds: EXPIRES_SECONDS, now }),
      }
    },
  })
}

function checkCode(code: string, claim: ClaimDesk, attempts: FailedAttempts, now: number): void {
  const wait = attempts.waitSeconds(ANYBODY, now)
  if (wait > 0) {
    const message = `Too many wrong codes; try again in ${wait} s.`
    throw new HttpError(429, message, { 'retry-after': String(wait) })
  }
  if (claim.matches(code)) return
  attempts.add(ANYBODY, now)
  throw unauthorized('This is not the code; odograph claim prints it on the gateway.')
}

function taken(claim: ClaimDesk): boolean {
  try {
    return claim.take()
  } catch (error) {
    const message = 'The claim cannot be kept: the card of the gateway cannot be written.'
    throw Object.assign(new HttpError(503, message), { cause: error })
  }
}

function isClaimed(): HttpError {
  return new HttpError(
    409,
    'This gateway has an owner; odograph token create makes further tokens on it.',
  )
}

function needsCode(): HttpError {
  return unauthorized(
    'Open the page on the gateway itself, or send {"code"}: odograph claim prints it there.',
  )
}
