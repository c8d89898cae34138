/**
 * A process to be killed: the journal under load, sealed as it goes, with its lanes to a real broker.
 * After each commit has returned it prints the last place that is durable now. With `drain` it stores
 * nothing, prints `drained` when the broker has everything, and ends.
 *
 *   node --import tsx kill-target.ts PATH PORT BOOT SEED [drain]
 */
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { NewRecord } from '../../src/model/record.ts'
import { recordId } from '../../src/model/record-id.ts'
import { createMqttUplink } from '../../src/uplink/mqtt/publisher.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import { chance, checkpointOf, START, silent } from './journal-records.ts'
import { systemClock, van } from './mqtt-fixtures.ts'
import { startReaderWorker } from './source-workers.ts'

const [path = '', port = '', boot = '', seed = '', mode] = process.argv.slice(2)
const random = chance(Number(seed))

const journal = new Journal({
  ...{ path, commitEvery: 60_000, logger: silent, now: () => Date.now() },
  committed: () => uplink.wake(),
})
const reader = createReader(path, startReaderWorker)
const uplink = createMqttUplink({
  gatewayId: 'gw1',
  url: `mqtt://127.0.0.1:${port}`,
  vehicles: () => [van],
  statusJson: () => ({ odometer: 1 }),
  healthJson: () => ({ status: 'ok' }),
  clock: systemClock,
  logger: silent,
  store: journal,
  backlog: reader.backlog({ encoding: 'columns', deflate: false }, () => [van]),
  // so short that both lanes have work
  liveMs: 100,
  timings: { backoffMs: 20, maxBackoffMs: 100, retryMs: 20, saveMs: 50 },
})
uplink.start()

if (mode === 'drain') {
  while (uplink.health().unsent > 0) await setTimeout(20)
  await uplink.stop()
  await reader.stop()
  journal.stop()
  writeSync(1, 'drained\n')
  process.exit(0)
}

const base = START + journal.newest() * 1000
for (let number = 0; ; ) {
  const group = 1 + Math.floor(random() * 40)
  for (let i = 0; i < group; i += 1, number += 1) journal.append(recordOf(number), checkpointOf())
  if (!journal.commit()) throw new Error('the commit failed')
  writeSync(1, `${journal.newest()}\n`)
  if (random() < 0.1) await sealOne()
  await setTimeout(Math.floor(random() * 6))
}

function recordOf(number: number): NewRecord {
  const time = base + number * 1000
  const place = { vehicle: van.id, boot, number, time, receivedAt: Date.now() }
  const data = { odometer: 1000 + time / 1e9, speed: number % 251 }
  const how = { source: 'can0', clockTrust: 'network', monotonic: number * 1000 } as const
  return { id: recordId(place), ...place, ...how, data }
}

/** Of this or of an earlier run, whatever is oldest. */
async function sealOne(): Promise<void> {
  const block = await reader.blockToSeal({ before: Number.MAX_SAFE_INTEGER, boot: 'none' })
  if (block !== undefined) journal.seal(block)
}
