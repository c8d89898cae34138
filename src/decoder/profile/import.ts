/**
 * What the importers share. An importer turns a foreign definition into a profile and tells, by
 * name, what it could not convert; what it did convert passes check.ts. Foreign files are read as
 * they are: nothing in them is trusted to have the right type.
 */
import type { Profile, ProfileApplies, ProfileSignal } from '../../model/profile.ts'
import { problemsOf } from './check.ts'

export interface ProfileAbout {
  id: string
  label: string
  applies: ProfileApplies
  sources: readonly string[]
}

export interface ImportProblem {
  /** The message or signal, by the name that the foreign file gives it. */
  at: string
  text: string
}

export interface ImportResult {
  profile: Profile
  problems: ImportProblem[]
}

/** Leaves out what check.ts finds fault with. */
export function withoutFaults({ profile, problems }: ImportResult): ImportResult {
  const faulty = problemsOf(profile).filter(({ path }) => path.length >= 2)
  if (faulty.length === 0) return { profile, problems }
  const out = new Set<unknown>()
  for (const { path, text } of faulty) {
    const [part, index, , signal] = path as ['passive' | 'polled', number, string, number?]
    const message = profile[part][index]
    const left = signal === undefined ? message : message?.signals[signal]
    if (message === undefined || left === undefined || out.has(left)) continue
    out.add(left)
    const at = left === message ? message.name : `${message.name}.${left.name}`
    problems.push({ at, text })
  }
  if (out.size === 0) return { profile, problems }
  const kept = <T extends { signals: readonly ProfileSignal[] }>(messages: readonly T[]): T[] =>
    messages
      .filter((message) => !out.has(message))
      .map((message) => ({ ...message, signals: message.signals.filter((s) => !out.has(s)) }))
      .filter(({ signals }) => signals.length > 0)
  const next = { ...profile, passive: kept(profile.passive), polled: kept(profile.polled) }
  // Without a multiplexer, what depends on it has to go too.
  return withoutFaults({ profile: next, problems })
}

/** A name as profiles have them. */
export function nameFrom(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_]+/g, '_').slice(0, 120)
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`
}

export type Loose = Readonly<Record<string, unknown>>

export function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The objects of a list. */
export function looseList(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter(isLoose) : []
}

export function textIn(value: Loose, key: string): string | undefined {
  const text = value[key]
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** A number, or a text that is one. */
export function numberIn(value: Loose, key: string): number | undefined {
  const given = value[key]
  const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
