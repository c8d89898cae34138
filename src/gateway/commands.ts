/**
 * What somebody outside asks of a vehicle, in words, as requests to the governor of one of its
 * sources. Nothing is decided here: whether it may be asked is the governor's to say.
 */
import type { BusRequest, Requester, RequestOutcome } from '../model/bus-request.ts'
import { refusalTexts } from '../model/bus-request.ts'
import type { VehicleCommands, VehicleQuestion } from '../model/ports.ts'
import type { CanAddress } from '../model/profile.ts'
import type { SignalName } from '../model/signals.ts'
import type { Millis } from '../model/time.ts'
import type { Asking } from './asking.ts'

export interface CommandsOptions {
  /** Everything that can ask this vehicle. */
  askings: (vehicle: string) => readonly Asking[]
  /** Whether its buses are J1939 alone. */
  isJ1939: (vehicle: string) => boolean
}

type Question = Pick<BusRequest, 'kind' | 'to' | 'data'>

const FUNCTIONAL: CanAddress = { id: 0x7df, extended: false }
const FUNCTIONAL_EXTENDED: CanAddress = { id: 0x18db33f1, extended: true }
const EVERYBODY: CanAddress = { id: 255, extended: true }
/** Of active and of previously active codes: DM11, DM3. */
const CLEARING_GROUPS = [65235, 65228]

export class Commands implements VehicleCommands {
  readonly #options: CommandsOptions

  constructor(options: CommandsOptions) {
    this.#options = options
  }

  async clearCodes(vehicle: string, requester: Requester): Promise<RequestOutcome> {
    if (!this.#options.isJ1939(vehicle)) {
      const data = Uint8Array.of(0x04)
      const clear = (asking: Asking) => ({ kind: 'diagnostic' as const, to: all(asking), data })
      return this.#request(vehicle, clear, requester, 'trouble codes are to be cleared')
    }
    const outcomes: RequestOutcome[] = []
    for (const pgn of CLEARING_GROUPS) {
      const question = groupQuestion(pgn, EVERYBODY)
      outcomes.push(
        await this.#request(vehicle, () => question, requester, 'trouble codes are to be cleared'),
      )
    }
    // The first that did not work says why; else what the first said of itself.
    const [first] = outcomes
    return (
      outcomes.find(({ kind }) => kind === 'refused' || kind === 'failed') ??
      (first as RequestOutcome)
    )
  }

  ask(vehicle: string, question: VehicleQuestion, requester: Requester): Promise<RequestOutcome> {
    return this.#request(vehicle, (asking) => questionOf(question, asking), requester, 'asked for')
  }

  watch(vehicle: string, signals: readonly SignalName[], until: Millis): void {
    for (const asking of this.#options.askings(vehicle)) asking.watch(signals, until)
  }

  #request(
    vehicle: string,
    question: (asking: Asking) => Question,
    requester: Requester,
    cause: string,
  ): Promise<RequestOutcome> {
    const askings = this.#options.askings(vehicle)
    const asking = askings.find(({ canAsk }) => canAsk) ?? askings[0]
    if (asking === undefined) {
      const reason = 'listen-only'
      return Promise.resolve({ kind: 'refused', reason, detail: refusalTexts[reason] })
    }
    return asking.ask({ ...question(asking), requester, cause })
  }
}

function questionOf(question: VehicleQuestion, asking: Asking): Question {
  switch (question.kind) {
    case 'pid': {
      const { service = 1, pid, unit } = question
      return diagnostic([service, pid], unit ?? all(asking))
    }
    case 'did':
      return diagnostic([0x22, question.did >> 8, question.did & 0xff], question.unit)
    case 'pgn': {
      const { pgn, address = EVERYBODY.id } = question
      return groupQuestion(pgn, { id: address, extended: true })
    }
  }
}

function diagnostic(data: number[], to: CanAddress): Question {
  return { kind: 'diagnostic', to, data: Uint8Array.from(data) }
}

function groupQuestion(pgn: number, to: CanAddress): Question {
  return { kind: 'pgn', to, data: Uint8Array.of(pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16) }
}

function all({ isExtended }: Asking): CanAddress {
  return isExtended ? FUNCTIONAL_EXTENDED : FUNCTIONAL
}
