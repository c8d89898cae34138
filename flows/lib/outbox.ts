/**
 * What a node has to send, on its way into the flow: a few at a time, and the next when those are
 * handled, so that a slow flow never stops Node-RED. Of what has the same key the newest counts;
 * beyond a limit the oldest goes. Both are counted.
 */
const LEAST = 1
const MOST = 200
/** A turn that takes longer is taken for too much at once. */
const LONG_MS = 20

export interface OutboxOptions<T> {
  send(item: T): void
  /** One was dropped. */
  dropped(): void
  limit: number
}

export class Outbox<T> {
  readonly #options: OutboxOptions<T>
  readonly #waiting = new Map<string | number, T>()
  #next = 0
  #batch = 32
  #isPumping = false
  #isClosed = false

  constructor(options: OutboxOptions<T>) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Without a key nothing takes its place. */
  push(item: T, key?: string): void {
    if (this.#isClosed) return
    if (key !== undefined && this.#waiting.has(key)) {
      this.#options.dropped()
    } else if (this.#waiting.size >= this.#options.limit) {
      const [oldest] = this.#waiting.keys()
      if (oldest !== undefined) this.#waiting.delete(oldest)
      this.#options.dropped()
    }
    this.#next += 1
    this.#waiting.set(key ?? this.#next, item)
    if (this.#isPumping) return
    this.#isPumping = true
    setImmediate(() => this.#pump())
  }

  close(): void {
    this.#isClosed = true
    this.#waiting.clear()
  }

  #pump(): void {
    const begun = performance.now()
    let left = this.#batch
    for (const [key, item] of this.#waiting) {
      if (left === 0) break
      left -= 1
      this.#waiting.delete(key)
      this.#options.send(item)
    }
    // Node-RED delivers in a turn of its own: that one comes before ours.
    setImmediate(() => {
      const took = performance.now() - begun
      const next = took > LONG_MS ? this.#batch / 2 : this.#batch * 2
      this.#batch = Math.min(Math.max(Math.floor(next), LEAST), MOST)
      if (this.#waiting.size > 0) this.#pump()
      else this.#isPumping = false
    })
  }
}
