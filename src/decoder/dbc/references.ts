/** The statements of a DBC file that say more about what was defined, whatever their order. */
import type { Cursor } from './cursor.ts'
import type { DbcRange } from './dbc.ts'
import { attributeValue, choices } from './definitions.ts'
import type { Draft } from './draft.ts'

/** `VAL_ id signal 0 "text" 1 "text" ;`, or a table's name instead; without an id: a variable's. */
export function values(cursor: Cursor, draft: Draft): void {
  if (/[A-Za-z_]/.test(cursor.peek())) return
  const signal = draft.signal(cursor)
  const next = cursor.peek()
  const at = cursor.at
  if (/[A-Za-z_]/.test(next)) {
    const name = cursor.word('table name')
    const table = draft.tables.get(name)
    if (!table) cursor.fail(`there is no value table ${name}`, at)
    else if (signal && !cursor.failed) signal.signal.choices = table
    return
  }
  const table = choices(cursor)
  if (signal && !cursor.failed && table.size > 0) signal.signal.choices = table
}

/** `CM_ [BU_ node | BO_ id | SG_ id signal | EV_ variable] "text";` */
export function comment(cursor: Cursor, draft: Draft): void {
  const kind = cursor.peek() === '"' ? '' : cursor.word('kind of object')
  if (kind === 'BO_') {
    const found = draft.message(cursor)
    const text = cursor.string('comment')
    if (found && !cursor.failed) found.message.comment = text
  } else if (kind === 'SG_') {
    const found = draft.signal(cursor)
    const text = cursor.string('comment')
    if (found && !cursor.failed) found.signal.comment = text
  } else {
    if (kind !== '') cursor.word('name')
    cursor.string('comment')
  }
}

/** `BA_ "name" [BU_ node | BO_ id | SG_ id signal | EV_ variable] value;` */
export function attribute(cursor: Cursor, draft: Draft): void {
  const name = cursor.string('attribute name')
  const kind = /[A-Z]/.test(cursor.peek()) ? cursor.word('kind of object') : ''
  const owner =
    kind === 'BO_'
      ? draft.message(cursor)
      : kind === 'SG_'
        ? draft.signal(cursor)
        : kind === ''
          ? undefined
          : void cursor.word('name')
  const value = attributeValue(cursor)
  if (owner && !cursor.failed) owner.attributes.set(name, value)
}

/** `SIG_VALTYPE_ id signal : type;` with type 1 for float, 2 for double, 0 and 3 for integers. */
export function valueType(cursor: Cursor, draft: Draft): void {
  const signal = draft.signal(cursor)
  cursor.skip(':')
  cursor.peek()
  const at = cursor.at
  const type = cursor.uint('value type')
  if (type > 3) cursor.fail(`there is no value type ${type}`, at)
  if (!signal || cursor.failed || type === 0 || type === 3) return
  signal.float = { bits: type === 1 ? 32 : 64, at }
}

/** `SG_MUL_VAL_ id signal multiplexer 1-1, 3-5;` */
export function multiplexedBy(cursor: Cursor, draft: Draft): void {
  const signal = draft.signal(cursor)
  cursor.peek()
  const at = cursor.at
  const multiplexer = cursor.word('multiplexer')
  const ranges: DbcRange[] = []
  do {
    const from = cursor.uint('range')
    cursor.expect('-')
    const to = cursor.uint('end of the range')
    if (to < from) cursor.fail(`the range ${from}-${to} runs backwards`)
    ranges.push({ from, to })
  } while (!cursor.failed && cursor.skip(','))
  if (!signal || cursor.failed) return
  const earlier = signal.branch
  if (earlier && earlier.multiplexer !== multiplexer) {
    cursor.fail(`${signal.signal.symbol} already depends on ${earlier.multiplexer}`, at)
  } else if (earlier) {
    for (const range of ranges) earlier.ranges.push(range)
  } else {
    signal.branch = { multiplexer, ranges, at }
  }
}
