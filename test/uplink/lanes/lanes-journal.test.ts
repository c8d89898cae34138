import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Vehicle } from '../../../src/model/vehicle.ts'
import { Lanes } from '../../../src/uplink/lanes/lanes.ts'
import { LocalBacklogReader } from '../../../src/uplink/lanes/local-backlog-reader.ts'
import type { Journal } from '../../../src/uplink/store/journal.ts'
import { checkpointOf, inFolder, newRecord, openJournal } from '../../support/journal-records.ts'
import { MemoryLogger, systemClock, until, van } from '../../support/mqtt-fixtures.ts'

function append(journal: Journal, from: number, to: number): void {
  for (let number = from; number < to; number += 1) {
    journal.append(newRecord(number), checkpointOf())
  }
  journal.commit()
}

/** Takes so many messages, then nothing more. */
function lanesOf(journal: Journal, most: number, arrived: string[]) {
  const vehicles = (): Vehicle[] => [van]
  const format = { encoding: 'json', deflate: false } as const
  let taken = 0
  const take = (ids: string[]): Promise<void> => {
    taken += 1
    if (taken > most) return new Promise(() => undefined)
    arrived.push(...ids)
    return Promise.resolve()
  }
  return new Lanes({
    sink: 'test',
    store: journal,
    reader: new LocalBacklogReader({ store: journal, vehicles, format }),
    deliver: ({ id }) => take([id]),
    deliverBatch: ({ payload }) =>
      take(JSON.parse(Buffer.from(payload).toString()).map(({ id }: { id: string }) => id)),
    logger: new MemoryLogger(),
    clock: systemClock,
    drainMs: 10,
  })
}

test('over a real journal, which is closed in between, both lanes go on where they were', () =>
  inFolder(async (folder) => {
    const arrived: string[] = []
    const journal = openJournal(folder)
    append(journal, 0, 2_000)
    const lanes = lanesOf(journal, 20, arrived)
    lanes.start()
    append(journal, 2_000, 2_010)
    lanes.wake()
    lanes.connected()
    await until('twenty taken', () => lanes.health().backlog.inFlight > 0 && arrived.length > 1_000)
    await lanes.stop()
    journal.stop()
    assert.equal(
      arrived.slice(0, 10),
      Array.from({ length: 10 }, (_, n) => newRecord(2_000 + n).id),
      'the newest first',
    )
    const again = openJournal(folder)
    const { live, backlog = [] } = again.lanes('test') ?? {}
    assert.is(live, 2_010)
    assert.equal([backlog.length, backlog[0]?.to], [1, 2_000])
    assert.is(backlog[0]?.from, arrived.length - 10, 'nothing that arrived goes again')
    const rest = lanesOf(again, Infinity, arrived)
    rest.start()
    rest.connected()
    await until('all taken', () => rest.health().backlog.unsent === 0)
    await rest.stop()
    assert.equal(again.lanes('test'), { live: 2_010, backlog: [] })
    assert.equal(
      arrived.slice(10),
      Array.from({ length: 2_000 }, (_, n) => newRecord(n).id),
      'in order, none twice',
    )
    again.stop()
  }))

test.run()
