/**
 * The automatic search of a fake ELM327: `SEARCHING...`, and a 01 00 request really sent with one
 * protocol after another. Where the bit rate is wrong, a real one disturbs the bus by that.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { ElmHost, ElmTask } from './elm-adapter-host.ts'
import {
  defaultSettings,
  type ElmProtocol,
  fits,
  protocolOf,
  receiveFilter,
  requestId,
  searchOrder,
} from './elm-adapter-settings.ts'

const WRONG_RATE: Micros = 100_000
/** After the last answer to the probe. */
const QUIET: Micros = 50_000
/** Supported PIDs, as a single frame. */
const PROBE = Uint8Array.of(2, 1, 0, 0, 0, 0, 0, 0)

export class SearchTask implements ElmTask {
  deadline: Micros = 0
  readonly sends = true
  readonly #host: ElmHost
  readonly #candidates: ElmProtocol[]
  readonly #found: () => void
  #isSaid = false
  #isFound = false
  #current: ElmProtocol | undefined

  constructor(host: ElmHost, found: () => void) {
    const { bus } = host
    const digits = searchOrder.replace(bus.protocol.digit, '')
    const first = bus.hasPreference ? bus.protocol.digit : ''
    const order = first === '' ? searchOrder : first + digits
    this.#host = host
    this.#found = found
    this.#candidates = [...order].flatMap((digit) => protocolOf(digit) ?? [])
  }

  start(): void {
    this.#host.begin(this)
    if (!this.#host.bus.hasPreference) this.#say()
    this.#next(this.#host.now)
  }

  frame(frame: CanFrame): void {
    const { bus } = this.#host
    const protocol = this.#current
    if (protocol === undefined || !bus.matches(protocol) || frame.sent) return
    if (frame.extended !== protocol.extended || frame.data[1] !== 0x41) return
    if (!fits(frame.id, receiveFilter(defaultSettings(), protocol))) return
    this.#isFound = true
    this.deadline = frame.time + QUIET
  }

  due(time: Micros): void {
    const { bus, out } = this.#host
    if (!this.#isFound || this.#current === undefined) {
      this.#next(time)
      return
    }
    bus.protocol = this.#current
    bus.mode = 'normal'
    if (this.#isSaid) out.newline()
    this.#found()
  }

  interrupt(): void {
    this.#leave('STOPPED')
  }

  #next(time: Micros): void {
    const { bus } = this.#host
    if (this.#current !== undefined && !this.#isSaid) this.#say()
    const protocol = this.#candidates.shift()
    this.#current = protocol
    if (protocol === undefined) {
      this.#leave('UNABLE TO CONNECT')
      return
    }
    this.deadline = time + protocol.tryMs * 1000
    if (protocol.bitrate === 0) return
    const id = requestId(defaultSettings(), protocol)
    const isOnBus = bus.put({ id, data: PROBE, why: 'search' }, time, protocol)
    if (!isOnBus) this.deadline = time + WRONG_RATE
  }

  #say(): void {
    this.#isSaid = true
    this.#host.out.text('SEARCHING...')
  }

  #leave(text: string): void {
    const { out, bus } = this.#host
    if (this.#isSaid) out.newline()
    out.line(text)
    bus.close()
    this.#host.finish()
  }
}
