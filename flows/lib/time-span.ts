/** From when to when: by the message, or so long back from now. */
import type { Message } from './node-red.ts'
import { PaletteError } from './palette-error.ts'

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const

/** `90s`, `45m`, `12h`, `7d`, `2w` as ms. Throws `bad-setting`. */
export function durationMs(text: string, setting: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([smhdw])$/.exec(text.trim())
  if (match === null) throw new PaletteError('bad-setting', { setting, value: text.slice(0, 40) })
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] * 1000
}

/** `msg.from` and `msg.to`: a Date, ms since 1970, or a text that names a day or a time. */
export function spanOf(msg: Message, backMs: number, now: number): { from: string; to: string } {
  const to = timeOf(msg.to, 'msg.to') ?? new Date(now).toISOString()
  const end = Date.parse(to)
  const from = timeOf(msg.from, 'msg.from') ?? new Date(end - backMs).toISOString()
  return { from, to }
}

function timeOf(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  // A bare day is the gateway's to understand: a day at the end is meant whole.
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return value
  const time = value instanceof Date ? value : new Date(value as string | number)
  if (!Number.isNaN(time.getTime())) return time.toISOString()
  const accepted = '2026-03-01, 2026-03-01T08:00:00Z'
  throw new PaletteError('bad-input', { what: `${what} ${String(value).slice(0, 40)}`, accepted })
}
