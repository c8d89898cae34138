/**
 * Login with a wallet, as clients of the hosted API do it at its auth server: they ask for a challenge,
 * sign it, and get a user token. Requests are forms, or JSON; a challenge can be asked for in the query.
 * Routes and fields: the public developer SDKs of DIMO (data-sdk, dimo-python-sdk).
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { FailedAttempts } from '../auth/attempts.ts'
import { type Challenge, Challenges } from '../auth/challenges.ts'
import { issueUserToken } from '../auth/tokens.ts'
import {
  isVerifiable,
  signatureHex,
  signerOf,
  UNVERIFIABLE,
  walletAddress,
} from '../auth/wallet-signature.ts'
import type { ApiContext } from '../context.ts'
import { badRequest, HttpError, unauthorized } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import {
  type ChallengeFields,
  challengeFields,
  type SignatureFields,
  signatureFields,
} from '../schemas/wallet-login.ts'

const FORM = 'application/x-www-form-urlencoded'
const EXPIRES_SECONDS = 86_400

/** A submitted challenge, in right form. */
interface Signed {
  state: string
  domain: string
  /** Hexadecimal, 65 bytes. */
  signature: string
}

export async function addWalletRoutes(app: FastifyInstance, context: ApiContext): Promise<void> {
  const challenges = new Challenges({ clock: context.clock })
  // Forms are read here and nowhere else.
  await app.register(async (scope) => {
    scope.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    )
    addChallenge(scope, context, challenges)
    addSubmit(scope, context, challenges)
  })
}

function addChallenge(app: FastifyInstance, context: ApiContext, challenges: Challenges): void {
  app.post('/auth/web3/generate_challenge', {
    schema: {
      summary: 'A text to sign with a wallet, to log in as the owner.',
      description: 'As a form, as JSON, or in the query.',
      operationId: 'post_auth_web3_generate_challenge',
      tags: ['tokens'],
      security: [],
      consumes: [FORM, 'application/json'],
      querystring: challengeFields,
      body: challengeFields.nullish(),
      response: answersOf('WalletChallenge', 'The challenge.', [400]),
    },
    async handler(request) {
      const fields = fieldsOf<ChallengeFields>(request)
      const address = walletAddress(fields.address ?? '')
      if (address === undefined) {
        throw badRequest(
          'address must be an Ethereum address: 0x and 40 hexadecimal digits, in one case or with a right checksum.',
        )
      }
      const { domain = '', scope = '', response_type: wanted = 'code' } = fields
      if (!/^[\x21-\x7e]{1,256}$/.test(domain)) {
        throw badRequest('domain must say who asks for the login: up to 256 characters, no spaces.')
      }
      if (wanted !== 'code') throw badRequest('response_type must be code.')
      const uri = context.walletLogin?.url() ?? 'http://localhost'
      return challenges.issue({ address, domain, scope }, { uri, from: request.ip })
    },
  })
}

function addSubmit(app: FastifyInstance, context: ApiContext, challenges: Challenges): void {
  const { clock, keys, logger } = context
  const attempts = new FailedAttempts()
  app.post('/auth/web3/submit_challenge', {
    schema: {
      summary: 'A user token for a signed challenge.',
      description:
        'Only signatures of accounts (EIP-191) can be verified without a network, those of contracts cannot.',
      operationId: 'post_auth_web3_submit_challenge',
      tags: ['tokens'],
      security: [],
      consumes: [FORM, 'application/json'],
      body: signatureFields,
      response: answersOf('WalletToken', 'The token.', [400, 401, 429]),
    },
    async handler(request) {
      const signed = signedOf(request.body as SignatureFields)
      const wait = attempts.waitSeconds(request.ip, clock.monotonic())
      if (wait > 0) throw tooMany(wait)
      const challenge = challenges.take(signed.state)
      const subject = subjectOf(context, challenge, signed)
      if (subject instanceof HttpError || challenge === undefined) {
        attempts.add(request.ip, clock.monotonic())
        throw subject
      }
      const { address, scope } = challenge
      const token = await issueUserToken(keys, {
        sub: subject,
        ethereumAddress: address,
        expiresSeconds: EXPIRES_SECONDS,
        now: clock.now(),
      })
      logger.info({ address, user: subject }, 'a wallet has logged in')
      return {
        access_token: token,
        token_type: 'bearer',
        expires_in: EXPIRES_SECONDS,
        ...(scope.split(/[ +]/).includes('openid') ? { id_token: token } : {}),
      }
    },
  })
}

/** Who has signed, or why nobody has. */
function subjectOf(
  context: ApiContext,
  challenge: Challenge | undefined,
  { signature, domain }: Signed,
): string | HttpError {
  if (challenge === undefined) {
    return unauthorized(
      'Invalid state: the challenge was never given, is used, or is older than five minutes. Ask for a new one.',
    )
  }
  if (domain !== challenge.domain) {
    return unauthorized('The challenge was given for another domain. Ask for a new one.')
  }
  if (signerOf(signature, challenge.text) !== challenge.address) {
    return unauthorized(
      `Invalid signature: it is not that of ${challenge.address} over the challenge (EIP-191). Ask for a new one.`,
    )
  }
  const subject = ownerWith(challenge.address, context)
  return (
    subject ??
    unauthorized(
      `${challenge.address} owns nothing here: the owner's address is gateway.ownerAddress of the configuration.`,
    )
  )
}

function ownerWith(address: string, { walletLogin, gateway }: ApiContext): string | undefined {
  const isIt = (text: string | undefined) => text?.toLowerCase() === address.toLowerCase()
  if (walletLogin !== undefined && isIt(walletLogin.ownerAddress)) return walletLogin.owner
  return gateway.vehicles().find(({ owner }) => isIt(owner))?.owner
}

function signedOf({ state, domain, signature }: SignatureFields): Signed {
  const hex = signatureHex(signature)
  if (!isVerifiable(hex)) throw badRequest(`signature ${UNVERIFIABLE}.`)
  return { state, domain, signature: hex }
}

function fieldsOf<Fields extends object>({ query, body }: FastifyRequest): Fields {
  return { ...(query as Fields), ...(body as Fields | null | undefined) }
}

function tooMany(seconds: number): HttpError {
  const message = `Too many failed attempts from this address; try again in ${seconds} s.`
  return new HttpError(429, message, { 'retry-after': String(seconds) })
}
