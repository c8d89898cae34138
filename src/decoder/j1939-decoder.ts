/**
 * J1939 frames of one bus to readings: parameter groups by their plans, transport sessions, and —
 * for those who ask — diagnostic messages, address claims, requests and acknowledgements. Hot: a
 * group that feeds no signal costs one look-up.
 */
import type { IssueCode } from '../model/issue.ts'
import type { Micros } from '../model/time.ts'
import { destinationOf, pgnOf, sourceOf } from './can-id.ts'
import { claimedName, PGN_ADDRESS_CLAIM } from './j1939/addresses.ts'
import { compilePgns, type PgnPlan, quantityOf, rawOf, type SpnPlan } from './j1939/compile.ts'
import { decodeDm, dmPgns, dmProblem } from './j1939/dm.ts'
import { decodeDm1, PGN_DM1 } from './j1939/dm1.ts'
import { ExtendedTransport, PF_ETP_CM, PF_ETP_DT } from './j1939/extended-transport.ts'
import { pgnTable } from './j1939/pgn-table.ts'
import {
  acknowledgementOf,
  PGN_ACKNOWLEDGEMENT,
  PGN_REQUEST,
  requestedPgn,
} from './j1939/requests.ts'
import type { TextRow } from './j1939/rows.ts'
import { statusOf } from './j1939/slots.ts'
import { textOf } from './j1939/texts.ts'
import { PF_TP_CM, PF_TP_DT, Transport, type TransportMessage } from './j1939/transport.ts'
import type { ReadingEmitter } from './reading-emitter.ts'
import type { DecoderTaps, J1939Message } from './taps.ts'
import { vinFrom } from './vin.ts'

/** The engine: its lamp is the vehicle's malfunction lamp. */
const ENGINE = 0
const SPN_VIN = 237
const PAGE_1 = 0x1000000

const plans = compilePgns(pgnTable)
const diagnostic: ReadonlySet<number> = new Set(dmPgns)

type Report = (code: IssueCode, detail: string, time: Micros) => void

export class J1939Decoder {
  /** Messages after reassembly, single frames included. */
  messages = 0
  readonly #taps: DecoderTaps
  readonly #emitter: ReadingEmitter
  readonly #issue: Report
  readonly #transport: Transport
  readonly #extended: ExtendedTransport
  /** Whether anybody asked for what has no plan. */
  readonly #isWatched: boolean

  constructor(emitter: ReadingEmitter, issue: Report, taps: DecoderTaps) {
    const { dm, dm1, claim, request, acknowledgement } = taps
    this.#taps = taps
    this.#emitter = emitter
    this.#issue = issue
    this.#isWatched = [dm, dm1, claim, request, acknowledgement].some((tap) => tap !== undefined)
    const sinks = {
      issue,
      message: (message: TransportMessage, time: Micros) => this.#transported(message, time),
    }
    this.#transport = new Transport(sinks)
    this.#extended = new ExtendedTransport(sinks)
  }

  /** A frame of data page 0 or 1; `format` is its PDU format. */
  frame(id: number, format: number, data: Uint8Array, length: number, time: Micros): void {
    const source = sourceOf(id)
    if ((id & PAGE_1) === 0) {
      if (format === PF_TP_DT) {
        this.#transport.data(source, destinationOf(id), data, length, time)
        return
      }
      if (format === PF_TP_CM) {
        this.#transport.control(source, destinationOf(id), data, length, time)
        return
      }
      if (format === PF_ETP_DT) {
        this.#extended.data(source, destinationOf(id), data, length, time)
        return
      }
      if (format === PF_ETP_CM) {
        this.#extended.control(source, destinationOf(id), data, length, time)
        return
      }
    }
    this.messages += 1
    const pgn = pgnOf(id)
    const plan = plans[pgn]
    if (plan !== undefined) this.#group(plan, source, data, length, time)
    if (pgn === PGN_DM1) this.#lamp(source, data, length, time)
    if (this.#isWatched) this.#watch(pgn, source, destinationOf(id), data, length, false, time)
  }

  /** The end of a recording: sessions that are still open are reported. */
  end(time: Micros): void {
    this.#transport.end(time)
    this.#extended.end(time)
  }

  #transported(message: TransportMessage, time: Micros): void {
    this.messages += 1
    this.#taps.transport?.(message, time)
    const { pgn, source, destination, data } = message
    const plan = plans[pgn]
    if (plan !== undefined) this.#group(plan, source, data, data.length, time)
    if (pgn === PGN_DM1) this.#lamp(source, data, data.length, time)
    if (this.#isWatched) this.#watch(pgn, source, destination, data, data.length, true, time)
  }

  /** Hot: the SPNs of a parameter group that feed a signal. */
  #group(plan: PgnPlan, source: number, data: Uint8Array, length: number, time: Micros): void {
    const { signals } = plan
    for (let i = 0; i < signals.length; i += 1) {
      const row = signals[i] as SpnPlan
      if (length < row.minLength) this.#short(plan, row, source, length, time)
      else this.#feed(plan, row, source, data, time)
    }
    if (plan.texts.length > 0) this.#texts(plan, source, data, length, time)
    if (this.#taps.spn !== undefined) this.#show(plan, source, data, length, time)
  }

  /** Hot. */
  #feed(plan: PgnPlan, row: SpnPlan, source: number, data: Uint8Array, time: Micros): void {
    const signal = row.signalAt === undefined ? row.signal : row.signalAt[instanceOf(plan, data)]
    if (signal === undefined) return
    const raw = rawOf(row, data)
    if (raw >= row.indicatorFrom) {
      const quality = statusOf(raw, row.bits) === 'error' ? 'error' : 'absent'
      this.#emitter.other(signal, undefined, quality, row.rank, source, time)
    } else if (row.isBoolean) {
      const value = raw > 1 ? undefined : raw === 1
      const quality = value === undefined ? 'absent' : 'ok'
      this.#emitter.other(signal, value, quality, row.rank, source, time)
    } else this.#emitter.number(signal, quantityOf(row.signalScale, raw), row.rank, source, time)
  }

