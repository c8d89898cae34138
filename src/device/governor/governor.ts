/**
 * The only way out to a bus. Whoever wants to know something of the vehicle asks here in words; the
 * governor decides whether it may be asked (policy.ts), now (budget, patience, parked or not) and by
 * this requester, has it carried out (carrier.ts) and writes down every frame with who wanted it and
 * why. One governor a source; one request at a time. What it refuses leaves no trace on the bus.
 */
import type {
  Asker,
  BusRequest,
  RefusalReason,
  RequestOutcome,
  SentFrame,
  SentKind,
} from '../../model/bus-request.ts'
import { refusalTexts } from '../../model/bus-request.ts'
import type { CanFrame } from '../../model/frame.ts'
import type { Clock } from '../../model/ports.ts'
import { type Micros, type Millis, millisToMicros } from '../../model/time.ts'
import type { BusState, OutgoingFrame, SendResult, Transmitter } from '../../model/transmit.ts'
import type { After } from '../supervisor.ts'
import { isFunctional, unitOf } from './addresses.ts'
import { Budget, type BudgetSettings } from './budget.ts'
import { BusPatience } from './bus-patience.ts'
import { Carrier } from './carrier.ts'
import { Exchange } from './exchange.ts'
import { isTesterFrame, OwnFrames } from './own-frames.ts'
import { type PolicySettings, verdictOf } from './policy.ts'
import { copyOfRequest } from './request-copy.ts'
import { UnitPatience } from './unit-patience.ts'

export interface GovernorSettings extends PolicySettings, BudgetSettings {
  /** Nothing is ever sent. */
  listenOnly: boolean
}

/** What the governor has to know of the vehicle, at any moment. */
export interface VehicleFacts {
  mayAsk(): { ok: true } | { ok: false; reason: 'parked' | 'voltage'; detail: string }
  /** Only if it is known that it stands still. */
  stands(): boolean
}

export interface GovernorOptions {
  source: string
  vehicle: string
  settings: GovernorSettings
  facts: VehicleFacts
  clock: Clock
  after: After
  /** Told of every frame at the moment it goes out. */
  sent: (frame: SentFrame) => void
}

export interface GovernorReport {
  /** Frames sent, flow control included. */
  sent: number
  refused: Partial<Record<RefusalReason, number>>
}

type Refusal = Extract<RequestOutcome, { kind: 'refused' }>

const CLEARING_OFF = 'clearing trouble codes is switched off (`governor.clearCodes`)'
/** Privilege "commands". */
const COMMANDS = 2
const WAIT_MS: Millis = 200
const WAIT_ALL_MS: Millis = 250
const WAIT_GROUP_MS: Millis = 1300
const MAX_WAIT_MS: Millis = 5000
const BUSY_AGAIN_MS: Millis = 20

export class Governor implements Asker {
  readonly #options: GovernorOptions
  readonly #budget: Budget
  readonly #units = new UnitPatience()
  readonly #bus = new BusPatience()
  readonly #own = new OwnFrames()
  readonly #refused: Partial<Record<RefusalReason, number>> = {}
  #transmitter: Transmitter | undefined
  #carrier: Carrier | undefined
  #current: Promise<unknown> = Promise.resolve()
  #isStopped = false
  #sent = 0

  constructor(options: GovernorOptions) {
    this.#options = options
    this.#budget = new Budget(options.settings)
  }

  /** The way out came, or went. */
  transmitter(transmitter: Transmitter | undefined): void {
    this.#transmitter = transmitter
    this.#carrier?.cancel()
  }

  busState(state: BusState): void {
    this.#bus.state(state, this.#now())
  }

  /** The vehicle is used again. */
  wokeUp(): void {
    this.#bus.wokeUp()
  }

