/**
 * The trouble codes of a vehicle: what its control units have said of them, kept from one answer to
 * the next, with an event for each that is set and each that is gone. Fed from the taps of the
 * decoders.
 *
 * A code is gone only when the control unit that had told it answers the same question completely,
 * and without it. Silence, a negative answer and an answer cut short change nothing. Of DM1, which
 * comes every second, three in a row must be without it, or ten seconds pass after the first such.
 * What another question has told since keeps a code, too; DM1 has the last word on active ones.
 */
import { type EventType, type VehicleEvent, vehicleEvent } from '../../model/event.ts'
import { type Micros, microsToMillis } from '../../model/time.ts'
import type { TroubleCodeReport, TroubleCodeState } from '../../model/trouble-code.ts'
import type { PidValue } from '../obd/pid-decode.ts'
import type { DecoderTaps } from '../taps.ts'
import {
  type CodeAnswer,
  diagnosticAnswer,
  dmAnswer,
  dmCode,
  type HeardCode,
  unitAt,
  unitOf,
} from './dtc-answers.ts'
import { FreezeFrames } from './dtc-freeze.ts'
import { AskedMasks } from './dtc-masks.ts'

export interface DtcKeeperOptions {
  vehicle: string
  event: (event: VehicleEvent) => void
  /** Something changed that is worth keeping over a restart. */
  changed?: () => void
  initial?: DtcCheckpoint | undefined
}

/** A code, and which questions it was told to. Plain JSON. */
export interface DtcEntry extends TroubleCodeState {
  /** When it was last told, by question. */
  told: Record<string, Micros>
  /** DM1 without it, since it was last in one. */
  missing?: { since: Micros; times: number }
}

export interface DtcCheckpoint {
  entries: DtcEntry[]
  updated?: Micros
}

const MISSING_TIMES = 3
const MISSING_FOR: Micros = 10_000_000
/** Codes of one vehicle; a bus that tells more is not telling codes. */
const MAX_CODES = 1000

const FREEZE_FRAMES = 2
const STATUS = { service: 1, pid: 1, item: 'lamp' }

export class DtcKeeper {
  readonly #options: DtcKeeperOptions
  readonly #entries: Map<string, DtcEntry>
  readonly #frozen = new FreezeFrames()
  /** Control units whose malfunction lamp is on. */
  readonly #lit = new Set<string>()
  readonly #masks = new AskedMasks()
  #updated: Micros | undefined

  constructor(options: DtcKeeperOptions) {
    const { entries = [], updated } = options.initial ?? {}
    this.#options = options
    this.#entries = new Map(entries.map((entry) => [keyOf(entry), structuredClone(entry)]))
    this.#updated = updated
  }

  /** What it listens to. */
  readonly taps: Required<Pick<DecoderTaps, 'isotp' | 'dtcs' | 'dm' | 'pid'>> = {
    isotp: (message) => this.#masks.asked(message),
    dtcs: (message, told, time) => {
      // A count of codes does not say which.
      if (told.count !== undefined) return
      this.#take(diagnosticAnswer(message, told, this.#masks.of(message)), time)
    },
    dm: (content, { source, data }, time) => {
      if (content.kind === 'DM4') {
        for (const { dtc, values } of content.frames) {
          this.#frozen.whole(unitAt(source), dmCode(dtc), values)
          this.#freeze(unitAt(source), dmCode(dtc))
        }
        return
      }
      const answer = dmAnswer(content, source, data)
      if (answer !== undefined) this.#take(answer, time)
    },
    pid: (message, pid) => this.#pid(unitOf(message), pid),
  }

  /** A frame that the gateway sent: what it asks for is not heard on the bus. */
  sent({ id, extended, data }: { id: number; extended: boolean; data: Uint8Array }): void {
    const [head = 0] = data
    // An ISO-TP single frame.
    if (head >= 1 && head <= 7)
      this.#masks.asked({ id, extended, data: data.subarray(1, 1 + head) })
  }

  /** Now and then: ten seconds may be over without another DM1. */
  tick(now: Micros): void {
    for (const entry of this.#entries.values()) {
      if (entry.missing !== undefined && now - entry.missing.since >= MISSING_FOR) {
        this.#clear(entry, now)
      }
    }
  }

