/**
 * What an ELM327 prints as the answer to a request → CAN frames, and how it went. With headers on a
 * line is the identifier (3 or 8 digits), then the bytes of the frame as on the wire; with headers off
 * it is the message alone, numbered where it has several frames: `014`, `0: 49 02 …`, `1: …`
 * (ELM327 data sheet).
 *
 * A line that does not fit is no frame, whatever it looks like. Frames of a control unit come in the
 * order of their numbers: some clones mix them up.
 */
import { groupFrame } from './elm-group-request.ts'
import type { ReplyFrame } from './reply-frame.ts'

export type ReplyKind = 'ok' | 'no-data' | 'bus' | 'adapter' | 'reset'

export interface Reply {
  kind: ReplyKind
  frames: ReplyFrame[]
  /** Without headers: nobody says who answered. */
  isBare: boolean
  /** Lines that are no frame and no word that is known. */
  bad: string[]
  /** The word that decided, as it was printed. */
  word?: string
}

/** Words of the adapter, and what they mean for the request. */
const words: readonly (readonly [pattern: RegExp, kind: ReplyKind | 'ignore' | 'bad'])[] = [
  [/^SEARCHING\.*/, 'ignore'],
  [/^NODATA/, 'no-data'],
  [/^(CANERROR|BUSERROR|BUSBUSY|FBERROR|UNABLETOCONNECT|BUSINIT.*ERROR)/, 'bus'],
  [/^BUSINIT[:.]*(OK)?/, 'ignore'],
  [/^(LVRESET|ELM327|LPALERT|ACTALERT)/, 'reset'],
  [/^(\?|STOPPED|ERR\d\d)/, 'adapter'],
  [/^BUFFERFULL/, 'bad'],
  [/<?(DATAERROR|RXERROR)/, 'bad'],
]

const HEADER = /^[0-9A-F]{3}(?=([0-9A-F]{2}){1,8}$)/
const HEADER_EXTENDED = /^[0-9A-F]{8}(?=([0-9A-F]{2}){1,8}$)/
const LENGTH = /^0?[0-9A-F]{3}$/
const NUMBERED = /^([0-9A-F]):((?:[0-9A-F]{2}){1,7})$/
const PLAIN = /^([0-9A-F]{2}){1,7}$/

/** Who is taken to answer where headers are off: nobody says. */
const UNKNOWN = { id: 0x7e8, extended: false }

/** `extended`: whether the request had 29 bits, and so its answers. */
export function replyOf(lines: readonly string[], extended: boolean): Reply {
  const reply: Reply = { kind: 'ok', frames: [], isBare: false, bad: [] }
  const bare: string[] = []
  for (const text of lines) {
    const line = withoutWords(plainOf(text), reply, text)
    if (line === '') continue
    const frame = headed(line, extended)
    if (frame !== undefined) reply.frames.push(frame)
    else if (LENGTH.test(line) || NUMBERED.test(line) || PLAIN.test(line)) bare.push(line)
    else reply.bad.push(text)
  }
  if (bare.length > 0) takeBare(bare, reply)
  reply.frames = inOrder(reply.frames)
  return reply
}

/** Of a request for a parameter group, in the order of the bus; see `groupFrame`. */
export function groupReplyOf(lines: readonly string[], inParts: boolean): Reply {
  const reply: Reply = { kind: 'ok', frames: [], isBare: false, bad: [] }
  for (const text of lines) {
    const line = withoutWords(plainOf(text), reply, text)
    if (line === '') continue
    const frame = groupFrame(line, inParts)
    if (frame === undefined) reply.bad.push(text)
    else reply.frames.push(frame)
  }
  return reply
}

function plainOf(text: string): string {
  return text.replaceAll(' ', '').toUpperCase()
}

/** What is left of a line after the words in it. */
function withoutWords(line: string, reply: Reply, text: string): string {
  for (const [pattern, kind] of words) {
    const match = pattern.exec(line)
    if (match === null) continue
    if (kind === 'ignore') return line.replace(pattern, '')
    if (kind === 'bad') {
      reply.bad.push(text)
      return ''
    }
    reply.kind = kind
    reply.word = text.trim()
    return ''
  }
  return line
}

function headed(line: string, extended: boolean): ReplyFrame | undefined {
  const match = (extended ? HEADER_EXTENDED : HEADER).exec(line)
  if (match === null) return undefined
  const [digits] = match
  const id = Number.parseInt(digits, 16)
  if (id > (extended ? 0x1fffffff : 0x7ff)) return undefined
  const data = Uint8Array.from(Buffer.from(line.slice(digits.length), 'hex'))
  return isWhole(data) ? { id, extended, data } : undefined
}

/** As far as its first byte tells (ISO 15765-2): all bytes of a single frame, eight of a first one. */
function isWhole(data: Uint8Array): boolean {
  const [first = 0] = data
  if (first >> 4 === 0) return first > 0 && first < data.length
  if (first >> 4 === 1) return data.length === 8
  return first >> 4 === 2 && data.length > 1
}

/** Headers are off: one message, in one line or in numbered ones after its length. */
function takeBare(lines: readonly string[], reply: Reply): void {
  const [first = '', ...others] = lines
  reply.isBare = true
  if (PLAIN.test(first) && others.every((line) => PLAIN.test(line))) {
    // Of several control units the first that answered has to do.
    const bytes = Buffer.from(first, 'hex')
    reply.frames.push({ ...UNKNOWN, data: Uint8Array.of(bytes.length, ...bytes) })
    reply.bad.push(...others)
    return
  }
  const length = Number.parseInt(first, 16)
  const parts = lines.slice(1).map((line) => NUMBERED.exec(line))
  const isNumbered = parts.every((part) => part !== null)
  const ordered = parts
    .map((part) => ({ number: Number.parseInt(part?.[1] ?? '', 16), hex: part?.[2] ?? '' }))
    .sort((a, b) => a.number - b.number)
  const isComplete = ordered.every(({ number }, index) => number === index)
  const bytes = Buffer.from(ordered.map(({ hex }) => hex).join(''), 'hex')
  if (!LENGTH.test(first) || !isNumbered || !isComplete || bytes.length < length || length < 8) {
    reply.bad.push(...lines)
    return
  }
  reply.frames.push({
    ...UNKNOWN,
    data: Uint8Array.of(0x10 | (length >> 8), length & 0xff, ...bytes.subarray(0, 6)),
  })
  for (let at = 6, number = 1; at < length; at += 7, number++) {
    const rest = bytes.subarray(at, Math.min(at + 7, length))
    reply.frames.push({ ...UNKNOWN, data: Uint8Array.of(0x20 | (number & 0x0f), ...rest) })
  }
}

/** Consecutive frames of one sender by their numbers, after its first frame; senders as they came. */
function inOrder(frames: readonly ReplyFrame[]): ReplyFrame[] {
  const senders = [...new Set(frames.map(({ id }) => id))]
  return senders.flatMap((id) => {
    const own = frames.filter((frame) => frame.id === id)
    const following = own.filter(({ data }) => (data[0] as number) >> 4 === 2)
    // Beyond fifteen the numbers begin again, and only the order of printing tells.
    if (following.length > 15) return own
    const others = own.filter((frame) => !following.includes(frame))
    return [...others, ...following.sort((a, b) => (a.data[0] as number) - (b.data[0] as number))]
  })
}
