/**
 * Something that happened to a vehicle at one moment, and its shape on the way out: a CloudEvent
 * (CloudEvents 1.0), the same in REST and MQTT. The type is `com.odograph.vehicle.` and the type
 * here, as in `com.odograph.vehicle.dtc.set`; `subject` is the user device id, as in records.
 */
import { ksuidOf } from './ksuid.ts'
import { isoTime, type Millis } from './time.ts'
import type { Vehicle } from './vehicle.ts'

export const eventTypes = [
  'dtc.set',
  'dtc.cleared',
  'activity.changed',
  'ignition.changed',
  'voltage.low',
  'voltage.warning',
  'moved-while-off',
  'trip.start',
  'trip.end',
  'adapter.changed',
] as const

export type EventType = (typeof eventTypes)[number]

export interface VehicleEvent {
  /** KSUID; the same event gives the same id, so that a repeat is seen as one. */
  id: string
  vehicle: string
  /** When it happened. */
  time: Millis
  type: EventType
  /** Plain JSON. */
  data: Record<string, unknown>
}

/** An event in the journal; `seq` is its place there, never used twice. */
export interface StoredEvent extends VehicleEvent {
  seq: number
}

/** What is to be told, with the id that follows from it. */
export function vehicleEvent(event: Omit<VehicleEvent, 'id'>): VehicleEvent {
  const { vehicle, time, type, data } = event
  return { id: ksuidOf(time, vehicle, time, type, JSON.stringify(data)), ...event }
}

export interface VehicleCloudEvent {
  specversion: '1.0'
  id: string
  source: string
  type: string
  subject: string
  time: string
  datacontenttype: 'application/json'
  data: Record<string, unknown>
}

const TYPE_PREFIX = 'com.odograph.vehicle.'

export function vehicleCloudEvent(event: VehicleEvent, vehicle: Vehicle): VehicleCloudEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source: `odograph/vehicle/${encodeURIComponent(vehicle.id)}`,
    type: `${TYPE_PREFIX}${event.type}`,
    subject: vehicle.userDeviceId,
    time: isoTime(event.time),
    datacontenttype: 'application/json',
    data: event.data,
  }
}
