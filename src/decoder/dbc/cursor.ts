/**
 * Reads the tokens of one DBC statement. The first failure sticks: every later read returns an
 * empty value, and the statement's handler looks at `failed` once, before it keeps anything.
 */
const SPACE = /\s*/y
const WORD = /[\w.\-\u0080-\uffff]+/y
const DIGITS = /\d+/y
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y
const LIMIT = /[^|\]"\n]*/y
const AFTER_LAST_STRING = /[ \t]*(?:;|\n|$)/y

/** How C libraries print what is no finite number, as some tools write it into limits. */
const NOT_FINITE = /^[-+]?(?:nan(?:\(\w*\))?|inf(?:inity)?|1\.#\w+)$/i

export class Cursor {
  readonly text: string
  at: number
  readonly end: number
  failure: { at: number; text: string } | undefined

  constructor(text: string, start: number, end: number) {
    this.text = text
    this.at = start
    this.end = end
    this.failure = undefined
  }

  get failed(): boolean {
    return this.failure !== undefined
  }

  fail(text: string, at = this.at): void {
    this.failure ??= { at: Math.min(at, this.end), text }
  }

  /** The next character after white space, or '' at the end. */
  peek(): string {
    this.match(SPACE)
    return this.at < this.end ? (this.text[this.at] ?? '') : ''
  }

  /** Takes the character if it comes next. */
  skip(character: string): boolean {
    if (this.peek() !== character) return false
    this.at += 1
    return true
  }

  expect(character: string): void {
    if (!this.skip(character)) this.fail(`'${character}' expected`)
  }

  word(what: string): string {
    return this.take(WORD, what)
  }

  uint(what: string): number {
    this.peek()
    const start = this.at
    const value = Number(this.take(DIGITS, what))
    if (!Number.isSafeInteger(value)) this.fail(`${what} is too large`, start)
    return value
  }

  number(what: string): number {
    return Number(this.take(NUMBER, what))
  }

  /** A number that may be an integer beyond 2^53, as value tables have them. */
  key(what: string): number | bigint {
    const text = this.take(NUMBER, what)
    const value = Number(text)
    if (Number.isSafeInteger(value) || !/^[-+]?\d+$/.test(text)) return value
    return BigInt(text.replace(/^\+/, ''))
  }

  /** One end of a range: a number, or undefined for nothing and for what is not finite. */
  limit(what: string): number | undefined {
    if (this.failed) return undefined
    this.match(SPACE)
    const start = this.at
    const text = this.match(LIMIT).trim()
    const value = Number(text)
    if (text === '' || NOT_FINITE.test(text)) return undefined
    NUMBER.lastIndex = 0
    if (NUMBER.exec(text)?.[0] !== text) this.fail(`${what} is not a number`, start)
    return Number.isFinite(value) ? value : undefined
  }

  string(what: string): string {
    if (this.failed) return ''
    if (this.peek() !== '"') {
      this.fail(`${what} in quotes expected`)
      return ''
    }
    const close = closingQuote(this.text, this.at, this.end)
    if (close < 0) {
      this.fail(`${what}: the closing quote is missing`)
      return ''
    }
    const text = this.text.slice(this.at + 1, close)
    this.at = close + 1
    return text.replaceAll('\\"', '"')
  }

  private take(pattern: RegExp, what: string): string {
    if (this.failed) return ''
    this.match(SPACE)
    const text = this.match(pattern)
    if (text === '') this.fail(`${what} expected`)
    return text
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const text = (pattern.exec(this.text)?.[0] ?? '').slice(0, Math.max(this.end - this.at, 0))
    this.at += text.length
    return text
  }
}

/**
 * The quote that closes the one at `open`, or -1. `\"` is a quote inside the text, unless the line
 * makes sense only without that (a path that ends in a backslash). A string may run over lines only
 * if it is the last thing of its statement, so that a forgotten quote costs one line.
 */
export function closingQuote(text: string, open: number, end: number): number {
  let close = text.indexOf('"', open + 1)
  let escaped = -1
  while (close > 0 && close < end && text[close - 1] === '\\') {
    if (escaped < 0) escaped = close
    close = text.indexOf('"', close + 1)
  }
  if (close > 0 && close < end) {
    // Looks no further than the string itself: a file may be one line.
    if (!text.slice(open, close).includes('\n') || endsStatement(text, close)) return close
  }
  return escaped > 0 && escaped < end && endsStatement(text, escaped) ? escaped : -1
}

function endsStatement(text: string, close: number): boolean {
  AFTER_LAST_STRING.lastIndex = close + 1
  return AFTER_LAST_STRING.test(text)
}
