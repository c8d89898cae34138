/**
 * A batch (batch-format.ts), read only as far as it is asked for: its times, one signal, or all.
 * Hot. Opening it checks what the batch says of itself and of its columns; a column is checked when it
 * is looked at first. Whatever is wrong with the bytes is one `OdographError`, `batch-invalid`.
 */
import type { Quality, SignalValue } from '../../model/reading.ts'
import type { ClockTrust, StoredRecord } from '../../model/record.ts'
import { idPrefix, recordId } from '../../model/record-id.ts'
import type { SignalName } from '../../model/signals.ts'
import { type Column, invalid } from './batch-format.ts'
import { type BatchHeader, readHeader } from './batch-header.ts'
import { readChosen, readNumbers, readPresent } from './read-column.ts'

export interface Batch {
  vehicle: string
  about?: Record<string, unknown>
  records: StoredRecord[]
}

/** A column with a place for each record; `present` is 0 where a record has no value. */
interface Field {
  name: string
  values: Float64Array | unknown[]
  present?: Uint8Array
}

/** Everything that a whole record is put together from. */
interface Fields {
  columns: Record<string, Field>
  signals: Field[]
  quality: Field[]
  prefixes: Map<unknown, Uint8Array>
}

const trusts: ReadonlySet<unknown> = new Set<ClockTrust>([
  'none',
  'rtc',
  'network',
  'gnss',
  'recorded',
])
const qualities: ReadonlySet<unknown> = new Set<Quality>([
  'ok',
  'estimated',
  'stale',
  'absent',
  'error',
])

export function openBatch(bytes: Uint8Array): BatchView {
  return new BatchView(readHeader(bytes))
}

/** Everything at once. */
export function decodeBatch(bytes: Uint8Array): Batch {
  const view = openBatch(bytes)
  const { vehicle, about } = view
  return { vehicle, ...(about === undefined ? {} : { about }), records: view.records() }
}

export class BatchView {
  readonly #header: BatchHeader
  readonly #read = new Map<Column, Field>()
  #fields: Fields | undefined

  constructor(header: BatchHeader) {
    this.#header = header
  }

  get count(): number {
    return this.#header.count
  }

  get vehicle(): string {
    return this.#header.vehicle
  }

  /** What a sender said of the vehicle beside it; see `batchAbout`. */
  get about(): Record<string, unknown> | undefined {
    return this.#header.about
  }

  /** Names of the signals that any record has. */
  get signals(): SignalName[] {
    return [...this.#header.signals.keys()] as SignalName[]
  }

  /** ms, as `time` of the records. The arrays of a view are its own: only to be looked at. */
  times(): Float64Array {
    return this.#numbers('time')
  }

  /** ms, as `receivedAt` of the records. */
  received(): Float64Array {
    return this.#numbers('received')
  }

  seqs(): Float64Array {
    return this.#numbers('seq')
  }

  /** A signal's numbers, NaN where a record has none; undefined if no record has the signal. */
  numbers(signal: SignalName): Float64Array | undefined {
    const column = this.#header.signals.get(signal)
    if (column === undefined) return undefined
    const { values, present } = this.#field(signal, column)
    if (values instanceof Float64Array && present === undefined) return values
    const numbers = new Float64Array(this.count).fill(Number.NaN)
    for (let i = 0; i < numbers.length; i++) {
      const value = values[i]
      if (typeof value === 'number' && present?.[i] !== 0) numbers[i] = value
    }
    return numbers
  }

  /** A signal's values of any type, undefined where a record has none. */
  values(signal: SignalName): (SignalValue | undefined)[] {
    const column = this.#header.signals.get(signal)
    const chosen: (SignalValue | undefined)[] = new Array(this.count).fill(undefined)
    if (column === undefined) return chosen
    const { values, present } = this.#field(signal, column)
    for (let i = 0; i < chosen.length; i++) {
      if (present?.[i] !== 0) chosen[i] = values[i] as SignalValue
    }
    return chosen
  }

  /** `index`: its place in the batch, from 0. */
  record(index: number): StoredRecord {
    if (!(Number.isInteger(index) && index >= 0 && index < this.count)) {
      throw invalid(`it has no record ${index}`)
    }
    this.#fields ??= this.#allFields()
    return recordOf(this.vehicle, this.#fields, index)
  }

  records(): StoredRecord[] {
    const records: StoredRecord[] = []
    for (let i = 0; i < this.count; i++) records.push(this.record(i))
    return records
  }

  #allFields(): Fields {
    const { columns, signals, quality } = this.#header
    const fieldsOf = (map: Map<string, Column>) =>
      [...map].map(([name, column]) => this.#field(name, column))
    const fields = {
      columns: Object.fromEntries(fieldsOf(columns).map((field) => [field.name, field])),
      signals: fieldsOf(signals),
      quality: fieldsOf(quality),
      prefixes: new Map(),
    }
    checkWords(fields.columns.clock, trusts)
    for (const field of fields.quality) checkWords(field, qualities)
    return fields
  }

  #numbers(name: 'time' | 'received' | 'seq'): Float64Array {
    const { values } = this.#field(name, this.#header.columns.get(name) as Column)
    return values as Float64Array
  }

  #field(name: string, column: Column): Field {
    let field = this.#read.get(column)
    if (field === undefined) {
      field = this.#readField(name, column)
      this.#read.set(column, field)
    }
    return field
  }

