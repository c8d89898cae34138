/**
 * What a vehicle was found to support, as plain data: kept by the composition root with the VIN, so
 * that the next start needs one question instead of dozens.
 */
import type { CanAddress } from '../../model/profile.ts'

export interface UnitSupport {
  /** How it is asked; all are, where it answers nothing else. */
  readonly asked: CanAddress
  readonly answers: CanAddress
  /** Answers when it alone is asked. */
  readonly isPhysical: boolean
  /** The four bytes of service 01, PID 00, in hexadecimal: by them it is known again. */
  readonly bitmap: string
  /** PIDs of service 01. */
  readonly pids: readonly number[]
  /** Kinds of information of service 09; absent where it does not say. */
  readonly infos?: readonly number[]
  /** Several PIDs in one request are answered as they should. */
  readonly multi: boolean
}

export interface VehicleSupport {
  /** 29-bit identifiers. */
  readonly extended: boolean
  /** The one to be asked first comes first. */
  readonly units: readonly UnitSupport[]
}

export interface PollerSnapshot {
  readonly version: 1
  readonly support: VehicleSupport
  /** Questions that are not answered, with how often in a row. */
  readonly dead: Readonly<Record<string, number>>
}

const MAX_UNITS = 16
const MAX_DEAD = 1000

/** Undefined for what is no snapshot of ours: then everything is found out anew. */
export function parseSnapshot(value: unknown): PollerSnapshot | undefined {
  const { version, support, dead } = fieldsOf(value)
  const { extended, units } = fieldsOf(support)
  if (version !== 1 || typeof extended !== 'boolean' || !Array.isArray(units)) return undefined
  const parsed = units.map(parseUnit)
  const known = parsed.filter((unit) => unit !== undefined)
  if (known.length === 0 || known.length < parsed.length || known.length > MAX_UNITS) {
    return undefined
  }
  const failures = Object.entries(fieldsOf(dead)).filter((entry): entry is [string, number] =>
    isWhole(entry[1], MAX_DEAD),
  )
  return {
    version: 1,
    support: { extended, units: known },
    dead: Object.fromEntries(failures.slice(0, MAX_DEAD)),
  }
}

function parseUnit(value: unknown): UnitSupport | undefined {
  const { asked, answers, isPhysical, bitmap, pids, infos, multi } = fieldsOf(value)
  if (!isAddress(asked) || !isAddress(answers) || typeof isPhysical !== 'boolean') return undefined
  if (typeof bitmap !== 'string' || typeof multi !== 'boolean' || !isBytes(pids)) return undefined
  const unit = { asked, answers, isPhysical, bitmap, pids, multi }
  return isBytes(infos) ? { ...unit, infos } : unit
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isAddress(value: unknown): value is CanAddress {
  const { id, extended } = fieldsOf(value)
  return typeof extended === 'boolean' && isWhole(id, extended ? 0x1fffffff : 0x7ff)
}

function isBytes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => isWhole(entry, 0xff))
}

function isWhole(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max
}
