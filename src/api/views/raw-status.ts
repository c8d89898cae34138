/**
 * The signal map of `/status-raw`: every signal ever received, with its source and time, and what
 * the gateway knows of the vehicle itself. Takes a status that is already filtered.
 */
import { sourceUri } from '../../model/cloud-event.ts'
import type { SourceReport } from '../../model/ports.ts'
import type { SignalState, VehicleStatus } from '../../model/record.ts'
import { signalNames } from '../../model/signals.ts'
import { isoTime, microsToMillis } from '../../model/time.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { isoSeconds } from './time-text.ts'
import type { Visibility } from './visibility.ts'

interface RawSignal {
  value: unknown
  source: string
  timestamp: string
}

/** The signal map; what the gateway itself knows of the vehicle needs the non-location class. */
export function rawStatus(
  status: VehicleStatus,
  seen: Visibility,
  vehicle: Vehicle,
  sources: readonly SourceReport[],
): Record<string, RawSignal> {
  const states = signalNames.flatMap((name) => {
    const state = status[name]
    return state === undefined ? [] : [{ name, state }]
  })
  const body: Record<string, RawSignal> = {}
  for (const { name, state } of states) body[name] = raw(state.value, state)
  const newest = states.map(({ state }) => state).reduce(newer, states[0]?.state)
  if (!seen.nonLocation || newest === undefined) return body
  const { make, model, year, userDeviceId } = vehicle
  for (const [name, value] of Object.entries({ make, year, model })) {
    if (value !== undefined) body[name] = raw(value, newest)
  }
  const errors = sources.flatMap(errorsOf)
  if (errors.length > 0) body.errors = raw(errors, newest)
  body.timestamp = raw(isoTime(microsToMillis(newest.time)), newest)
  body.vehicleId = raw(userDeviceId, newest)
  return body
}

function newer(left: SignalState | undefined, right: SignalState): SignalState {
  return left === undefined || right.time > left.time ? right : left
}

function raw(value: unknown, state: SignalState): RawSignal {
  return { value, source: sourceUri(state.source), timestamp: isoSeconds(state.time) }
}

interface ReadError {
  type: string
  errorCode: number
  errorType: string
  resolution: { type: string }
  description: string
}

/** What could not be read, in the shape that clients of the hosted API know. */
function errorsOf(source: SourceReport): ReadError[] {
  const down = source.state === 'silent' || source.state === 'waiting'
  const found = source.issues.map(({ code, text, count }) => ({
    type: `${source.id}/${code}`,
    description: `${sentence(text)} (${count} times)`,
  }))
  if (down) found.unshift({ type: source.id, description: source.detail })
  return found.map(({ type, description }) => ({
    type,
    errorCode: 502,
    errorType: 'UPSTREAM',
    resolution: { type: 'RETRY_LATER' },
    description,
  }))
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
