/**
 * A simulated bus as a source: an adapter that is built in. It can be asked as a real one can, with
 * permits alone. While nothing was asked it looks at the bus now and then; after a request, often.
 */

import { newFrame } from '../../model/frame.ts'
import type { Clock, Source, SourceEvents } from '../../model/ports.ts'
import { type Millis, millisToMicros } from '../../model/time.ts'
import type { Permit, SendResult, Transmitter } from '../../model/transmit.ts'
import { redeem } from '../governor/permit.ts'
import { type After, systemAfter, systemClock } from '../supervisor.ts'
import type { BusModel } from './bus-model.ts'

export interface SimulatedBusOptions {
  id: string
  /** Name of its bus. */
  busName: string
  /** What is on it, in words. */
  detail: string
  model: BusModel
  listenOnly: boolean
}

const STEP_MS: Millis = 50
const AWAITED_STEP_MS: Millis = 5
/** After a request answers are looked for that often, for so long. */
const AWAITED_MS: Millis = 300
const VOLTAGE_EVERY_MS: Millis = 5000

export function createSimulatedBus(
  options: SimulatedBusOptions,
  deps: { clock?: Clock; after?: After } = {},
): Source {
  const { clock = systemClock, after = systemAfter } = deps
  let run: Run | undefined
  return {
    id: options.id,
    buses: [options.busName],
    start(events) {
      if (run !== undefined) return
      run = new Run(options, events, clock, after)
      run.start()
    },
    async stop() {
      run?.stop()
    },
  }
}

class Run implements Transmitter {
  readonly flowControl = 'gateway'
  readonly #options: SimulatedBusOptions
  readonly #events: SourceEvents
  readonly #clock: Clock
  readonly #after: After
  #frames = 0
  #isStopped = false
  #awaitedUntil: Millis = 0
  #measuredAt: Millis = Number.NEGATIVE_INFINITY
  #cancel: () => void = () => undefined

  constructor(options: SimulatedBusOptions, events: SourceEvents, clock: Clock, after: After) {
    this.#options = options
    this.#events = events
    this.#clock = clock
    this.#after = after
  }

  start(): void {
    this.#health('running', this.#options.detail)
    if (!this.#options.listenOnly) this.#events.transmitter?.(this)
    this.#step()
  }

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#cancel()
    this.#events.transmitter?.(undefined)
    this.#health('stopped', 'stopped')
  }

  async send(permit: Permit): Promise<SendResult> {
    if (this.#isStopped) return { kind: 'failed', reason: 'adapter', detail: 'it is stopped' }
    const out = redeem(permit)
    if (out === undefined) {
      return { kind: 'failed', reason: 'permit', detail: 'the permit is not good any more' }
    }
    const time = millisToMicros(this.#clock.now())
    const { model } = this.#options
    if (!model.isAwake(time)) {
      return { kind: 'failed', reason: 'bus', detail: 'nobody on the bus acknowledges' }
    }
    const frame = newFrame()
    frame.id = out.id
    frame.extended = out.extended
    frame.length = out.data.length
    frame.data.set(out.data)
    frame.time = time
    model.send(frame)
    this.#awaitedUntil = this.#clock.monotonic() + AWAITED_MS
    // Later: whoever sends may be hearing a frame just now.
    this.#cancel()
    this.#cancel = this.#after(AWAITED_STEP_MS, () => this.#step())
    return { kind: 'sent' }
  }

  #step(): void {
    if (this.#isStopped) return
    const monotonic = this.#clock.monotonic()
    const isAwaited = monotonic < this.#awaitedUntil
    this.#cancel = this.#after(isAwaited ? AWAITED_STEP_MS : STEP_MS, () => this.#step())
    const time = millisToMicros(this.#clock.now())
    this.#options.model.framesUntil(time, (frame) => {
      this.#frames += 1
      this.#events.frame(frame)
    })
    if (monotonic - this.#measuredAt < VOLTAGE_EVERY_MS) return
    this.#measuredAt = monotonic
    const volts = Math.round(this.#options.model.voltage(time) * 10) / 10
    this.#events.measured?.('batteryVoltage', volts, time)
  }

  #health(state: 'running' | 'stopped', detail: string): void {
    const since = this.#clock.now()
    this.#events.health({ state, detail, since, frames: this.#frames, reopened: 0 })
  }
}
