/** What is said of devices that ask to join, where nobody here answers them. */
import type { Millis } from '../../model/time.ts'
import { Cmac } from './cmac.ts'
import type { JoinRequest } from './frame.ts'
import { isAuthenticJoin } from './join.ts'

const MAX_REMEMBERED = 256

export interface JoinVerdict {
  /** false: a key is known and does not fit. */
  isCredible: boolean
  detail: string
  /** A device of ours does it, which has lost its session or never had one. */
  isProblem: boolean
}

export class JoinWatch {
  readonly #keys: ReadonlyMap<string, Cmac>
  /** When requests first came, by their bytes. */
  readonly #seen = new Map<string, Millis>()

  constructor(keys: ReadonlyMap<string, Uint8Array>) {
    for (const [devEui, key] of keys) {
      if (key.length === 16) continue
      throw new RangeError(`the join key of ${devEui} has ${key.length} bytes instead of 16`)
    }
    this.#keys = new Map([...keys].map(([devEui, key]) => [devEui.toUpperCase(), new Cmac(key)]))
  }

  /** Whether another gateway has told the same just now; remembers it if not. */
  isCopy(bytes: string, now: Millis, windowMs: number): boolean {
    const first = this.#seen.get(bytes)
    if (first !== undefined && now >= first && now - first < windowMs) return true
    this.#seen.delete(bytes)
    for (const [oldest] of this.#seen) {
      if (this.#seen.size < MAX_REMEMBERED) break
      this.#seen.delete(oldest)
    }
    this.#seen.set(bytes, now)
    return false
  }

  judge(request: JoinRequest, hasSession: boolean): JoinVerdict {
    const { devEui, devNonce } = request
    const key = this.#keys.get(devEui)
    const isOurs = hasSession || key !== undefined
    if (key !== undefined && !isAuthenticJoin(request, key)) {
      return {
        isCredible: false,
        isProblem: false,
        detail: `a join request of ${devEui} does not fit its join key`,
      }
    }
    const who = key === undefined ? `${devEui} (not checked)` : `${devEui} (its MIC is right)`
    const advice = isOurs
      ? 'joins are not answered here: set the device to ABP with the session configured, or put a network server in between'
      : 'joins are not answered here'
    return {
      isCredible: true,
      isProblem: isOurs,
      detail: `${who} asks to join ${request.joinEui}, DevNonce ${devNonce}; ${advice}`,
    }
  }

  shift(delta: Millis, since: Millis): void {
    for (const [bytes, time] of this.#seen) if (time >= since) this.#seen.set(bytes, time + delta)
  }
}
