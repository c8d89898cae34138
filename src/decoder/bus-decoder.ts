/**
 * Frames of one bus in, readings out: J1939 (29 bits, data pages 0 and 1) and OBD-II over ISO-TP
 * (0x700–0x7FF, 0x18DAxxxx, 0x18DBxxxx). Hot: a frame that no table knows costs two look-ups.
 *
 * Taps show what lies between — transport and ISO-TP messages, every SPN and PID, DM1 — to those
 * who ask (`odograph decode`); without a tap nothing of it is built.
 */
import type { CanFrame } from '../model/frame.ts'
import type { IssueCode, IssueSink } from '../model/issue.ts'
import type { Quality, ReadingSink, SignalValue } from '../model/reading.ts'
import type { SignalName } from '../model/signals.ts'
import type { Micros } from '../model/time.ts'
import { destinationOf, pageOf, pduFormatOf, pgnOf, sourceOf } from './can-id.ts'
import { Isotp, type IsotpKind } from './isotp.ts'
import { compilePgns, type PgnPlan } from './j1939/compile.ts'
import { type ActiveCodes, decodeDm1, PGN_DM1 } from './j1939/dm1.ts'
import { type SpnStatus, statusOf } from './j1939/slots.ts'
import { pgnTable } from './j1939/spn-table.ts'
import { PF_TP_CM, PF_TP_DT, Transport, type TransportMessage } from './j1939/transport.ts'
import { decodeResponse, isResponseId, type PidValue } from './obd/responses.ts'
import { vinFrom } from './vin.ts'

const PF_DIAGNOSTIC_PHYSICAL = 0xda
const PF_DIAGNOSTIC_FUNCTIONAL = 0xdb
const ASTERISK = 0x2a

export type Protocol = 'j1939' | 'obd'

/** One SPN of one message; `value` is undefined unless the status is `ok`, `raw` for texts. */
export interface SpnValue {
  pgn: number
  source: number
  spn: number
  raw: number | undefined
  value: number | string | undefined
  unit: string
  status: SpnStatus
}

export interface IsotpMessage {
  id: number
  extended: boolean
  kind: IsotpKind
  data: Uint8Array
}

export interface Dm1Message extends ActiveCodes {
  pgn: number
  source: number
  /** Whether it came through the transport protocol. */
  transported: boolean
  data: Uint8Array
}

/** Optional views of what lies between frames and readings. What they get is theirs to keep. */
export interface DecoderTaps {
  spn?: (value: SpnValue, time: Micros) => void
  transport?: (message: TransportMessage, time: Micros) => void
  isotp?: (message: IsotpMessage, time: Micros) => void
  pid?: (message: IsotpMessage, pid: PidValue, time: Micros) => void
  dm1?: (message: Dm1Message, time: Micros) => void
}

export interface BusDecoderOptions {
  /** Name of the bus: the `source` of its readings and the `at` of its issues. */
  bus: string
  reading: ReadingSink
  issue: IssueSink
  /** Both unless said otherwise. */
  protocols?: readonly Protocol[]
  taps?: DecoderTaps
}

const plans = compilePgns(pgnTable)

export class BusDecoder {
  /** Messages after reassembly, single frames included. */
  messages = 0
  readonly #bus: string
  readonly #reading: ReadingSink
  readonly #issue: IssueSink
  readonly #taps: DecoderTaps
  readonly #j1939: boolean
  readonly #obd: boolean
  readonly #transport: Transport
  readonly #isotp: Isotp
  #extended = false

