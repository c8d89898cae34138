/**
 * Texts that wallets sign to log in (in the form of EIP-4361): random, good for five minutes, taken
 * once, and for one address and one domain. Bounded, for anybody may ask for one: a network
 * that asks for many loses its own oldest, and nobody else's.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../model/ports.ts'
import { isoTime, type Millis } from '../../model/time.ts'
import { networkOf } from './attempts.ts'

export const CHALLENGE_MS: Millis = 300_000
const MAX_CHALLENGES = 1000
const MAX_OF_A_NETWORK = 20

export interface ChallengeRequest {
  /** With its checksum. */
  address: string
  /** Who asks for the login, as the client says: one line. */
  domain: string
  /** `openid` in it asks for an `id_token`. */
  scope: string
}

export interface Challenge extends ChallengeRequest {
  /** What is signed. */
  text: string
}

interface Waiting extends Challenge {
  network: string
  /** Monotonic. */
  until: Millis
}

export interface ChallengesOptions {
  clock: Clock
  random?: (bytes: number) => Buffer
}

export class Challenges {
  readonly #clock: Clock
  readonly #random: (bytes: number) => Buffer
  /** By state, the oldest first. */
  readonly #waiting = new Map<string, Waiting>()

  constructor({ clock, random = randomBytes }: ChallengesOptions) {
    this.#clock = clock
    this.#random = random
  }

  get size(): number {
    return this.#waiting.size
  }

  /** `uri`: of this gateway. `from`: the network address of who asks. */
  issue(
    request: ChallengeRequest,
    { uri, from }: { uri: string; from: string },
  ): { state: string; challenge: string } {
    const network = networkOf(from)
    this.#makeRoom(network)
    const state = this.#random(24).toString('base64url')
    const text = this.#text(request, uri)
    const until = this.#clock.monotonic() + CHALLENGE_MS
    this.#waiting.set(state, { ...request, text, network, until })
    return { state, challenge: text }
  }

  /** It is gone afterwards, whatever comes of it; undefined if there is none, or its time is over. */
  take(state: string): Challenge | undefined {
    const found = this.#waiting.get(state)
    this.#waiting.delete(state)
    return found === undefined || found.until <= this.#clock.monotonic() ? undefined : found
  }

  #text({ address, domain }: ChallengeRequest, uri: string): string {
    const now = this.#clock.now()
    return [
      `${new URL(uri).host} wants you to sign in with your Ethereum account:`,
      address,
      '',
      `Log in to the vehicle gateway, for ${domain}.`,
      '',
      `URI: ${uri}`,
      'Version: 1',
      'Chain ID: 1',
      `Nonce: ${this.#random(16).toString('hex')}`,
      `Issued At: ${isoTime(now)}`,
      `Expiration Time: ${isoTime(now + CHALLENGE_MS)}`,
    ].join('\n')
  }

  #makeRoom(network: string): void {
    const now = this.#clock.monotonic()
    for (const [state, { until }] of this.#waiting) if (until <= now) this.#waiting.delete(state)
    const own = [...this.#waiting].filter(([, waiting]) => waiting.network === network)
    if (own.length >= MAX_OF_A_NETWORK) this.#waiting.delete(own[0]?.[0] ?? '')
    if (this.#waiting.size >= MAX_CHALLENGES) {
      const [oldest = ''] = this.#waiting.keys()
      this.#waiting.delete(oldest)
    }
  }
}
