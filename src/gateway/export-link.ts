/**
 * Links to exported files: `…/v1/export/{id}?token={expiry}.{proof}`. The expiry is in seconds since
 * 1970, base 36; the proof is HMAC-SHA-256 (RFC 2104) over id and expiry, base64url, with a key that
 * is derived (RFC 5869) from the gateway's secret. No link works at another gateway.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Millis } from '../model/time.ts'

const TOKEN = /^([0-9a-z]{1,9})\.([A-Za-z0-9_-]{43})$/

export class ExportLinks {
  readonly #key: Buffer

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'odograph export link', 32))
  }

  /** The token for a file until then, in whole seconds. */
  token(id: string, expires: Millis): string {
    const seconds = Math.floor(expires / 1000).toString(36)
    return `${seconds}.${this.#proof(id, seconds)}`
  }

  /** When the token ends; undefined if it is none for this file. */
  expiry(id: string, token: string): Millis | undefined {
    const [, seconds = '', proof = ''] = TOKEN.exec(token) ?? []
    const given = Buffer.from(proof)
    const right = Buffer.from(this.#proof(id, seconds))
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
    return Number.parseInt(seconds, 36) * 1000
  }

  #proof(id: string, seconds: string): string {
    return createHmac('sha256', this.#key).update(`${id}\u0000${seconds}`).digest('base64url')
  }
}
