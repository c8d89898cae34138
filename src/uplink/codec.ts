/**
 * A stored record, or an event, as the bytes that leave the gateway: the CloudEvent of the REST
 * history (same `id`, `time`, `data`) in the structured mode of the JSON or the CBOR event format, CloudEvents
 * 1.0. The one file that knows the CBOR library; its options keep private tags and over-long map
 * headers off the wire, so that any CBOR library reads the result.
 */
import { Encoder } from 'cbor-x'
import { type StatusEvent, statusEvent } from '../model/cloud-event.ts'
import { type StoredEvent, vehicleCloudEvent } from '../model/event.ts'
import type { StoredRecord } from '../model/record.ts'
import type { Vehicle } from '../model/vehicle.ts'

export type RecordEncoding = 'json' | 'cbor'

export interface EncodedRecord {
  /** Goes into the MQTT 5 content type. */
  contentType: string
  payload: Buffer
}

/**
 * The event with the `sequence` extension of CloudEvents: the record's place in the journal. The
 * extension asks for a text that sorts like the number, hence the leading zeros; holes are where
 * the records of other vehicles are.
 */
export interface SequencedEvent extends StatusEvent {
  sequence: string
}

/** As many digits as the greatest whole number that a double holds exactly. */
const SEQUENCE_DIGITS = 16

const cbor = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false })

export function sequencedEvent(record: StoredRecord, vehicle: Vehicle): SequencedEvent {
  return { ...statusEvent(record, vehicle), sequence: sequenceOf(record.seq) }
}

function sequenceOf(seq: number): string {
  return String(seq).padStart(SEQUENCE_DIGITS, '0')
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

/** Readable with any CBOR library (RFC 8949). */
export function cborOf(value: unknown): Buffer {
  return cbor.encode(value)
}

function encoded(event: object, encoding: RecordEncoding): EncodedRecord {
  return encoding === 'cbor'
    ? { contentType: 'application/cloudevents+cbor', payload: cbor.encode(event) }
    : { contentType: 'application/cloudevents+json', payload: Buffer.from(JSON.stringify(event)) }
}
