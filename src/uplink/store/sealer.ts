/**
 * Turns rows that are old enough into blocks, and keeps the journal within its limits: a step at a
 * time, so that nothing else waits for it. The reader's thread makes the blocks; the journal, which
 * alone writes, puts them in the place of their rows.
 */
import { messageOf } from '../../model/errors.ts'
import type { Logger } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import type { Timers } from '../outbox-port.ts'
import type { SealQuery } from './blocks/block-to-seal.ts'
import type { SealedBlock } from './blocks/sealed-block.ts'

export interface SealerOptions {
  journal: { seal(block: SealedBlock): void; retain(): boolean }
  /** The next block there is to make; undefined if none. */
  next: (query: SealQuery) => Promise<SealedBlock | undefined>
  boot: string
  /** Age at which rows are sealed. */
  after: Millis
  now: () => Millis
  /** Whether times may still change: then nothing is sealed. */
  isProvisional: () => boolean
  timers: Timers
  logger: Logger
}

const EVERY_MS: Millis = 60_000
const PAUSE_MS: Millis = 50

export class Sealer {
  readonly #options: SealerOptions
  #cancel: () => void = () => undefined
  #isStopped = true
  #step: Promise<void> = Promise.resolve()

  constructor(options: SealerOptions) {
    this.#options = options
  }

  start(): void {
    if (!this.#isStopped) return
    this.#isStopped = false
    this.#again(PAUSE_MS)
  }

  /** Resolves when no step is under way. Idempotent. */
  stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    return this.#step
  }

  #again(delay: Millis): void {
    this.#cancel = this.#options.timers.after(delay, () => {
      this.#step = this.#run().then((isMore) => {
        if (!this.#isStopped) this.#again(isMore ? PAUSE_MS : EVERY_MS)
      })
    })
  }

  /** Whether there may be more to do at once. Never rejects. */
  async #run(): Promise<boolean> {
    const { journal, next, boot, after, now, isProvisional, logger } = this.#options
    try {
      if (journal.retain()) return true
      if (isProvisional()) return false
      const block = await next({ before: now() - after, boot })
      if (block === undefined || this.#isStopped) return false
      journal.seal(block)
      return true
    } catch (error) {
      logger.debug({ detail: messageOf(error) }, 'old records were not sealed; tried again')
      return false
    }
  }
}
