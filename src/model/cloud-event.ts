/**
 * A record as a CloudEvent: the one shape that REST history, MQTT and exports share
 * (DIMO Device Data API, `hits.hits[]._source`).
 */
import { ksuidOf } from './ksuid.ts'
import type { StoredRecord } from './record.ts'
import { isoTime } from './time.ts'
import type { Vehicle } from './vehicle.ts'

export interface StatusEvent {
  data: Record<string, unknown>
  subject: string
  specversion: '1.0'
  /** Both as texts, as the hosted API writes them; only where the position is known. */
  location?: { lon: string; lat: string }
  id: string
  source: string
  time: string
  type: 'zone.dimo.device.status.update'
}

/** `dimo/integration/<KSUID of the source>`; the KSUID depends on the source's name alone. */
export function sourceUri(source: string): string {
  return `dimo/integration/${ksuidOf(0, 'source', source)}`
}

export function statusEvent(record: StoredRecord, vehicle: Vehicle): StatusEvent {
  const { latitude, longitude } = record.data
  return {
    data: {
      ...record.data,
      ...(vehicle.make === undefined ? {} : { make: vehicle.make }),
      ...(vehicle.model === undefined ? {} : { model: vehicle.model }),
      ...(vehicle.year === undefined ? {} : { year: vehicle.year }),
      timestamp: isoTime(record.time),
    },
    subject: vehicle.userDeviceId,
    specversion: '1.0',
    ...(latitude !== undefined && longitude !== undefined
      ? { location: { lon: String(longitude), lat: String(latitude) } }
      : {}),
    id: record.id,
    source: sourceUri(record.source),
    time: isoTime(record.receivedAt),
    type: 'zone.dimo.device.status.update',
  }
}
