/**
 * Readings on their way to the gateway, with the time at which they were measured. While it does not
 * answer they wait, up to a limit; then the oldest goes, and its message is told so. What the gateway
 * refuses is not sent again.
 */
import { setTimeout } from 'node:timers/promises'
import { PaletteError } from './palette-error.ts'

const LIMIT = 1000
const BATCH = 100
const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 30_000

export interface NewReading {
  signal: string
  value: number | string | boolean
  /** RFC 3339. */
  time: string
}

export interface ReadingQueueOptions {
  /** Resolves to the signals that were refused. */
  post(readings: NewReading[]): Promise<string[]>
  /** How many wait now. */
  waiting(count: number): void
  limit?: number
  firstRetryMs?: number
}

interface Item {
  readings: readonly NewReading[]
  resolve: (refused: string[]) => void
  reject: (error: unknown) => void
}

export class ReadingQueue {
  readonly #options: ReadingQueueOptions
  #items: Item[] = []
  #running: Promise<void> | undefined
  readonly #stopping = new AbortController()

  constructor(options: ReadingQueueOptions) {
    this.#options = options
  }

  /** Resolves when the gateway has them, to those that it refused; rejects when they are given up. */
  add(readings: readonly NewReading[]): Promise<string[]> {
    const { limit = LIMIT } = this.#options
    return new Promise((resolve, reject) => {
      this.#items.push({ readings, resolve, reject })
      while (this.#items.length > limit) {
        this.#items.shift()?.reject(new PaletteError('given-up', { limit }))
      }
      this.#running ??= this.#run()
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const { reject } of this.#items.splice(0))
      reject(new PaletteError('given-up', { limit: this.#items.length }))
    await this.#running
  }

  async #run(): Promise<void> {
    const { firstRetryMs = FIRST_RETRY_MS, waiting } = this.#options
    const { signal } = this.#stopping
    let wait = firstRetryMs
    while (this.#items.length > 0 && !signal.aborted) {
      const batch = this.#nextBatch()
      try {
        const refused = await this.#options.post(batch.flatMap(({ readings }) => readings))
        for (const { readings, resolve } of batch) {
          resolve(readings.map((one) => one.signal).filter((name) => refused.includes(name)))
        }
        wait = firstRetryMs
      } catch (error) {
        if (!isPassing(error)) {
          await this.#oneByOne(batch, error)
          continue
        }
        this.#items.unshift(...batch)
        waiting(this.#items.length)
        await setTimeout(wait, undefined, { signal }).catch(() => undefined)
        wait = Math.min(wait * 2, LAST_RETRY_MS)
      }
      waiting(this.#items.length)
    }
    this.#running = undefined
  }

  #nextBatch(): Item[] {
    let count = 0
    const end = this.#items.findIndex(({ readings }, i) => {
      count += readings.length
      return i > 0 && count > BATCH
    })
    return this.#items.splice(0, end < 0 ? this.#items.length : end)
  }

  /** One of them is wrong: it alone shall suffer. */
  async #oneByOne(batch: readonly Item[], error: unknown): Promise<void> {
    const [only, second] = batch
    if (second === undefined) {
      only?.reject(error)
      return
    }
    for (const { readings, resolve, reject } of batch) {
      await this.#options.post([...readings]).then(resolve, reject)
    }
  }
}

/** Whether it may be well in a moment. */
function isPassing(error: unknown): boolean {
  const passing = ['unreachable', 'timeout', 'busy', 'gateway-failed', 'bad-answer']
  return error instanceof PaletteError && passing.includes(error.code)
}
