/**
 * The asking half of a source that is not listen-only: its governor, which alone can let a frame out,
 * and its poller, which asks regularly. Stands beside the decoder: it hears the same frames, and the
 * messages that the decoder puts together.
 */
import { setTimeout } from 'node:timers/promises'
import { Governor, type GovernorSettings, type VehicleFacts } from '../device/governor/governor.ts'
import type { PollItem } from '../device/poller/catalogue.ts'
import { Poller } from '../device/poller/poller.ts'
import type { PollerReport } from '../device/poller/report.ts'
import type { PollerSnapshot } from '../device/poller/support.ts'
import { type After, systemAfter } from '../device/supervisor.ts'
import type { ActivityState } from '../model/activity.ts'
import type { BusRequest, RequestOutcome, SentFrame } from '../model/bus-request.ts'
import type { CanFrame } from '../model/frame.ts'
import type { Clock } from '../model/ports.ts'
import type { SignalName } from '../model/signals.ts'
import type { Micros, Millis } from '../model/time.ts'
import type { BusState, Transmitter } from '../model/transmit.ts'

export interface AskingOptions {
  source: string
  vehicle: string
  settings: GovernorSettings
  facts: VehicleFacts
  /** Empty: nothing is asked by itself. */
  catalogue: readonly PollItem[]
  snapshot?: unknown
  discovered: (snapshot: PollerSnapshot) => void
  clock: Clock
  after?: After
  sent: (frame: SentFrame) => void
  /** What became of each request of the poller. */
  outcome: (kind: RequestOutcome['kind'], time: Micros) => void
}

export interface AskingReport {
  sent: number
  refused: Record<string, number>
  poller?: PollerReport
}

/** For how long somebody who asks once is made to wait for his turn. */
const PATIENCE_MS: Millis = 5000
const TURN_MS: Millis = 20

export class Asking {
  readonly source: string
  readonly vehicle: string
  readonly #governor: Governor
  readonly #poller: Poller | undefined
  readonly #clock: Clock
  readonly #outcome: AskingOptions['outcome']
  readonly #discovered: AskingOptions['discovered']
  #isAwake = false
  #canAsk = false

  constructor(options: AskingOptions) {
    const { source, vehicle, settings, facts, clock, after = systemAfter, sent } = options
    const { catalogue, snapshot, discovered, outcome } = options
    this.source = source
    this.vehicle = vehicle
    this.#clock = clock
    this.#outcome = outcome
    this.#discovered = discovered
    this.#governor = new Governor({ source, vehicle, settings, facts, clock, after, sent })
    if (catalogue.length === 0) return
    const asker = this.#governor
    this.#poller = new Poller({ asker, catalogue, snapshot, discovered, outcome, clock, after })
  }

  start(): void {
    this.#poller?.start()
  }

  /** Nothing goes out any more; resolves when nothing is under way. */
  async stop(): Promise<void> {
    await Promise.all([this.#poller?.stop(), this.#governor.stop()])
    const found = this.#poller?.snapshot()
    if (found !== undefined) this.#discovered(found)
  }

  /** Whether the vehicle's diagnostics were found to have 29-bit identifiers. */
  get isExtended(): boolean {
    return this.#poller?.snapshot()?.support.extended === true
  }

  /** Whether it asks by itself. */
  get polls(): boolean {
    return this.#poller !== undefined
  }

  /** Whether an adapter is open that can send. */
  get canAsk(): boolean {
    return this.#canAsk
  }

  transmitter(transmitter: Transmitter | undefined): void {
    this.#canAsk = transmitter !== undefined
    this.#governor.transmitter(transmitter)
    this.#poller?.available(transmitter !== undefined)
  }

  busState(state: BusState): void {
    this.#governor.busState(state)
  }

  /** Hot. */
  frame(frame: CanFrame): void {
    this.#governor.frame(frame)
  }

  message(id: number, extended: boolean, data: Uint8Array, time: Micros): void {
    this.#governor.message(id, extended, data, time)
  }

  activity(state: ActivityState): void {
    const isAwake = state.activity !== 'parked' && state.activity !== 'unknown'
    if (isAwake && !this.#isAwake) this.#governor.wokeUp()
    this.#isAwake = isAwake
    this.#poller?.activity(state)
  }

  /** Somebody looks at these signals until then. */
  watch(signals: readonly SignalName[], until: Millis): void {
    this.#poller?.watch(signals, until)
  }

  /** For who asks once: waits for its turn among the requests of the poller. Never rejects. */
  async ask(request: BusRequest): Promise<RequestOutcome> {
    const deadline = this.#clock.monotonic() + PATIENCE_MS
    for (;;) {
      const outcome = await this.#governor.request(request)
      const { again } = outcome.kind === 'refused' ? outcome : {}
      if (again === undefined || this.#clock.monotonic() + again > deadline) {
        this.#outcome(outcome.kind, this.#clock.now() * 1000)
        return outcome
      }
      await setTimeout(Math.min(again, TURN_MS))
    }
  }

  /** The one question that a vehicle at rest may be asked: its engine speed. */
  async probe(cause: string): Promise<void> {
    const outcome = await this.#governor.request({
      kind: 'diagnostic',
      to: this.isExtended ? { id: 0x18db33f1, extended: true } : { id: 0x7df, extended: false },
      data: Uint8Array.of(0x01, 0x0c),
      requester: { kind: 'gateway', name: 'probe' },
      cause,
    })
    this.#outcome(outcome.kind, this.#clock.now() * 1000)
  }

  report(): AskingReport {
    const { sent, refused } = this.#governor.report()
    const poller = this.#poller?.report()
    return { sent, refused, ...(poller === undefined ? {} : { poller }) }
  }
}
