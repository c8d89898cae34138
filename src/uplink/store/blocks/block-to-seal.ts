/**
 * The next records that may become a block: rows of one vehicle and boot that are old enough. Whole
 * blocks of a boot that still goes on, whatever is left of one that has ended or is a day old.
 */
import type { Row } from '../../../database/sqlite.ts'
import type { Millis } from '../../../model/time.ts'
import type { Connection } from '../reading.ts'
import { recordOf } from '../rows.ts'
import { type SealedBlock, sealedBlock } from './sealed-block.ts'

/** An hour at one record a second. */
const BLOCK_ROWS = 3600
/** What is so much older than it need be does not wait for a whole block. */
const DAY: Millis = 86_400_000

export interface SealQuery {
  /** Rows that the gateway had before this time, ms. */
  before: Millis
  /** The run that goes on. */
  boot: string
}

/** Undefined if there are none for now. */
export function blockToSeal({ database }: Connection, query: SealQuery): SealedBlock | undefined {
  const { before, boot } = query
  const first = database
    .prepare('SELECT vehicle, boot FROM record WHERE received < ? ORDER BY seq LIMIT 1')
    .get(before)
  if (first === undefined) return undefined
  const rows = rowsOf(database, first, before)
  if (rows.length === BLOCK_ROWS || isReady(rows[0], query)) return sealedBlock(rows.map(recordOf))
  const groups = database
    .prepare(
      `SELECT vehicle, boot, count(*) AS count, min(received) AS received FROM record
       WHERE received < ? GROUP BY vehicle, boot ORDER BY min(seq)`,
    )
    .all(before)
  const group = groups.find(
    (row) => Number(row.count) >= BLOCK_ROWS || isReady(row, { before, boot }),
  )
  return group && sealedBlock(rowsOf(database, group, before).map(recordOf))
}

function rowsOf(database: Connection['database'], group: Row, before: Millis): Row[] {
  return database
    .prepare(
      `SELECT * FROM record WHERE vehicle = ? AND boot = ? AND received < ?
       ORDER BY seq LIMIT ?`,
    )
    .all(String(group.vehicle), String(group.boot), before, BLOCK_ROWS)
}

function isReady(row: Row | undefined, { before, boot }: SealQuery): boolean {
  return row !== undefined && (row.boot !== boot || Number(row.received) < before - DAY)
}
