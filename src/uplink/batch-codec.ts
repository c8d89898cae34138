/**
 * Records of one vehicle as one message of the backlog: an array of the CloudEvents that the live
 * lane sends one by one (batched mode, CloudEvents 1.0), in JSON or CBOR, or the columns of
 * columns/. With `deflate`, the payload is a zlib stream (RFC 1950) of it, and the content type
 * says so in a parameter: the contract names the encoding in the content type alone, so that all
 * that is needed to read a payload stands in one place.
 */
import { deflateSync } from 'node:zlib'
import { OdographError } from '../model/errors.ts'
import type { StoredRecord } from '../model/record.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { cborOf, type EncodedRecord, sequencedEvent } from './codec.ts'

export const batchEncodings = ['json', 'cbor', 'columns'] as const
export type BatchEncoding = (typeof batchEncodings)[number]

export interface BatchFormat {
  encoding: BatchEncoding
  deflate: boolean
}

const contentTypes = {
  json: 'application/cloudevents-batch+json',
  cbor: 'application/cloudevents-batch+cbor',
  columns: 'application/vnd.odograph.batch+cbor',
} as const satisfies Record<BatchEncoding, string>

const DEFLATED = ';content-encoding=deflate'

/** Throws `config-invalid` for columns, which nothing here makes. */
export function encodeRecords(
  records: readonly StoredRecord[],
  vehicle: Vehicle,
  { encoding, deflate }: BatchFormat,
): EncodedRecord {
  const plain = payloadOf(records, vehicle, encoding)
  const contentType = contentTypes[encoding]
  if (!deflate) return { contentType, payload: plain }
  return { contentType: contentType + DEFLATED, payload: deflateSync(plain) }
}

function payloadOf(
  records: readonly StoredRecord[],
  vehicle: Vehicle,
  encoding: BatchEncoding,
): Buffer {
  if (encoding === 'columns') {
    throw new OdographError('config-invalid', 'MQTT', 'batches of columns cannot be made')
  }
  const events = records.map((record) => sequencedEvent(record, vehicle))
  return encoding === 'cbor' ? cborOf(events) : Buffer.from(JSON.stringify(events))
}
