/**
 * What a batch says of itself and of its columns (batch-format.ts), checked: bytes in, a header out
 * with which every column can be read by itself.
 */
import { BATCH_FORMAT, type Column, invalid, MAX_CELLS, MAX_RECORDS } from './batch-format.ts'
import { columnOf } from './read-column.ts'
import { plainOf, readCbor } from './strict-cbor.ts'

export interface BatchHeader {
  vehicle: string
  count: number
  about: Record<string, unknown> | undefined
  columns: Map<string, Column>
  signals: Map<string, Column>
  quality: Map<string, Column>
}

type Meaning = 'numbers' | 'texts'

const required: ReadonlyMap<string, Meaning> = new Map([
  ['seq', 'numbers'],
  ['time', 'numbers'],
  ['received', 'numbers'],
  ['boot', 'texts'],
  ['source', 'texts'],
  ['clock', 'texts'],
  ['number', 'numbers'],
  ['monotonic', 'numbers'],
])
const optional: ReadonlyMap<string, Meaning> = new Map([
  ['shift', 'numbers'],
  ['id', 'texts'],
])
/** Which column may add to which. */
const bases: Record<string, string> = { received: 'time', monotonic: 'received' }

export function readHeader(bytes: Uint8Array): BatchHeader {
  const map = readCbor(bytes)
  if (!(map instanceof Map)) throw invalid('it is no map')
  if (map.get('format') !== BATCH_FORMAT) {
    throw invalid(`its format is ${shortly(map.get('format'))}, known is ${BATCH_FORMAT}`)
  }
  const vehicle = map.get('vehicle')
  const count = map.get('count')
  const about = map.get('about')
  if (typeof vehicle !== 'string') throw invalid('it names no vehicle')
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MAX_RECORDS) {
    throw invalid(`its count is ${shortly(count)}`)
  }
  if (about !== undefined && !(about instanceof Map)) throw invalid('"about" is no map')
  const header = {
    vehicle,
    count,
    about: plainOf(about) as Record<string, unknown> | undefined,
    columns: columnsOf(map.get('columns'), 'columns', checkCommon),
    signals: columnsOf(map.get('signals'), 'signals', checkSignal),
    quality: columnsOf(map.get('quality') ?? new Map(), 'quality', checkQuality),
  }
  for (const name of required.keys()) {
    if (!header.columns.has(name)) throw invalid(`the column ${name} is missing`)
  }
  const cells = (header.columns.size + header.signals.size + header.quality.size) * count
  if (cells > MAX_CELLS) throw invalid('it has too many columns')
  return header
}

function columnsOf(
  map: unknown,
  part: string,
  check: (name: string, column: Column) => boolean,
): Map<string, Column> {
  if (!(map instanceof Map)) throw invalid(`"${part}" is no map`)
  const columns = new Map<string, Column>()
  for (const [name, entry] of map as Map<string, unknown>) {
    if (name === '__proto__') throw invalid(`${name} is no name of a signal`)
    const column = columnOf(entry, name)
    if (check(name, column)) columns.set(name, column)
  }
  return columns
}

/** False for a column that is not known here. */
function checkCommon(name: string, column: Column): boolean {
  const meaning = required.get(name) ?? optional.get(name)
  if (meaning === undefined) return false
  if (meaning === 'texts') checkTexts(name, column)
  else if (column.values !== undefined) throw invalid(`the column ${name} is not of numbers`)
  if (column.plus !== undefined && bases[name] !== column.plus) {
    throw invalid(`the column ${name} cannot be added to ${column.plus}`)
  }
  if (column.present !== undefined && required.has(name)) {
    throw invalid(`the column ${name} has holes`)
  }
  return true
}

function checkSignal(name: string, column: Column): boolean {
  if (column.plus !== undefined) throw invalid(`the signal ${name} is added to a column`)
  return true
}

function checkQuality(name: string, column: Column): boolean {
  checkTexts(`quality of ${name}`, column)
  return true
}

function checkTexts(name: string, { values }: Column): void {
  if (values === undefined || !values.every((value) => typeof value === 'string')) {
    throw invalid(`the column ${name} is not of texts`)
  }
}

function shortly(value: unknown): string {
  return String(value).slice(0, 40)
}
