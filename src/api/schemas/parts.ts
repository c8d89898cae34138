/** What the schemas of requests and answers are made of. */
import { z } from 'zod'

export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error })
}

export function once(description: string) {
  return z.string({ error: 'may be given once' }).describe(description)
}

/** `a,b`: each of them one of a list. */
export function listOf<T extends string>(names: readonly T[], description: string) {
  const error = `takes ${names.join(', ')}, separated by commas`
  const known: ReadonlySet<string> = new Set(names)
  const isList = (list: string[]): list is T[] => list.every((name) => known.has(name))
  return once(description)
    .transform((text) => text.split(',').flatMap((name) => name.trim() || []))
    .refine(isList, { error })
}

export function number(max: number) {
  const error = `must be a whole number from 0 to ${max}`
  return z.number({ error }).int({ error }).min(0, { error }).max(max, { error })
}

export const utc = z.string().describe('RFC 3339, UTC')
export const ratio = z.number().describe('0 to 1')
export const quality = z.enum(['ok', 'estimated', 'stale', 'absent', 'error'])
export const value = z.union([z.number(), z.string(), z.boolean()])

export const count = z.number().int()
