/**
 * A block of sealed history: records of one vehicle and boot, out of rows of `record` into a row of
 * `block` and back. What stands in it is described in schema.ts and columns/batch-format.ts.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Row } from '../../../database/sqlite.ts'
import type { StoredRecord } from '../../../model/record.ts'
import type { Millis } from '../../../model/time.ts'
import { type BatchView, openBatch } from '../../columns/batch-view.ts'
import { encodeBatch } from '../../columns/encode-batch.ts'

/** A damaged length must not make us ask for all the memory there is. */
const MAX_BYTES = 64 * 1024 * 1024
/** Slower to make than the usual, once an hour; a tenth smaller for years. */
const LEVEL = 9

export interface SealedBlock {
  vehicle: string
  boot: string
  firstSeq: number
  lastSeq: number
  firstNumber: number
  lastNumber: number
  firstTime: Millis
  lastTime: Millis
  count: number
  extremes: Record<string, readonly [least: number, greatest: number]>
  data: Uint8Array
}

/** `records`: of one vehicle and boot, at least one, in any order. */
export function sealedBlock(records: readonly StoredRecord[]): SealedBlock {
  const ordered = records.toSorted((a, b) => a.time - b.time || a.seq - b.seq)
  const { vehicle, boot } = ordered[0] as StoredRecord
  const [firstSeq, lastSeq] = extremesOf(ordered.map(({ seq }) => seq))
  const [firstNumber, lastNumber] = extremesOf(ordered.map(({ number }) => number))
  const [firstTime, lastTime] = extremesOf(ordered.map(({ time }) => time))
  return {
    ...{ vehicle, boot, firstSeq, lastSeq, firstNumber, lastNumber, firstTime, lastTime },
    count: ordered.length,
    extremes: signalExtremes(ordered),
    data: deflateRawSync(encodeBatch(ordered), { level: LEVEL }),
  }
}

/** Throws `store-failed` where the bytes are damaged. */
export function openBlock(data: Uint8Array): BatchView {
  return openBatch(inflateRawSync(data, { maxOutputLength: MAX_BYTES }))
}

export function dataOf(row: Row | undefined): Uint8Array | undefined {
  return row?.data instanceof Uint8Array ? row.data : undefined
}

function extremesOf(values: readonly number[]): [least: number, greatest: number] {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return [least, greatest]
}

function signalExtremes(records: readonly StoredRecord[]): SealedBlock['extremes'] {
  const values = new Map<string, number[]>()
  for (const { data } of records) {
    for (const [name, value] of Object.entries(data)) {
      if (typeof value !== 'number') continue
      const known = values.get(name)
      if (known === undefined) values.set(name, [value])
      else known.push(value)
    }
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, extremesOf(list)]))
}
