/**
 * OBD-II responses (SAE J1979, ISO 15031-5), as they leave ISO-TP: service + 0x40, PID, data; a
 * service 01 response may carry several PIDs. 0x7F, service, code is a refusal and never a value.
 *
 * Who answers: 0x7E8–0x7EF with 11 bits; 0x18DAF1xx with 29 bits, xx being the control unit.
 */
import type { IssueCode } from '../../model/issue.ts'
import type { SignalValue } from '../../model/reading.ts'
import { type SignalDefinition, type SignalName, signals } from '../../model/signals.ts'
import { inUnit, scaler } from '../quantity.ts'
import { vinFrom } from '../vin.ts'
import { type PidRow, pidTable } from './pid-table.ts'

const POSITIVE = 0x40
const NEGATIVE = 0x7f
const CURRENT_DATA = 0x01
const VEHICLE_INFORMATION = 0x09
/** Not a refusal: the answer takes longer and still comes. */
const RESPONSE_PENDING = 0x78
const PID_VIN = 0x02
const VIN_LENGTH = 17

interface PidPlan extends PidRow {
  readonly value: (raw: number) => number
  readonly signalValue: (raw: number) => number
}

/** One PID of a response; `value` in the PID's own unit, undefined where it is not in the table. */
export interface PidValue {
  service: number
  pid: number
  label: string | undefined
  value: number | string | undefined
  unit: string
}

export interface ResponseSinks {
  pid?: ((pid: PidValue) => void) | undefined
  reading(signal: SignalName, value: SignalValue | undefined, rank: number): void
  issue(code: IssueCode, detail: string): void
}

const plans = compile(pidTable)

function compile(table: readonly PidRow[]): ReadonlyMap<number, PidPlan> {
  return new Map(
    table.map((row) => {
      const value = scaler(row)
      const signal: SignalDefinition | undefined = row.signal && signals[row.signal]
      const signalValue = signal === undefined ? value : scaler(inUnit(row, signal.unit))
      return [row.pid, { ...row, value, signalValue }]
    }),
  )
}

export function isResponseId(id: number, extended: boolean): boolean {
  return extended ? (id & 0x3ffff00) === 0xdaf100 : id >= 0x7e8 && id <= 0x7ef
}

/** Decodes one response; `data[0 .. length-1]` is the message. */
export function decodeResponse(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  const first = data[0] as number
  if (first === NEGATIVE) {
    if (length > 2 && data[2] === RESPONSE_PENDING) return
    const at = (i: number) => (i < length ? hex(data[i] as number) : '?')
    sinks.issue('negative-response', `service ${at(1)}, code ${at(2)}`)
    return
  }
  const service = first - POSITIVE
  if (service === CURRENT_DATA) currentData(data, length, sinks)
  else if (service === VEHICLE_INFORMATION) vehicleInformation(data, length, sinks)
  else if (service >= 0 && service <= 0x0a && length >= 2) {
    sinks.pid?.({ service, pid: data[1] as number, label: undefined, value: undefined, unit: '' })
  }
}

function currentData(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  let at = 1
  while (at < length) {
    const pid = data[at] as number
    const plan = plans.get(pid)
    if (plan === undefined) {
      // The length of an unknown PID is unknown, so is where the next one starts.
      const value = undefined
      sinks.pid?.({ service: CURRENT_DATA, pid, label: undefined, value, unit: '' })
      return
    }
    if (at + 1 + plan.bytes > length) {
      sinks.issue('message-short', `PID ${hex(pid)} with ${length - at - 1} of ${plan.bytes} bytes`)
      return
    }
    let raw = 0
    for (let i = 0; i < plan.bytes; i += 1) raw = raw * 256 + (data[at + 1 + i] as number)
    const { label, unit } = plan
    sinks.pid?.({ service: CURRENT_DATA, pid, label, value: plan.value(raw), unit })
    if (plan.signal !== undefined) {
      sinks.reading(plan.signal, plan.signalValue(raw), plan.rank ?? 0)
    }
    at += 1 + plan.bytes
  }
}

function vehicleInformation(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  if (length < 2) return
  const pid = data[1] as number
  const isVin = pid === PID_VIN
  const result = isVin ? vinFrom(data, 3, length) : undefined
  const value = result?.kind === 'vin' ? result.vin : undefined
  sinks.pid?.({
    service: VEHICLE_INFORMATION,
    pid,
    label: isVin ? 'VIN' : undefined,
    value,
    unit: '',
  })
  if (!isVin) return
  if (length < 3 + VIN_LENGTH) sinks.issue('message-short', `VIN of ${length - 3} bytes`)
  else if (result?.kind === 'invalid') sinks.issue('text-invalid', 'VIN of service 09')
  else sinks.reading('vin', value, 0)
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0')
}
