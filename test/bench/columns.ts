/**
 * What the columnar batch takes and costs, next to one JSON text a record:
 *
 *   node --import tsx test/bench/columns.ts [RECORDS]
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { StoredRecord } from '../../src/model/record.ts'
import type { SignalName } from '../../src/model/signals.ts'
import { encodeRecord } from '../../src/uplink/codec.ts'
import { batchAbout } from '../../src/uplink/columns/batch-events.ts'
import { openBatch } from '../../src/uplink/columns/batch-view.ts'
import { encodeBatch } from '../../src/uplink/columns/encode-batch.ts'
import { van } from '../support/mqtt-fixtures.ts'
import { generatedRecords } from './generated-records.ts'

const total = Number(process.argv[2] ?? 72_000)
const ROUNDS = 5
const records = generatedRecords({ count: total, vehicle: van.id })

function cut(size: number): StoredRecord[][] {
  const parts: StoredRecord[][] = []
  for (let at = 0; at < total; at += size) parts.push(records.slice(at, at + size))
  return parts
}

/** Records a second, the best of some rounds. */
function rate(run: () => void): string {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    run()
    best = Math.min(best, performance.now() - started)
  }
  return `${Math.round(total / best).toLocaleString('en')} thousand records/s`
}

function bytesOf(parts: readonly Uint8Array[]): string {
  const sum = parts.reduce((bytes, part) => bytes + part.length, 0)
  return `${(sum / total).toFixed(2)} bytes a record`
}

function show(title: string, figure: string): void {
  console.log(`${title.padEnd(52)} ${figure}`)
}

const json = records.map((record) => encodeRecord(record, van, 'json').payload)
show('JSON, a message a record', bytesOf(json))
show(
  'JSON, made',
  rate(() => records.map((record) => encodeRecord(record, van, 'json'))),
)
show(
  'JSON, read',
  rate(() => json.map((bytes) => JSON.parse(bytes.toString()))),
)
show(
  'JSON lines, 500 together, deflated',
  bytesOf(cut(500).map((part) => deflateRawSync(part.map((each) => JSON.stringify(each)).join()))),
)

for (const [title, size, about] of [
  ['wire, 500 records', 500, batchAbout(van)],
  ['block, 3600 records', 3600, undefined],
] as const) {
  const parts = cut(size)
  const batches = parts.map((part) => encodeBatch(part, about))
  const deflated = batches.map((batch) => deflateRawSync(batch))
  show(`${title}, plain`, bytesOf(batches))
  show(`${title}, deflated`, bytesOf(deflated))
  show(
    `${title}, made`,
    rate(() => parts.map((part) => encodeBatch(part, about))),
  )
  show(
    `${title}, made and deflated`,
    rate(() => parts.map((part) => deflateRawSync(encodeBatch(part, about)))),
  )
  show(
    `${title}, all columns as typed arrays`,
    rate(() => {
      for (const batch of batches) lookAtAll(batch)
    }),
  )
  show(
    `${title}, inflated, all columns`,
    rate(() => {
      for (const batch of deflated) lookAtAll(inflateRawSync(batch))
    }),
  )
  show(
    `${title}, times and one signal`,
    rate(() => {
      for (const batch of batches) {
        const view = openBatch(batch)
        view.times()
        view.numbers('speed')
      }
    }),
  )
  show(
    `${title}, whole records with ids, one by one`,
    rate(() => {
      for (const batch of batches) {
        const view = openBatch(batch)
        for (let i = 0; i < view.count; i++) view.record(i)
      }
    }),
  )
}

function lookAtAll(batch: Uint8Array): void {
  const view = openBatch(batch)
  view.times()
  view.seqs()
  for (const name of view.signals as SignalName[]) view.numbers(name)
}

if (process.argv[3] === 'columns') {
  const view = cut(3600)[1] as StoredRecord[]
  for (const name of Object.keys(view[0]?.data ?? {}) as SignalName[]) {
    const one = view.map((record) => ({ ...record, data: { [name]: record.data[name] } }))
    const none = view.map((record) => ({ ...record, data: {} }))
    const size = (each: StoredRecord[]) => deflateRawSync(encodeBatch(each)).length
    show(`  ${name}`, `${((size(one) - size(none)) / 3600).toFixed(2)} bytes a record`)
  }
}
