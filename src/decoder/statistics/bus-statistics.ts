/**
 * What a bus carries: load, identifiers with their rhythm, gaps, and messages that are missing from
 * a rhythm. One pass, bounded memory, time passed in by the frames.
 */
import type { CanFrame } from '../../model/frame.ts'
import { MICROS_PER_SECOND, type Micros } from '../../model/time.ts'
import { pageOf, pduFormatOf } from '../can-id.ts'
import { bitsOf } from './frame-bits.ts'

/** More identifiers than a bus can carry in a sensible vehicle; further ones are only counted. */
const MAX_IDS = 8192
/** A stretch without any frame that is worth telling. */
const GAP: Micros = MICROS_PER_SECOND
/** Periods heard before a rhythm is believed, and how far it may sway. */
const LEARNING = 16
const SWAY = 0.25
const MISSED = 1.7

export interface IdStatistics {
  readonly id: number
  readonly extended: boolean
  count: number
  last: Micros
  minLength: number
  maxLength: number
  minPeriod: Micros
  maxPeriod: Micros
  /** Running mean of the period, and of its distance from it. */
  period: Micros
  sway: Micros
  /** How many messages its rhythm lacks; an estimate. */
  missing: number
}

export interface Gap {
  start: Micros
  length: Micros
}

export class BusStatistics {
  frames = 0
  remote = 0
  errors = 0
  fd = 0
  first: Micros | undefined
  last: Micros = 0
  nominalBits = 0
  dataBits = 0
  /** Most bits within a second of the recording, nominal and data rate together. */
  peakBits = 0
  /** Times at which the clock went backwards. */
  setBack = 0
  gaps = 0
  longestGap: Gap | undefined
  /** Frames of identifiers beyond the number that is kept apart. */
  others = 0
  readonly ids = new Map<number, IdStatistics>()
  #second = 0
  #secondBits = 0

  frame(frame: CanFrame): void {
    this.#time(frame.time)
    if (frame.error) {
      this.errors += 1
      return
    }
    const { nominal, data } = bitsOf(frame)
    this.nominalBits += nominal
    this.dataBits += data
    this.#secondBits += nominal + data
    this.peakBits = Math.max(this.peakBits, this.#secondBits)
    if (frame.remote) {
      this.remote += 1
      return
    }
    this.frames += 1
    if (frame.fd) this.fd += 1
    this.#id(frame)
  }

  get duration(): Micros {
    return this.first === undefined ? 0 : this.last - this.first
  }

  #time(time: Micros): void {
    if (this.first === undefined) this.first = time
    else if (time < this.last) this.setBack += 1
    else if (time - this.last >= GAP) {
      this.gaps += 1
      const length = time - this.last
      if (length > (this.longestGap?.length ?? 0)) this.longestGap = { start: this.last, length }
    }
    const second = Math.floor((time - this.first) / MICROS_PER_SECOND)
    if (second !== this.#second) this.#secondBits = 0
    this.#second = second
    this.last = Math.max(this.last, time)
  }

  #id({ id, extended, length, time }: CanFrame): void {
    const key = extended ? id + 0x20000000 : id
    const known = this.ids.get(key)
    if (known !== undefined) {
      known.count += 1
      known.minLength = Math.min(known.minLength, length)
      known.maxLength = Math.max(known.maxLength, length)
      rhythm(known, time)
      return
    }
    if (this.ids.size >= MAX_IDS) {
      this.others += 1
      return
    }
    this.ids.set(key, {
      id,
      extended,
      count: 1,
      last: time,
      minLength: length,
      maxLength: length,
      minPeriod: Number.POSITIVE_INFINITY,
      maxPeriod: 0,
      period: 0,
      sway: 0,
      missing: 0,
    })
  }
}

/** Formats of the transport protocols' data and of diagnostic messages: they come in bursts. */
const BURSTS: ReadonlySet<number> = new Set([0xeb, 0xc7, 0xda, 0xdb])

function canBeSteady({ id, extended }: IdStatistics): boolean {
  return extended ? !BURSTS.has(pduFormatOf(id)) : (id & 0x700) !== 0x700
}

function rhythm(known: IdStatistics, time: Micros): void {
  const elapsed = time - known.last
  known.last = time
  if (elapsed < 0) return
  known.minPeriod = Math.min(known.minPeriod, elapsed)
  known.maxPeriod = Math.max(known.maxPeriod, elapsed)
  const isSteady = canBeSteady(known) && known.count > LEARNING && known.sway < SWAY * known.period
  if (isSteady && elapsed > MISSED * known.period && known.period > 0) {
    known.missing += Math.round(elapsed / known.period) - 1
    return
  }
  if (known.count === 2) known.period = elapsed
  const distance = elapsed - known.period
  known.sway += (Math.abs(distance) - known.sway) / LEARNING
  known.period += distance / LEARNING
}

/** J1939 knows no slower ones than 250 kbit/s. */
const usualBitrates = [125_000, 250_000, 500_000, 1_000_000] as const

/** The slowest usual bit rate that could have carried it. */
export function likelyBitrate({ peakBits, ids }: BusStatistics): number {
  const groups = [...ids.values()].filter(({ id, extended }) => extended && pageOf(id) < 2)
  const least = groups.length * 2 > ids.size ? 250_000 : 0
  return usualBitrates.find((rate) => rate >= least && peakBits <= rate) ?? 1_000_000
}
