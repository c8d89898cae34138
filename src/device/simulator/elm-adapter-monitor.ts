/**
 * Monitoring of a fake ELM327 or STN: prints the frames of the bus until a character comes or the
 * serial line cannot carry them. It sends nothing; unless silent monitoring was switched off it
 * does not even acknowledge.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { ElmHost, ElmTask } from './elm-adapter-host.ts'
import { linesOf } from './elm-adapter-lines.ts'
import { protocolOf } from './elm-adapter-settings.ts'

export interface MonitorOptions {
  /** Whether a frame is shown. */
  wants: (frame: CanFrame) => boolean
  isSilent: boolean
  /** It ends after so many lines. */
  count?: number
}

export class MonitorTask implements ElmTask {
  readonly deadline: Micros = Number.POSITIVE_INFINITY
  readonly sends = false
  readonly #host: ElmHost
  readonly #options: MonitorOptions
  readonly #modeBefore: ElmHost['bus']['mode']
  #isSearching: boolean
  #lines = 0

  constructor(host: ElmHost, options: MonitorOptions) {
    this.#host = host
    this.#options = options
    this.#modeBefore = host.bus.mode
    this.#isSearching = host.bus.isAuto && host.bus.mode === 'off'
  }

  start(): void {
    const { bus, out } = this.#host
    this.#host.begin(this)
    bus.mode = this.#options.isSilent ? 'silent' : 'normal'
    if (this.#isSearching) out.text('SEARCHING...')
  }

  frame(frame: CanFrame): void {
    const { bus, dice, out, settings, bufferBytes } = this.#host
    if (this.#isSearching) this.#recognise(frame)
    if (!bus.hears(frame) || !this.#options.wants(frame)) return
    for (const line of linesOf(frame, settings, bus.protocol)) out.data(line)
    this.#lines += 1
    const isFull = out.fill > bufferBytes || (dice.strikes('buffer-full') && dice.below(10) === 0)
    if (isFull) this.#leave('BUFFER FULL')
    else if (this.#lines === this.#options.count) this.#leave()
  }

  due(): void {
    // It has no end of its own.
  }

  interrupt(): void {
    this.#leave('STOPPED')
  }

  /** A search before monitoring only listens: the first frame tells the protocol. */
  #recognise(frame: CanFrame): void {
    const { bus, out } = this.#host
    const found = [...'6789'].flatMap((digit) => protocolOf(digit) ?? [])
    const protocol = found.find((p) => bus.matches(p) && p.extended === frame.extended)
    if (protocol === undefined) return
    bus.protocol = protocol
    this.#isSearching = false
    out.newline()
  }

  #leave(text?: string): void {
    const { bus, out } = this.#host
    if (this.#isSearching) out.newline()
    bus.mode = this.#modeBefore
    if (text !== undefined) out.line(text)
    this.#host.finish()
  }
}
