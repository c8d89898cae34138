/**
 * Records of one vehicle → the bytes of a batch (batch-format.ts). Hot: a sealed block, and what is
 * sent after a day without a network, are made here.
 */
import type { StoredRecord } from '../../model/record.ts'
import { idPrefix, recordId } from '../../model/record-id.ts'
import { encodeCbor } from '../cbor.ts'
import { BATCH_FORMAT, type Column, invalid, MAX_CELLS, MAX_RECORDS } from './batch-format.ts'
import { writeWholes } from './whole-numbers.ts'
import { areWhole, writeChosen, writeGathered, writeNumbers } from './write-column.ts'

type Columns = Record<string, Column>

/**
 * `records`: of one vehicle, 1 to 65,536, in any order. `about`: what a consumer needs to make
 * CloudEvents of them, see `batchAbout`; none in the journal.
 */
export function encodeBatch(records: readonly StoredRecord[], about?: object): Uint8Array {
  const [record] = records
  if (record === undefined) throw invalid('it is empty')
  if (records.length > MAX_RECORDS) throw invalid(`${records.length} records are too many`)
  const { vehicle } = record
  for (const other of records) {
    if (other.vehicle !== vehicle) throw invalid(`it is of ${vehicle} and of ${other.vehicle}`)
  }
  const quality = fieldsOf(records, (each) => each.quality)
  const signals = fieldsOf(records, (each) => each.data)
  const columns = commonColumns(records)
  const kinds = [columns, signals, quality].flatMap((each) => Object.keys(each))
  if (kinds.length * records.length > MAX_CELLS) throw invalid('it has too many columns')
  return encodeCbor({
    format: BATCH_FORMAT,
    vehicle,
    count: records.length,
    ...(about === undefined ? {} : { about }),
    columns,
    signals,
    ...(Object.keys(quality).length === 0 ? {} : { quality }),
  })
}

function commonColumns(records: readonly StoredRecord[]): Columns {
  const time = numbersOf(records, (record) => record.time)
  const received = numbersOf(records, (record) => record.receivedAt)
  const monotonic = numbersOf(records, (record) => record.monotonic)
  return {
    seq: writeNumbers(numbersOf(records, (record) => record.seq)),
    time: writeNumbers(time),
    received: writeAfter(received, time, 'time'),
    boot: writeChosen(records.map((record) => record.boot)),
    source: writeChosen(records.map((record) => record.source)),
    clock: writeChosen(records.map((record) => record.clockTrust)),
    number: writeNumbers(numbersOf(records, (record) => record.number)),
    monotonic: writeAfter(monotonic, received, 'received'),
    ...fieldsOf(records, shiftAndId()),
  }
}

function numbersOf(
  records: readonly StoredRecord[],
  of: (record: StoredRecord) => number,
): Float64Array {
  const values = new Float64Array(records.length)
  for (let i = 0; i < values.length; i++) values[i] = of(records[i] as StoredRecord)
  return values
}

/** As differences from another column, where they are exact. */
function writeAfter(values: Float64Array, base: Float64Array, plus: 'time' | 'received'): Column {
  if (!areWhole(values) || !areWhole(base)) return writeNumbers(values)
  const later = new Float64Array(values.length)
  for (let i = 0; i < later.length; i++) later[i] = (values[i] as number) - (base[i] as number)
  return areWhole(later) ? { plus, ...writeWholes(later) } : writeNumbers(values)
}

/** What of `shift` and `id` is to be written: no id that follows from the rest. */
function shiftAndId(): (record: StoredRecord) => { shift?: number; id?: string } {
  const prefixes = new Map<string, Uint8Array>()
  return (record) => {
    const { vehicle, boot, id, shift } = record
    let prefix = prefixes.get(boot)
    if (prefix === undefined) {
      prefix = idPrefix(vehicle, boot)
      prefixes.set(boot, prefix)
    }
    const follows = recordId(record, prefix) === id
    if (shift === undefined) return follows ? {} : { id }
    return follows ? { shift } : { shift, id }
  }
}

interface Field {
  values: unknown[]
  present: Uint8Array
}

/** A column for each name that any record has something under, in order of appearance. */
function fieldsOf(
  records: readonly StoredRecord[],
  of: (record: StoredRecord) => object | undefined,
): Columns {
  const fields = new Map<string, Field>()
  for (let i = 0; i < records.length; i++) {
    const data = of(records[i] as StoredRecord) as Record<string, unknown> | undefined
    for (const name in data) {
      const value = data[name]
      if (value === undefined) continue
      let field = fields.get(name)
      if (field === undefined) {
        field = { values: [], present: new Uint8Array(records.length) }
        fields.set(name, field)
      }
      field.values.push(value)
      field.present[i] = 1
    }
  }
  const columns: Columns = {}
  for (const [name, field] of fields) {
    if (name === '__proto__') throw invalid(`${name} is no name of a signal`)
    columns[name] = writeGathered(field)
  }
  return columns
}
