/**
 * A process to be killed: appends and commits records as fast as it can and prints, after each commit
 * has returned, the places that are durable now.
 *
 *   node --import tsx journal-writer.ts PATH BOOT
 */
import { writeSync } from 'node:fs'
import { Journal } from '../../src/uplink/store/journal.ts'
import { checkpointOf, kmOf, newRecord, pointAt, silent } from './journal-records.ts'

const [path = '', boot = ''] = process.argv.slice(2)
const journal = new Journal({ path, commitEvery: 60_000, logger: silent, now: () => Date.now() })
const before = journal.health().records
let travelled = kmOf(journal.checkpoint('van')) ?? 0
let last = before
for (let number = 0; ; ) {
  const group = 1 + (number % 23)
  for (let i = 0; i < group; i += 1, number += 1) {
    const made = newRecord(before + number, { boot })
    travelled = Math.round((travelled + 0.1) * 10) / 10
    const record = { ...made, number, id: `${boot}-${number}`, data: { odometer: travelled } }
    const point = { vehicle: 'van', time: record.time }
    const counted = {
      ...point,
      counter: 'engineHours',
      total: travelled,
      estimated: false,
    } as const
    journal.append(record, checkpointOf(travelled), [pointAt(record.time, travelled)], [counted])
  }
  if (!journal.commit()) throw new Error('the commit failed')
  for (const { seq } of journal.read(last, group)) {
    last = seq
    writeSync(1, `${seq}\n`)
  }
}
