/**
 * Cuts the text of a DBC file into statements: a keyword and where the rest stands. `BO_`, `SG_` and
 * a few others are one line each; the rest end at their `;`, or, where it is missing, at the line's
 * end if a keyword or nothing follows. What starts with no keyword is one bad line.
 */
import { closingQuote } from './cursor.ts'

export interface Statement {
  /** '' for a line that starts with no keyword. */
  keyword: string
  /** Offset of the keyword. */
  at: number
  /** Offsets of what follows the keyword. */
  start: number
  end: number
}

const KEYWORD = /(?:VERSION|[A-Z]+(?:_[A-Z]+)*_)(?![\w.-])/y
const NEXT_STARTS = /[ \t]*(?:\n|$|\/\/|(?:VERSION|[A-Z]+(?:_[A-Z]+)*_)(?![\w.-]))/y
const MORE_NODES = /[ \t]+[\w \t,]*(?=\n|$)/y
const BLANK = /[\s;]*/y
const COLON = /\s*:/y
const LONE_NAME = /[ \t]*(?:[A-Z_]+[ \t]*)?(?=\n|$)/y
const ONE_LINE: ReadonlySet<string> = new Set(['', 'VERSION', 'BS_', 'BO_', 'SG_'])
/** An escaped quote outside a string opens none. */
const MARK = /\\"|[";\n]/g

export function statementsOf(text: string): Statement[] {
  const statements: Statement[] = []
  let at = skip(BLANK, text, 0)
  while (at < text.length) {
    const start = skip(KEYWORD, text, at)
    const keyword = text.slice(at, start)
    const end = endOf(keyword, text, start)
    if (!(keyword === '' && text.startsWith('//', at))) statements.push({ keyword, at, start, end })
    at = skip(BLANK, text, end)
  }
  return statements
}

function endOf(keyword: string, text: string, start: number): number {
  if (keyword === 'NS_') return endOfNames(text, skip(COLON, text, start))
  if (ONE_LINE.has(keyword)) return lineEnd(text, start)
  if (keyword === 'BU_') return endOfNodes(text, start)
  return endOfClause(text, start)
}

function endOfClause(text: string, start: number): number {
  let at = start
  for (;;) {
    MARK.lastIndex = at
    const mark = MARK.exec(text)?.index
    if (mark === undefined) return text.length
    if (text[mark] === ';') return mark + 1
    if (text[mark] === '\n') {
      if (matches(NEXT_STARTS, text, mark + 1)) return mark
      at = mark + 1
    } else if (text[mark] === '\\') {
      at = mark + 2
    } else {
      const close = closingQuote(text, mark, text.length)
      if (close < 0) return lineEnd(text, mark)
      at = close + 1
    }
  }
}

/** `NS_` lists the keywords that the writer knows, each alone on its line. */
function endOfNames(text: string, start: number): number {
  let at = start
  while (at < text.length && matches(LONE_NAME, text, at)) at = LONE_NAME.lastIndex + 1
  return Math.min(at, text.length)
}

/** `BU_` may go on, indented, on the next lines. */
function endOfNodes(text: string, start: number): number {
  let end = lineEnd(text, start)
  while (matches(MORE_NODES, text, end + 1)) end = MORE_NODES.lastIndex
  return end
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** The offset after the pattern, or `at` where it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  return matches(pattern, text, at) ? pattern.lastIndex : at
}
