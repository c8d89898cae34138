/**
 * Who is asking: the bearer token of a request, verified. Tokens that were found valid are
 * remembered by their hash, which saves the signature check and keeps clients with a good token
 * working while another client at the same address is held off for its failures.
 */
import { hash as digest } from 'node:crypto'
import type { Clock } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import { HttpError, unauthorized } from '../http-error.ts'
import { FailedAttempts } from './attempts.ts'
import { type TokenKeys, TokenRefused, TokenVerifier, type VerifiedToken } from './tokens.ts'

const MAX_REMEMBERED = 1000
const SCHEME = 'bearer '

export interface Credentials {
  /** The Authorization header. */
  authorization: string | undefined
  address: string
}

export class Authenticator {
  readonly #verifier: TokenVerifier
  readonly #clock: Clock
  readonly #attempts = new FailedAttempts()
  readonly #remembered = new Map<string, VerifiedToken>()

  constructor(keys: TokenKeys, clock: Clock) {
    this.#verifier = new TokenVerifier(keys)
    this.#clock = clock
  }

  /** Throws 401, or 429 after too many failures. `invalid` begins the message of a 401. */
  async identify(credentials: Credentials, invalid: string): Promise<VerifiedToken> {
    const token = bearer(credentials.authorization)
    if (token === undefined) {
      throw unauthorized(`${invalid} Send a token in the header "Authorization: Bearer <token>".`)
    }
    const now = this.#clock.now()
    const hash = digest('sha256', token, 'base64')
    const known = this.#remembered.get(hash)
    if (known !== undefined && this.#isValid(known, now)) return known
    this.#remembered.delete(hash)
    return this.#verify(token, hash, credentials.address, now, invalid)
  }

  /** Whether a token that was good is so now: neither expired nor revoked. */
  isStillGood(token: VerifiedToken): boolean {
    return this.#isValid(token, this.#clock.now())
  }

  #isValid(token: VerifiedToken, now: Millis): boolean {
    return token.notBefore <= now && now < token.expires && this.#verifier.vouchesFor(token)
  }

  async #verify(
    token: string,
    hash: string,
    address: string,
    now: Millis,
    invalid: string,
  ): Promise<VerifiedToken> {
    const wait = this.#attempts.waitSeconds(address, this.#clock.monotonic())
    if (wait > 0) throw tooManyFailures(wait)
    try {
      const verified = await this.#verifier.verify(token, now)
      this.#remember(hash, verified)
      return verified
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      this.#attempts.add(address, this.#clock.monotonic())
      throw unauthorized(`${invalid} ${error.message}`)
    }
  }

  #remember(hash: string, verified: VerifiedToken): void {
    if (this.#remembered.size >= MAX_REMEMBERED) {
      const [oldest] = this.#remembered.keys()
      if (oldest !== undefined) this.#remembered.delete(oldest)
    }
    this.#remembered.set(hash, verified)
  }
}

function tooManyFailures(waitSeconds: number): HttpError {
  const message = `Too many failed attempts from this address; try again in ${waitSeconds} s.`
  return new HttpError(429, message, { 'retry-after': String(waitSeconds) })
}

/**
 * RFC 6750, 2.1; the name of the scheme in any case (RFC 9110, 11.1). Hot: a pattern over the whole
 * token would take as long as all the rest.
 */
function bearer(header = ''): string | undefined {
  if (header.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined
  const token = header.slice(SCHEME.length).trim()
  return token === '' || /\s/.test(token) ? undefined : token
}