  constructor(options: BusDecoderOptions) {
    const protocols = options.protocols ?? ['j1939', 'obd']
    this.#bus = options.bus
    this.#reading = options.reading
    this.#issue = options.issue
    this.#taps = options.taps ?? {}
    this.#j1939 = protocols.includes('j1939')
    this.#obd = protocols.includes('obd')
    const issue = (code: IssueCode, detail: string, time: Micros) =>
      this.#issue({ code, at: this.#bus, detail, time })
    this.#transport = new Transport({ message: (m, time) => this.#transported(m, time), issue })
    this.#isotp = new Isotp({
      message: (id, kind, data, length, time) => this.#diagnostic(id, kind, data, length, time),
      issue,
    })
  }

  frame(frame: CanFrame): void {
    if (frame.error || frame.remote) return
    const { id } = frame
    if (!frame.extended) {
      if (this.#obd && (id & 0x700) === 0x700) this.#segment(frame)
      return
    }
    const page = pageOf(id)
    if (page > 1) return
    const format = pduFormatOf(id)
    if (page === 0 && (format === PF_DIAGNOSTIC_PHYSICAL || format === PF_DIAGNOSTIC_FUNCTIONAL)) {
      if (this.#obd) this.#segment(frame)
      return
    }
    if (!this.#j1939 || frame.fd) return
    if (page === 0 && format === PF_TP_CM) {
      this.#transport.control(sourceOf(id), destinationOf(id), frame.data, frame.length, frame.time)
    } else if (page === 0 && format === PF_TP_DT) {
      this.#transport.data(sourceOf(id), destinationOf(id), frame.data, frame.length, frame.time)
    } else {
      this.messages += 1
      const pgn = pgnOf(id)
      const plan = plans[pgn]
      if (plan !== undefined) this.#group(plan, sourceOf(id), frame.data, frame.length, frame.time)
      else if (pgn === PGN_DM1) this.#dm1(sourceOf(id), frame.data, frame.length, false, frame.time)
    }
  }

  #segment(frame: CanFrame): void {
    this.#extended = frame.extended
    this.#isotp.frame(frame.id, frame.data, frame.length, frame.time)
  }

  #transported(message: TransportMessage, time: Micros): void {
    this.messages += 1
    this.#taps.transport?.(message, time)
    const plan = plans[message.pgn]
    const { source, data } = message
    if (plan !== undefined) this.#group(plan, source, data, data.length, time)
    else if (message.pgn === PGN_DM1) this.#dm1(source, data, data.length, true, time)
  }

  /** Hot: every SPN of a parameter group. */
  #group(plan: PgnPlan, source: number, data: Uint8Array, length: number, time: Micros): void {
    const spnTap = this.#taps.spn
    for (const row of plan.spns) {
      if (length < row.minLength) continue
      const raw = row.raw(data)
      const ok = raw < row.indicatorFrom
      if (spnTap !== undefined) {
        const status = statusOf(raw, row.bits)
        const value = ok ? row.value(raw) : undefined
        spnTap({ pgn: plan.pgn, source, spn: row.spn, raw, value, unit: row.unit, status }, time)
      }
      if (row.signal === undefined) continue
      if (ok) this.#emit(row.signal, row.signalValue(raw), 'ok', row.rank, source, time)
      else {
        const quality = statusOf(raw, row.bits) === 'error' ? 'error' : 'absent'
        this.#emit(row.signal, undefined, quality, row.rank, source, time)
      }
    }
    if (plan.text !== undefined) this.#vin(plan.pgn, plan.text.spn, source, data, length, time)
  }

  #vin(
    pgn: number,
    spn: number,
    source: number,
    data: Uint8Array,
    length: number,
    time: Micros,
  ): void {
    const delimiter = data.subarray(0, length).indexOf(ASTERISK)
    const result = vinFrom(data, 0, delimiter < 0 ? length : delimiter)
    if (result.kind === 'invalid') {
      this.#issue({ code: 'text-invalid', at: this.#bus, detail: `VIN of ${source}`, time })
      return
    }
    const value = result.kind === 'vin' ? result.vin : undefined
    const status = value === undefined ? 'na' : 'ok'
    this.#taps.spn?.({ pgn, source, spn, raw: undefined, value, unit: '', status }, time)
    this.#emitVin(value, source, time)
  }

  #dm1(source: number, data: Uint8Array, length: number, transported: boolean, time: Micros): void {
    const tap = this.#taps.dm1
    if (tap === undefined) return
    const codes = decodeDm1(data, length)
    if (codes === undefined) return
    tap({ pgn: PGN_DM1, source, transported, data: data.slice(0, length), ...codes }, time)
  }

  #diagnostic(id: number, kind: IsotpKind, data: Uint8Array, length: number, time: Micros): void {
    this.messages += 1
    const { isotp, pid } = this.#taps
    const extended = this.#extended
    const message =
      isotp === undefined && pid === undefined
        ? undefined
        : { id, extended, kind, data: data.slice(0, length) }
    if (message !== undefined) isotp?.(message, time)
    if (!isResponseId(id, extended)) return
    decodeResponse(data, length, {
      pid: message === undefined || pid === undefined ? undefined : (p) => pid(message, p, time),
      reading: (signal, value, rank) => {
        if (signal === 'vin') this.#emitVin(value, sourceOf(id), time)
        else this.#emit(signal, value, 'ok', rank, sourceOf(id), time)
      },
      issue: (code, detail) => this.#issue({ code, at: this.#bus, detail, time }),
    })
  }

  #emitVin(value: SignalValue | undefined, sender: number, time: Micros): void {
    const quality = value === undefined ? 'absent' : 'ok'
    this.#emit('vin', value, quality, 0, sender, time)
    if (typeof value === 'string') {
      this.#emit('vinLast8', value.slice(-8), quality, 0, sender, time)
    }
  }

  #emit(
    signal: SignalName,
    value: SignalValue | undefined,
    quality: Quality,
    rank: number,
    sender: number,
    time: Micros,
  ): void {
    this.#reading({ signal, value, quality, time, source: this.#bus, sender, rank })
  }
}
