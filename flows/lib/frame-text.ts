/**
 * Frames in whatever form a flow has them: an object of another CAN node, of `frame in`, a line of
 * `candump` (with time and interface, or without), or hexadecimal with the identifier before it.
 */
import { PaletteError } from './palette-error.ts'

export interface InputFrame {
  id: number
  extended: boolean
  remote: boolean
  fd: boolean
  data: Uint8Array
  /** ms since 1970, where it is told. */
  time?: number
  bus?: string
}

const ACCEPTED =
  '18FEF100#0011223344556677, (1612543138.000000) can0 7E8#03410D32, {canid, ext, data}'
/** `(time) bus ID#DATA`, `ID##FDATA`, `bus  ID   [8]  00 11 …`, and each without what comes first. */
const LOG =
  /^(?:\((\d+(?:\.\d+)?)\)\s+)?(?:([\w./-]+)\s+)?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(#[0-9A-Fa-f])?(R\d?|[0-9A-Fa-f.]*)(?:\s+[RT])?$/
const CONSOLE =
  /^(?:\((\d+(?:\.\d+)?)\)\s+)?(?:([\w./-]+)\s+)?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})\s+\[(\d+)\]\s*((?:[0-9A-Fa-f]{2}\s*)*)(?:'.*')?$/

/** All frames of a payload. Throws `bad-input`, which shows what it was given. */
export function framesOf(payload: unknown): InputFrame[] {
  if (Array.isArray(payload)) return payload.flatMap(framesOf)
  if (typeof payload === 'string') {
    return payload
      .split(/\r?\n/)
      .flatMap((line) => (line.trim() === '' ? [] : [lineFrame(line.trim())]))
  }
  if (typeof payload === 'object' && payload !== null) return [objectFrame(payload)]
  throw wrong(payload)
}

function lineFrame(line: string): InputFrame {
  const log = LOG.exec(line)
  if (log !== null) {
    const [, time, bus, id = '', flags, data = ''] = log
    const isRemote = data.startsWith('R')
    return made({ time, bus, id, data: isRemote ? '' : data, isRemote, isFd: flags !== undefined })
  }
  const shown = CONSOLE.exec(line)
  if (shown === null) throw wrong(line)
  const [, time, bus, id = '', length, data = ''] = shown
  return made({ time, bus, id, data, isRemote: false, isFd: Number(length) > 8 })
}

interface Parts {
  time: string | undefined
  bus: string | undefined
  id: string
  data: string
  isRemote: boolean
  isFd: boolean
}

function made({ time, bus, id, data, isRemote, isFd }: Parts): InputFrame {
  return {
    id: Number.parseInt(id, 16),
    extended: id.length > 3,
    remote: isRemote,
    fd: isFd,
    data: bytesOf(data),
    ...(time === undefined ? {} : { time: Number(time) * 1000 }),
    ...(bus === undefined ? {} : { bus }),
  }
}

function objectFrame(payload: object): InputFrame {
  const { canid, id, ext, extended, data, rtr, canfd } = payload as Record<string, unknown>
  const named = canid ?? id
  const number = typeof named === 'string' ? Number.parseInt(named, 16) : named
  if (typeof number !== 'number' || !(number >= 0 && number <= 0x1fffffff)) throw wrong(payload)
  const isLong = typeof named === 'string' ? named.length > 3 : number > 0x7ff
  return {
    id: number,
    extended: Boolean(ext ?? extended ?? isLong),
    remote: rtr === true,
    fd: canfd === true,
    data: bytesOf(data ?? []),
  }
}

/** A Buffer, numbers, or hexadecimal. Throws `bad-input`. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (
    Array.isArray(value) &&
    value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)
  ) {
    return Uint8Array.from(value as number[])
  }
  if (typeof value === 'string') {
    const digits = value.replace(/[\s.:]|^0x/gi, '')
    if (/^([0-9a-f]{2})*$/i.test(digits)) return Uint8Array.from(Buffer.from(digits, 'hex'))
  }
  throw wrong(value)
}

function wrong(value: unknown): PaletteError {
  const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return new PaletteError('bad-input', { what: shown.slice(0, 60), accepted: ACCEPTED })
}
