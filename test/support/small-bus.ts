/** A bus with one or two control units that know a few answers, for tests of fake adapters. */
import type { BusModel } from '../../src/device/simulator/bus-model.ts'
import { type CanFrame, type FrameSink, frameOf } from '../../src/model/frame.ts'
import type { Micros } from '../../src/model/time.ts'

export interface SmallBusOptions {
  bitrate?: number
  extended?: boolean
  awake?: boolean
  /** Identifiers of the control units' answers. */
  units?: readonly number[]
  /** Request to answer, both as hex from the service byte on. */
  answers?: Readonly<Record<string, string>>
  answerMs?: number
  /** Frames that come by themselves every so many ms. */
  traffic?: { frame: CanFrame; everyMs: number }
}

/** A VIN of nobody, 20 bytes with its service, PID and count. */
export const VIN_ANSWER = `490201${Buffer.from('XX7ODOGRAPH000001').toString('hex').toUpperCase()}`

const usual: Readonly<Record<string, string>> = {
  '0100': '4100BE3FA813',
  '010C': '410C1AF8',
  '0902': VIN_ANSWER,
}

export class SmallBus implements BusModel {
  readonly bitrate: number
  readonly extendedDiagnostics: boolean
  readonly received: CanFrame[] = []
  awake: boolean
  volts = 12.64
  /** A second answer to a request, some time after it. */
  later: { after: string; frame: CanFrame; ms: number } | undefined
  readonly #options: SmallBusOptions
  #due: CanFrame[] = []
  readonly #rests = new Map<number, { id: number; frames: Uint8Array[] }>()
  #last: Micros | undefined

  constructor(options: SmallBusOptions = {}) {
    this.#options = options
    this.bitrate = options.bitrate ?? 500_000
    this.extendedDiagnostics = options.extended ?? false
    this.awake = options.awake ?? true
  }

  voltage(): number {
    return this.volts
  }

  isAwake(): boolean {
    return this.awake
  }

  send(frame: CanFrame): void {
    const data = frame.data.slice(0, frame.length)
    this.received.push(frameOf(frame.id, data, { extended: frame.extended, time: frame.time }))
    if (!this.awake || frame.extended !== this.extendedDiagnostics) return
    const units = this.#options.units ?? [this.extendedDiagnostics ? 0x18daf110 : 0x7e8]
    for (const unit of units) {
      const tester = this.extendedDiagnostics ? 0x18da00f1 | ((unit & 0xff) << 8) : unit - 8
      const isForAll = frame.id === (this.extendedDiagnostics ? 0x18db33f1 : 0x7df)
      if (isForAll || frame.id === tester) this.#unit(unit, data, frame.time)
    }
  }

  framesUntil(time: Micros, sink: FrameSink): void {
    this.#traffic(time)
    const now = this.#due.filter((frame) => frame.time <= time).sort((a, b) => a.time - b.time)
    this.#due = this.#due.filter((frame) => frame.time > time)
    for (const frame of now) sink(frame)
    this.#last = time
  }

  #unit(id: number, data: Uint8Array, time: Micros): void {
    const first = data[0] ?? 0
    if (first >> 4 === 3) {
      const rest = this.#rests.get(id)
      this.#rests.delete(id)
      for (const [index, frame] of rest?.frames.entries() ?? []) {
        this.#put(id, frame, time + 1000 * (index + 1))
      }
      return
    }
    const request = Buffer.from(data.subarray(1, 1 + first))
      .toString('hex')
      .toUpperCase()
    const { later } = this
    if (later?.after === request) this.#due.push({ ...later.frame, time: time + 1000 * later.ms })
    const answer = (this.#options.answers ?? usual)[request]
    if (answer === undefined) return
    const bytes = Buffer.from(answer, 'hex')
    const at = time + 1000 * (this.#options.answerMs ?? 10)
    if (bytes.length < 8) {
      this.#put(id, Uint8Array.of(bytes.length, ...bytes), at)
      return
    }
    this.#put(
      id,
      Uint8Array.of(0x10 | (bytes.length >> 8), bytes.length, ...bytes.subarray(0, 6)),
      at,
    )
    const count = Math.ceil((bytes.length - 6) / 7)
    const frames = Array.from({ length: count }, (_, index) =>
      Uint8Array.of(0x21 + index, ...bytes.subarray(6 + 7 * index, 13 + 7 * index)),
    )
    this.#rests.set(id, { id, frames })
  }

  #put(id: number, content: Uint8Array, time: Micros): void {
    const data = new Uint8Array(8)
    data.set(content)
    this.#due.push(frameOf(id, data, { extended: this.extendedDiagnostics, time }))
  }

  #traffic(time: Micros): void {
    const { traffic } = this.#options
    if (traffic === undefined || this.#last === undefined) return
    const every = traffic.everyMs * 1000
    for (let at = (Math.floor(this.#last / every) + 1) * every; at <= time; at += every) {
      this.#due.push({ ...traffic.frame, time: at })
    }
  }
}
