/** Who may ask: the keys that tokens are verified with, and what is wrong with them. */
import { join } from 'node:path'
import type { TokenKeys, TrustedIssuer } from '../api/auth/tokens.ts'
import type { ApiConfig } from '../config/api-schema.ts'
import type { SigningKey } from '../config/identity.ts'
import type { Clock } from '../model/ports.ts'
import { withoutUndefined } from '../model/without-undefined.ts'
import { systemTimers } from '../uplink/outbox-port.ts'
import { createKeySet, type RunningKeySet } from './key-sets.ts'

export interface RightsOptions {
  settings: ApiConfig
  folder: string
  signingKey: SigningKey
  clock: Clock
  found: (sentence: string) => void
}

export class Rights {
  readonly keys: TokenKeys
  readonly #keySets: RunningKeySet[] = []

  constructor(options: RightsOptions) {
    const { settings, signingKey } = options
    const { issuer, auth } = settings
    this.keys = {
      signingKey,
      issuer,
      ...withoutUndefined({ audience: auth.audience }),
      trusted: this.#trusted(options),
    }
  }

  start(): void {
    for (const set of this.#keySets) set.start()
  }

  stop(): void {
    for (const set of this.#keySets) set.stop()
  }

  /** Sentences about what is wrong now. */
  findings(): string[] {
    return this.#keySets.flatMap((set) => set.finding() ?? [])
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
