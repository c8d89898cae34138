/**
 * python-can's SQLite recordings: a database with a table
 *
 *   messages(ts REAL, arbitration_id INTEGER, extended INTEGER, remote INTEGER, error INTEGER,
 *            dlc INTEGER, data BLOB)
 *
 * `ts` in seconds since 1970, one row a frame, in order of recording (rowid). No bus is named; data
 * of more than 8 bytes means CAN FD. The database is only read, page by page.
 */
import { type Database, openDatabase, type Row } from '../../database/sqlite.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import { type CanFrame, MAX_FRAME_DATA, newFrame } from '../../model/frame.ts'
import { isFdLength } from './fd-lengths.ts'
import {
  type BlockFormat,
  countLeft,
  type RandomFile,
  type ReaderOptions,
  type Writer,
} from './format.ts'

const MAGIC = 'SQLite format 3\0'
const PAGE = 5000
const BUS = 'can0'
const COLUMNS = 'ts, arbitration_id, extended, remote, error, dlc, data'

async function* read(file: RandomFile, options: ReaderOptions): AsyncGenerator<number, void> {
  const database = open(file.path)
  try {
    if (!options.buses.includes(BUS)) options.buses.push(BUS)
    const frame = newFrame()
    frame.bus = options.buses.indexOf(BUS)
    const count = Number(rows(database, file.path, 'SELECT count(*) AS n FROM messages')[0]?.n ?? 0)
    const sql = `SELECT rowid, ${COLUMNS} FROM messages WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE}`
    for (let done = 0, last = Number.MIN_SAFE_INTEGER; ; ) {
      const page = rows(database, file.path, sql, last)
      for (const row of page) {
        if (fill(frame, row)) options.frame(frame)
        else report(options, row, frame)
      }
      done += page.length
      yield Math.floor((file.size * done) / Math.max(count, done, 1))
      if (page.length < PAGE) return
      last = Number(page.at(-1)?.rowid)
    }
  } finally {
    database.close()
  }
}

function open(path: string): Database {
  try {
    return openDatabase(path, { readOnly: true })
  } catch (error) {
    throw new OdographError('file-unreadable', path, messageOf(error), error)
  }
}

function rows(database: Database, path: string, sql: string, ...values: number[]): Row[] {
  try {
    return database.prepare(sql).all(...values)
  } catch (error) {
    const detail = `is a database, but not one of python-can (table messages): ${messageOf(error)}`
    throw new OdographError('file-unrecognised', path, detail, error)
  }
}

/** Whether the row is a frame; then `frame` is it. */
function fill(frame: CanFrame, row: Row): boolean {
  const id = Number(row.arbitration_id)
  const length = Number(row.dlc)
  const data = row.data instanceof Uint8Array ? row.data : new Uint8Array(0)
  const time = Math.round(Number(row.ts ?? Number.NaN) * 1_000_000)
  frame.extended = Boolean(row.extended)
  frame.remote = Boolean(row.remote)
  frame.error = Boolean(row.error)
  frame.fd = length > 8
  const hasId = Number.isInteger(id) && id >= 0 && id <= (frame.extended ? 0x1fffffff : 0x7ff)
  const hasLength = frame.remote ? length >= 0 && length <= 8 : length === data.length
  if (!(hasId || frame.error) || !hasLength || !isFdLength(length)) return false
  if (!Number.isSafeInteger(time) || time < 0) return false
  frame.id = frame.error ? (id & 0x1fffffff) >>> 0 : id
  frame.length = length
  frame.time = time
  frame.data.set(data.subarray(0, MAX_FRAME_DATA))
  return true
}

function report(options: ReaderOptions, row: Row, { time }: CanFrame): void {
  const at = `${options.at}: row ${row.rowid}`
  const detail = `id ${row.arbitration_id}, dlc ${row.dlc}, time ${row.ts}`
  options.issue({ code: 'line-malformed', at, detail, time: Math.max(time, 0) })
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS messages
  (ts REAL, arbitration_id INTEGER, extended INTEGER, remote INTEGER, error INTEGER, dlc INTEGER,
   data BLOB)`

/** Writes a new database; rows are committed every few thousand frames. */
function writeFile(path: string): Writer {
  const database = openDatabase(path, { readOnly: false })
  database.exec('PRAGMA journal_mode = MEMORY')
  database.exec(SCHEMA)
  const insert = database.prepare(`INSERT INTO messages (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const left = new Map<string, number>()
  let pending = 0
  let bus: string | undefined
  database.exec('BEGIN')
  return {
    left,
    frame(frame, name) {
      bus ??= name
      if (name !== bus) countLeft(left, 'name of a further bus')
      if (frame.sent) countLeft(left, 'direction')
      if (frame.brs || frame.esi || (frame.fd && frame.length <= 8)) countLeft(left, 'CAN FD flags')
      insert.run(
        frame.time / 1_000_000,
        frame.id,
        Number(frame.extended),
        Number(frame.remote),
        Number(frame.error),
        frame.length,
        frame.remote ? new Uint8Array(0) : frame.data.slice(0, frame.length),
      )
      pending += 1
      if (pending % PAGE === 0) database.exec('COMMIT; BEGIN')
    },
    end() {
      database.exec('COMMIT')
      database.close()
    },
  }
}

export const sqliteFormat: BlockFormat = {
  kind: 'blocks',
  name: 'sqlite',
  label: 'python-can SQLite',
  extensions: ['.db', '.sqlite', '.sqlite3'],
  magic: (head) => Buffer.from(head.subarray(0, MAGIC.length)).toString('latin1') === MAGIC,
  read,
  fileWriter: writeFile,
}
