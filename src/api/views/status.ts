/**
 * A vehicle's status as clients of the DIMO Device Data API read it: the published fields in their
 * published order, each only if known.
 */
import { freshFor } from '../../model/freshness.ts'
import type { Clock, StatusReader } from '../../model/ports.ts'
import type { Quality, SignalValue } from '../../model/reading.ts'
import type { SignalState, VehicleStatus } from '../../model/record.ts'
import { isSignalName, type SignalName, signals } from '../../model/signals.ts'
import {
  isoTime,
  MICROS_PER_SECOND,
  type Micros,
  type Millis,
  microsToMillis,
  millisToMicros,
} from '../../model/time.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { estimatedRange } from './range.ts'
import { ageSeconds, isoMicros, isoSeconds } from './time-text.ts'
import { fullVisibility, type Visibility, visibleStatus } from './visibility.ts'

/** The published order of the snapshot; the record times stand between the two lists. */
const FIELDS_BEFORE = [
  'charging',
  'fuelPercentRemaining',
  'batteryCapacity',
  'oil',
  'odometer',
  'latitude',
  'longitude',
  'range',
  'soc',
  'chargeLimit',
]
const TYRES = {
  frontLeft: 'tirePressureFrontLeft',
  frontRight: 'tirePressureFrontRight',
  backLeft: 'tirePressureBackLeft',
  backRight: 'tirePressureBackRight',
}
/** kWh, published as an integer. */
const WHOLE_NUMBER: string = 'batteryCapacity'
const FIELDS_AFTER = ['batteryVoltage', 'ambientTemp']

const PUBLISHED: readonly SignalName[] = [
  ...FIELDS_BEFORE,
  ...Object.values(TYRES),
  ...FIELDS_AFTER,
].filter(isSignalName)

/** What is older does not count as a status (90 days). */
const STATUS_AGE_MS = 90 * 86_400_000

interface Reported {
  value: SignalValue
  unit: string
  time: Micros
  freshFor: Micros
  quality: Quality
  source: string
}

interface SignalMeta {
  value: SignalValue
  unit: string
  timestamp: string
  age: number
  source: string
  quality: Quality
}

export interface StatusViewOptions {
  /** What the reader may see; by default all of it. */
  seen?: Visibility
  /** Adds `signals`: each value shown with unit, time, age, source and quality. */
  meta?: boolean
}

/** Undefined where nothing was measured in the last 90 days. */
export function statusView(
  vehicle: Vehicle,
  reader: StatusReader,
  clock: Clock,
  options: StatusViewOptions = {},
): object | undefined {
  const now = clock.now()
  const recent = recentStatus(reader.status(vehicle.id), now)
  if (recent === undefined) return undefined
  const reported = reportedFields(visibleStatus(recent, options.seen ?? fullVisibility), vehicle)
  const body: Record<string, unknown> = {}
  for (const name of FIELDS_BEFORE) put(body, name, reported.get(name)?.value)
  const times = [...reported.values()].map(({ time }) => time)
  if (times.length > 0) {
    body.recordUpdatedAt = isoSeconds(Math.max(...times))
    const stored = reader.storedAt(vehicle.id)
    if (stored !== undefined) body.recordCreatedAt = isoMicros(stored)
  }
  const tyres: Record<string, unknown> = {}
  for (const [wheel, name] of Object.entries(TYRES)) put(tyres, wheel, reported.get(name)?.value)
  if (Object.keys(tyres).length > 0) body.tirePressure = tyres
  for (const name of FIELDS_AFTER) put(body, name, reported.get(name)?.value)
  if (options.meta === true) body.signals = metaOf(reported, now)
  return body
}

/** Of the published fields, what was measured in the last 90 days; undefined if nothing was. */
function recentStatus(status: VehicleStatus, now: Millis): VehicleStatus | undefined {
  const oldest = millisToMicros(now - STATUS_AGE_MS)
  const recent: VehicleStatus = {}
  let isKnown = false
  for (const name of PUBLISHED) {
    const state = status[name]
    if (state === undefined || state.time < oldest) continue
    recent[name] = state
    isKnown = true
  }
  isKnown ||= Object.values(status).some((state) => state !== undefined && state.time >= oldest)
  return isKnown ? recent : undefined
}

function reportedFields(status: VehicleStatus, vehicle: Vehicle): Map<string, Reported> {
  const reported = new Map<string, Reported>()
  for (const name of PUBLISHED) {
    const state = status[name]
    if (state !== undefined) reported.set(name, reportOf(name, state))
  }
  const fuel = reported.get('fuelPercentRemaining')
  const range = estimatedRange(vehicle, fuel?.value)
  if (fuel !== undefined && range !== undefined && !reported.has('range')) {
    const quality = fuel.quality === 'stale' ? 'stale' : 'estimated'
    reported.set('range', { ...fuel, value: range, unit: 'km', quality })
  }
  return reported
}

function reportOf(name: SignalName, state: SignalState): Reported {
  const definition = signals[name]
  const { time, quality, source } = state
  const whole = name === WHOLE_NUMBER && typeof state.value === 'number'
  const value = whole ? Math.trunc(state.value as number) : state.value
  const { unit } = definition
  return { value, unit, time, freshFor: freshFor(state, definition), quality, source }
}

function put(body: Record<string, unknown>, name: string, value: unknown): void {
  if (value !== undefined) body[name] = value
}

function metaOf(reported: ReadonlyMap<string, Reported>, now: Millis): Record<string, SignalMeta> {
  const meta: Record<string, SignalMeta> = {}
  for (const [name, { value, unit, time, quality, source, freshFor }] of reported) {
    const age = ageSeconds(time, now)
    meta[name] = {
      value,
      unit,
      timestamp: isoTime(microsToMillis(time)),
      age,
      source,
      quality: age * MICROS_PER_SECOND > freshFor ? 'stale' : quality,
    }
  }
  return meta
}
