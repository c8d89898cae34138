/**
 * Frames and responses of one bus to values, by a vehicle profile. Stands beside the decoders of
 * the standards: `frame` takes every CAN frame, `message` every message that left ISO-TP.
 *
 * A response (ISO 14229-1, SAE J1979) is the service + 0x40, the DID or PID, its data, and then,
 * where several were asked for, the next DID or PID. 0x7F is a refusal and gives nothing, nor does
 * a control unit that the profile does not name for that DID. Hot: `frame` of an identifier that
 * no profile knows costs one look-up.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { IssueCode } from '../../model/issue.ts'
import type { CanAddress, Profile, RawRange } from '../../model/profile.ts'
import type { Quality, SignalValue } from '../../model/reading.ts'
import type { SignalName } from '../../model/signals.ts'
import type { Micros } from '../../model/time.ts'
import { sourceOf } from '../can-id.ts'
import {
  compilePassive,
  compilePolled,
  type FieldPlan,
  type PassivePlan,
  type PolledPlan,
} from './compile.ts'

const POSITIVE = 0x40
/** Sets 29-bit identifiers apart from 11-bit ones. */
const EXTENDED = 0x2000_0000
const READ_DATA = 0x22

/** One value of one signal, in the profile's own unit. What `value` gets is its to keep. */
export interface ProfileValue {
  name: string
  message: string
  /** Undefined unless the quality is `ok`. */
  value: number | undefined
  quality: 'ok' | 'absent' | 'implausible'
  unit: string
  raw: number
  /** The words for the raw value, where the profile has some. */
  text: string | undefined
  id: number
  extended: boolean
  /** DID or PID of a polled signal. */
  did: number | undefined
}

export interface ProfileSinks {
  value?: ((value: ProfileValue, time: Micros) => void) | undefined
  reading(
    signal: SignalName,
    value: SignalValue | undefined,
    quality: Quality,
    rank: number,
    sender: number,
    time: Micros,
  ): void
  issue(code: IssueCode, detail: string, time: Micros): void
}

export class ProfileDecoder {
  readonly #sinks: ProfileSinks
  readonly #passive: ReadonlyMap<number, PassivePlan>
  readonly #responders: ReadonlyMap<number, ReadonlyMap<number, PolledPlan>>
  // The message in hand.
  #id = 0
  #extended = false
  #did: number | undefined
  #time: Micros = 0

  constructor(profile: Profile, sinks: ProfileSinks) {
    this.#sinks = sinks
    this.#passive = new Map(profile.passive.map((m) => [keyOf(m), compilePassive(m)]))
    this.#responders = respondersOf(profile)
  }

  /** Passive messages. */
  frame(frame: CanFrame): void {
    const plan = this.#passive.get(frame.extended ? frame.id + EXTENDED : frame.id)
    if (plan === undefined || frame.error || frame.remote) return
    const { id, data, length, time } = frame
    if (length < plan.length) {
      this.#sinks.issue('message-short', `${plan.name}: ${length} bytes`, time)
      return
    }
    if (plan.checksum !== undefined && !plan.checksum(id, data, plan.length || length)) {
      this.#sinks.issue('checksum-wrong', plan.name, time)
      return
    }
    this.#begin(id, frame.extended, undefined, time)
    this.#decode(plan.name, plan.fields, data, length)
  }

  /** Responses to polled requests; `data[0 .. length-1]` is what left ISO-TP. */
  message(id: number, extended: boolean, data: Uint8Array, length: number, time: Micros): void {
    const plans = this.#responders.get(extended ? id + EXTENDED : id)
    if (plans === undefined || length < 2) return
    const service = (data[0] as number) - POSITIVE
    const size = didSize(service)
    let at = 1
    while (at + size <= length) {
      const did = size === 2 ? ((data[at] as number) << 8) | (data[at + 1] as number) : data[at]
      const plan = plans.get(planKey(service, did as number))
      // The length of what is not known is not known, so is where the next one starts.
      if (plan === undefined) return
      at += size
      const end = plan.length === undefined ? length : at + plan.length
      if (end > length) {
        this.#sinks.issue('message-short', `${plan.name}: ${length - at} bytes`, time)
        return
      }
      this.#begin(id, extended, did, time)
      this.#decode(plan.name, plan.fields, data.subarray(at, end), end - at)
      at = end
    }
  }

