/**
 * Apache Parquet, by hyparquet-writer: the one file that knows the library. A row a record: `time` and
 * `received` as TIMESTAMP_MILLIS (UTC), `vehicle`, `source` and `clock` as texts, then a nullable
 * column for each signal: DOUBLE, BOOLEAN or text. Units stand in the file's metadata, `units`.
 * Written in row groups, of which one is in memory.
 */
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import type { StoredRecord } from '../../model/record.ts'
import { type SignalName, signals } from '../../model/signals.ts'
import type { ExportOutput, ExportWriter } from './output.ts'

const GROUP_ROWS = 20_000

type Cell = bigint | number | string | boolean | null

interface Column {
  schema: SchemaElement
  value: (record: StoredRecord) => Cell
}

const TIMESTAMP: Partial<SchemaElement> = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
}
const TEXT: Partial<SchemaElement> = { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
const TYPES = {
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  text: TEXT,
} as const satisfies Record<string, Partial<SchemaElement>>
const SCRIPT_TYPES = { number: 'number', boolean: 'boolean', text: 'string' } as const

const head: Column[] = [
  column('time', TIMESTAMP, (record) => BigInt(Math.trunc(record.time))),
  column('received', TIMESTAMP, (record) => BigInt(Math.trunc(record.receivedAt))),
  column('vehicle', TEXT, (record) => record.vehicle),
  column('source', TEXT, (record) => record.source),
  column('clock', TEXT, (record) => record.clockTrust),
]

function column(
  name: string,
  type: Partial<SchemaElement>,
  value: Column['value'],
  repetition: 'REQUIRED' | 'OPTIONAL' = 'REQUIRED',
): Column {
  return { schema: { ...type, name, repetition_type: repetition }, value }
}

function signalColumn(name: SignalName): Column {
  const { type } = signals[name]
  const expected = SCRIPT_TYPES[type]
  const value = ({ data }: StoredRecord): Cell => {
    const found = data[name]
    return typeof found === expected ? (found as Cell) : null
  }
  return column(name, TYPES[type], value, 'OPTIONAL')
}

/** Hands on what was written after each row group; offsets in the file go on counting. */
class PassingWriter extends ByteWriter {
  readonly #output: ExportOutput

  constructor(output: ExportOutput) {
    super(1 << 20)
    this.#output = output
  }

  flush(): void {
    if (this.index > 0) this.#output.write(this.getBytes().slice())
    this.index = 0
  }

  override finish(): void {
    this.flush()
  }
}

export interface ParquetOptions {
  signals: readonly SignalName[]
  /** What wrote the file. */
  createdBy: string
}

export class RecordParquetWriter implements ExportWriter {
  readonly #columns: readonly Column[]
  readonly #writer: ParquetWriter
  #cells: Cell[][]
  #rows = 0

  constructor(output: ExportOutput, options: ParquetOptions) {
    this.#columns = [...head, ...options.signals.map(signalColumn)]
    const units = options.signals.map((name) => [name, signals[name].unit])
    const schema = this.#columns.map((one) => one.schema)
    this.#writer = new ParquetWriter({
      writer: new PassingWriter(output),
      schema: [{ name: 'record', num_children: schema.length }, ...schema],
      kvMetadata: [{ key: 'units', value: JSON.stringify(Object.fromEntries(units)) }],
      createdBy: options.createdBy,
    })
    this.#cells = this.#columns.map(() => [])
  }

  record(record: StoredRecord): void {
    for (let index = 0; index < this.#columns.length; index += 1) {
      const { value } = this.#columns[index] as Column
      ;(this.#cells[index] as Cell[]).push(value(record))
    }
    this.#rows += 1
    if (this.#rows === GROUP_ROWS) this.#flush()
  }

  end(): void {
    this.#flush()
    // The output takes everything at once: there is nothing to wait for.
    void this.#writer.finish()
  }

  #flush(): void {
    if (this.#rows === 0) return
    const columnData = this.#columns.map(({ schema }, index): ColumnSource => {
      const data = this.#cells[index] as Cell[]
      return { name: schema.name, data, offsetIndex: false }
    })
    void this.#writer.write({ columnData, rowGroupSize: GROUP_ROWS })
    this.#cells = this.#columns.map(() => [])
    this.#rows = 0
  }
}