  #short(plan: PgnPlan, row: SpnPlan, source: number, length: number, time: Micros): void {
    const what = `${plan.label} from ${source}: SPN ${row.spn} needs ${row.minLength} bytes`
    this.#issue('message-short', `${what}, there are ${length}`, time)
  }

  /** Every SPN, for those who look. */
  #show(plan: PgnPlan, source: number, data: Uint8Array, length: number, time: Micros): void {
    const { pgn } = plan
    const instance = plan.instance === undefined ? undefined : instanceOf(plan, data)
    for (const row of plan.spns) {
      if (length < row.minLength) continue
      const raw = rawOf(row, data)
      const status = raw < row.indicatorFrom ? 'ok' : statusOf(raw, row.bits)
      const value = status === 'ok' ? quantityOf(row.scale, raw) : undefined
      const text = status === 'ok' ? row.states?.[raw] : undefined
      const { spn, label, unit } = row
      const shown = { pgn, source, spn, label, raw, value, text, unit, status, instance }
      this.#taps.spn?.(shown, time)
    }
  }

  #texts(plan: PgnPlan, source: number, data: Uint8Array, length: number, time: Micros): void {
    for (const row of plan.texts) {
      const text = this.#text(row, source, data, length, time)
      if (text === undefined) continue
      const value = text === 'na' ? undefined : text
      if (row.spn === SPN_VIN) this.#emitter.vin(value, source, time)
      this.#taps.spn?.(
        {
          pgn: plan.pgn,
          source,
          spn: row.spn,
          label: row.label,
          raw: undefined,
          value,
          text: undefined,
          unit: '',
          status: value === undefined ? 'na' : 'ok',
          instance: undefined,
        },
        time,
      )
    }
  }

  /** Undefined, and an issue, for what is no such text. */
  #text(
    row: TextRow,
    source: number,
    data: Uint8Array,
    length: number,
    time: Micros,
  ): string | undefined {
    if (row.spn !== SPN_VIN) {
      const text = textOf(row, data, length)
      if (text === undefined) this.#issue('text-invalid', `${row.label} of ${source}`, time)
      return text
    }
    const delimiter = data.subarray(0, length).indexOf(0x2a)
    const result = vinFrom(data, 0, delimiter < 0 ? length : delimiter)
    if (result.kind === 'invalid') this.#issue('text-invalid', `VIN of ${source}`, time)
    return result.kind === 'vin' ? result.vin : result.kind === 'invalid' ? undefined : 'na'
  }

  /** The malfunction lamp, as the engine shows it. */
  #lamp(source: number, data: Uint8Array, length: number, time: Micros): void {
    if (source !== ENGINE) return
    const mil = decodeDm1(data, length)?.lamps.mil
    if (mil === undefined) return
    const value = mil === 'not_available' ? undefined : mil !== 'off'
    const quality = value === undefined ? 'absent' : 'ok'
    this.#emitter.other('malfunctionLamp', value, quality, 0, source, time)
  }

  #watch(
    pgn: number,
    source: number,
    destination: number,
    data: Uint8Array,
    length: number,
    transported: boolean,
    time: Micros,
  ): void {
    const taps = this.#taps
    const message = (): J1939Message => ({
      pgn,
      source,
      destination,
      transported,
      data: data.slice(0, length),
    })
    if (diagnostic.has(pgn)) this.#diagnostic(message(), time)
    else if (pgn === PGN_ADDRESS_CLAIM) {
      const name = claimedName(source, data, length)
      if (name !== undefined) taps.claim?.(name, message(), time)
    } else if (pgn === PGN_REQUEST) {
      const requested = requestedPgn(data, length)
      if (requested !== undefined) taps.request?.(requested, message(), time)
    } else if (pgn === PGN_ACKNOWLEDGEMENT) {
      const content = acknowledgementOf(data, length)
      if (content !== undefined) taps.acknowledgement?.(content, message(), time)
    }
  }

  #diagnostic(message: J1939Message, time: Micros): void {
    const { pgn, source, transported, data } = message
    const { dm, dm1 } = this.#taps
    const problem = dmProblem(pgn, data, data.length)
    if (problem !== undefined) this.#issue('message-short', `${problem} (from ${source})`, time)
    if (pgn === PGN_DM1 && dm1 !== undefined) {
      const codes = decodeDm1(data, data.length)
      if (codes !== undefined) dm1({ pgn, source, transported, data, ...codes }, time)
    }
    const content = dm === undefined ? undefined : decodeDm(pgn, data, data.length)
    if (content !== undefined) dm?.(content, message, time)
  }
}

function instanceOf({ instance }: PgnPlan, data: Uint8Array): number {
  return instance === undefined || data.length < instance.minLength ? -1 : rawOf(instance, data)
}