  /** Whether the profile expects responses under this identifier. */
  isResponder(id: number, extended: boolean): boolean {
    return this.#responders.has(extended ? id + EXTENDED : id)
  }

  /** How many bytes follow a DID of service 0x22 in this control unit's response, where known. */
  didLength(id: number, extended: boolean, did: number): number | undefined {
    const plans = this.#responders.get(extended ? id + EXTENDED : id)
    return plans?.get(planKey(READ_DATA, did))?.length
  }

  #begin(id: number, extended: boolean, did: number | undefined, time: Micros): void {
    this.#id = id
    this.#extended = extended
    this.#did = did
    this.#time = time
  }

  #decode(message: string, fields: readonly FieldPlan[], data: Uint8Array, length: number): void {
    for (const field of fields) {
      if (!isSelected(field, data, length)) continue
      if (field.bytes > length) {
        const detail = `${message}.${field.name}: ${length} of ${field.bytes} bytes`
        this.#sinks.issue('message-short', detail, this.#time)
        continue
      }
      this.#field(message, field, field.raw(data))
    }
  }

  #field(message: string, field: FieldPlan, raw: number): void {
    const { feeds } = field
    if (isIn(field.absent, raw)) {
      this.#show(message, field, raw, undefined, 'absent')
      if (feeds !== undefined) this.#read(feeds.signal, undefined, 'absent', feeds.rank)
      return
    }
    const value = field.value(raw)
    const isPlausible = value >= field.min && value <= field.max
    if (!isPlausible || (feeds?.isBoolean && raw !== 0 && raw !== 1)) {
      this.#show(message, field, raw, undefined, 'implausible')
      const detail = `${message}.${field.name}: ${value} ${field.unit}`.trimEnd()
      this.#sinks.issue('implausible', detail, this.#time)
      return
    }
    this.#show(message, field, raw, value, 'ok')
    if (feeds === undefined) return
    const fed = feeds.isBoolean ? (raw === 1) !== feeds.inverted : feeds.value(raw)
    this.#read(feeds.signal, fed, 'ok', feeds.rank)
  }

  #read(signal: SignalName, value: SignalValue | undefined, quality: Quality, rank: number): void {
    this.#sinks.reading(signal, value, quality, rank, sourceOf(this.#id), this.#time)
  }

  #show(
    message: string,
    { name, unit, states }: FieldPlan,
    raw: number,
    value: number | undefined,
    quality: ProfileValue['quality'],
  ): void {
    if (this.#sinks.value === undefined) return
    const place = { id: this.#id, extended: this.#extended, did: this.#did }
    this.#sinks.value(
      { name, message, value, quality, unit, raw, text: states?.[raw], ...place },
      this.#time,
    )
  }
}

function respondersOf(profile: Profile): Map<number, Map<number, PolledPlan>> {
  const responders = new Map<number, Map<number, PolledPlan>>()
  for (const message of profile.polled) {
    const key = keyOf(message.response)
    const plans = responders.get(key) ?? new Map<number, PolledPlan>()
    const plan = compilePolled(message)
    const service = Number.parseInt(message.request.data.slice(0, 2), 16)
    responders.set(key, plans.set(planKey(service, plan.did), plan))
  }
  return responders
}

function keyOf({ id, extended }: CanAddress): number {
  return extended ? id + EXTENDED : id
}

function planKey(service: number, did: number): number {
  return service * 0x1_0000 + did
}

/** Bytes of a DID or PID. */
export function didSize(service: number): 1 | 2 {
  return service === READ_DATA ? 2 : 1
}

function isSelected({ conditions }: FieldPlan, data: Uint8Array, length: number): boolean {
  for (const { bytes, raw, values } of conditions) {
    if (bytes > length || !isIn(values, raw(data))) return false
  }
  return true
}

function isIn(ranges: readonly RawRange[], raw: number): boolean {
  for (const { from, to } of ranges) if (raw >= from && raw <= to) return true
  return false
}
