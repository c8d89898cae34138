/**
 * What goes wrong with ELM327 clones, as their users report it: names that can be switched while a
 * fake adapter runs. "Now and then" is one time in so many (`faultEvery`), by a seeded die.
 */
import { Random } from './random.ts'

export const elmFaults = {
  echo: 'ATE0 is answered OK, and the echo stays on',
  'no-prompt': 'the > is missing now and then',
  'no-cr': 'OK without the CR after it',
  fc: 'stray bytes 0xFC and 0x00 between lines',
  split: 'output cut at random places; a rest comes later',
  merge: 'lines glued together without CR now and then',
  garbage: 'line noise between lines now and then',
  stopped: 'STOPPED now and then, though nobody stopped it',
  'buffer-full': 'BUFFER FULL now and then, though it was not',
  'can-error': 'CAN ERROR instead of an answer now and then',
  unable: 'UNABLE TO CONNECT instead of an answer now and then',
  'rx-error': '<RX ERROR in lines now and then',
  'hang-at-al': 'ATAL hangs it',
  hang: 'chosen commands hang it',
  silent: 'says nothing at all',
  slow: 'at most eight requests a second',
  'headers-off': 'ATH1 is answered OK, and headers stay off',
  padding: 'with headers on, shows the bytes too that only fill a frame',
  'fake-version': 'claims to be v2.1 and knows no command of v1.3 or later',
  'no-csm': 'does not know ATCSM, and acknowledges frames while it monitors',
  'no-rv': 'cannot measure the voltage',
  shuffle: 'lines of one answer in another order',
  'wrong-bytes': 'a hex digit too few or too many in a line now and then',
  'low-voltage-reset': 'LV RESET now and then: all settings are gone',
  'bus-off': 'its CAN controller is off: nothing goes out, nothing comes in',
  sleep: 'sleeps after silence; the first character only wakes it',
} as const

export type ElmFault = keyof typeof elmFaults

/** The faults that are on, and the die. */
export class FaultDice {
  readonly faults: Set<ElmFault>
  readonly #every: number
  readonly #random: Random

  constructor(faults: Iterable<ElmFault>, every: number, seed: number) {
    this.faults = new Set(faults)
    this.#every = every
    this.#random = new Random(seed)
  }

  has(fault: ElmFault): boolean {
    return this.faults.has(fault)
  }

  /** Whether the fault is on and strikes this time. */
  strikes(fault: ElmFault): boolean {
    return this.faults.has(fault) && this.#random.below(this.#every) === 0
  }

  /** A whole number from 0 to `limit`, exclusive. */
  below(limit: number): number {
    return this.#random.below(limit)
  }

  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items]
    for (let i = rest.length - 1; i > 0; i--) {
      const other = this.below(i + 1)
      const kept = rest[i] as T
      rest[i] = rest[other] as T
      rest[other] = kept
    }
    return rest
  }

  /** A line with one hex digit dropped or doubled; a text without any stays as it is. */
  misspelt(line: string): string {
    const places = [...line.matchAll(/[0-9A-F]/g)].map((match) => match.index)
    const place = places[this.below(Math.max(places.length, 1))]
    if (place === undefined) return line
    const digit = this.below(2) === 0 ? '' : line.charAt(place).repeat(2)
    return line.slice(0, place) + digit + line.slice(place + 1)
  }
}
