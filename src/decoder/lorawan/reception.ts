/**
 * One transmission as several gateways heard it: the copies of a frame that come while its window
 * is open, and the uplink that they make together.
 */
import type { LoraFrame, LoraGateway, LoraRadio, LoraUplink } from '../../model/lora.ts'
import type { Millis } from '../../model/time.ts'

/**
 * How far a gateway's time may be from ours and still be believed. Not less: a gateway without a
 * clock of its own that lost its power yesterday starts with the time of yesterday, and then a
 * receiver of satellites is right and we are not. Not more: receivers that have no fix yet, or
 * count weeks from the wrong 1024, are off by years.
 */
const PLAUSIBLE_MS = 24 * 3_600_000
/** More gateways than ever hear one transmission; more are not listed. */
const MAX_GATEWAYS = 64

/** What a transmission says, whoever heard it. */
export type SentUplink = Omit<LoraUplink, 'gateways' | 'radio' | 'receivedAt' | 'timeSource'>

interface Copy {
  gateway: LoraGateway
  radio: LoraRadio
}

export class Reception {
  /** When the first copy came. */
  start: Millis
  readonly #uplink: SentUplink
  readonly #copies = new Map<string, Copy>()

  constructor(first: LoraFrame, uplink: SentUplink) {
    this.start = first.receivedAt
    this.#uplink = uplink
    this.add(first)
  }

  /** A gateway that repeats itself is listed once, as it heard best. */
  add({ gateway, radio }: LoraFrame): void {
    const known = this.#copies.get(gateway.id)
    const copy = { gateway: { ...gateway }, radio: { ...radio } }
    if (known === undefined ? this.#copies.size < MAX_GATEWAYS : betterFirst(copy, known) < 0) {
      this.#copies.set(gateway.id, copy)
    }
  }

  /** With all gateways so far, the best first, and what the best one says of the radio. */
  uplink(): LoraUplink {
    const copies = [...this.#copies.values()].sort(betterFirst)
    const gateways = copies.map(({ gateway }) => gateway)
    const time = gateways.find((gateway) => this.#isPlausible(gateway.time))?.time
    return {
      ...this.#uplink,
      receivedAt: time ?? this.start,
      timeSource: time === undefined ? 'clock' : 'gateway',
      gateways,
      radio: copies[0]?.radio ?? {},
    }
  }

  #isPlausible(time: Millis | undefined): boolean {
    return time !== undefined && Math.abs(time - this.start) <= PLAUSIBLE_MS
  }
}

/** By SNR, then RSSI; what is unknown comes last, and the first heard stays before its equals. */
function betterFirst(a: Copy, b: Copy): number {
  return descending(a.gateway.snr, b.gateway.snr) || descending(a.gateway.rssi, b.gateway.rssi)
}

function descending(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  return b === undefined ? -1 : b - a
}
