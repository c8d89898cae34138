/** Values out of JSON that a stranger wrote: what they are, or undefined. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : undefined
}

/** The number where it is one from `least` to `most`. */
export function numberIn(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined
}

/** The same for whole numbers. */
export function integerIn(value: unknown, least: number, most: number): number | undefined {
  return Number.isInteger(value) ? numberIn(value, least, most) : undefined
}
