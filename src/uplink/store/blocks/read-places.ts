/** Records in the order of their places, whether they stand in blocks or in rows. */
import type { StoredRecord } from '../../../model/record.ts'
import type { Reading } from '../reading.ts'
import { recordOf } from '../rows.ts'

/** Blocks of several vehicles lie across one another; so many are looked into at once. */
const BLOCKS_AT_ONCE = 8

/** The first `limit` records after `from` and up to `to`. */
export function readPlaces(
  reading: Reading,
  from: number,
  to: number,
  limit: number,
): StoredRecord[] {
  const { database, blocks } = reading
  const found = database
    .prepare(
      `SELECT num, first_seq FROM block WHERE last_seq > ? AND first_seq <= ?
       ORDER BY first_seq LIMIT ?`,
    )
    .all(from, to, BLOCKS_AT_ONCE)
  const records = found.flatMap(({ num }) => {
    const view = blocks.open(Number(num))
    if (view === undefined) return []
    const wanted = smallest(view.seqs(), from, to, limit)
    return wanted.map((index) => view.record(index))
  })
  const rows = database
    .prepare('SELECT * FROM record WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?')
    .all(from, to, limit)
  records.push(...rows.map(recordOf))
  // Blocks that were not looked into begin after the last one that was.
  const last = found.length < BLOCKS_AT_ONCE ? to : Number(found.at(-1)?.first_seq)
  return records
    .filter(({ seq }) => seq <= last)
    .sort((a, b) => a.seq - b.seq)
    .slice(0, limit)
}

/** Where the least places in the range stand. */
function smallest(seqs: Float64Array, from: number, to: number, limit: number): number[] {
  const indexes: number[] = []
  for (let index = 0; index < seqs.length; index++) {
    const seq = seqs[index] as number
    if (seq > from && seq <= to) indexes.push(index)
  }
  indexes.sort((a, b) => (seqs[a] as number) - (seqs[b] as number))
  return indexes.slice(0, limit)
}
