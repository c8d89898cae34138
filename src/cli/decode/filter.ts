/**
 * Which lines of `odograph decode` are wanted. Lines are chosen after decoding, so that a filter
 * never breaks a message apart: identifier and source are those of the frame that completed it.
 */
import { OdographError } from '../../model/errors.ts'
import type { DecodePlace, Line } from './line.ts'

export interface FilterValues {
  pgn?: string | undefined
  spn?: string | undefined
  pid?: string | undefined
  id?: string | undefined
  source?: string | undefined
  signal?: string | undefined
  bus?: string | undefined
  from?: string | undefined
  until?: string | undefined
}

export const filterOptions = {
  pgn: { type: 'string' },
  spn: { type: 'string' },
  pid: { type: 'string' },
  id: { type: 'string' },
  source: { type: 'string' },
  signal: { type: 'string' },
  bus: { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
} as const

export type Filter = (line: Line, place: DecodePlace) => boolean

/** Throws `usage` for what is no number, identifier or time. */
export function filterOf(values: FilterValues): Filter {
  const tests: Filter[] = []
  const { pgn, spn, pid, id, source, signal, bus, from, until } = values
  if (pgn !== undefined) tests.push(fieldIn('pgn', numbers(pgn, '--pgn')))
  if (spn !== undefined) tests.push(fieldIn('spn', numbers(spn, '--spn')))
  if (pid !== undefined) tests.push(fieldIn('pid', hexadecimals(pid, '--pid')))
  if (signal !== undefined) {
    const wanted = new Set(signal.split(','))
    tests.push((line) => wanted.has(String(line.signal)) || wanted.has(String(line.name)))
  }
  if (id !== undefined) {
    const wanted = hexadecimals(id, '--id')
    tests.push((_, place) => wanted.has(place.id))
  }
  if (source !== undefined) {
    const wanted = numbers(source, '--source')
    tests.push((_, place) => place.extended && wanted.has(place.id & 0xff))
  }
  if (bus !== undefined) {
    const wanted = new Set(bus.split(','))
    tests.push((_, place) => wanted.has(place.bus))
  }
  if (from !== undefined) {
    const least = seconds(from, '--from')
    tests.push((line) => (line.ts ?? 0) >= least)
  }
  if (until !== undefined) {
    const most = seconds(until, '--until')
    tests.push((line) => (line.ts ?? 0) < most)
  }
  return (line, place) => tests.every((test) => test(line, place))
}

function fieldIn(field: 'pgn' | 'spn' | 'pid', wanted: ReadonlySet<number>): Filter {
  return (line) => wanted.has(line[field] as number)
}

function numbers(text: string, option: string): ReadonlySet<number> {
  return listOf(text, option, 'decimal numbers, or hexadecimal ones with 0x', (part) =>
    /^(\d+|0x[0-9a-f]+)$/i.test(part) ? Number(part) : undefined,
  )
}

function hexadecimals(text: string, option: string): ReadonlySet<number> {
  return listOf(text, option, 'hexadecimal numbers', (part) =>
    /^(0x)?[0-9a-f]{1,8}$/i.test(part) ? Number.parseInt(part.replace(/^0x/i, ''), 16) : undefined,
  )
}

function listOf(
  text: string,
  option: string,
  accepted: string,
  parse: (part: string) => number | undefined,
): ReadonlySet<number> {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const value = parse(part.trim())
    if (value === undefined) {
      throw new OdographError('usage', `${option} ${text}`, `use ${accepted}, with commas between`)
    }
    found.add(value)
  }
  return found
}

/** Seconds as `ts` has them, or an RFC 3339 time. */
function seconds(text: string, option: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000
  if (Number.isFinite(value)) return value
  const detail = 'use seconds as in "ts", or a time such as 2026-03-01T08:00:00Z'
  throw new OdographError('usage', `${option} ${text}`, detail)
}
