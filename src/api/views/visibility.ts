/**
 * What a token may see, by the privilege class of each signal (contract, section 2). Whatever is
 * shown of a vehicle goes through here once, before it is put into any shape.
 */
import type { SignalValue } from '../../model/reading.ts'
import type { RecordData, SignalState, VehicleStatus } from '../../model/record.ts'
import { isSignalName, type SignalName, signals } from '../../model/signals.ts'
import { type Privileges, privilege } from '../auth/privileges.ts'

export interface Visibility {
  /** `approximate` shows a rounded latitude and longitude and nothing else of the class. */
  location: 'exact' | 'approximate' | 'hidden'
  identity: boolean
  nonLocation: boolean
}

/** What the owner sees. */
export const fullVisibility: Visibility = { location: 'exact', identity: true, nonLocation: true }

/** For answers about now: location to privilege 3 or 4. */
export function currentVisibility(privileges: Privileges): Visibility {
  return visibility(privileges, [privilege.currentLocation, privilege.allTimeLocation])
}

/** For answers about the past: location to privilege 4 alone. */
export function historyVisibility(privileges: Privileges): Visibility {
  return visibility(privileges, [privilege.allTimeLocation])
}

function visibility(privileges: Privileges, locating: readonly number[]): Visibility {
  const nonLocation = privileges.has(privilege.nonLocation)
  return {
    location: locating.some((id) => privileges.has(id))
      ? 'exact'
      : privileges.has(privilege.approximateLocation)
        ? 'approximate'
        : 'hidden',
    identity: nonLocation || privileges.has(privilege.vin),
    nonLocation,
  }
}

export function isVisible(name: SignalName, seen: Visibility): boolean {
  switch (signals[name].privilege) {
    case 'location':
      return seen.location === 'exact' || (seen.location === 'approximate' && isPosition(name))
    case 'identity':
      return seen.identity
    default:
      return seen.nonLocation
  }
}

function isPosition(name: SignalName): boolean {
  return name === 'latitude' || name === 'longitude'
}

export function visibleStatus(status: VehicleStatus, seen: Visibility): VehicleStatus {
  const shown: VehicleStatus = {}
  for (const [name, state] of Object.entries(status)) {
    if (isSignalName(name) && hasValue(state) && isVisible(name, seen)) shown[name] = state
  }
  const { latitude, longitude } = shown
  delete shown.latitude
  delete shown.longitude
  if (latitude === undefined || longitude === undefined) return shown
  const place = visiblePosition(latitude.value, longitude.value, seen)
  if (place === undefined) return shown
  shown.latitude = { ...latitude, value: place.latitude }
  shown.longitude = { ...longitude, value: place.longitude }
  return shown
}

function hasValue(state: SignalState | undefined): state is SignalState {
  return state !== undefined && state.quality !== 'absent' && state.quality !== 'error'
}

export function visibleData(data: RecordData, seen: Visibility): RecordData {
  const shown: RecordData = {}
  const place = visiblePosition(data.latitude, data.longitude, seen)
  for (const [name, value] of Object.entries(data)) {
    if (!isSignalName(name) || value === undefined || !isVisible(name, seen)) continue
    if (name === 'latitude' || name === 'longitude') {
      if (place !== undefined) shown[name] = place[name]
    } else {
      shown[name] = value as SignalValue
    }
  }
  if (data.lora !== undefined && seen.nonLocation) shown.lora = data.lora
  return shown
}

interface Position {
  latitude: number
  longitude: number
}

/** Half a position is none. */
function visiblePosition(
  latitude: unknown,
  longitude: unknown,
  seen: Visibility,
): Position | undefined {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined
  if (seen.location === 'exact') return { latitude, longitude }
  return seen.location === 'approximate' ? approximatePosition(latitude, longitude) : undefined
}

/** 3 km of latitude, in degrees. */
const STEP_DEGREES = 0.027

/**
 * The point of a fixed grid of about 3 km that is nearest. The grid does not move, so that many
 * fixes at one place do not add up to a better one.
 */
export function approximatePosition(latitude: number, longitude: number): Position {
  const row = nearest(latitude, STEP_DEGREES, 90)
  const narrowing = Math.max(Math.cos((row * Math.PI) / 180), 0.01)
  return { latitude: row, longitude: nearest(longitude, STEP_DEGREES / narrowing, 180) }
}

function nearest(value: number, step: number, limit: number): number {
  const rounded = Math.round(value / step) * step
  return Number(Math.min(Math.max(rounded, -limit), limit).toFixed(3))
}
