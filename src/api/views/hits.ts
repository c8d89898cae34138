/**
 * Records as the hits of a search, in the envelope of the hosted API: each hit holds one record as
 * a CloudEvent, filtered by what the token may see.
 */
import { type StatusEvent, statusEvent } from '../../model/cloud-event.ts'
import type { SignalValue } from '../../model/reading.ts'
import type { RecordData, StoredRecord } from '../../model/record.ts'
import { isSignalName } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { estimatedRange } from './range.ts'
import { type Visibility, visibleData } from './visibility.ts'

export interface Hit {
  _index: string
  _id: string
  _score: 1
  _source: StatusEvent
}

/** How hits are shown. */
export interface HitView {
  vehicle: Vehicle
  seen: Visibility
  /** Keys of `data` to keep; undefined keeps all. `timestamp` always stays. */
  only?: ReadonlySet<string> | undefined
}

export interface SearchResult {
  took: Millis
  timed_out: false
  _shards: { total: 1; successful: 1; skipped: 0; failed: 0 }
  hits: {
    total: { value: number; relation: 'eq' }
    max_score: 1 | null
    hits: Hit[]
  }
  /** Where the next page begins; only in a paged answer that has one. */
  next?: string
}

export function searchResult(total: number, hits: Hit[], took: Millis): SearchResult {
  return {
    took,
    timed_out: false,
    _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
    hits: {
      total: { value: total, relation: 'eq' },
      max_score: hits.length > 0 ? 1 : null,
      hits,
    },
  }
}

export function hitOf(record: StoredRecord, view: HitView): Hit {
  const event = visibleEvent(record, view)
  const day = String(event.data.timestamp).slice(0, 10)
  return { _index: `device-status-${day}`, _id: record.id, _score: 1, _source: event }
}

function visibleEvent(record: StoredRecord, { vehicle, seen, only }: HitView): StatusEvent {
  const shown = visibleData(record.data, seen)
  const event = statusEvent(
    { ...record, data: narrowed(shown, only) },
    publicVehicle(vehicle, seen),
  )
  const range = estimatedRange(vehicle, shown.fuelPercentRemaining)
  const { timestamp, ...data } = event.data
  if (range !== undefined && data.range === undefined) data.range = range
  event.data = only === undefined ? data : pick(data, only)
  event.data.timestamp = timestamp
  return event
}

/** The position of the event itself (`location`) follows from what is left of the data. */
function narrowed(data: RecordData, only: ReadonlySet<string> | undefined): RecordData {
  if (only === undefined) return data
  const kept: RecordData = {}
  for (const [name, value] of Object.entries(data)) {
    if (isSignalName(name) && only.has(name)) kept[name] = value as SignalValue
  }
  if (data.lora !== undefined && only.has('lora')) kept.lora = data.lora
  return kept
}

function pick(data: Record<string, unknown>, only: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => only.has(name)))
}

/** Make, model and year are non-location data too. */
function publicVehicle(vehicle: Vehicle, seen: Visibility): Vehicle {
  if (seen.nonLocation) return vehicle
  const { make, model, year, ...rest } = vehicle
  return rest
}
