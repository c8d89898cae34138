/**
 * Texts of others (logs, causes, details) without what tells who or where somebody is. First what is
 * known goes, in every form in which it may be written; of the rest only what looks harmless stays:
 * words, short numbers, names of ports and versions. Whatever else it is, it goes unread.
 */
import type { KnownValues } from './known-values.ts'

export type Redact = (text: string) => string

const HIDDEN = '(hidden)'
/** A coordinate with three decimals is a street, with two a village; voltages have two. */
const POSITION =
  /\b(lat|latitude|lon|lng|longitude|position|altitude|heading|vin)(["']?\s*[=:]\s*["']?)[^\s,;)}\]"']+/gi
const URL_HOST = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s/"'<>)]+)/gi
const LOCAL_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|host-\d+)(:\d+)?$/
const EMAIL = /[^\s<>"'(),;:=]+@[^\s<>"'(),;:=]+/g
/** Bytes with something between them: keys, addresses of network cards, payloads. */
const BYTES = /\b[0-9a-f]{2}(?:[ :-][0-9a-f]{2}){5,}\b/gi
const ADDRESS = /\b(?!127\.|0\.0\.0\.0)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g
const HOME = /\/(home|Users)\/[^/\s]+/g
const TOKEN = /[^\s"'`,;()[\]{}<>=|…]+/gu
const TIME = /^(\d{4}-\d\d-\d\d)?T?(\d\d:\d\d(:\d\d([.,]\d+)?)?)?(Z|[+-]\d\d:?\d\d)?[.:]?$/
const MAX_LETTERS = 24
const MAX_MIXED = 8
const MAX_DIGITS = 6

export function redactor(known: KnownValues): Redact {
  const forms = [...known].flatMap(([value, word]) =>
    formsOf(value).map((form) => [form, word] as const),
  )
  // The longest first: one value may be part of another.
  forms.sort(([a], [b]) => b.length - a.length)
  const words = new Map(forms)
  const pattern =
    forms.length === 0 ? undefined : new RegExp(forms.map(([form]) => plain(form)).join('|'), 'g')
  return (text) => {
    const without =
      pattern === undefined ? text : text.replace(pattern, (form) => words.get(form) ?? HIDDEN)
    return shaped(without)
  }
}

/** A value and its usual encodings; inside a longer one, base64 begins at any of three places. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const hex = bytes.toString('hex')
  const encoded = [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const text = padded.toString('base64').replace(/=+$/, '')
    // What the bytes around it have a part in is left out.
    const inner = text.slice(
      before === 0 ? 0 : before + 1,
      padded.length % 3 === 0 ? undefined : -1,
    )
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const all = [value, encodeURIComponent(value), hex, hex.toUpperCase(), ...encoded]
  const json = JSON.stringify(value).slice(1, -1)
  return [...new Set([...all, json])].filter((form) => form.length >= Math.min(value.length, 4))
}

function shaped(text: string): string {
  return text
    .replace(POSITION, (_, key: string, sign: string) => `${key}${sign}${HIDDEN}`)
    .replace(URL_HOST, (whole, scheme: string, rest: string) =>
      LOCAL_HOST.test(rest) ? whole : `${scheme}(host)${/:\d+$/.exec(rest)?.[0] ?? ''}`,
    )
    .replace(EMAIL, '(address)')
    .replace(BYTES, HIDDEN)
    .replace(ADDRESS, '(address)')
    .replace(HOME, '/$1/(user)')
    .replace(TOKEN, (token) => (isHarmless(token) ? token : HIDDEN))
}

function isHarmless(token: string): boolean {
  if (TIME.test(token)) return true
  if (/\d\.\d{3,}/.test(token)) return false
  return token.split(/[^\p{L}\p{N}]+/u).every(isHarmlessPart)
}

function isHarmlessPart(part: string): boolean {
  if (/^\d+$/.test(part)) return part.length <= MAX_DIGITS
  if (!/^\p{L}+$/u.test(part)) return part.length <= MAX_MIXED
  const changes = part.match(/\p{Ll}\p{Lu}/gu)?.length ?? 0
  return part.length <= MAX_LETTERS && changes <= 4 && !/^\p{Lu}{13,}$/u.test(part)
}

/** All texts within, keys too. `fixed`: keys whose values are words of ours. */
export function redactAll(value: unknown, redact: Redact, fixed: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((inner) => redactAll(inner, redact, fixed))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isFixed = fixed.has(key) && typeof inner === 'string'
      return [redact(key), isFixed ? inner : redactAll(inner, redact, fixed)]
    }),
  )
}

function plain(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
