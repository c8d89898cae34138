/**
 * Taking out of a configuration what its schema finds wrong, and no more: a key, a section, or one
 * element of a list, whose neighbours are still told by the places that they had.
 */
import type { z } from 'zod'
import { isRecord } from './environment.ts'

/** Where the elements of lists stood before any was taken out, by the path of the list. */
export type Origins = Map<string, number[]>

export function originalPath(path: readonly PropertyKey[], origins: Origins): PropertyKey[] {
  const at = path.findIndex((part) => typeof part === 'number')
  const origin = origins.get(path.slice(0, Math.max(at, 0)).join('.'))?.[path[at] as number]
  return origin === undefined ? [...path] : path.with(at, origin)
}

/** A list that an issue is about one element of. */
interface Listed {
  path: PropertyKey[]
  list: unknown[]
  index: number
}

/**
 * The outermost list on the way to an issue, if its elements can stand without each other: all lists
 * at the top, and below that those of objects. The words of a command cannot.
 */
function listedOf(input: Record<string, unknown>, path: PropertyKey[]): Listed | undefined {
  const at = path.findIndex((part) => typeof part === 'number')
  if (at < 1) return undefined
  let list: unknown = input
  for (const part of path.slice(0, at)) list = isRecord(list) ? list[String(part)] : undefined
  if (!Array.isArray(list) || (at > 1 && !list.some(isRecord))) return undefined
  return { path: path.slice(0, at), list, index: path[at] as number }
}

/** Removes what an issue is about, if it is a key or section. */
export function takeOut(input: Record<string, unknown>, issue: z.core.$ZodIssue): void {
  const [section, second] = issue.path
  if (section === undefined) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : Object.keys(input)
    for (const key of keys) delete input[key]
    return
  }
  if (listedOf(input, issue.path) !== undefined) return
  const value = input[String(section)]
  if (isRecord(value) && issue.code === 'unrecognized_keys' && second === undefined) {
    for (const key of issue.keys) delete value[key]
  } else if (isRecord(value) && second !== undefined && Object.hasOwn(value, second)) {
    delete value[String(second)]
  } else delete input[String(section)]
}

/** Removes the elements of lists that issues are about, each once and whole. */
export function takeOutElements(
  input: Record<string, unknown>,
  issues: readonly z.core.$ZodIssue[],
  origins: Origins,
): void {
  const broken = new Map<string, { list: unknown[]; indexes: Set<number> }>()
  for (const issue of issues) {
    const listed = listedOf(input, issue.path)
    if (listed === undefined) continue
    const { path, list, index } = listed
    const key = path.join('.')
    const known = broken.get(key) ?? { list, indexes: new Set() }
    broken.set(key, known)
    known.indexes.add(index)
  }
  for (const [key, { list, indexes }] of broken) {
    const isWhole = (_: unknown, index: number) => !indexes.has(index)
    origins.set(key, (origins.get(key) ?? [...list.keys()]).filter(isWhole))
    list.splice(0, list.length, ...list.filter(isWhole))
  }
}
