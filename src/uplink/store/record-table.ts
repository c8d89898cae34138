/**
 * The records of the journal, for its writer: new ones as rows, old ones out of rows into blocks, and
 * removed where a limit says so. What is called within a transaction says so.
 */
import { type Database, isRefusal, type Row, type Statement } from '../../database/sqlite.ts'
import { messageOf } from '../../model/errors.ts'
import type { Logger } from '../../model/ports.ts'
import type { NewRecord, StoredRecord } from '../../model/record.ts'
import type { Millis } from '../../model/time.ts'
import type { SealedBlock } from './blocks/sealed-block.ts'
import { SealedNumbers } from './blocks/sealed-numbers.ts'
import { INSERT_RECORD, recordOf, rowValues } from './rows.ts'

export class RecordTable {
  readonly #database: Database
  readonly #logger: Logger
  readonly #insert: Statement
  readonly #after: Statement
  readonly #newest: Statement
  readonly #outside: Statement
  readonly #lastBlock: Statement
  readonly #block: Statement
  readonly #unrow: Statement
  readonly #sealed: SealedNumbers
  #count: number | undefined
  #added = 0
  /** A place that was given and has no row any more; what was tried in vain counts in SQLite. */
  #floor: number
  #sealedUpTo: number | undefined
  /** The last place that was given, in the transaction. */
  #last = 0

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
    const prepare = (sql: string) => database.prepare(sql)
    this.#insert = prepare(INSERT_RECORD)
    this.#after = prepare('SELECT * FROM record WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#outside = prepare(
      `SELECT seq FROM record WHERE seq > ? AND (received < ? OR received > ?)
       ORDER BY seq DESC LIMIT 1`,
    )
    this.#lastBlock = prepare('SELECT max(last_seq) AS seq FROM block WHERE last_seq > ?')
    this.#newest = prepare('SELECT max(seq) AS seq FROM record')
    this.#floor = this.#value(
      `SELECT max(ifnull((SELECT max(last_seq) FROM block), 0),
                  ifnull((SELECT max(live) FROM lane), 0),
                  ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'record'), 0)) AS n`,
    )
    this.#block = prepare('INSERT INTO block VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#unrow = prepare(
      'DELETE FROM record WHERE vehicle = ? AND boot = ? AND seq >= ? AND seq <= ?',
    )
    this.#sealed = new SealedNumbers(database)
  }

  /** Records in rows and blocks. Counted once, then kept up to date. */
  get count(): number {
    this.#count ??= this.#value(
      'SELECT (SELECT count(*) FROM record) + (SELECT ifnull(sum(count), 0) FROM block) AS n',
    )
    return this.#count
  }

  /** The last place that was given. */
  newest(): number {
    return Math.max(Number(this.#newest.get()?.seq ?? 0), this.#floor)
  }

  /** The last place that stands in a block; 0 where none does. */
  get sealedUpTo(): number {
    this.#sealedUpTo ??= this.#value('SELECT ifnull(max(last_seq), 0) AS n FROM block')
    return this.#sealedUpTo
  }

  /** Rows after a place, in order; what stands in blocks is read by the reader. */
  read(afterSeq: number, limit: number): StoredRecord[] {
    return this.#after.all(afterSeq, limit).map(recordOf)
  }

  /**
   * The last place behind `afterSeq` whose record was received before `from` or after `to`, or stands
   * in a block, which is old; undefined if there is none.
   */
  lastReceivedOutside(afterSeq: number, from: Millis, to: Millis): number | undefined {
    const rows = [this.#outside.get(afterSeq, from, to), this.#lastBlock.get(afterSeq)]
    const places = rows.flatMap((row) => (typeof row?.seq === 'number' ? [row.seq] : []))
    return places.length === 0 ? undefined : Math.max(...places)
  }

  /** The transaction has begun, and so nobody else gives places. */
  begun(): void {
    this.#last = this.newest()
  }

  /** Within a transaction. False if the database refused the record as such. */
  write(record: NewRecord): boolean {
    try {
      if (this.#sealed.holds(record)) return true
      const { changes } = this.#insert.run(...rowValues(this.#last + 1, record))
      if (Number(changes) === 0) return true
      this.#last += 1
      this.#added += 1
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      const fields = { id: record.id, vehicle: record.vehicle }
      this.#logger.error(fields, `the journal refused a record: ${messageOf(error)}`)
      return false
    }
  }

  /** The transaction of `write` is durable; or it was undone. */
  ended(isCommitted: boolean): void {
    if (isCommitted && this.#count !== undefined) this.#count += this.#added
    this.#added = 0
  }

  /** What was removed in a transaction is there again. */
  undone(): void {
    this.#count = undefined
    this.#sealed.changed()
  }

  /** Within a transaction. Throws if the rows are not the ones that stand in the block. */
  seal(block: SealedBlock): void {
    const { vehicle, boot, firstSeq, lastSeq, count } = block
    const { firstNumber, lastNumber, firstTime, lastTime, extremes, data } = block
    const { changes } = this.#unrow.run(vehicle, boot, firstSeq, lastSeq)
    if (Number(changes) !== count) throw new Error('rows have changed since they were read')
    this.#floor = Math.max(this.#floor, lastSeq)
    this.#sealedUpTo = Math.max(this.sealedUpTo, lastSeq)
    const numbers = [firstSeq, lastSeq, firstNumber, lastNumber, firstTime, lastTime, count]
    this.#block.run(vehicle, boot, ...numbers, JSON.stringify(extremes), data)
    this.#sealed.changed()
  }

  /** Oldest blocks first; undefined where there is none such. */
  oldestBlock(where = '1', ...values: number[]): Row | undefined {
    const sql = `SELECT num, vehicle, first_seq, last_seq, last_time, count FROM block WHERE ${where}
      ORDER BY first_seq LIMIT 1`
    return this.#database.prepare(sql).get(...values)
  }

  /** Within a transaction. How many records went. */
  dropBlock(num: number, count: number): number {
    this.#database.prepare('DELETE FROM block WHERE num = ?').run(num)
    this.#sealed.changed()
    if (this.#count !== undefined) this.#count -= count
    return count
  }

  /** Within a transaction: the oldest rows up to a place. How many went. */
  dropRows(lastSeq: number, limit: number): number {
    this.#floor = this.newest()
    const { changes } = this.#database
      .prepare(
        `DELETE FROM record WHERE seq IN
           (SELECT seq FROM record WHERE seq <= ? ORDER BY seq LIMIT ?)`,
      )
      .run(lastSeq, limit)
    if (this.#count !== undefined) this.#count -= Number(changes)
    return Number(changes)
  }

  #value(sql: string): number {
    return Number(this.#database.prepare(sql).get()?.n)
  }
}
