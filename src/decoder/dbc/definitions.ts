/** The statements of a DBC file that define things: `BU_`, `BO_`, `SG_`, `VAL_TABLE_`, `BA_DEF_`. */
import type { Cursor } from './cursor.ts'
import { type DbcSignal, lastBit, MAX_MESSAGE_BYTES } from './dbc.ts'
import type { AttributeValue, Choices, Draft } from './draft.ts'

const EXTENDED_FLAG = 0x80000000
/** VECTOR__INDEPENDENT_SIG_MSG: holds the signals that belong to no message. */
const NO_MESSAGE = 0xc0000000

export function version(cursor: Cursor, draft: Draft): void {
  const text = cursor.string('version')
  if (!cursor.failed) draft.dbc.version = text
}

export function nodes(cursor: Cursor, draft: Draft): void {
  cursor.expect(':')
  const names = words(cursor, 'node name')
  if (!cursor.failed) draft.dbc.nodes.push(...names)
}

/** `BO_ id name: length transmitter` */
export function message(cursor: Cursor, draft: Draft): void {
  draft.current = 'left out'
  cursor.peek()
  const at = cursor.at
  const key = cursor.uint('message id')
  if (cursor.failed) return
  if (key === NO_MESSAGE) {
    draft.leftOut.add(key)
    return
  }
  const extended = key >= EXTENDED_FLAG
  const id = extended ? key - EXTENDED_FLAG : key
  if (id > (extended ? 0x1fffffff : 0x7ff)) {
    cursor.fail(`message id ${key} has more than ${extended ? 29 : 11} bits`, at)
  }
  const symbol = cursor.word('message name')
  cursor.expect(':')
  cursor.peek()
  const lengthAt = cursor.at
  const length = cursor.uint('length in bytes')
  const transmitter = cursor.peek() === '' ? '' : cursor.word('transmitter')
  if (length > MAX_MESSAGE_BYTES) cursor.fail(`no message has ${length} bytes`, lengthAt)
  if (cursor.failed) {
    draft.leftOut.add(key)
    return
  }
  const names = { name: symbol, symbol, transmitter, comment: '' }
  const resolvedLater = { j1939: false, cycleTimeMs: undefined }
  if (draft.messages.delete(key)) draft.problem(at, `message id ${key} again: this one is used`)
  draft.current = {
    message: { id, extended, length, signals: [], ...names, ...resolvedLater },
    signals: new Map(),
    attributes: new Map(),
  }
  draft.messages.set(key, draft.current)
}

/** `SG_ name [M|m1|m1M] : start|length@order sign (factor,offset) [min|max] "unit" receivers` */
export function signal(cursor: Cursor, draft: Draft): void {
  const owner = draft.current
  if (owner === 'left out') return
  if (!owner) {
    cursor.fail('a signal before the first message')
    return
  }
  cursor.peek()
  const at = cursor.at
  const symbol = cursor.word('signal name')
  const { multiplexer, selector } = multiplexing(cursor)
  const layout = bitLayout(cursor)
  const scale = scaling(cursor)
  const unit = cursor.string('unit')
  const receivers = words(cursor, 'receiver')
  if (cursor.failed) return
  const signal: DbcSignal = {
    name: symbol,
    symbol,
    ...layout,
    ...scale,
    unit,
    receivers,
    multiplexer,
    branch: undefined,
    choices: undefined,
    spn: undefined,
    comment: '',
  }
  const unresolved = { branch: undefined, float: undefined, attributes: new Map() }
  // What refers to the name (texts, long names) is of the last one, as the writers of files do it.
  if (owner.signals.delete(symbol)) draft.problem(at, `signal ${symbol} again: this one is used`)
  owner.signals.set(symbol, { signal, at, selector, ...unresolved })
}

