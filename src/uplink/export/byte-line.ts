/**
 * A line of text that is made as bytes (UTF-8). Most of an export is short pieces that were there in
 * the line before, and numbers: copied and written as bytes they cost a fraction of what strings do
 * that are put together, gathered and encoded.
 */
import { isoTime, type Millis } from '../../model/time.ts'

const MINUTE_MS = 60_000
const ZERO = 0x30
const POINT = 0x2e
const MINUS = 0x2d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const SHORT = 48
const LONG_NUMBERS = 512
/** UTF-8 takes at most so many bytes for a unit of UTF-16. */
const UNIT_BYTES = 3
/** More than any number or time is long. */
const NUMBER_ROOM = 32

export class ByteLine {
  /** What stands behind `length` stays what it was. */
  bytes: Buffer<ArrayBuffer>
  length = 0
  #minute = Number.NaN
  /** Up to and with the colon before the seconds. */
  #prefix = Buffer.alloc(0)
  /** Of numbers with many digits: readings in 255ths and the like come again and again. */
  readonly #long = new Map<number, Buffer>()

  constructor(size = 4096) {
    this.bytes = Buffer.allocUnsafeSlow(size)
  }

  text(text: string): void {
    this.#room(text.length * UNIT_BYTES)
    if (text.length > SHORT || !this.#plain(text, isAscii)) {
      this.length += this.bytes.write(text, this.length)
    }
  }

  /** As JSON writes a text. */
  json(text: string): void {
    this.#room(text.length + 2)
    const { length } = this
    this.bytes[length] = QUOTE
    this.length += 1
    if (text.length <= SHORT && this.#plain(text, isItself)) {
      this.byte(QUOTE)
      return
    }
    this.length = length
    this.text(JSON.stringify(text))
  }

  /** Written only as far as each unit is a byte. */
  #plain(text: string, is: (code: number) => boolean): boolean {
    const { bytes, length } = this
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (!is(code)) return false
      bytes[length + at] = code
    }
    this.length = length + text.length
    return true
  }

  /** The first bytes of another line. */
  copy(from: Uint8Array, count: number): void {
    this.#room(count)
    const { bytes, length } = this
    if (count > SHORT) bytes.set(count === from.length ? from : from.subarray(0, count), length)
    else for (let at = 0; at < count; at += 1) bytes[length + at] = from[at] as number
    this.length = length + count
  }

  byte(code: number): void {
    this.#room(1)
    this.bytes[this.length] = code
    this.length += 1
  }

  /**
   * As `String` writes it. The numbers that scaled readings are have at most eight decimals: up to 15
   * digits no two decimal numbers share a double, so what divides back to the same double is the
   * shortest text for it, which is what `String` is bound to give (ECMA-262, Number::toString).
   */
  number(value: number): void {
    this.#room(NUMBER_ROOM)
    const size = Math.abs(value)
    if (size < 1e9 && Number.isInteger(value)) {
      if (value < 0) this.byte(MINUS)
      this.#digits(size, digitsOf(size))
      return
    }
    // Smaller ones have exponents; greater ones may need more than 15 digits.
    const units = size >= 1e-6 && size < 1e7 ? Math.round(size * 1e8) : Number.NaN
    if (units / 1e8 !== size) {
      this.#longNumber(value)
      return
    }
    const whole = Math.floor(units / 1e8)
    if (value < 0) this.byte(MINUS)
    this.#digits(whole, digitsOf(whole))
    this.byte(POINT)
    let decimals = units - whole * 1e8
    let count = 8
    for (; decimals % 10 === 0; count -= 1) decimals /= 10
    this.#digits(decimals, count)
  }

  #longNumber(value: number): void {
    let text = this.#long.get(value)
    if (text === undefined) {
      if (this.#long.size === LONG_NUMBERS) this.#long.clear()
      text = Buffer.from(String(value))
      this.#long.set(value, text)
    }
    this.copy(text, text.length)
  }

  /** As `isoTime` writes it; the text of a minute is made once. Throws RangeError for no time. */
  time(time: Millis): void {
    if (!Number.isInteger(time)) {
      this.text(isoTime(time))
      return
    }
    const minute = Math.floor(time / MINUTE_MS)
    if (minute !== this.#minute) {
      this.#prefix = Buffer.from(isoTime(minute * MINUTE_MS).slice(0, -7))
      this.#minute = minute
    }
    const rest = time - minute * MINUTE_MS
    const second = Math.floor(rest / 1000)
    this.copy(this.#prefix, this.#prefix.length)
    this.#room(NUMBER_ROOM)
    this.#digits(second, 2)
    this.byte(POINT)
    this.#digits(rest - second * 1000, 3)
    this.byte(0x5a)
  }

  /** The last ones of a number below 10^9. Room for them is there. */
  #digits(value: number, count: number): void {
    let left = value | 0
    for (let at = this.length + count - 1; at >= this.length; at -= 1) {
      const next = (left / 10) | 0
      this.bytes[at] = ZERO + left - next * 10
      left = next
    }
    this.length += count
  }

  #room(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + count))
    larger.set(this.bytes)
    this.bytes = larger
  }
}

function isAscii(code: number): boolean {
  return code < 0x80
}

/** Stands for itself in JSON. */
function isItself(code: number): boolean {
  return code >= 0x20 && code < 0x7f && code !== QUOTE && code !== BACKSLASH
}

function digitsOf(value: number): number {
  let count = 1
  for (let limit = 10; value >= limit; limit *= 10) count += 1
  return count
}
