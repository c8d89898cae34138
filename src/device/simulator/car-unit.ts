/**
 * One control unit of a simulated car: takes requests that are for it or for all, and answers as its
 * habits have it. What it does not know it refuses, but not where all were asked.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import { obdReply } from './car-obd.ts'
import type { PidContext } from './car-pids.ts'
import { NEGATIVE, type Reply, refusals } from './car-reply.ts'
import { isClearing, udsReply } from './car-uds.ts'
import type { UnitFacts } from './car-unit-facts.ts'
import { IsotpNode, singleRequest } from './isotp-node.ts'
import { Random } from './random.ts'

export interface CarUnitDeps {
  extended: boolean
  padding: number | 'none'
  seed: number
  put: (frame: CanFrame) => void
  context: (unit: string, time: Micros) => PidContext
  clear: (unit: string, time: Micros) => void
  isSlow: () => boolean
}

/** 29-bit identifiers of diagnostics, and the tester's address (ISO 15765-4). */
const PHYSICAL = 0x18da0000
const TESTER = 0xf1
const LAST_OBD_SERVICE = 0x0a
const DELAY_MS = [6, 30] as const
const SLOW_MS = [300, 900] as const
/** P2*: "answer pending" is repeated before it ends. */
const PENDING_MS = 4000
const silentForAll: ReadonlySet<number> = new Set([
  refusals.serviceNotSupported,
  refusals.subFunctionNotSupported,
  refusals.wrongLength,
  refusals.outOfRange,
])

export class CarUnit {
  readonly facts: UnitFacts
  readonly #deps: CarUnitDeps
  readonly #node: IsotpNode
  readonly #random: Random
  #requests = 0

  constructor(facts: UnitFacts, deps: CarUnitDeps) {
    this.facts = facts
    this.#deps = deps
    this.#random = new Random(deps.seed + facts.address)
    this.#node = new IsotpNode({
      id: deps.extended ? PHYSICAL | (TESTER << 8) | facts.address : facts.answer,
      extended: deps.extended,
      padding: deps.padding,
      put: deps.put,
      request: (data, time) => this.#answer(data, false, time),
    })
  }

  /** Identifier of requests to it alone. */
  get requestId(): number {
    const { request, address } = this.facts
    return this.#deps.extended ? PHYSICAL | (address << 8) | TESTER : request
  }

  /** Forgets what was under way. */
  reset(): void {
    this.#node.reset()
  }

  receive(frame: CanFrame): void {
    this.#node.receive(frame)
  }

  receiveForAll({ data, length, time }: CanFrame): void {
    const request = singleRequest(data, length)
    if (request !== undefined && !this.#node.isBusy(time)) this.#answer(request, true, time)
  }

  #answer(request: Uint8Array, isForAll: boolean, time: Micros): void {
    const { busyEvery = 0, pendingMs = 0, silent = false } = this.facts.habits
    if (silent) return
    const service = request[0] ?? 0
    const at = time + this.#delay()
    this.#requests += 1
    if (busyEvery > 0 && this.#requests % busyEvery === 0) {
      this.#refuse(service, refusals.busy, at)
      return
    }
    const due = at + pendingMs * 1000
    const reply = this.#reply(request, isForAll, due)
    if (reply === undefined) return
    for (let waiting = at; waiting < due; waiting += PENDING_MS * 1000) {
      this.#refuse(service, refusals.pending, waiting)
    }
    if ('refusal' in reply) this.#refuse(service, reply.refusal, due)
    else this.#node.send(Uint8Array.from(reply.data), due)
  }

  #reply(request: Uint8Array, isForAll: boolean, due: Micros): Reply {
    const { name, isObd, habits } = this.facts
    const context = this.#deps.context(name, due)
    const isObdService = isObd && (request[0] ?? 0) <= LAST_OBD_SERVICE
    const reply = isObdService
      ? obdReply(this.facts, request, context)
      : udsReply(this.facts, request, context)
    if (reply === undefined) return undefined
    if ('refusal' in reply) {
      const isSilent = isForAll && silentForAll.has(reply.refusal)
      return isSilent || habits.neverRefuses === true ? undefined : reply
    }
    if (isClearing(request)) this.#deps.clear(name, due)
    return reply
  }

  #refuse(service: number, code: number, time: Micros): void {
    this.#node.send(Uint8Array.of(NEGATIVE, service, code), time)
  }

  #delay(): Micros {
    const range = this.facts.habits.delayMs ?? DELAY_MS
    const [shortest, longest] = this.#deps.isSlow() ? SLOW_MS : range
    return Math.round((shortest + (longest - shortest) * this.#random.next()) * 1000)
  }
}