function multiplexing(cursor: Cursor): { multiplexer: boolean; selector: number | undefined } {
  if (cursor.skip(':')) return { multiplexer: false, selector: undefined }
  const at = cursor.at
  const parts = /^(?:M|m(\d{1,15})(M?))$/.exec(cursor.word("':'"))
  if (!parts) cursor.fail("'M', 'm' with a number, or ':' expected", at)
  cursor.expect(':')
  const [whole, id, nested] = parts ?? []
  return {
    multiplexer: whole === 'M' || nested === 'M',
    selector: id === undefined ? undefined : Number(id),
  }
}

function bitLayout(cursor: Cursor): Pick<DbcSignal, 'start' | 'length' | 'bigEndian' | 'type'> {
  cursor.peek()
  const at = cursor.at
  const start = cursor.uint('start bit')
  cursor.expect('|')
  const length = cursor.uint('length in bits')
  cursor.expect('@')
  const order = cursor.peek()
  if (!cursor.skip('0') && !cursor.skip('1')) cursor.fail("byte order '0' or '1' expected")
  const sign = cursor.peek()
  if (!cursor.skip('+') && !cursor.skip('-')) cursor.fail("'+' or '-' expected")
  const bigEndian = order === '0'
  if (length === 0) cursor.fail('a signal of no bits', at)
  const bits = lastBit(start, length, bigEndian) + 1
  if (bits > MAX_MESSAGE_BYTES * 8) cursor.fail('a signal beyond the longest message', at)
  return { start, length, bigEndian, type: sign === '-' ? 'signed' : 'unsigned' }
}

type Scaling = Pick<DbcSignal, 'factor' | 'offset' | 'minimum' | 'maximum'>

function scaling(cursor: Cursor): Scaling {
  cursor.expect('(')
  const at = cursor.at
  const factor = cursor.number('factor')
  cursor.expect(',')
  const offset = cursor.number('offset')
  cursor.expect(')')
  if (factor === 0) cursor.fail('the factor is 0', at)
  if (!Number.isFinite(factor + offset)) cursor.fail('factor and offset must be finite', at)
  cursor.expect('[')
  const minimum = cursor.limit('minimum')
  cursor.expect('|')
  const maximum = cursor.limit('maximum')
  cursor.expect(']')
  return { factor, offset, minimum, maximum }
}

/** Names up to the end, with white space or commas between them. */
function words(cursor: Cursor, what: string): string[] {
  const found: string[] = []
  for (;;) {
    while (cursor.skip(',') || cursor.skip(';'));
    if (cursor.failed || cursor.peek() === '') return found
    found.push(cursor.word(what))
  }
}

/** `VAL_TABLE_ name 0 "text" 1 "text" ;` */
export function valueTable(cursor: Cursor, draft: Draft): void {
  const name = cursor.word('table name')
  const table = choices(cursor)
  if (!cursor.failed) draft.tables.set(name, table)
}

export function choices(cursor: Cursor): Choices {
  const table: Choices = new Map()
  while (!cursor.failed && !cursor.skip(';') && cursor.peek() !== '') {
    const value = cursor.key('value')
    table.set(value, cursor.string('text of the value'))
  }
  return table
}

/** `BA_DEF_ [BU_|BO_|SG_|EV_] "name" ENUM "text","text" ;`: only enumerations matter here. */
export function attributeDefinition(cursor: Cursor, draft: Draft): void {
  if (cursor.peek() !== '"') cursor.word('kind of object')
  const name = cursor.string('attribute name')
  if (cursor.word('attribute type') !== 'ENUM') return
  const texts: string[] = []
  do texts.push(cursor.string('text of the enumeration'))
  while (!cursor.failed && cursor.skip(','))
  if (!cursor.failed) draft.enumerations.set(name, texts)
}

/** `BA_DEF_DEF_ "name" value;` */
export function attributeDefault(cursor: Cursor, draft: Draft): void {
  const name = cursor.string('attribute name')
  const value = attributeValue(cursor)
  if (!cursor.failed) draft.defaults.set(name, value)
}

export function attributeValue(cursor: Cursor): AttributeValue {
  return cursor.peek() === '"' ? cursor.string('value') : cursor.number('value')
}
