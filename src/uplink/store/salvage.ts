/**
 * What can be read of a damaged journal, copied into a new one: every row that SQLite still finds
 * and that makes sense, with the place it had. Nothing is made up: a row that contradicts itself
 * (its id follows from what stands in it, model/record-id.ts) is left out and counted.
 */
import type { Database } from '../../database/sqlite.ts'
import { messageOf } from '../../model/errors.ts'
import { type Damaged, openDamaged } from './open-damaged.ts'
import { patchJournal, removePatched } from './patched-journal.ts'
import { keyRows, type Reader, rowidRows } from './readable-rows.ts'
import { highestPlaces, keepPlaces } from './salvaged-places.ts'
import { rowChecks } from './salvaged-rows.ts'
import { strayRows } from './stray-rows.ts'
import { columnsOf, inTransaction, type Table, TableCopy } from './table-copy.ts'

export interface Salvaged {
  /** Rows by table; of `block`, the records that stand in them. */
  saved: Record<string, number>
  /** What is known to be lost; where nothing can be read, that is not known. */
  missing: Record<string, number>
  /** Why it was not gone through to the end. */
  ended?: string
}

export interface SalvageOptions {
  /** Whether the time is up: what is not copied by then counts as missing. */
  deadline: () => boolean
}

/** What is small and cannot be had again first; records before blocks, which are older. */
const tables: readonly Table[] = [
  { name: 'vehicle', key: ['id'] },
  { name: 'vehicle_state', key: ['vehicle'] },
  { name: 'kept', key: ['part', 'owner'] },
  { name: 'lane', key: ['sink'] },
  { name: 'cursor', key: ['sink'] },
  { name: 'provisional_odometer' },
  { name: 'provisional_counter', key: ['vehicle', 'boot', 'counter', 'minute'] },
  { name: 'event', stray: 'seq', counted: ['event_by_time', 'count(*)'] },
  { name: 'record', stray: 'seq', counted: ['record_by_time', 'count(*)'] },
  { name: 'distance_slot', key: ['vehicle', 'slot'] },
  { name: 'odometer_points', key: ['vehicle', 'slot'] },
  { name: 'counter_slot', key: ['vehicle', 'counter', 'slot'] },
  { name: 'block', stray: 'num', counted: ['block_by_time', 'sum(count)'] },
  { name: 'lora_uplink', counted: ['lora_uplink_by_device', 'count(*)'] },
  { name: 'data_read', counted: ['data_read_by_time', 'count(*)'] },
  { name: 'sent_frame' },
  { name: 'sent_time', counted: ['sent_time_by_first', 'count(*)'] },
]

const DELETE_SEALED = `
  DELETE FROM record WHERE EXISTS (
    SELECT 1 FROM block WHERE block.vehicle = record.vehicle AND block.boot = record.boot
      AND (record.seq BETWEEN first_seq AND last_seq
        OR record.number BETWEEN first_number AND last_number))`
const LANE_OF_CURSOR = `
  INSERT OR IGNORE INTO lane SELECT sink, seq, '[]' FROM cursor WHERE sink = 'mqtt';
  DELETE FROM cursor WHERE sink = 'mqtt';`

/** `target`: a new journal, already migrated. Never throws. */
export function salvage(path: string, target: Database, options: SalvageOptions): Salvaged {
  const found: Salvaged = { saved: {}, missing: {} }
  let source: Damaged | undefined
  try {
    source = openDamaged(path) ?? openPatched(path, target)
    if (source !== undefined) copyTables(path, source.database, target, options, found)
    if (options.deadline()) found.ended = 'it took too long'
  } catch (error) {
    found.ended = messageOf(error)
  } finally {
    source?.close()
    removePatched(path)
  }
  return found
}

function openPatched(path: string, target: Database): Damaged | undefined {
  try {
    return openDamaged(patchJournal(path, target))
  } catch {
    // No room for a copy: nothing can be read.
    return undefined
  }
}

/** What still stands somewhere in the file, though no way leads there any more. */
function copyStray(
  path: string,
  database: Database,
  { name, stray }: Table,
  copy: TableCopy,
): void {
  if (stray === undefined) return
  const { saved, refused } = copy
  for (const row of strayRows(path, columnsOf(database, name), stray)) copy.add(row)
  copy.end()
  // Most of them were found before, and count for nothing here.
  copy.refused = refused
  copy.found = copy.saved - saved
}

function copyTables(
  path: string,
  database: Database,
  target: Database,
  { deadline }: SalvageOptions,
  found: Salvaged,
): void {
  const places = highestPlaces(database)
  const checks = rowChecks()
  let records: { table: Table; copy: TableCopy } | undefined
  for (const table of tables) {
    const { name } = table
    if (!hasTable(database, name)) continue
    const copy = new TableCopy(target, table, checks[name])
    if (name === 'record') records = { table, copy }
    try {
      copyRows({ database, table: name, deadline }, table, copy, places[name] ?? 0)
      if (copy.unread > 0) copyStray(path, database, table, copy)
    } finally {
      found.saved[name] = copy.saved
      found.missing[name] = missingOf(database, table, copy)
    }
  }
  inTransaction(target, () => {
    // Before version 3 the records' place of the broker stood with the events'.
    if (!hasTable(database, 'lane')) target.exec(LANE_OF_CURSOR)
    const { changes } = target
      .prepare('DELETE FROM sent_time WHERE frame NOT IN (SELECT num FROM sent_frame)')
      .run()
    move(found, 'sent_time', Number(changes))
    // A page that went back in time has rows that became part of a block since.
    const sealed = Number(target.prepare(DELETE_SEALED).run().changes)
    if (records === undefined) return
    records.copy.saved -= sealed
    records.copy.found -= sealed
    found.saved.record = records.copy.saved
    found.missing.record = missingOf(database, records.table, records.copy)
  })
  inTransaction(target, () => keepPlaces(target, places))
  limitMissing(found, places.record ?? 0)
}

/** A place that cannot be read may be one whose record stands in a block. */
function limitMissing({ saved, missing }: Salvaged, places: number): void {
  const elsewhere = (saved.record ?? 0) + (saved.block ?? 0) + (missing.block ?? 0)
  missing.record = Math.min(missing.record ?? 0, Math.max(places - elsewhere, 0))
}

function move({ saved, missing }: Salvaged, table: string, count: number): void {
  saved[table] = (saved[table] ?? 0) - count
  missing[table] = (missing[table] ?? 0) + count
}

function copyRows(reader: Reader, { key }: Table, copy: TableCopy, top: number): void {
  try {
    const rows = key === undefined ? rowidRows(reader, top) : keyRows(reader, key)
    for (let next = rows.next(); ; next = rows.next()) {
      if (next.done === true) {
        copy.unread = next.value
        break
      }
      copy.add(next.value)
    }
  } finally {
    copy.end()
  }
}

/** Rows that an index tells of and the table does not; else what was seen to be unreadable. */
function missingOf(database: Database, { name, counted }: Table, copy: TableCopy): number {
  const seen = Math.max(copy.unread - copy.found, 0) + copy.refused
  if (counted === undefined || seen === 0) return seen
  try {
    const [index, what] = counted
    const row = database.prepare(`SELECT ${what} AS n FROM ${name} INDEXED BY ${index}`).get()
    return Math.max(Number(row?.n ?? 0) - copy.saved, copy.refused)
  } catch {
    return seen
  }
}

function hasTable(database: Database, name: string): boolean {
  return columnsOf(database, name).length > 0
}
