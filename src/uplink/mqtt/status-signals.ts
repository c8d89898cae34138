/**
 * What the retained status carries beside the REST status where Home Assistant reads it: `signals`,
 * each value that is still true, in the signal's unit, and `troubleCodes`, how many are set. The REST
 * status has a published set of fields, which most of the signal table is not in.
 */
import { freshFor } from '../../model/freshness.ts'
import type { SignalValue } from '../../model/reading.ts'
import type { VehicleStatus } from '../../model/record.ts'
import { isSignalName, type SignalName, signals } from '../../model/signals.ts'
import { type Millis, millisToMicros } from '../../model/time.ts'
import type { TroubleCodeReport } from '../../model/trouble-code.ts'
import { homeAssistantClass } from './home-assistant-classes.ts'
import type { Shown } from './home-assistant-config.ts'

export interface StatusSignals {
  signals: Partial<Record<SignalName, SignalValue>>
  /** Absent where no control unit ever said which it has. */
  troubleCodes?: number
}

/** A position does not get untrue by standing. */
const POSITION = new Set<SignalName>(['latitude', 'longitude'])

/** What nobody said, said to be faulty, or is too old is not there; identity never is. */
export function statusSignals(
  status: VehicleStatus,
  now: Millis,
  troubleCodes?: TroubleCodeReport,
): StatusSignals {
  const values: StatusSignals['signals'] = {}
  for (const [name, state] of Object.entries(status)) {
    if (!isSignalName(name) || state === undefined) continue
    const { value, quality, time } = state
    const definition = signals[name]
    if (quality === 'absent' || quality === 'error' || definition.privilege === 'identity') continue
    const lasting = POSITION.has(name) || homeAssistantClass(name)?.lasting === true
    const isStale = quality === 'stale' || millisToMicros(now) - time > freshFor(state, definition)
    if (lasting || !isStale) values[name] = value
  }
  if (troubleCodes === undefined) return { signals: values }
  const set = troubleCodes.codes.filter(({ cleared }) => cleared === undefined)
  return { signals: values, troubleCodes: set.length }
}

/** What Home Assistant can be told of: everything that ever had a value, however old. */
export function shownSignals(status: VehicleStatus, troubleCodes?: TroubleCodeReport): Shown[] {
  const names: Shown[] = troubleCodes === undefined ? [] : ['troubleCodes']
  for (const [name, state] of Object.entries(status)) {
    const hasValue = state !== undefined && state.quality !== 'absent' && state.quality !== 'error'
    if (isSignalName(name) && hasValue && signals[name].privilege !== 'identity') names.push(name)
  }
  return names
}