  /** Never rejects. */
  request(asked: BusRequest): Promise<RequestOutcome> {
    const request = copyOfRequest(asked)
    if (request === undefined) return Promise.resolve(this.#refuse(refusal('not-allowed')))
    const refused = this.#refusal(request, this.#now())
    if (refused !== undefined) return Promise.resolve(this.#refuse(refused))
    const transmitter = this.#transmitter
    if (transmitter === undefined) return Promise.resolve(this.#refuse(refusal('no-adapter')))
    this.#carrier = this.#carrierOf(request, transmitter)
    const outcome = this.#run(this.#carrier)
    this.#current = outcome
    return outcome
  }

  /** Hot: every frame of the bus. */
  frame(frame: CanFrame): void {
    const carrier = this.#carrier
    if (carrier !== undefined && !frame.error && !frame.remote) {
      const { exchange } = carrier
      if (exchange.frame(frame, this.#now())) carrier.owe(frame.id)
      if (exchange.isComplete) carrier.wake()
    }
    if (!isTesterFrame(frame)) return
    const now = this.#now()
    if (!this.#own.isEcho(frame, now)) this.#bus.otherTester(now)
  }

  /** Every diagnostic message of the bus, after reassembly. */
  message(id: number, extended: boolean, data: Uint8Array, time: Micros): void {
    this.#carrier?.exchange.message(id, extended, data, time, this.#now())
    this.#carrier?.wake()
  }

  /** Idempotent; resolves when nothing is under way. Nothing is sent from now on. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#carrier?.cancel()
    await this.#current
  }

  report(): GovernorReport {
    return { sent: this.#sent, refused: { ...this.#refused } }
  }

  #now(): Millis {
    return this.#options.clock.monotonic()
  }

  #refuse(refused: Refusal): Refusal {
    this.#refused[refused.reason] = (this.#refused[refused.reason] ?? 0) + 1
    return refused
  }

  /** Why not; undefined if the request may go out now. */
  #refusal(request: BusRequest, now: Millis): Refusal | undefined {
    const { settings, facts } = this.#options
    if (this.#isStopped) return refusal('stopped')
    const verdict = verdictOf(request, settings)
    if (verdict === 'never') return refusal('not-allowed')
    if (verdict === 'off') return refusal('not-allowed', CLEARING_OFF)
    if (settings.listenOnly) return refusal('listen-only')
    if (!mayRequest(request, verdict === 'clear')) return refusal('privilege')
    const permission = facts.mayAsk()
    if (!permission.ok) return refusal(permission.reason, permission.detail)
    if (verdict === 'clear' && !facts.stands()) return refusal('moving')
    return this.#notYet(unitOf(request), now)
  }

  /** What time heals. */
  #notYet(unit: string, now: Millis): Refusal | undefined {
    const bus = this.#bus.wait(now)
    if (bus > 0) return refusal(this.#bus.reason(now), undefined, bus)
    const patience = this.#units.wait(unit, now)
    if (patience > 0) return refusal('back-off', undefined, patience)
    if (this.#carrier !== undefined) return refusal('busy', undefined, BUSY_AGAIN_MS)
    const wait = this.#budget.wait(unit, now)
    return wait > 0 ? refusal('budget', undefined, wait) : undefined
  }

  async #run(carrier: Carrier): Promise<RequestOutcome> {
    const result = await carrier.run()
    this.#carrier = undefined
    return result.kind === 'failed' ? this.#failed(result) : this.#outcome(carrier.exchange)
  }

  #carrierOf(request: BusRequest, transmitter: Transmitter): Carrier {
    const { settings, facts, clock, after } = this.#options
    const isClearing = verdictOf(request, settings) === 'clear'
    return new Carrier({
      exchange: new Exchange(request),
      transmitter,
      clock,
      after,
      waitMs: waitOf(request),
      kind: isClearing ? 'privileged' : 'request',
      mayGoOut: () => facts.mayAsk().ok && (!isClearing || facts.stands()),
      wentOut: (frame, kind) => {
        if (kind !== 'flow-control') this.#budget.spend(unitOf(request), this.#now())
        this.#wentOut(frame, kind, request)
      },
    })
  }

  #failed({ reason, detail }: Extract<SendResult, { kind: 'failed' }>): RequestOutcome {
    if (reason === 'bus') this.#bus.failed(this.#now())
    const permission = this.#options.facts.mayAsk()
    if (reason === 'permit' && !permission.ok) return refusal(permission.reason, permission.detail)
    return { kind: 'failed', detail }
  }

  #outcome({ request, answers, pending, wasBusy }: Exchange): RequestOutcome {
    const now = this.#now()
    const unit = unitOf(request)
    const hasAnswer = answers.length > 0
    if (wasBusy || (!hasAnswer && pending !== undefined)) this.#units.wasBusy(unit, now)
    else if (hasAnswer) this.#units.answered(unit, now, pending !== undefined)
    if (hasAnswer) this.#bus.succeeded()
    if (hasAnswer) return { kind: 'answered', answers }
    return pending === undefined ? { kind: 'silent' } : { kind: 'answered', answers: [pending] }
  }

  #wentOut(frame: OutgoingFrame, kind: SentKind, { cause, requester }: BusRequest): void {
    const { source, vehicle, clock, sent } = this.#options
    this.#sent += 1
    this.#own.wentOut(frame, this.#now())
    sent({
      time: millisToMicros(clock.now()),
      source,
      vehicle,
      id: frame.id,
      extended: frame.extended,
      data: frame.data,
      kind,
      cause,
      requester: `${requester.kind} ${requester.name}`,
    })
  }
}

/** The gateway may read; who is outside needs the right to commands, and so does all that clears. */
function mayRequest({ requester }: BusRequest, isClearing: boolean): boolean {
  const { kind, privileges = [] } = requester
  if (!isClearing && (kind === 'gateway' || kind === 'command')) return true
  return kind !== 'gateway' && privileges.includes(COMMANDS)
}

function refusal(reason: RefusalReason, detail?: string, again?: Millis): Refusal {
  return {
    kind: 'refused',
    reason,
    detail: detail ?? refusalTexts[reason],
    ...(again === undefined ? {} : { again }),
  }
}

function waitOf(request: BusRequest): Millis {
  const usual =
    request.kind === 'pgn' ? WAIT_GROUP_MS : isFunctional(request) ? WAIT_ALL_MS : WAIT_MS
  return Math.min(request.waitMs ?? usual, MAX_WAIT_MS)
}
