/**
 * How the controller of an interface does: what the interface says when it is opened, then what its
 * error frames say. Some drivers (mcp251x) tell of every step down and of none back up, so frames of
 * the bus without another error for a while count as being well again. It outlives a session: the
 * state is told when it changes, whichever session found out.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { SourceEvents } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import type { BusState } from '../../model/transmit.ts'
import { errorReport } from './error-frame.ts'
import { busStateOf, type InterfaceState } from './interface-state.ts'

const WELL_AFTER_MS: Millis = 10_000

export class ControllerWatch {
  readonly #name: string
  readonly #events: SourceEvents
  #state: BusState = 'ok'
  #badAt: Millis = 0

  constructor(name: string, events: SourceEvents) {
    this.#name = name
    this.#events = events
  }

  get isOff(): boolean {
    return this.#state === 'off'
  }

  opened(link: InterfaceState, now: Millis): void {
    this.#become(busStateOf(link), `the controller is ${link.controller ?? 'not told of'}`, now)
  }

  errorFrame(frame: CanFrame, now: Millis): void {
    const { state, hasOverflow, detail } = errorReport(frame)
    if (hasOverflow) {
      this.#events.issue({ code: 'adapter-overflow', at: this.#name, detail, time: frame.time })
    }
    if (state !== undefined) this.#become(state, detail, now)
  }

  /** Frames of the bus have come since the last time. */
  heard(now: Millis): void {
    if (this.#state === 'ok' || now - this.#badAt < WELL_AFTER_MS) return
    this.#become('ok', 'frames come, and no more errors', now)
  }

  #become(state: BusState, detail: string, now: Millis): void {
    if (state !== 'ok') this.#badAt = now
    if (state === this.#state) return
    this.#state = state
    this.#events.busState?.(state, `${this.#name}: ${detail}`)
  }
}
