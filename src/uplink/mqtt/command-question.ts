/** One question to a vehicle as JSON, the same as REST takes it. */
import type { VehicleQuestion } from '../../model/ports.ts'
import type { CanAddress } from '../../model/profile.ts'
import { CommandError } from './command-answer.ts'

type Parameters = Readonly<Record<string, unknown>>

/** Services that answer a PID: current data, monitors, vehicle information. */
const PID_SERVICES: readonly unknown[] = [1, 6, 9]
const CONTROL_UNIT = /^([0-7][0-9A-Fa-f]{2}|[01][0-9A-Fa-f]{7})$/
const KEYS: Readonly<Record<string, readonly string[]>> = {
  pid: ['pid', 'service', 'controlUnit'],
  did: ['did', 'controlUnit'],
  pgn: ['pgn', 'address'],
}

/** Throws `malformed`. */
export function questionOf(parameters: Parameters): VehicleQuestion {
  const { kind, service, controlUnit, address } = parameters
  const known = typeof kind === 'string' && Object.hasOwn(KEYS, kind) ? KEYS[kind] : undefined
  const stranger = Object.keys(parameters).find((key) => key !== 'kind' && !known?.includes(key))
  if (known === undefined || stranger !== undefined) {
    throw malformed(
      'a question is {kind: "pid", pid}, {kind: "did", did, controlUnit} or {kind: "pgn", pgn}',
    )
  }
  const unit = controlUnit === undefined ? undefined : addressOf(controlUnit)
  switch (kind) {
    case 'pid':
      if (service !== undefined && !PID_SERVICES.includes(service)) {
        throw malformed('service must be 1, 6 or 9')
      }
      return {
        kind,
        pid: number(parameters, 'pid', 0xff),
        ...(service === undefined ? {} : { service: Number(service) }),
        ...(unit === undefined ? {} : { unit }),
      }
    case 'did':
      if (unit === undefined) throw malformed('controlUnit is missing')
      return { kind, did: number(parameters, 'did', 0xffff), unit }
    default:
      return {
        kind: 'pgn',
        pgn: number(parameters, 'pgn', 0x3ffff),
        ...(address === undefined ? {} : { address: number(parameters, 'address', 0xff) }),
      }
  }
}

/** Three digits are 11 bits, eight are 29. */
function addressOf(text: unknown): CanAddress {
  if (typeof text !== 'string' || !CONTROL_UNIT.test(text)) {
    throw malformed('controlUnit must be the identifier of a request: 7E0, or 18DA10F1')
  }
  return { id: Number.parseInt(text, 16), extended: text.length > 3 }
}

function number(parameters: Parameters, name: string, max: number): number {
  const value = parameters[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) {
    return value
  }
  throw malformed(`${name} must be a whole number from 0 to ${max}`)
}

function malformed(detail: string): CommandError {
  return new CommandError('malformed', detail)
}
