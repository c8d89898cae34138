/**
 * So much a second for each key, with a second's worth at once, for a bounded number of keys. What is
 * too much is counted, and told once a second with its number, so that telling costs little too.
 */
interface Bucket {
  tokens: number
  /** ms, monotonic. */
  filledAt: number
  toldAt: number
  dropped: number
}

const TELL_MS = 1000

export class RateLimit {
  readonly #perSecond: number
  readonly #keys: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(perSecond: number, keys = 1024) {
    this.#perSecond = perSecond
    this.#keys = keys
  }

  /**
   * `now` in ms, monotonic. True: go on. Else how many were dropped since it was last told, where it
   * is time to tell, or 0.
   */
  take(key: string, now: number): true | number {
    const bucket = this.#bucket(key, now)
    const gained = ((now - bucket.filledAt) / 1000) * this.#perSecond
    bucket.tokens = Math.min(bucket.tokens + gained, this.#perSecond)
    bucket.filledAt = now
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1
      return true
    }
    bucket.dropped += 1
    if (now - bucket.toldAt < TELL_MS) return 0
    const { dropped } = bucket
    bucket.toldAt = now
    bucket.dropped = 0
    return dropped
  }

  #bucket(key: string, now: number): Bucket {
    const known = this.#buckets.get(key)
    if (known !== undefined) {
      // The map is in the order of use: who is first was not heard for longest.
      this.#buckets.delete(key)
      this.#buckets.set(key, known)
      return known
    }
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size >= this.#keys && oldest !== undefined) this.#buckets.delete(oldest)
    const bucket = { tokens: this.#perSecond, filledAt: now, toldAt: -TELL_MS, dropped: 0 }
    this.#buckets.set(key, bucket)
    return bucket
  }
}
