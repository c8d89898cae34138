/**
 * Readings of one bus, lent to the sink. Hot: two objects are filled again and again, one for
 * numbers and one for everything else, so that a number is stored in place and nothing is allocated.
 * Their fields stand in different orders, which keeps them apart for the engine too.
 */
import type { Quality, Reading, ReadingSink, SignalValue } from '../model/reading.ts'
import type { SignalName } from '../model/signals.ts'
import type { Micros } from '../model/time.ts'

export class ReadingEmitter {
  readonly #sink: ReadingSink
  readonly #number: Reading
  readonly #other: Reading

  constructor(source: string, sink: ReadingSink) {
    this.#sink = sink
    this.#number = {
      value: 0.5,
      time: 0.5,
      signal: 'speed',
      quality: 'ok',
      source,
      sender: 0,
      rank: 0,
    }
    this.#other = {
      signal: 'vin',
      value: undefined,
      quality: 'absent',
      time: 0.5,
      source,
      sender: 0,
      rank: 0,
    }
  }

  number(signal: SignalName, value: number, rank: number, sender: number, time: Micros): void {
    const reading = this.#number
    reading.value = value
    reading.time = time
    reading.signal = signal
    reading.sender = sender
    reading.rank = rank
    this.#sink(reading)
  }

  /** A text or a truth value; no value where the sender says so (`absent`, `error`). */
  other(
    signal: SignalName,
    value: SignalValue | undefined,
    quality: Quality,
    rank: number,
    sender: number,
    time: Micros,
  ): void {
    const reading = this.#other
    reading.signal = signal
    reading.value = value
    reading.quality = quality
    reading.time = time
    reading.sender = sender
    reading.rank = rank
    this.#sink(reading)
  }

  any(
    signal: SignalName,
    value: SignalValue | undefined,
    quality: Quality,
    rank: number,
    sender: number,
    time: Micros,
  ): void {
    if (typeof value === 'number' && quality === 'ok')
      this.number(signal, value, rank, sender, time)
    else this.other(signal, value, quality, rank, sender, time)
  }

  /** The whole VIN and its last eight; absent where there is none. */
  vin(vin: string | undefined, sender: number, time: Micros): void {
    const quality = vin === undefined ? 'absent' : 'ok'
    this.other('vin', vin, quality, 0, sender, time)
    if (vin !== undefined) this.other('vinLast8', vin.slice(-8), quality, 0, sender, time)
  }
}