  #readField(name: string, column: Column): Field {
    const { count } = this
    const present = readPresent(column, count)
    const length = present === undefined ? count : present.reduce((sum, each) => sum + each, 0)
    const values =
      column.values === undefined ? readNumbers(column, length) : readChosen(column, length)
    if (column.plus !== undefined) add(values as Float64Array, this.#numbers(column.plus))
    return present === undefined
      ? { name, values }
      : { name, values: spread(values, present), present }
  }
}

function add(values: Float64Array, base: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + (base[i] as number)
}

/** To a place for each record. */
function spread(values: Float64Array | unknown[], present: Uint8Array): Float64Array | unknown[] {
  const { length } = present
  const wide = values instanceof Float64Array ? new Float64Array(length) : new Array(length)
  let next = 0
  for (let i = 0; i < length; i++) if (present[i] === 1) wide[i] = values[next++]
  return wide
}

function checkWords(field: Field | undefined, words: ReadonlySet<unknown>): void {
  if (field === undefined) return
  const { name, values, present } = field
  for (let i = 0; i < values.length; i++) {
    if (present?.[i] !== 0 && !words.has(values[i])) {
      throw invalid(`${name} has the word ${String(values[i]).slice(0, 40)}`)
    }
  }
}

/** Hot: written out, so that all records of a batch have one shape. */
function recordOf(vehicle: string, fields: Fields, index: number): StoredRecord {
  const { columns } = fields
  const record: StoredRecord = {
    seq: columns.seq?.values[index] as number,
    id: '',
    vehicle,
    source: columns.source?.values[index] as string,
    boot: columns.boot?.values[index] as string,
    number: columns.number?.values[index] as number,
    monotonic: columns.monotonic?.values[index] as number,
    time: columns.time?.values[index] as number,
    receivedAt: columns.received?.values[index] as number,
    clockTrust: columns.clock?.values[index] as ClockTrust,
    data: dataOf(fields.signals, index) ?? {},
  }
  const shift = placeOf(columns.shift, index) as number | undefined
  if (shift !== undefined) record.shift = shift
  record.id = (placeOf(columns.id, index) as string | undefined) ?? derivedId(fields, record)
  const quality = dataOf(fields.quality, index)
  if (quality !== undefined) record.quality = quality
  return record
}

function placeOf(field: Field | undefined, index: number): unknown {
  if (field === undefined || field.present?.[index] === 0) return undefined
  return field.values[index]
}

/** By name, what the record has; undefined if nothing. */
function dataOf(fields: readonly Field[], index: number): Record<string, never> | undefined {
  let data: Record<string, unknown> | undefined
  for (let i = 0; i < fields.length; i++) {
    const { name, values, present } = fields[i] as Field
    if (present !== undefined && present[index] === 0) continue
    data ??= {}
    data[name] = values[index]
  }
  return data as Record<string, never> | undefined
}

function derivedId(fields: Fields, record: StoredRecord): string {
  let prefix = fields.prefixes.get(record.boot)
  if (prefix === undefined) {
    prefix = idPrefix(record.vehicle, record.boot)
    fields.prefixes.set(record.boot, prefix)
  }
  return recordId(record, prefix)
}