  /** The clock became known: what it has stamped from `since` on was wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    const moved = (time: Micros) => (time >= since ? time + delta : time)
    for (const entry of this.#entries.values()) {
      entry.firstSeen = moved(entry.firstSeen)
      entry.lastSeen = moved(entry.lastSeen)
      if (entry.cleared !== undefined) entry.cleared = moved(entry.cleared)
      if (entry.missing !== undefined) entry.missing.since = moved(entry.missing.since)
      for (const [question, time] of Object.entries(entry.told)) entry.told[question] = moved(time)
    }
    if (this.#updated !== undefined) this.#updated = moved(this.#updated)
    this.#options.changed?.()
  }

  /** Undefined where no control unit has ever said which codes it has. */
  report(): TroubleCodeReport | undefined {
    if (this.#updated === undefined) return undefined
    const codes = [...this.#entries.values()].map((entry) => this.#stateOf(entry))
    codes.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    return { codes, updated: this.#updated }
  }

  checkpoint(): DtcCheckpoint {
    return structuredClone({
      entries: [...this.#entries.values()],
      ...(this.#updated === undefined ? {} : { updated: this.#updated }),
    })
  }

  #stateOf({ told, missing, ...state }: DtcEntry): TroubleCodeState {
    const isLit = state.kind === 'stored' && this.#lit.has(state.controlUnit)
    return isLit && state.lamp === undefined ? { ...state, lamp: 'malfunction' } : state
  }

  #take(answer: CodeAnswer, time: Micros): void {
    const isFirst = this.#updated === undefined
    const { controlUnit, question, isComplete } = answer
    const heard = new Set<string>()
    for (const code of answer.codes) {
      const key = keyOf({ ...code, controlUnit })
      heard.add(key)
      this.#heard(key, code, answer, time)
    }
    if (!isComplete) return
    this.#updated = time
    for (const [key, entry] of this.#entries) {
      const isTold = entry.controlUnit === controlUnit && entry.told[question] !== undefined
      if (isTold && !heard.has(key)) this.#missed(entry, answer, time)
    }
    if (isFirst) this.#options.changed?.()
  }

  #heard(key: string, code: HeardCode, { controlUnit, question }: CodeAnswer, time: Micros): void {
    const { count, ...said } = code
    const known = this.#entries.get(key)
    const isSet = known === undefined || known.cleared !== undefined
    if (known === undefined && !this.#hasRoom()) return
    const entry: DtcEntry = {
      ...said,
      controlUnit,
      firstSeen: known?.firstSeen ?? time,
      lastSeen: time,
      occurrences: count ?? (known?.occurrences ?? 0) + (isSet ? 1 : 0),
      told: { ...(isSet ? {} : known.told), [question]: time },
    }
    const frozen =
      this.#frozen.of(controlUnit, code.code) ?? (isSet ? undefined : known.freezeFrame)
    if (frozen !== undefined) entry.freezeFrame = frozen
    this.#entries.set(key, entry)
    this.#updated ??= time
    if (isSet) this.#tell('dtc.set', entry, time)
  }

  /** Makes room by what was cleared longest ago. */
  #hasRoom(): boolean {
    if (this.#entries.size < MAX_CODES) return true
    let oldest: [key: string, cleared: Micros] | undefined
    for (const [key, { cleared }] of this.#entries) {
      if (cleared !== undefined && (oldest === undefined || cleared < oldest[1])) {
        oldest = [key, cleared]
      }
    }
    return oldest !== undefined && this.#entries.delete(oldest[0])
  }

  #missed(entry: DtcEntry, { question, isBroadcast }: CodeAnswer, time: Micros): void {
    if (isBroadcast) {
      const { since, times } = entry.missing ?? { since: time, times: 0 }
      entry.missing = { since, times: times + 1 }
      if (times + 1 >= MISSING_TIMES || time - since >= MISSING_FOR) this.#clear(entry, time)
      return
    }
    const last = entry.told[question] ?? time
    delete entry.told[question]
    if (Object.values(entry.told).every((other) => other <= last)) this.#clear(entry, time)
  }

  #clear(entry: DtcEntry, time: Micros): void {
    entry.cleared = time
    entry.told = {}
    delete entry.missing
    this.#frozen.forget(entry.controlUnit, entry.code)
    this.#tell('dtc.cleared', entry, time)
  }

  #pid(controlUnit: string, said: PidValue): void {
    if (said.service === FREEZE_FRAMES) {
      const code = this.#frozen.pid(controlUnit, said)
      if (code !== undefined) this.#freeze(controlUnit, code)
    } else if (said.service === STATUS.service && said.pid === STATUS.pid) {
      const { value } = said.items.find(({ name }) => name === STATUS.item) ?? {}
      if (value === 1) this.#lit.add(controlUnit)
      else if (value === 0) this.#lit.delete(controlUnit)
    }
  }

  #freeze(controlUnit: string, code: string): void {
    const frozen = this.#frozen.of(controlUnit, code)
    if (frozen === undefined) return
    for (const entry of this.#entries.values()) {
      const isMeant = entry.controlUnit === controlUnit && entry.code === code
      if (isMeant && entry.cleared === undefined) entry.freezeFrame = frozen
    }
    this.#options.changed?.()
  }

  #tell(type: EventType, entry: DtcEntry, time: Micros): void {
    const { code, kind, controlUnit, description } = entry
    const data = { code, kind, controlUnit, ...(description === undefined ? {} : { description }) }
    const { vehicle, event, changed } = this.#options
    event(vehicleEvent({ vehicle, time: microsToMillis(time), type, data }))
    changed?.()
  }
}

function keyOf(code: Pick<TroubleCodeState, 'controlUnit' | 'kind' | 'code'>): string {
  return `${code.controlUnit} ${code.kind} ${code.code}`
}
