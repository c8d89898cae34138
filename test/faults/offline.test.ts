/** Ten hours without a broker, then a real one: what is new first, and then all of it, in order. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { recordId } from '../../src/model/record-id.ts'
import { messageEvents } from '../../src/uplink/batch.ts'
import { createMqttUplink } from '../../src/uplink/mqtt/publisher.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import { checkpointOf, inFolder, silent } from '../support/journal-records.ts'
import { systemClock, until, van } from '../support/mqtt-fixtures.ts'
import { Mosquitto } from '../support/mqtt-mosquitto.ts'
import { Listener } from '../support/mqtt-uplink.ts'
import { testWith } from '../support/needs.ts'
import { startReaderWorker } from '../support/source-workers.ts'
import { Wire } from '../support/wire.ts'

const test = suite('offline')

const HOURS = 10
const RECORDS = HOURS * 3600
const began = Date.now() - RECORDS * 1000

function append(journal: Journal, number: number): void {
  const time = began + number * 1000
  const place = { vehicle: van.id, boot: 'boot-1', number, time, receivedAt: time + 2 }
  const how = { source: 'can0', clockTrust: 'network', monotonic: number * 1000 } as const
  const data = { odometer: 1000 + number / 100, speed: number % 130 }
  journal.append({ id: recordId(place), ...place, ...how, data }, checkpointOf())
}

/** The first nine hours are blocks, the last one is rows. */
async function drivenForTenHours(journal: Journal): Promise<void> {
  for (let number = 0; number < RECORDS; number += 1) append(journal, number)
  journal.commit()
  const reader = createReader(journal.path, startReaderWorker)
  const query = { before: began + (HOURS - 1) * 3_600_000, boot: '' }
  for (;;) {
    const block = await reader.blockToSeal(query)
    if (block === undefined) break
    journal.seal(block)
  }
  await reader.stop()
}

function gatewayOf(journal: Journal, url: string) {
  const reader = createReader(journal.path, startReaderWorker)
  const uplink = createMqttUplink({
    ...{ gatewayId: 'gw1', url, vehicles: () => [van], clock: systemClock, logger: silent },
    statusJson: () => ({ odometer: 1 }),
    healthJson: () => ({ status: 'ok' }),
    store: journal,
    backlog: reader.backlog({ encoding: 'columns', deflate: false }, () => [van]),
    batch: { encoding: 'columns', deflate: false },
    timings: { backoffMs: 20, maxBackoffMs: 100 },
  })
  const stop = async () => {
    await uplink.stop()
    await reader.stop()
  }
  return { uplink, stop }
}

/** What has arrived, in order: the place of each record, and the lane it took. */
function arrived(listener: Listener): { seq: number; isLive: boolean; id: string }[] {
  return listener.messages
    .filter(({ topic }) => /van\/(records|backlog)$/.test(topic))
    .flatMap(({ topic, bytes }) =>
      messageEvents(bytes).map(({ sequence, id }) => {
        return { seq: Number(sequence), isLive: topic.endsWith('records'), id }
      }),
    )
}

testWith(
  test,
  'mosquitto',
  'after ten hours what is new goes first, the backlog is complete and in order, over a restart',
  () =>
    inFolder(async (folder) => {
      const broker = await Mosquitto.started({ general: ['max_queued_messages 0'] })
      const wire = await Wire.to(broker.port)
      const listener = await Listener.at(broker.url)
      const path = `${folder}/journal.db`
      const options = { path, commitEvery: 1e9, logger: silent, now: () => Date.now() }
      const journal = new Journal(options)
      try {
        wire.cut()
        await drivenForTenHours(journal)
        const url = `mqtt://127.0.0.1:${wire.port}`
        const first = gatewayOf(journal, url)
        first.uplink.start()
        let number = RECORDS
        const drive = () => {
          append(journal, number)
          number += 1
          journal.commit()
          first.uplink.wake()
          second.uplink.wake()
        }
        const second = gatewayOf(journal, url)
        drive()
        assert.is(first.uplink.health().unsent, RECORDS + 1)
        wire.mend()
        await until('a part of it', () => arrived(listener).length > 2000)
        await first.stop()
        const before = arrived(listener)
        const newest = before.findIndex(({ seq }) => seq === RECORDS + 1)
        const batch = before.findIndex(({ isLive }) => !isLive)
        assert.ok(newest >= 0 && newest < batch, 'what is of the last minute comes first')
        assert.ok(before.length < RECORDS, 'the restart is in the middle')
        second.uplink.start()
        const during: number[] = []
        await until('all sent', () => {
          if (during.length < 20) {
            drive()
            during.push(number)
          }
          return second.uplink.health().unsent === 0
        })
        await until('all arrived', () => {
          return new Set(arrived(listener).map(({ seq }) => seq)).size === number
        })
        const all = arrived(listener)
        const lastOfBacklog = all.findLastIndex(({ isLive }) => !isLive)
        const live = all.filter(({ isLive }) => isLive).map(({ seq }) => seq)
        const place = all.findIndex(({ seq }) => seq === during[0])
        assert.ok(place < lastOfBacklog, 'what is new does not wait for the backlog')
        const backlog = [...new Set(all.filter(({ isLive }) => !isLive).map(({ seq }) => seq))]
        assert.equal(
          backlog,
          backlog.toSorted((a, b) => a - b),
          'in order',
        )
        assert.equal(
          [...new Set(live)],
          [...new Set(live)].sort((a, b) => a - b),
        )
        assert.is(new Set(all.map(({ id }) => id)).size, number, 'each under one id')
        await second.stop()
      } finally {
        journal.stop()
        await listener.end()
        await wire.remove()
        await broker.remove()
      }
    }),
)

test.run()
