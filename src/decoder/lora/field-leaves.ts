/**
 * What a codec made, whatever its shape, as a flat list: one entry a value, with its path
 * (`gps.latitude`, `3`, `list.0.value`). Lists in which every entry has a name and a value are read
 * by those names, as HashDog v2 sends them:
 *
 *   vehicle.signals: [{ name: 'speed', timestamp: 1713460846435, value: 39 }]
 *
 * An object that has a time of its own gives it to all that is in it.
 */
import type { Millis } from '../../model/time.ts'
import { fieldTime, timeKeys } from './field-time.ts'

export interface FieldLeaf {
  path: string
  /** Keys of the objects around it, without places in lists. */
  parents: readonly string[]
  /** Path of the object that it is in. */
  within: string
  name: string
  value: unknown
  /** Where the object that it is in says when it was measured. */
  time?: Millis
  /** One of a list of named values, in which shares are percentages. */
  isListed?: true
}

/** Nothing that a tracker sends comes near them. */
const MAX_DEPTH = 6
const MAX_LEAVES = 512

type Place = Pick<FieldLeaf, 'parents' | 'time'> & { path: string; depth: number }

/** `isField` says of a path that its value is wanted as it is, though it be an object. */
export function leavesOf(
  fields: Record<string, unknown>,
  isField: (leaf: FieldLeaf) => boolean,
): FieldLeaf[] {
  const leaves: FieldLeaf[] = []

  function visit(object: object, place: Place): void {
    if (place.depth > MAX_DEPTH) return
    const isList = Array.isArray(object)
    for (const [name, value] of Object.entries(object)) {
      if (leaves.length >= MAX_LEAVES) return
      if (value === undefined) continue
      const { parents, time, path: within } = place
      const path = within === '' ? name : `${within}.${name}`
      const leaf: FieldLeaf = { path, parents, within, name, value, ...(time && { time }) }
      if (typeof value !== 'object' || value === null || isField(leaf)) leaves.push(leaf)
      else if (isNamedList(value)) list(value, { parents: [...parents, name], within: path })
      else {
        const inner = isList ? parents : [...parents, name]
        const own = timeIn(value) ?? time
        visit(value, { path, parents: inner, depth: place.depth + 1, ...(own && { time: own }) })
      }
    }
  }

  function list(items: readonly NamedValue[], around: { parents: string[]; within: string }): void {
    for (const { name, value, timestamp, time } of items) {
      if (leaves.length >= MAX_LEAVES) return
      const own = fieldTime(timestamp ?? time)
      const path = `${around.within}.${name}`
      leaves.push({ ...around, path, name, value, isListed: true, ...(own && { time: own }) })
    }
  }

  visit(fields, { path: '', parents: [], depth: 0 })
  return leaves
}

interface NamedValue {
  name: string
  value: unknown
  timestamp?: unknown
  time?: unknown
}

function isNamedList(value: object): value is NamedValue[] {
  return Array.isArray(value) && value.length > 0 && value.every(isNamedValue)
}

function isNamedValue(item: unknown): item is NamedValue {
  if (typeof item !== 'object' || item === null) return false
  return 'value' in item && 'name' in item && typeof item.name === 'string'
}

/** When the things in an object were measured, where one of its fields says so. */
export function timeIn(object: object): Millis | undefined {
  const found = timeFieldOf(object)
  return found && fieldTime(found.value)
}

/** The field of an object that says when it was measured; if none can, the first that should. */
export function timeFieldOf(object: object): { name: string; value: unknown } | undefined {
  if (Array.isArray(object)) return undefined
  const entries = Object.entries(object).filter(
    ([, value]) => value !== null && value !== undefined,
  )
  const found = timeKeys.flatMap((key) => {
    const entry = entries.find(([name]) => fieldKey(name) === key)
    return entry ? [{ name: entry[0], value: entry[1] }] : []
  })
  return found.find(({ value }) => fieldTime(value) !== undefined) ?? found[0]
}

/** A name as it is compared: `fuel_level`, `fuelLevel` and `FuelLevel` are one. */
export function fieldKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
