/**
 * The expressions of WiCAN profiles, as far as they are linear:
 *
 *   B4 byte · S4 signed byte · B4:3 bit 3 of a byte · [B4:B5] [S4:S5] bytes, the first one highest
 *   + - * / & << >> ( ) and numbers, binding as in C
 *
 * Byte numbers count whole CAN frames, transport bytes and all; `place` says which byte of the data
 * such a number is, or that it is none.
 */
import { bitOf, bytesOf, constantOf, type Linear, scaled, selected, sum } from './linear.ts'

/** Undefined for a transport byte, service, DID or PID. */
export type BytePlace = (byte: number) => number | undefined

const TOKEN =
  /\s*(\[[BS]\d+:[BS]\d+\]|B\d+:\d|[BS]\d+|0[xX][0-9a-fA-F]+|\d+\.?\d*|\.\d+|<<|>>|[-+*/&|^()])\s*/y
/** More than eight bytes make no number. */
const MAX_BYTES = 8

/** Throws an Error that says what cannot be converted. */
export function parseExpression(text: string, place: BytePlace): Linear {
  const tokens = tokensOf(text)
  let at = 0
  const next = (...wanted: string[]) => wanted.includes(tokens[at] ?? '') && tokens[at++]

  function and(): Linear {
    let left = shift()
    while (next('&')) left = masked(left, shift())
    return left
  }
  function shift(): Linear {
    let left = additive()
    for (let op = next('<<', '>>'); op; op = next('<<', '>>')) {
      left = shifted(left, additive(), op === '<<')
    }
    return left
  }
  function additive(): Linear {
    let left = product()
    for (let op = next('+', '-'); op; op = next('+', '-')) {
      const right = product()
      left = sum(left, op === '+' ? right : scaled(right, (x) => -x))
    }
    return left
  }
  function product(): Linear {
    let left = unary()
    for (let op = next('*', '/'); op; op = next('*', '/')) left = multiplied(left, unary(), op)
    return left
  }
  function unary(): Linear {
    if (next('-')) return scaled(unary(), (x) => -x)
    if (next('(')) {
      const inner = and()
      if (!next(')')) throw new Error('a bracket is not closed')
      return inner
    }
    const token = tokens[at++]
    if (token === undefined) throw new Error('it ends too early')
    return atom(token, place)
  }

  const result = and()
  if (at < tokens.length) throw new Error(`"${tokens[at]}" is not supported`)
  return result
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new Error(`"${text.slice(from)}" is not understood`)
    tokens.push(match[1] as string)
  }
  return tokens
}

function atom(token: string, place: BytePlace): Linear {
  const range = /^\[([BS])(\d+):[BS](\d+)\]$/.exec(token)
  if (range) {
    const [from, to] = [Number(range[2]), Number(range[3])]
    if (to < from || to - from >= MAX_BYTES) throw new Error(`${token} is no range of 1 to 8 bytes`)
    const bytes = Array.from({ length: to - from + 1 }, (_, i) => placed(from + i, place))
    return bytesOf(bytes, range[1] === 'S')
  }
  const bit = /^B(\d+):(\d)$/.exec(token)
  if (bit) return bitOf(placed(Number(bit[1]), place), Number(bit[2]) & 7)
  const byte = /^([BS])(\d+)$/.exec(token)
  if (byte) return bytesOf([placed(Number(byte[2]), place)], byte[1] === 'S')
  const number = Number(token)
  if (Number.isNaN(number)) throw new Error(`"${token}" is not supported here`)
  return constantOf(number)
}

function placed(byte: number, place: BytePlace): number {
  const index = place(byte)
  if (index === undefined) throw new Error(`byte ${byte} is no data`)
  return index
}

/** A number without bits. */
function plain({ weights, constant }: Linear): number | undefined {
  return weights.size === 0 ? constant : undefined
}

function multiplied(left: Linear, right: Linear, op: string): Linear {
  const by = plain(right)
  if (op === '/') {
    if (by === undefined || by === 0) throw new Error('it divides by data or by 0')
    return scaled(left, (x) => x / by)
  }
  if (by !== undefined) return scaled(left, (x) => x * by)
  const factor = plain(left)
  if (factor === undefined) throw new Error('it multiplies data with data')
  return scaled(right, (x) => x * factor)
}

function shifted(left: Linear, right: Linear, up: boolean): Linear {
  const by = plain(right)
  if (by === undefined) throw new Error('it shifts by data')
  if (up) return scaled(left, (x) => x * 2 ** by)
  const result = selected(left, (bit) => bit >= by, by)
  if (result === undefined) throw new Error('it shifts what is scaled or signed')
  return result
}

function masked(left: Linear, right: Linear): Linear {
  const [mask, value] = plain(right) === undefined ? [plain(left), right] : [plain(right), left]
  if (mask === undefined) throw new Error('it masks data with data')
  const result = selected(value, (bit) => Math.floor(mask / 2 ** bit) % 2 === 1, 0)
  if (result === undefined) throw new Error('it masks what is scaled or signed')
  return result
}
