/**
 * The next records that may become a block: rows of one vehicle and boot that are old enough. Whole
 * blocks of a boot that still goes on, whatever is left of one that has ended or is a day old.
 */
import type { Database, Row } from '../../../database/sqlite.ts'
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
  const first = database
    .prepare('SELECT vehicle, boot FROM record WHERE received < ? ORDER BY seq LIMIT 1')
    .get(query.before)
  if (first === undefined) return undefined
  const rows = readyRows(database, first, query) ?? otherRows(database, query)
  return rows && sealedBlock(rows.map(recordOf))
}

/** Of the other vehicles and boots, which takes a look at all rows. */
function otherRows(database: Database, query: SealQuery): Row[] | undefined {
  const groups = database
    .prepare(
      `SELECT vehicle, boot FROM record WHERE received < ?
       GROUP BY vehicle, boot ORDER BY min(seq)`,
    )
    .all(query.before)
  for (const group of groups) {
    const rows = readyRows(database, group, query)
    if (rows !== undefined) return rows
  }
  return undefined
}

/** Rows that follow one another, for a block covers all places between its first and last one. */
function readyRows(database: Database, group: Row, query: SealQuery): Row[] | undefined {
  const { before, boot } = query
  const rows = database
    .prepare('SELECT * FROM record WHERE vehicle = ? AND boot = ? ORDER BY seq LIMIT ?')
    .all(String(group.vehicle), String(group.boot), BLOCK_ROWS)
  const end = rows.findIndex((row) => Number(row.received) >= before)
  const old = end < 0 ? rows : rows.slice(0, end)
  const [first] = old
  if (first === undefined) return undefined
  const hasEnded = first.boot !== boot || Number(first.received) < before - DAY
  return hasEnded || old.length === BLOCK_ROWS ? old : undefined
}
