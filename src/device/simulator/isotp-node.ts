/**
 * The control unit's side of ISO-TP with normal addressing (ISO 15765-2 as public knowledge), on
 * classic CAN. A long answer begins with its first frame and waits for flow control at most
 * 1000 ms (N_Bs), also after each block; it honours block size, separation time and WAIT, and ends
 * on overflow. Of a long request it takes all consecutive frames at once.
 */
import { type CanFrame, frameOf } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'

export interface IsotpNodeOptions {
  /** Identifier of its answers. */
  id: number
  extended: boolean
  /** What fills frames up to eight bytes; `none`: they end with the data. */
  padding: number | 'none'
  /** Puts a frame on the bus at its time. */
  put: (frame: CanFrame) => void
  /** A whole request. */
  request: (data: Uint8Array, time: Micros) => void
}

interface Sending {
  data: Uint8Array
  at: number
  count: number
  /** When the last frame before the awaited flow control went out. */
  waitsSince: Micros
}

interface Receiving {
  data: Uint8Array
  at: number
  count: number
  heard: Micros
}

const TIMEOUT: Micros = 1_000_000
/** A frame takes at least so long on the bus. */
const FRAME: Micros = 250
const FLOW_DELAY: Micros = 1500
const SINGLE = 7
const WIDTH = 7
const FIRST_WIDTH = 6

export class IsotpNode {
  readonly #options: IsotpNodeOptions
  #sending: Sending | undefined
  #receiving: Receiving | undefined
  #busyUntil: Micros = 0

  constructor(options: IsotpNodeOptions) {
    this.#options = options
  }

  /** Whether it is still at an answer. */
  isBusy(time: Micros): boolean {
    if (this.#sending !== undefined && time > this.#sending.waitsSince + TIMEOUT) {
      this.#sending = undefined
    }
    return this.#sending !== undefined || time < this.#busyUntil
  }

  /** Forgets what was under way. */
  reset(): void {
    this.#sending = undefined
    this.#receiving = undefined
    this.#busyUntil = 0
  }

  /** Sends a message, its first frame at `time`. */
  send(data: Uint8Array, time: Micros): void {
    this.#busyUntil = Math.max(this.#busyUntil, time)
    if (data.length <= SINGLE) {
      this.#put([data.length, ...data], time)
      return
    }
    const first = data.subarray(0, FIRST_WIDTH)
    this.#put([0x10 | (data.length >> 8), data.length & 0xff, ...first], time)
    this.#sending = { data, at: FIRST_WIDTH, count: 1, waitsSince: time }
  }

  /** A frame to this control unit alone. */
  receive({ data, length, time }: CanFrame): void {
    const pci = data[0]
    if (pci === undefined || length === 0) return
    if (pci >> 4 === 0) this.#single(data, length, time)
    else if (pci >> 4 === 1 && length === 8) this.#first(data, time)
    else if (pci >> 4 === 2) this.#consecutive(data, length, time)
    else if (pci >> 4 === 3 && length >= 3) this.#flow(pci & 0x0f, data, time)
  }

  #single(data: Uint8Array, length: number, time: Micros): void {
    const request = singleRequest(data, length)
    if (request === undefined || this.isBusy(time)) return
    this.#receiving = undefined
    this.#options.request(request, time)
  }

  #first(data: Uint8Array, time: Micros): void {
    const size = (((data[0] ?? 0) & 0x0f) << 8) | (data[1] ?? 0)
    if (size <= SINGLE || this.isBusy(time)) return
    const whole = new Uint8Array(size)
    whole.set(data.subarray(2, 8))
    this.#receiving = { data: whole, at: FIRST_WIDTH, count: 1, heard: time }
    this.#put([0x30, 0, 0], time + FLOW_DELAY)
  }

  #consecutive(data: Uint8Array, length: number, time: Micros): void {
    const receiving = this.#receiving
    if (receiving === undefined) return
    const isInOrder = ((data[0] ?? 0) & 0x0f) === (receiving.count & 0x0f)
    if (!isInOrder || time > receiving.heard + TIMEOUT) {
      this.#receiving = undefined
      return
    }
    const part = data.subarray(1, Math.min(length, 1 + receiving.data.length - receiving.at))
    receiving.data.set(part, receiving.at)
    receiving.at += part.length
    receiving.count += 1
    receiving.heard = time
    if (receiving.at < receiving.data.length) return
    this.#receiving = undefined
    this.#options.request(receiving.data, time)
  }

  #flow(state: number, data: Uint8Array, time: Micros): void {
    const sending = this.#sending
    if (sending === undefined || time < sending.waitsSince || !this.isBusy(time)) return
    if (state === 1) sending.waitsSince = time
    else if (state === 0) this.#block(sending, data[1] ?? 0, separation(data[2] ?? 0), time)
    else this.#sending = undefined
  }

  /** `size` 0: all that is left. */
  #block(sending: Sending, size: number, gap: Micros, time: Micros): void {
    const { data } = sending
    const left = Math.ceil((data.length - sending.at) / WIDTH)
    const frames = size === 0 ? left : Math.min(size, left)
    let at = time
    for (let i = 0; i < frames; i++) {
      at += Math.max(gap, FRAME)
      const part = data.subarray(sending.at, sending.at + WIDTH)
      this.#put([0x20 | (sending.count & 0x0f), ...part], at)
      sending.at += part.length
      sending.count += 1
    }
    this.#busyUntil = at
    sending.waitsSince = at
    if (sending.at >= data.length) this.#sending = undefined
  }

  #put(bytes: readonly number[], time: Micros): void {
    const { id, extended, padding, put } = this.#options
    const fill = padding === 'none' ? [] : new Array<number>(8 - bytes.length).fill(padding)
    put(frameOf(id, [...bytes, ...fill], { extended, time }))
  }
}

/** The request in a single frame; undefined for any other frame. */
export function singleRequest(data: Uint8Array, length: number): Uint8Array | undefined {
  const size = data[0] ?? 0
  return size >= 1 && size <= SINGLE && size < length ? data.slice(1, 1 + size) : undefined
}

/** STmin: 0–127 ms, or F1–F9 for 100–900 µs; anything else counts as the longest. */
function separation(byte: number): Micros {
  if (byte >= 0xf1 && byte <= 0xf9) return (byte - 0xf0) * 100
  return Math.min(byte, 0x7f) * 1000
}
