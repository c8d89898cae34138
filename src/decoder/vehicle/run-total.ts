/**
 * A run total: what a counter of the vehicle (engine hours, fuel used) has grown by since its first
 * reading here, whatever became of the counter. Pure; its state is plain data that is stored with
 * the records.
 *
 * A counter may be absent, go back to 0 or jump (another control unit, a battery taken off), so only
 * steps count that the engine can have made in the time. A step back by no more than the counter's
 * resolution is noise and changes nothing; one further back or too far forward begins a new segment:
 * nothing is added, and the next step counts from there. Each sender is a series with its own
 * offset to the total, as with the odometer of record, so that two of them are counted once.
 *
 * Until the vehicle has shown its counter, the total is estimated from a rate: the mean of two
 * readings over the time between them, where that is not too long to know. From the first reading of
 * the counter on only the counter counts.
 */
import type { Reading } from '../../model/reading.ts'
import type { CounterSeries, CounterState } from '../../model/record.ts'
import type { Micros } from '../../model/time.ts'

export interface CounterRules {
  /** Most that it can grow by in an hour. */
  perHour: number
  /** One step of the counter, or what two readings differ by at no time. */
  slack: number
  /** Growth per hour, out of a reading of the signal that it is estimated from. */
  rate: (value: number) => number
}

/** Readings of a rate that are further apart say nothing of the time between them. */
const MAX_RATE_GAP: Micros = 60_000_000
const MICROS_PER_HOUR = 3_600_000_000
const MAX_SERIES = 8
/** Residue of binary fractions. */
const EPSILON = 1e-9

/** `late`: of a time that was counted already; it adds nothing. */
export type CounterVerdict = 'counted' | 'segment' | 'noise' | 'late' | 'ignored'

export function newCounterState(): CounterState {
  return { total: 0, time: 0, segment: 0, estimated: true, series: {} }
}

/** Made for each record, and so by hand. */
export function copyOf(state: CounterState): CounterState {
  const series: Record<string, CounterSeries> = {}
  for (const key in state.series) series[key] = { ...(state.series[key] as CounterSeries) }
  const copy = { ...state, series }
  if (state.rate !== undefined) copy.rate = { ...state.rate }
  return copy
}

export class RunTotal {
  readonly state: CounterState
  readonly #rules: CounterRules
  /** The total as it was last told. */
  #told: number
  /** Whether what was added since was an estimate, though the counter is known by now. */
  #mixed = false

  constructor(rules: CounterRules, state: CounterState = newCounterState()) {
    this.#rules = rules
    this.state = copyOf(state)
    this.#told = this.state.total
  }

  /** A reading of the counter itself. */
  take(reading: Reading): CounterVerdict {
    const { value, time } = reading
    if (typeof value !== 'number' || reading.quality !== 'ok') return 'ignored'
    const { state } = this
    const key = `${reading.source}/${reading.sender}/${reading.rank}`
    const series = state.series[key]
    if (series !== undefined && time < series.time) return 'late'
    if (series === undefined) return this.#begin(key, value, time)
    const step = value - series.value
    const { slack } = this.#rules
    if (step < 0 && step >= -slack - EPSILON) {
      this.#reached(time)
      return 'noise'
    }
    const isPlausible = step >= 0 && step <= this.#most(time - series.time)
    if (!isPlausible && time < state.time) {
      // It begins anew when it is heard beyond the time that was counted already.
      delete state.series[key]
      return 'late'
    }
    series.value = value
    series.time = time
    if (!isPlausible) {
      state.segment += 1
      series.offset = value - state.total
    }
    state.total = Math.max(state.total, value - series.offset)
    this.#reached(time)
    return isPlausible ? 'counted' : 'segment'
  }

  /** Hot. A reading of what it is estimated from. */
  takeRate(reading: Reading): CounterVerdict {
    const { state } = this
    const { value, time } = reading
    if (!state.estimated || typeof value !== 'number' || reading.quality !== 'ok') return 'ignored'
    const last = state.rate
    if (time < state.time || (last !== undefined && time < last.time)) return 'late'
    const perHour = this.#rules.rate(value)
    if (last === undefined) state.rate = { perHour, time }
    else {
      if (time - last.time <= MAX_RATE_GAP) {
        const mean = Math.min((last.perHour + perHour) / 2, this.#rules.perHour)
        state.total += mean * ((time - last.time) / MICROS_PER_HOUR)
      }
      last.perHour = perHour
      last.time = time
    }
    this.#reached(time)
    return 'counted'
  }

  /** Total and whether any part of it that was not told before is an estimate. */
  tell(): { total: number; time: Micros; estimated: boolean } {
    const { total, time, estimated } = this.state
    const told = { total, time, estimated: estimated || this.#mixed }
    this.#told = total
    this.#mixed = false
    return told
  }

  /** The clock was set back: what was stamped later than `time` was heard by then. */
  notAfter(time: Micros): void {
    const { state } = this
    state.time = Math.min(state.time, time)
    for (const series of Object.values(state.series)) series.time = Math.min(series.time, time)
    // How long ago it was is not known any more.
    if (state.rate !== undefined && state.rate.time > time) delete state.rate
  }

  /** The clock became known: what it has stamped from `since` on was wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    const { state } = this
    // 0: nothing was counted yet.
    if (state.time > 0 && state.time >= since) state.time += delta
    for (const series of Object.values(state.series)) if (series.time >= since) series.time += delta
    if (state.rate !== undefined && state.rate.time >= since) state.rate.time += delta
  }

  /** A series that is heard for the first time adds nothing. */
  #begin(key: string, value: number, time: Micros): CounterVerdict {
    const { state } = this
    // An old recording does not tell what the vehicle does now.
    if (time < state.time) return 'late'
    if (state.estimated) {
      this.#mixed = state.total !== this.#told
      state.estimated = false
      delete state.rate
    }
    forgetOldest(state.series)
    state.series[key] = { value, time, offset: value - state.total }
    this.#reached(time)
    return 'counted'
  }

  #most(elapsed: Micros): number {
    const { perHour, slack } = this.#rules
    return (elapsed / MICROS_PER_HOUR) * perHour + slack + EPSILON
  }

  #reached(time: Micros): void {
    this.state.time = Math.max(this.state.time, time)
  }
}

function forgetOldest(series: Record<string, CounterSeries>): void {
  const keys = Object.keys(series)
  if (keys.length < MAX_SERIES) return
  keys.sort((a, b) => (series[a]?.time ?? 0) - (series[b]?.time ?? 0))
  delete series[keys[0] as string]
}
