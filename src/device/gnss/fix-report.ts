/**
 * What a receiver is doing, in a sentence, and its measurements to whom they concern. The same for
 * every protocol. A change of kind is told at once, other figures of the same kind once in ten seconds.
 */
import type { IssueCode } from '../../model/issue.ts'
import type { Clock, SourceEvents } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import type { OpenContext } from '../supervisor.ts'
import { type Fix, fixSignals } from './fix.ts'

export interface FixReportOptions {
  /** The port or address, as sentences name it. */
  place: string
  /** What to look at where nothing comes at all. */
  silence: string
  clock: Clock
  events: SourceEvents
  context: Pick<OpenContext, 'report'>
  counted: () => void
}

/** `lost`: there was a fix; `stuck`: it tells the same moment again and again. */
type Kind = 'silent' | 'searching' | 'fix' | 'lost' | 'stuck'

const SILENT_MS: Millis = 5000
const FIGURES_MS: Millis = 10_000

export class FixReport {
  dimensions: 2 | 3 | undefined
  readonly #options: FixReportOptions
  #kind: Kind = 'searching'
  #told = ''
  #heardAt: Millis
  #fixAt: Millis | undefined
  #figuresAt: Millis = Number.NEGATIVE_INFINITY
  #note = ''
  #hint = ''
  #nsat: number | undefined
  #hdop: number | undefined

  constructor(options: FixReportOptions) {
    this.#options = options
    this.#heardAt = options.clock.monotonic()
    this.#told = this.detail
  }

  /** Follows the sentence: how a set-up went, for example. */
  set note(note: string) {
    if (note === this.#note) return
    this.#note = note
    this.#figuresAt = Number.NEGATIVE_INFINITY
  }

  /** Instead of the usual sentence where there is no fix. */
  set hint(hint: string) {
    if (hint === this.#hint) return
    this.#hint = hint
    this.#figuresAt = Number.NEGATIVE_INFINITY
  }

  get hasFix(): boolean {
    return this.#kind === 'fix'
  }

  get detail(): string {
    return this.#note === '' ? this.#sentence() : `${this.#sentence()}; ${this.#note}`
  }

  issue(code: IssueCode, detail: string): void {
    const { clock, events, place } = this.#options
    events.issue({ code, at: place, detail, time: clock.now() * 1000 })
  }

  /** The receiver lives, whatever it says. */
  heard(): void {
    this.#options.counted()
    this.#heardAt = this.#options.clock.monotonic()
    if (this.#kind === 'silent') this.#become(this.#without())
  }

  forgetQuality(): void {
    this.#nsat = undefined
    this.#hdop = undefined
  }

  noFix(): void {
    this.#become(this.#without())
  }

  stuck(): void {
    this.#become('stuck')
  }

  /** A valid fix, or what belongs to one. */
  fix(fix: Fix): void {
    const { clock, events } = this.#options
    const time = clock.now() * 1000
    this.#fixAt = clock.monotonic()
    this.#nsat = fix.nsat ?? this.#nsat
    this.#hdop = fix.hdop ?? this.#hdop
    this.#become('fix')
    for (const signal of fixSignals) {
      const value = fix[signal]
      if (value !== undefined) events.measured?.(signal, value, time)
    }
  }

  /** Of a valid fix. */
  time(utc: Millis): void {
    const { clock, events } = this.#options
    events.time?.({ utc, monotonic: clock.monotonic() })
  }

  /** Every second or so. */
  tick(): void {
    const now = this.#options.clock.monotonic()
    if (now - this.#heardAt >= SILENT_MS) this.#become('silent')
    else if (this.#kind === 'fix' && now - (this.#fixAt ?? now) >= SILENT_MS) this.#become('lost')
    if (now - this.#figuresAt < FIGURES_MS || this.detail === this.#told) return
    this.#figuresAt = now
    this.#tell(true)
  }

  #without(): Kind {
    return this.#fixAt === undefined ? 'searching' : 'lost'
  }

  #become(kind: Kind): void {
    if (kind === this.#kind) return
    this.#kind = kind
    if (kind !== 'fix') {
      this.forgetQuality()
      this.dimensions = undefined
    }
    this.#tell(false)
  }

  #tell(isUpdate: boolean): void {
    this.#told = this.detail
    const state = this.#kind === 'silent' ? 'silent' : 'running'
    this.#options.context.report(state, this.#told, isUpdate)
  }

  #sentence(): string {
    const { place, silence, clock } = this.#options
    const age = Math.round((clock.monotonic() - (this.#fixAt ?? 0)) / 1000)
    switch (this.#kind) {
      case 'fix':
        return [`receiving positions from ${place}`, this.#figures()].filter(Boolean).join(': ')
      case 'searching':
        return `${place}: ${this.#hint || 'the receiver has no fix yet'}`
      case 'lost':
        return `${place}: ${this.#hint || 'the receiver has no fix'}, the last one is ${age} s old`
      case 'stuck':
        return `${place}: the receiver tells the same moment again and again; it may need a restart`
      case 'silent':
        return `${place}: ${this.#hint || silence}`
    }
  }

  #figures(): string {
    return [
      this.dimensions === undefined ? '' : `${this.dimensions}D`,
      this.#nsat === undefined ? '' : `${this.#nsat} satellites`,
      this.#hdop === undefined ? '' : `HDOP ${this.#hdop.toFixed(1)}`,
    ]
      .filter(Boolean)
      .join(', ')
  }
}
