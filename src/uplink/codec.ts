/**
 * A stored record, or an event, as the bytes that leave the gateway: the CloudEvent of the REST
 * history (same `id`, `time`, `data`) in the structured mode of the JSON or the CBOR event format, CloudEvents
 * 1.0.
 */
import { type StoredEvent, vehicleCloudEvent } from '../model/event.ts'
import type { StoredRecord } from '../model/record.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { encodeCbor } from './cbor.ts'
import { sequencedEvent, sequenceOf } from './sequenced-event.ts'

export { type SequencedEvent, sequencedEvent } from './sequenced-event.ts'

export type RecordEncoding = 'json' | 'cbor'

export interface EncodedRecord {
  /** Goes into the MQTT 5 content type. */
  contentType: string
  payload: Buffer
}

export function encodeRecord(
  record: StoredRecord,
  vehicle: Vehicle,
  encoding: RecordEncoding,
): EncodedRecord {
  return encoded(sequencedEvent(record, vehicle), encoding)
}

/** Its `sequence` is the event's place among events; records have places of their own. */
export function encodeEvent(
  event: StoredEvent,
  vehicle: Vehicle,
  encoding: RecordEncoding,
): EncodedRecord {
  const sequence = sequenceOf(event.seq)
  return encoded({ ...vehicleCloudEvent(event, vehicle), sequence }, encoding)
}

function encoded(event: object, encoding: RecordEncoding): EncodedRecord {
  return encoding === 'cbor'
    ? { contentType: 'application/cloudevents+cbor', payload: encodeCbor(event) }
    : { contentType: 'application/cloudevents+json', payload: Buffer.from(JSON.stringify(event)) }
}
