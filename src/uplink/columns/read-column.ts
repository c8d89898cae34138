/**
 * A column of a batch, checked, and its values. Hot. Nothing here takes more room than the number of
 * records asks for.
 */
import { type Column, invalid, type NumberKind } from './batch-format.ts'
import { plainOf } from './strict-cbor.ts'
import { VarintReader } from './varints.ts'
import { readWholes } from './whole-numbers.ts'

const kinds: ReadonlySet<unknown> = new Set(['line', 'diff', 'diff2', 'runs', 'doubles'])

/** What a map of the batch says of a column; the values are not looked at yet. */
export function columnOf(map: unknown, name: string): Column {
  if (!(map instanceof Map)) throw invalid(`the column ${name} is no map`)
  const kind = map.get('kind')
  if (!kinds.has(kind)) throw invalid(`the column ${name} is of an unknown kind`)
  const present = optional(map.get('present'), name, isBytes)
  const first = optional(map.get('first'), name, isNumber)
  const step = optional(map.get('step'), name, isNumber)
  const data = optional(map.get('data'), name, isBytes)
  const plus = optional(map.get('plus'), name, isBase)
  const over = optional(map.get('over'), name, isNumber)
  const values = optional(map.get('values'), name, Array.isArray)
  if ([plus, over, values].filter((each) => each !== undefined).length > 1) {
    throw invalid(`the column ${name} has more than one meaning`)
  }
  if (over !== undefined && !(Number.isSafeInteger(over) && over >= 1)) {
    throw invalid(`the column ${name} has a wrong divisor`)
  }
  return {
    kind: kind as NumberKind,
    ...(present === undefined ? {} : { present }),
    ...(first === undefined ? {} : { first }),
    ...(step === undefined ? {} : { step }),
    ...(data === undefined ? {} : { data }),
    ...(plus === undefined ? {} : { plus }),
    ...(over === undefined ? {} : { over }),
    ...(values === undefined ? {} : { values: values.map(plainOf) }),
  }
}

function optional<T>(
  value: unknown,
  name: string,
  is: (value: unknown) => value is T,
): T | undefined {
  if (value === undefined || is(value)) return value
  throw invalid(`the column ${name} has a part of the wrong type`)
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isBase(value: unknown): value is 'time' | 'received' {
  return value === 'time' || value === 'received'
}

/** 1 for each record that has a value; undefined if all have. */
export function readPresent(column: Column, count: number): Uint8Array | undefined {
  if (column.present === undefined) return undefined
  const reader = new VarintReader(column.present)
  const present = new Uint8Array(count)
  let isPresent = 1
  for (let at = 0; at < count; ) {
    const end = at + reader.unsigned()
    if (end > count) throw invalid('a column has more values than there are records')
    present.fill(isPresent, at, end)
    isPresent = 1 - isPresent
    at = end
  }
  reader.end()
  return present
}

/** The numbers of a column, `plus` and `values` aside: one for each record that has a value. */
export function readNumbers(column: Column, length: number): Float64Array {
  if (column.kind === 'doubles') return readDoubles(column, length)
  const values = readWholes(column, length)
  const { over = 1 } = column
  if (over !== 1) for (let i = 0; i < length; i++) values[i] = (values[i] as number) / over
  return values
}

function readDoubles({ data, over }: Column, length: number): Float64Array {
  if (data?.length !== 8 * length || over !== undefined) {
    throw invalid('a column of doubles has a wrong length')
  }
  const values = new Float64Array(length)
  const view = new DataView(new ArrayBuffer(8))
  for (let i = 0; i < length; i++) {
    for (let byte = 0; byte < 8; byte++) view.setUint8(byte, data[byte * length + i] as number)
    values[i] = view.getFloat64(0, true)
  }
  return values
}

/** The values behind the indexes of a column with `values`. */
export function readChosen(column: Column, length: number): unknown[] {
  const { values = [] } = column
  const chosen: unknown[] = []
  for (const index of readNumbers(column, length)) {
    if (!(index >= 0 && index < values.length && Number.isInteger(index))) {
      throw invalid('a column has an index without a value')
    }
    chosen.push(values[index])
  }
  return chosen
}
