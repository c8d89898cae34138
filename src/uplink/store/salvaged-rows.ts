/**
 * Whether a row out of a damaged journal makes sense, table by table. SQLite keeps no checksum of what
 * stands in a row; what a row says twice, and what must be JSON, is looked at here.
 */
import type { Row } from '../../database/sqlite.ts'
import type { StoredRecord } from '../../model/record.ts'
import { idPrefix, recordId } from '../../model/record-id.ts'
import { openBlock } from './blocks/sealed-block.ts'
import { recordOf } from './rows.ts'

/** The row to keep; undefined for none. Never throws. */
export type RowCheck = (row: Row) => Row | undefined

const clocks: ReadonlySet<unknown> = new Set(['none', 'rtc', 'network', 'gnss', 'recorded'])

/** Checks by table; where a table has none, every row will do. */
export function rowChecks(): Record<string, RowCheck> {
  const isWhole = recordCheck()
  const jsonIn = (...names: string[]): RowCheck => {
    return sound((row) => names.every((name) => isObject(JSON.parse(String(row[name])))))
  }
  return {
    record: sound((row) => clocks.has(row.clock) && isWhole(recordOf(row))),
    block: sound(isWholeBlock),
    event: jsonIn('data'),
    lora_uplink: jsonIn('uplink'),
    odometer_points: jsonIn('points', 'state'),
    provisional_odometer: jsonIn('point'),
    vehicle_state: (row) => withoutBroken('counters', jsonIn('status', 'odometer')(row)),
    kept: sound((row) => JSON.parse(String(row.state)) !== undefined),
    lane: sound((row) => isLane(row.live, JSON.parse(String(row.backlog)))),
  }
}

/** What can be made again from other tables is not worth the row. */
function withoutBroken(name: string, row: Row | undefined): Row | undefined {
  if (row === undefined || row[name] === null || row[name] === undefined) return row
  const isWhole = sound(() => isObject(JSON.parse(String(row[name]))))(row) !== undefined
  return isWhole ? row : { ...row, [name]: null }
}

function sound(isSound: (row: Row) => boolean): RowCheck {
  return (row) => {
    try {
      return isSound(row) ? row : undefined
    } catch {
      // Broken JSON, broken blocks: told by what is counted as missing.
      return undefined
    }
  }
}

/**
 * An id that does not follow from the record: damaged, where the boot's other ids do follow. Journals
 * of the first version, and what was brought in with an id of its own, have others throughout.
 */
function recordCheck(): (record: StoredRecord) => boolean {
  const prefixes = new Map<string, Uint8Array>()
  // By boot alone: the name of the vehicle may be what is damaged.
  const following = new Set<string>()
  return (record) => {
    const { vehicle, boot } = record
    const key = `${vehicle}\u0000${boot}`
    const prefix = prefixes.get(key) ?? idPrefix(vehicle, boot)
    prefixes.set(key, prefix)
    const isDerived = recordId(record, prefix) === record.id
    if (isDerived) following.add(boot)
    return isDerived || !following.has(boot)
  }
}

function isWholeBlock(row: Row): boolean {
  if (!(row.data instanceof Uint8Array) || !isObject(JSON.parse(String(row.extremes)))) return false
  const records = openBlock(row.data).records()
  const isSame = records.every(({ vehicle, boot }) => vehicle === row.vehicle && boot === row.boot)
  if (!isSame || records.length !== row.count) return false
  return places.every(([column, least, of]) => row[column] === extreme(records, least, of))
}

type Numbered = 'seq' | 'number' | 'time'

const places: readonly (readonly [column: string, least: boolean, of: Numbered])[] = [
  ['first_seq', true, 'seq'],
  ['last_seq', false, 'seq'],
  ['first_number', true, 'number'],
  ['last_number', false, 'number'],
  ['first_time', true, 'time'],
  ['last_time', false, 'time'],
]

function extreme(records: readonly StoredRecord[], least: boolean, of: Numbered): number {
  return records
    .map((record) => record[of])
    .reduce((a, b) => (least ? Math.min(a, b) : Math.max(a, b)))
}

function isLane(live: unknown, backlog: unknown): boolean {
  if (!Number.isSafeInteger(live) || !Array.isArray(backlog)) return false
  return backlog.every(({ from, to }) => Number.isSafeInteger(from) && Number.isSafeInteger(to))
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
