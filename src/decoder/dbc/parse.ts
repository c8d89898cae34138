/**
 * Reads DBC files, Vector's text format for what is on a CAN bus, without ever throwing: what
 * cannot be read costs its own line and is reported with line and column. Follows the published
 * format descriptions and the files of cantools, canmatrix, opendbc and SavvyCAN.
 *
 *   VERSION "text"
 *   NS_ :                      then, each alone on its line, keywords; skipped
 *   BS_:                       bit timing; skipped
 *   BU_: node node …
 *   VAL_TABLE_ name 0 "text" 1 "text" … ;
 *   BO_ id name: bytes transmitter
 *    SG_ name [M|m1|m1M] : start|length@order sign (factor,offset) [min|max] "unit" receivers
 *   CM_ [BU_ node | BO_ id | SG_ id signal | EV_ variable] "text, which may run over lines";
 *   BA_DEF_ [BU_|BO_|SG_|EV_] "attribute" type … ;
 *   BA_DEF_DEF_ "attribute" default;
 *   BA_ "attribute" [BU_ node | BO_ id | SG_ id signal | EV_ variable] value;
 *   VAL_ id signal 0 "text" 1 "text" … ;      or a table's name instead of the pairs
 *   SIG_VALTYPE_ id signal : 1;               1 float, 2 double
 *   SG_MUL_VAL_ id signal multiplexer 1-1, 3-5;
 *
 * - id: bit 31 set for a 29-bit identifier. 3221225472 (VECTOR__INDEPENDENT_SIG_MSG) is no message.
 * - start: bits are numbered within their byte from the least significant (byte 1 has bits 8 to
 *   15). order 1 (Intel): the least significant bit of the signal, which grows towards higher
 *   numbers. order 0 (Motorola): its most significant bit; it grows downwards within the byte and
 *   goes on at bit 7 of the next.
 * - sign: `+` unsigned, `-` two's complement. value = raw × factor + offset.
 * - `M`: a multiplexer; `m1`: present where the multiplexer's raw value is 1; `m1M`: both. With
 *   several multiplexers SG_MUL_VAL_ says which one and which values, and prevails over `m1`.
 * - attributes used: VFrameFormat, GenMsgCycleTime, SPN, SystemSignalLongSymbol and
 *   SystemMessageLongSymbol (names beyond the 32 characters that `SG_` and `BO_` may have).
 *
 * Other sections (`EV_`, `SIG_GROUP_`, `BO_TX_BU_`, …) and lines that start with `//` are skipped.
 */
import { Cursor } from './cursor.ts'
import type { Dbc, DbcProblem } from './dbc.ts'
import * as definitions from './definitions.ts'
import { Draft } from './draft.ts'
import { link } from './link.ts'
import * as references from './references.ts'
import { type Statement, statementsOf } from './statements.ts'

type Handler = (cursor: Cursor, draft: Draft) => void

const DEFINITIONS: ReadonlyMap<string, Handler> = new Map([
  ['VERSION', definitions.version],
  ['BU_', definitions.nodes],
  ['BO_', definitions.message],
  ['SG_', definitions.signal],
  ['VAL_TABLE_', definitions.valueTable],
  ['BA_DEF_', definitions.attributeDefinition],
  ['BA_DEF_DEF_', definitions.attributeDefault],
])

const REFERENCES: ReadonlyMap<string, Handler> = new Map([
  ['VAL_', references.values],
  ['CM_', references.comment],
  ['BA_', references.attribute],
  ['SIG_VALTYPE_', references.valueType],
  ['SG_MUL_VAL_', references.multiplexedBy],
])

/**
 * Windows-1252 from 0x80 to 0x9f. Written out, because some releases of Node.js decode these bytes
 * as ISO 8859-1 under either name.
 */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/** A damaged `BO_` line: signals that follow it belong to no message that is known. */
const LIKE_MESSAGE = /^[^\s"|]{0,8}\s{0,8}\d{1,12}\s{1,8}[^\s:"|]{1,80}\s{0,8}:/

export function parseDbc(text: string): { dbc: Dbc; problems: DbcProblem[] } {
  const source = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  const draft = new Draft()
  const statements = statementsOf(source)
  for (const statement of statements) {
    if (statement.keyword === '') reportUnknown(source, statement, draft)
    else apply(DEFINITIONS, source, statement, draft)
  }
  for (const statement of statements) apply(REFERENCES, source, statement, draft)
  link(draft)
  return { dbc: draft.dbc, problems: located(source, draft.problems) }
}

/** The text of a file: UTF-8 if it is valid UTF-8, else Windows-1252, as older tools write. */
export function dbcText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Not UTF-8, which only the decoder can tell.
    return new TextDecoder('latin1')
      .decode(bytes)
      .replace(/[\x80-\x9f]/g, (character) => WINDOWS[character.charCodeAt(0) - 0x80] ?? character)
  }
}

function apply(
  handlers: ReadonlyMap<string, Handler>,
  text: string,
  { keyword, start, end }: Statement,
  draft: Draft,
): void {
  const handler = handlers.get(keyword)
  if (!handler) return
  const cursor = new Cursor(text, start, end)
  handler(cursor, draft)
  if (cursor.failure) draft.problem(cursor.failure.at, cursor.failure.text)
}

function reportUnknown(text: string, { at, end }: Statement, draft: Draft): void {
  draft.problem(at, 'a line that starts with no keyword')
  if (LIKE_MESSAGE.test(text.slice(at, Math.min(end, at + 120)))) draft.current = 'left out'
}

function located(text: string, problems: Draft['problems']): DbcProblem[] {
  let line = 1
  let lineStart = 0
  return [...problems]
    .sort((a, b) => a.at - b.at)
    .map((problem) => {
      for (;;) {
        const newline = text.indexOf('\n', lineStart)
        if (newline < 0 || newline >= problem.at) break
        line += 1
        lineStart = newline + 1
      }
      return { line, column: problem.at - lineStart + 1, text: problem.text }
    })
}
