/**
 * Whether the journal is whole. Every page is looked at after an unclean end only, for that takes as
 * long as reading the file: `meta.clean` is the last thing that an orderly end writes, and whoever
 * writes afterwards removes it.
 */
import type { Database } from '../../database/sqlite.ts'
import { messageOf, OdographError, systemCode } from '../../model/errors.ts'

/** So many faults are enough to know. */
const MAX_FAULTS = 20

export function markClean(database: Database): void {
  database.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('clean', '1')")
}

/** Costs no writing where there is no mark. */
export function unmarkClean(database: Database): void {
  database.exec("DELETE FROM meta WHERE key = 'clean'")
}

/**
 * A sentence about what is wrong with a database; undefined if nothing is. Throws what is no damage:
 * another process that holds it, a folder that cannot be written.
 */
export function findDamage(database: Database): string | undefined {
  try {
    return isMarkedClean(database) ? undefined : (faultsOf(database) ?? brokenText(database))
  } catch (error) {
    if (isDamage(error)) return damageOf(error)
    throw error
  }
}

/** SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGE: ReadonlySet<number> = new Set([11, 26])
/** A sector that cannot be read: SQLITE_IOERR_READ, _SHORT_READ, _DATA, _CORRUPTFS. */
const UNREADABLE: ReadonlySet<number> = new Set([266, 522, 8202, 8458])
/** Not every error of a statement carries its number. A list of tables may have lost some. */
const TEXT =
  /disk image is malformed|not a database|malformed database|disk I\/O|^no such (table|col)/

/** SQLITE_FULL; SQLITE_IOERR_SHMSIZE, where there is not even room for the index of the log. */
const FULL = 13
const NO_ROOM_FOR_INDEX = 4874

/** Whether writing failed because the card is full. */
export function isFull(error: unknown): boolean {
  const source = sourceOf(error)
  const { errcode } = source as { errcode?: unknown }
  if (errcode === FULL || errcode === NO_ROOM_FOR_INDEX) return true
  return systemCode(source) === 'ENOSPC' || /disk is full/.test(messageOf(source))
}

/** Whether reading failed for what stands in the file. */
export function isDamage(error: unknown): boolean {
  const source = sourceOf(error)
  if (isFull(source)) return false
  const { errcode } = source as { errcode?: unknown }
  if (typeof errcode === 'number') {
    if (DAMAGE.has(errcode & 0xff) || UNREADABLE.has(errcode)) return true
  }
  return TEXT.test(messageOf(source))
}

/** What SQLite said. */
export function damageOf(error: unknown): string {
  return messageOf(sourceOf(error))
}

function sourceOf(error: unknown): unknown {
  return error instanceof OdographError && error.cause !== undefined ? error.cause : error
}

function isMarkedClean(database: Database): boolean {
  if (!hasTable(database, 'meta')) return false
  return database.prepare("SELECT 1 FROM meta WHERE key = 'clean'").get() !== undefined
}

/** What SQLite finds on the pages; undefined if nothing. Throws where it cannot even look. */
export function faultsOf(database: Database): string | undefined {
  database.exec('PRAGMA cell_size_check = ON')
  const rows = database.prepare(`PRAGMA quick_check(${MAX_FAULTS})`).all()
  // A fault may be told in several lines, the first of which only names the database.
  const lines = rows
    .flatMap((row) => String(Object.values(row)[0]).split('\n'))
    .filter((line) => line !== 'ok' && !line.startsWith('*** in database'))
  const [first, ...others] = lines
  if (first === undefined) return undefined
  return others.length === 0 ? first : `${first}; ${others.length} more such faults`
}

/** Text that is read again and again, and that nobody could go past. */
const jsonColumns: readonly (readonly [table: string, column: string])[] = [
  ['record', 'rest'],
  ['record', 'quality'],
  ['event', 'data'],
  ['odometer_points', 'points'],
  ['odometer_points', 'state'],
  ['provisional_odometer', 'point'],
  ['vehicle_state', 'status'],
  ['vehicle_state', 'odometer'],
  ['vehicle_state', 'counters'],
  ['kept', 'state'],
  ['lane', 'backlog'],
]

function brokenText(database: Database): string | undefined {
  for (const [table, column] of jsonColumns) {
    // An earlier version has fewer of them.
    if (!hasColumn(database, table, column)) continue
    const sql = `SELECT count(*) AS n FROM ${table} WHERE NOT json_valid(${column})`
    const broken = Number(database.prepare(sql).get()?.n)
    if (broken > 0) return `${broken} rows of ${table} hold a ${column} that is no JSON`
  }
  return undefined
}

function hasColumn(database: Database, table: string, column: string): boolean {
  const find = database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?')
  return find.get(table, column) !== undefined
}

function hasTable(database: Database, name: string): boolean {
  return database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(name) !== undefined
}
