/**
 * Where a call's token comes from: a text, a function, or the exchange of a user token for a
 * privilege token, which is made anew before it expires and when the gateway refuses it.
 */

export interface TokenSource {
  token(): Promise<string | undefined>
  /** The gateway refused this token. Whether another one may be had. */
  refused(token: string): boolean
}

export type TokenOption = string | (() => string | Promise<string>)

const RENEW_BEFORE_MS = 30_000

export function tokenSource(option: TokenOption | undefined): TokenSource {
  return {
    async token() {
      return typeof option === 'function' ? option() : option
    },
    refused: () => false,
  }
}

/** Keeps what `exchange` gives for as long as it is valid. */
export class RenewedToken implements TokenSource {
  readonly #exchange: () => Promise<string>
  readonly #now: () => number
  #kept: { token: string; expires: number } | undefined
  #pending: Promise<string> | undefined

  constructor(exchange: () => Promise<string>, now: () => number) {
    this.#exchange = exchange
    this.#now = now
  }

  async token(): Promise<string> {
    const kept = this.#kept
    if (kept !== undefined && this.#now() < kept.expires) return kept.token
    // Calls at the same time share one exchange.
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  refused(token: string): boolean {
    if (this.#kept?.token !== token) return true
    this.#kept = undefined
    return true
  }

  async #renew(): Promise<string> {
    const asked = this.#now()
    const token = await this.#exchange()
    this.#kept = { token, expires: asked + validForMs(token) - RENEW_BEFORE_MS }
    return token
  }
}

/**
 * From `iat` to `exp`, which does not depend on whether this clock and the gateway's agree; 0 for
 * what is no JWT with both.
 */
function validForMs(token: string): number {
  try {
    const [, payload = ''] = token.split('.')
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const { iat, exp } = JSON.parse(text) as { iat?: unknown; exp?: unknown }
    return typeof iat === 'number' && typeof exp === 'number' ? (exp - iat) * 1000 : 0
  } catch {
    // A token of another kind is used once.
    return 0
  }
}
