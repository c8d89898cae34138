/**
 * Who may ask: the keys that tokens are verified with, the list of those that were issued, and what is
 * wrong with them.
 */
import { join } from 'node:path'
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
  readonly #tokens: TokenStore
  #unlisted: string | undefined

  constructor(options: RightsOptions) {
    const { settings, signingKey, tokens } = options
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
