/**
 * The half of a u-blox receiver that listens: it tells its version, acknowledges what it is set to and
 * remembers it. Of generation M10 it knows values by key and none of the older messages, of M8 the
 * other way round.
 */
import { NmeaStream } from '../gnss/nmea-stream.ts'
import { ubxFrame } from '../gnss/ubx-frame.ts'
import { ubx } from '../gnss/ubx-messages.ts'

export interface UbloxReceiverOptions {
  write: (bytes: Uint8Array) => void
  generation?: 'M8' | 'M10'
  /** Messages, or keys, that it refuses. */
  refuses?: readonly number[]
}

const SIZES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4 }
const RATE_KEY = 0x30210001
const MODELS = {
  M8: { hardware: '00080000', texts: ['FWVER=SPG 3.01', 'PROTVER=18.00'] },
  M10: { hardware: '000A0000', texts: ['FWVER=SPG 5.10', 'PROTVER=34.10', 'MOD=MAX-M10S'] },
}
/** GPS, SBAS, Galileo, BeiDou, IMES, QZSS, GLONASS: all but Galileo and BeiDou on. */
const SYSTEMS = [0, 1, 2, 3, 4, 5, 6]
const OFF = [2, 3, 4]

export class UbloxReceiver {
  /** What it was set to by key. */
  readonly values = new Map<number, number>()
  /** What it was set to by message, the newest of each. */
  readonly messages = new Map<number, Uint8Array>()
  /** Layers that values were written to, as bits: 1 is memory alone. */
  layers = 0
  readonly #options: UbloxReceiverOptions
  readonly #stream: NmeaStream

  constructor(options: UbloxReceiverOptions) {
    this.#options = options
    this.#stream = new NmeaStream({
      line: () => undefined,
      junk: () => undefined,
      frame: (type, payload) => this.#frame(type, payload),
    })
  }

  get periodMs(): number {
    const rate = this.messages.get(ubx.cfgRate)
    const told = rate === undefined ? undefined : (rate[0] ?? 0) + 256 * (rate[1] ?? 0)
    return this.values.get(RATE_KEY) ?? told ?? 1000
  }

  receive(bytes: Uint8Array): void {
    this.#stream.push(bytes)
  }

  #frame(type: number, payload: Uint8Array): void {
    const { generation = 'M10', write, refuses = [] } = this.#options
    if (type === ubx.monVer) {
      write(ubxFrame(type, version(generation)))
      return
    }
    const isKnown = (type === ubx.cfgValset) === (generation === 'M10') && !refuses.includes(type)
    const isDone = isKnown && this.#take(type, payload)
    write(ubxFrame(isDone ? ubx.ackAck : ubx.ackNak, [type >> 8, type & 0xff]))
  }

  #take(type: number, payload: Uint8Array): boolean {
    if (type === ubx.cfgValset) return this.#byKey(payload)
    if (payload.length > 0) {
      this.messages.set(type, payload.slice())
      return true
    }
    if (type === ubx.cfgPrt) this.#options.write(ubxFrame(type, port()))
    else if (type === ubx.cfgGnss) this.#options.write(ubxFrame(type, systems()))
    else return false
    return true
  }

  #byKey(payload: Uint8Array): boolean {
    const { refuses = [] } = this.#options
    const found: [number, number][] = []
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
    for (let at = 4; at < payload.length; ) {
      const key = view.getUint32(at, true)
      const size = SIZES[(key >>> 28) & 7]
      if (size === undefined || refuses.includes(key)) return false
      const value = size === 1 ? view.getUint8(at + 4) : view.getUint16(at + 4, true)
      found.push([key, value])
      at += 4 + size
    }
    this.layers |= payload[1] ?? 0
    for (const [key, value] of found) this.values.set(key, value)
    return true
  }
}

function version(generation: 'M8' | 'M10'): number[] {
  const { hardware, texts } = MODELS[generation]
  const field = (text: string, size: number) => [...Buffer.from(text.padEnd(size, '\0'), 'latin1')]
  return [
    ...field('ROM SPG', 30),
    ...field(hardware, 10),
    ...texts.flatMap((text) => field(text, 30)),
  ]
}

/** A serial port at 9600 baud that speaks NMEA alone. */
function port(): number[] {
  return [1, 0, 0, 0, 0xc0, 0x08, 0, 0, 0x80, 0x25, 0, 0, 0x07, 0, 0x02, 0, 0, 0, 0, 0]
}

function systems(): number[] {
  const blocks = SYSTEMS.flatMap((id) => [id, 1, 8, 0, OFF.includes(id) ? 0 : 1, 0, 1, 1])
  return [0, 32, 32, SYSTEMS.length, ...blocks]
}
