/** Records in the order of their places, whether they stand in blocks or in rows. */
import type { StoredRecord } from '../../../model/record.ts'
import type { BatchView } from '../../columns/batch-view.ts'
import type { Reading } from '../reading.ts'
import { recordOf } from '../rows.ts'

/** Blocks of several vehicles lie across one another; so many are looked into at once. */
const BLOCKS_AT_ONCE = 8

interface Place {
  seq: number
  record(): StoredRecord
}

/** The first `limit` records after `from` and up to `to`. */
export function readPlaces(
  reading: Reading,
  from: number,
  to: number,
  limit: number,
): StoredRecord[] {
  const rows = rowPlaces(reading, from, to, limit)
  const { places, last } = blockPlaces(reading, from, to, limit)
  return [...places, ...rows]
    .filter(({ seq }) => seq <= last)
    .sort((a, b) => a.seq - b.seq)
    .slice(0, limit)
    .map((place) => place.record())
}

function rowPlaces({ database }: Reading, from: number, to: number, limit: number): Place[] {
  return database
    .prepare('SELECT * FROM record WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?')
    .all(from, to, limit)
    .map((row) => ({ seq: Number(row.seq), record: () => recordOf(row) }))
}

/** Block after block until there are enough; `last`: up to where none is missing. */
function blockPlaces({ database, blocks }: Reading, from: number, to: number, limit: number) {
  const found = database
    .prepare(
      `SELECT num, first_seq FROM block WHERE last_seq > ? AND first_seq <= ?
       ORDER BY first_seq LIMIT ?`,
    )
    .all(from, to, BLOCKS_AT_ONCE)
  const places: Place[] = []
  for (const { num, first_seq: first } of found) {
    const last = Number(first) - 1
    if (places.filter(({ seq }) => seq <= last).length >= limit) return { places, last }
    const view = blocks.open(Number(num))
    if (view !== undefined) places.push(...placesIn(view, from, to, limit))
  }
  // Blocks that were not looked into begin after the last one that was.
  const last = found.length < BLOCKS_AT_ONCE ? to : Number(found.at(-1)?.first_seq)
  return { places, last }
}

/** The least places of a block in the range. */
function placesIn(view: BatchView, from: number, to: number, limit: number): Place[] {
  const places: Place[] = []
  for (const [index, seq] of view.seqs().entries()) {
    if (seq > from && seq <= to) places.push({ seq, record: () => view.record(index) })
  }
  return places.sort((a, b) => a.seq - b.seq).slice(0, limit)
}
