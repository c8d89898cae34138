/**
 * The key sets of trusted issuers, from files and from the network, for the API to verify tokens
 * with. A file is read again when it changes. An address is asked at the start, each hour, and when a
 * token names a key that is not known, at most every five minutes; what it answered is kept in the
 * data folder, so that a gateway that starts offline verifies all the same. What fails is told in
 * `findings`, and what was known before stays in use.
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type KeySet, type KeySetSource, keySetFrom, noKeys } from '../api/auth/key-set.ts'
import { writeDurably } from '../config/durable-file.ts'
import { messageOf, systemCode } from '../model/errors.ts'
import type { Clock } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import type { Timers } from '../uplink/outbox-port.ts'

const HOUR_MS: Millis = 3_600_000
const MISSED_EVERY_MS: Millis = 300_000
/** After a failure, so that a gateway whose network comes late does not wait for an hour. */
const RETRY_MS: Millis = 60_000
const FETCH_TIMEOUT_MS: Millis = 10_000
const MAX_BYTES = 256 * 1024
/** How often it is looked whether a file has changed. */
const LOOK_EVERY_MS: Millis = 1000

export interface KeySetWorld {
  clock: Clock
  timers: Timers
  fetch: typeof fetch
  /** Folder of the answers that are kept. */
  folder: string
}

/** A source that runs until it is stopped. */
export interface RunningKeySet extends KeySetSource {
  start(): void
  stop(): void
  /** What is wrong with it, as a sentence. */
  finding(): string | undefined
}

export function createKeySet(place: string, world: KeySetWorld): RunningKeySet {
  return /^https?:\/\//.test(place) ? new FetchedKeySet(place, world) : new FileKeySet(place, world)
}

/** Keeps a set as it is while the same text comes again. */
class Newest {
  keys: KeySet = noKeys
  #text = ''

  /** Whether it is another one. Throws what `keySetFrom` does. */
  take(text: string): boolean {
    if (text === this.#text) return false
    this.keys = keySetFrom(text)
    this.#text = text
    return true
  }
}

class FileKeySet implements RunningKeySet {
  readonly #path: string
  readonly #clock: Clock
  readonly #newest = new Newest()
  #state = ''
  #lookedAt: Millis | undefined
  #problem: string | undefined

  constructor(path: string, { clock }: KeySetWorld) {
    this.#path = path
    this.#clock = clock
  }

  start(): void {
    this.#look()
  }

  stop(): void {
    // Nothing is open between two looks.
  }

  keys(): KeySet {
    const now = this.#clock.monotonic()
    if (this.#lookedAt === undefined || now - this.#lookedAt >= LOOK_EVERY_MS) this.#look()
    return this.#newest.keys
  }

  missed(): Promise<void> {
    this.#look()
    return Promise.resolve()
  }

  finding(): string | undefined {
    this.keys()
    return this.#problem
  }

  #look(): void {
    this.#lookedAt = this.#clock.monotonic()
    try {
      const { mtimeMs, size, ino } = statSync(this.#path)
      const state = `${mtimeMs} ${size} ${ino}`
      if (state === this.#state) return
      if (size > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES} bytes`)
      this.#newest.take(readFileSync(this.#path, 'utf8'))
      this.#state = state
      this.#problem = undefined
    } catch (error) {
      this.#state = ''
      const reason = systemCode(error) === 'ENOENT' ? 'does not exist' : messageOf(error)
      this.#problem = `Key set ${this.#path}: ${reason}${kept(this.#newest.keys)}`
    }
  }
}

class FetchedKeySet implements RunningKeySet {
  readonly #url: string
  readonly #world: KeySetWorld
  readonly #newest = new Newest()
  #cancel: (() => void) | undefined
  #fetching: Promise<void> | undefined
  #missedAt: Millis | undefined
  #problem: string | undefined
  #unkept: string | undefined
  #stopping = new AbortController()

  constructor(url: string, world: KeySetWorld) {
    this.#url = url
    this.#world = world
  }

  start(): void {
    try {
      this.#newest.take(readFileSync(this.#keptIn, 'utf8'))
    } catch {
      // Nothing was kept yet, or not whole: the address is asked anyway.
    }
    void this.#refresh()
  }

  stop(): void {
    this.#stopping.abort()
    this.#cancel?.()
  }

  keys(): KeySet {
    return this.#newest.keys
  }

  async missed(): Promise<void> {
    const now = this.#world.clock.monotonic()
    if (this.#fetching !== undefined) return await this.#fetching
    if (this.#missedAt !== undefined && now - this.#missedAt < MISSED_EVERY_MS) return
    this.#missedAt = now
    await this.#refresh()
  }

  finding(): string | undefined {
    return this.#problem ?? this.#unkept
  }

  get #keptIn(): string {
    const name = createHash('sha256').update(this.#url).digest('hex').slice(0, 32)
    return join(this.#world.folder, `${name}.json`)
  }

  #refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetch(): Promise<void> {
    this.#cancel?.()
    try {
      const text = await this.#answer()
      const isNew = this.#newest.take(text)
      this.#problem = undefined
      if (isNew) this.#keep(text)
    } catch (error) {
      const { cause } = error as { cause?: unknown }
      const reason = cause instanceof Error ? cause.message : messageOf(error)
      this.#problem = `Key set ${this.#url}: ${reason}${kept(this.#newest.keys)}`
    }
    if (this.#stopping.signal.aborted) return
    const pause = this.#problem === undefined ? HOUR_MS : RETRY_MS
    this.#cancel = this.#world.timers.after(pause, () => void this.#refresh())
  }

  async #answer(): Promise<string> {
    const limit = AbortSignal.timeout(FETCH_TIMEOUT_MS)
    const response = await this.#world.fetch(this.#url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.any([limit, this.#stopping.signal]),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`was answered with ${response.status}`)
    }
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  #keep(text: string): void {
    try {
      writeDurably(this.#keptIn, text)
      this.#unkept = undefined
    } catch (error) {
      this.#unkept = `Key set ${this.#url}: cannot be kept for a start offline: ${messageOf(error)}`
    }
  }
}

function kept({ keys }: KeySet): string {
  return keys.length === 0
    ? '; tokens of this issuer are refused'
    : '; the keys known before stay in use'
}
