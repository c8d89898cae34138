/** Values out of a script's JSON without the names that mean something to objects of the host. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype'])

/** Undefined where it is nested deeper than `depth`. */
export function cleanOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return undefined
  if (Array.isArray(value)) {
    const items = value.map((each) => cleanOf(each, depth - 1))
    return items.includes(undefined) ? undefined : items
  }
  const clean: Record<string, unknown> = {}
  for (const [name, each] of Object.entries(value)) {
    if (RESERVED.has(name)) continue
    const inner = cleanOf(each, depth - 1)
    if (inner === undefined) return undefined
    clean[name] = inner
  }
  return clean
}
