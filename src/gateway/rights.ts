/**
 * Who may ask: the keys that tokens are verified with, the list of those that were issued, and what is
 * wrong with them.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import type { ClaimDesk } from '../api/auth/claim.ts'
import type { TokenRegister } from '../api/auth/token-register.ts'
import type { TokenKeys, TrustedIssuer } from '../api/auth/tokens.ts'
import type { ApiConfig } from '../config/api-schema.ts'
import type { SigningKey } from '../config/identity.ts'
import { messageOf } from '../model/errors.ts'
import type { Clock } from '../model/ports.ts'
import { withoutUndefined } from '../model/without-undefined.ts'
import { systemTimers } from '../uplink/outbox-port.ts'
import { createKeySet, type RunningKeySet } from './key-sets.ts'
import type { TokenStore } from './token-register.ts'

export interface RightsOptions {
  settings: ApiConfig
  folder: string
  signingKey: SigningKey
  tokens: TokenStore
  clock: Clock
  found: (sentence: string) => void
}

export class Rights {
  readonly keys: TokenKeys
  readonly #keySets: RunningKeySet[] = []
  readonly #settings: ApiConfig
  readonly #tokens: TokenStore
  #unlisted: string | undefined

  constructor(options: RightsOptions) {
    const { settings, signingKey, tokens } = options
    this.#settings = settings
    this.#tokens = tokens
    const { issuer, auth } = settings
    this.keys = {
      signingKey,
      issuer,
      ...withoutUndefined({ audience: auth.audience }),
      trusted: this.#trusted(options),
      register: this.#register(tokens),
    }
  }

  start(): void {
    for (const set of this.#keySets) set.start()
  }

  stop(): void {
    for (const set of this.#keySets) set.stop()
    this.#tokens.close()
  }

  /** Sentences about what is wrong now. */
  findings(): string[] {
    return [
      ...this.#keySets.flatMap((set) => set.finding() ?? []),
      ...(this.#unlisted === undefined ? [] : [this.#unlisted]),
    ]
  }

  /** Whether the gateway has an owner, or the configuration says so. */
  isClaimed(): boolean {
    return this.#settings.claimed || this.#tokens.isClaimed
  }

  /** Why the API may not be open to others. */
  restriction(): string | undefined {
    if (this.isClaimed()) return undefined
    return 'it has no owner yet. Open its page on the machine itself, run "odograph token create --user", or send the code that "odograph claim" prints to POST /v1/gateway/claim.'
  }

  /** What to send from elsewhere; undefined where it has an owner. */
  claimCode(): string | undefined {
    try {
      return this.isClaimed() ? undefined : this.#tokens.claimCode()
    } catch {
      return undefined // The card cannot be written: it is told elsewhere.
    }
  }

  get desk(): ClaimDesk {
    return {
      isClaimed: () => this.isClaimed(),
      matches: (code) => isSame(code, this.claimCode()),
      take: () => {
        if (this.isClaimed()) return false
        this.#tokens.setClaimed()
        return true
      },
    }
  }

  /** A card that cannot be written stops nobody from getting a token; it ends soon, or with its parent. */
  #register(tokens: TokenStore): TokenRegister {
    return {
      add: (token) => {
        try {
          tokens.add(token)
          this.#unlisted = undefined
        } catch (error) {
          this.#unlisted = `Issued tokens cannot be listed: ${messageOf(error)}`
        }
      },
      isRevoked: (token) => tokens.isRevoked(token),
      list: () => tokens.list(),
      revoke: (id) => tokens.revoke(id),
    }
  }

  #trusted({ settings, folder, clock, found }: RightsOptions): TrustedIssuer[] {
    const taken = new Set([settings.issuer])
    const world = { clock, timers: systemTimers, fetch, folder: join(folder, 'key-sets') }
    return settings.auth.issuers.flatMap(({ issuer, audience, jwks }) => {
      if (taken.has(issuer)) {
        found(
          `api.auth.issuers: "${issuer}" is taken, by the gateway itself (api.issuer) or an issuer before it; the later one is left out`,
        )
        return []
      }
      taken.add(issuer)
      const source = createKeySet(jwks, world)
      this.#keySets.push(source)
      return [
        {
          issuer,
          ...withoutUndefined({ audience: audience ?? settings.auth.audience }),
          jwks: source,
        },
      ]
    })
  }
}

/** However it is typed; takes as long whatever is wrong with it. */
function isSame(given: string, code: string | undefined): boolean {
  if (code === undefined) return false
  const [left, right] = [given, code].map((text) =>
    createHash('sha256').update(text.toUpperCase().replace(/[\s-]/g, '')).digest(),
  )
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}
