/**
 * Records of one vehicle as one message of the backlog: an array of the CloudEvents that the live
 * lane sends one by one (batched mode, CloudEvents 1.0), in JSON or CBOR, or the columns of
 * columns/. With `deflate`, the payload is a zlib stream (RFC 1950) of it, and the content type
 * says so in a parameter: the contract names the encoding in the content type alone, so that all
 * that is needed to read a payload stands in one place.
 */
import { deflateSync } from 'node:zlib'
import type { StoredRecord } from '../model/record.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { encodeCbor } from './cbor.ts'
import { type EncodedRecord, sequencedEvent } from './codec.ts'
import { batchAbout } from './columns/batch-events.ts'
import { BATCH_CONTENT_TYPE } from './columns/batch-format.ts'
import { encodeBatch } from './columns/encode-batch.ts'

export const batchEncodings = ['json', 'cbor', 'columns'] as const
export type BatchEncoding = (typeof batchEncodings)[number]

export interface BatchFormat {
  encoding: BatchEncoding
  deflate: boolean
}

const contentTypes = {
  json: 'application/cloudevents-batch+json',
  cbor: 'application/cloudevents-batch+cbor',
  columns: BATCH_CONTENT_TYPE,
} as const satisfies Record<BatchEncoding, string>

const DEFLATED = ';content-encoding=deflate'

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
  if (encoding === 'columns') return Buffer.from(encodeBatch(records, batchAbout(vehicle)))
  const events = records.map((record) => sequencedEvent(record, vehicle))
  return encoding === 'cbor' ? encodeCbor(events) : Buffer.from(JSON.stringify(events))
}
