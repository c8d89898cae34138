/**
 * Buses by name and by number, for formats that number them: `can0`, `can1`, … are the channels
 * from a first number on (BLF counts from 1, MF4 as the names do).
 */
import { countLeft } from './format.ts'

/** More than any recorder has; a limit for damaged files. */
const MAX_BUSES = 256

/** Finds the bus index of a channel number; remembers what it found. Hot. */
export class ChannelBuses {
  readonly #buses: string[]
  readonly #first: number
  readonly #known = new Map<number, number>()

  constructor(buses: string[], first: number) {
    this.#buses = buses
    this.#first = first
  }

  /** Undefined for what is no channel number, and for one bus too many. */
  bus(channel: number): number | undefined {
    return this.#known.get(channel) ?? this.#find(channel)
  }

  #find(channel: number): number | undefined {
    const number = channel - this.#first
    if (!Number.isInteger(number) || number < 0 || number > 0xffff) return undefined
    const name = `can${number}`
    let bus = this.#buses.indexOf(name)
    if (bus < 0) {
      if (this.#buses.length >= MAX_BUSES) return undefined
      bus = this.#buses.push(name) - 1
    }
    this.#known.set(channel, bus)
    return bus
  }
}

/** Finds the channel number to write for a bus name: that of the name, or else a free one. */
export class BusChannels {
  readonly #first: number
  readonly #last: number
  readonly #left: Map<string, number>
  readonly #known = new Map<string, number>()

  constructor(first: number, last: number, left: Map<string, number>) {
    this.#first = first
    this.#last = last
    this.#left = left
  }

  channel(bus: string): number {
    return this.#known.get(bus) ?? this.#choose(bus)
  }

  #choose(bus: string): number {
    const used = new Set(this.#known.values())
    const number = /^can(\d{1,5})$/.exec(bus)?.[1]
    let channel = number === undefined ? -1 : Number(number) + this.#first
    if (channel < 0 || channel > this.#last || used.has(channel)) {
      countLeft(this.#left, 'name of a bus')
      channel = this.#first
      while (used.has(channel) && channel < this.#last) channel += 1
    }
    this.#known.set(bus, channel)
    return channel
  }
}
