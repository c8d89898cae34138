/**
 * Failed attempts per address: after `limit` failures within a window that begins with the first,
 * the address has to wait for its end. Bounded: when full, the address that failed first is forgotten.
 */
import type { Millis } from '../../model/time.ts'

interface Failures {
  since: Millis
  count: number
}

export interface AttemptOptions {
  limit: number
  windowMs: Millis
  maxAddresses: number
}

const defaults: AttemptOptions = { limit: 20, windowMs: 60_000, maxAddresses: 4096 }

export class FailedAttempts {
  readonly #options: AttemptOptions
  readonly #failures = new Map<string, Failures>()

  constructor(options: Partial<AttemptOptions> = {}) {
    this.#options = { ...defaults, ...options }
  }

  /** Seconds that the address has to wait; 0 if it may try. `now` is monotonic. */
  waitSeconds(address: string, now: Millis): number {
    const key = networkOf(address)
    const failures = this.#failures.get(key)
    if (failures === undefined) return 0
    const left = failures.since + this.#options.windowMs - now
    if (left <= 0) {
      this.#failures.delete(key)
      return 0
    }
    return failures.count >= this.#options.limit ? Math.ceil(left / 1000) : 0
  }

  add(address: string, now: Millis): void {
    const key = networkOf(address)
    const failures = this.#failures.get(key)
    if (failures !== undefined && now - failures.since < this.#options.windowMs) {
      failures.count += 1
      return
    }
    this.#failures.delete(key)
    if (this.#failures.size >= this.#options.maxAddresses) {
      const [first] = this.#failures.keys()
      if (first !== undefined) this.#failures.delete(first)
    }
    this.#failures.set(key, { since: now, count: 1 })
  }
}

/** One IPv6 host can use a whole /64: count the network, not the address. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(8 - groups.length - rest.length, 0)
  return [...groups, ...Array<string>(zeros).fill('0'), ...rest].slice(0, 4).join(':')
}
