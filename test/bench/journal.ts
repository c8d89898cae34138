/**
 * Fourteen days at one record a second through the journal: stored in groups and one by one, sealed,
 * read back and written as JSON lines, sent as a backlog to a real Mosquitto; beside plain rows of
 * JSON and one message a record. `npm run bench:journal [-- RECORDS]`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { openDatabase } from '../../src/database/sqlite.ts'
import { statusEvent } from '../../src/model/cloud-event.ts'
import type { Clock } from '../../src/model/ports.ts'
import type { NewRecord } from '../../src/model/record.ts'
import { recordId } from '../../src/model/record-id.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import { exportRange } from '../../src/uplink/export/export-range.ts'
import type { ExportOutput } from '../../src/uplink/export/output.ts'
import { createMqttUplink } from '../../src/uplink/mqtt/publisher.ts'
import { blockToSeal } from '../../src/uplink/store/blocks/block-to-seal.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { readRange } from '../../src/uplink/store/read-range.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import { inSnapshot, openReading } from '../../src/uplink/store/reading.ts'
import { checkpointOf, silent } from '../support/journal-records.ts'
import { startJsonlWorker, startReaderWorker } from '../support/source-workers.ts'
import { generatedRecords } from './generated-records.ts'

const RECORDS = Number(process.argv[2] ?? 14 * 86_400)
const SINGLES = 3000
const GROUP = 2000
const START = Date.UTC(2026, 2, 1)
const END = Number.MAX_SAFE_INTEGER
const vehicle: Vehicle = {
  ...{ id: 'van', tokenId: '17', userDeviceId: '2bcDEFghijKLMNopqrSTUVwxyz0', owner: 'owner' },
  ...{ make: 'Ford', model: 'Transit', year: 2019 },
}

// On a real file system: in memory a commit would cost nothing.
const folder = mkdtempSync('/var/tmp/odograph-bench-')
const path = join(folder, 'journal.db')
const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

function open(file = path): Journal {
  return new Journal({ path: file, commitEvery: 1e9, logger: silent, now: () => Date.now() })
}

function told(what: string, seconds: number, count: number, more = ''): void {
  const rate = Math.round(count / seconds).toLocaleString('en')
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  console.log(`${what.padEnd(44)} ${seconds.toFixed(2)} s  ${rate}/s  rss ${memory} MiB  ${more}`)
}

function sizeOf(file: string): number {
  return statSync(file).size
}

function renumbered(record: NewRecord, from: number): NewRecord {
  const moved = { ...record, number: record.number + from }
  return { ...moved, id: recordId(moved) }
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

/** Stored in groups and sealed as it goes, as in a gateway that was on all the time. */
async function store(): Promise<void> {
  const journal = open()
  const reading = openReading(path)
  let storing = 0
  let sealing = 0
  for (let from = 0; from < RECORDS; from += 86_400) {
    const count = Math.min(86_400, RECORDS - from)
    const day = generatedRecords({ count, seed: from, start: START + from * 1000 })
    const records = day.map(({ seq, ...record }) => renumbered(record, from))
    storing += await timed(() => {
      for (let at = 0; at < count; at += GROUP) {
        for (const record of records.slice(at, at + GROUP)) journal.append(record, checkpointOf())
        journal.commit()
      }
    })
    sealing += await timed(() => {
      for (;;) {
        const block = inSnapshot(reading, () => blockToSeal(reading, { before: END, boot: '' }))
        if (block === undefined) break
        journal.seal(block)
      }
      while (journal.retain());
    })
  }
  told('stored in groups', storing, RECORDS)
  reading.database.close()
  journal.stop()
  told('sealed', sealing, RECORDS, `${(sizeOf(path) / RECORDS).toFixed(1)} bytes a record on disk`)
}

async function single(): Promise<void> {
  const journal = open(join(folder, 'single.db'))
  const records = generatedRecords({ count: SINGLES })
  const seconds = await timed(() => {
    for (const record of records) {
      journal.append(record, checkpointOf())
      journal.commit()
    }
  })
  told('one durable commit each', seconds, SINGLES)
  journal.stop()
}

async function plainRows(): Promise<void> {
  const file = join(folder, 'plain.db')
  const database = openDatabase(file, { readOnly: false })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE record (seq INTEGER PRIMARY KEY, time INTEGER, json TEXT)')
  const insert = database.prepare('INSERT INTO record VALUES (NULL, ?, ?)')
  const count = Math.min(RECORDS, 86_400)
  const records = generatedRecords({ count })
  const seconds = await timed(() => {
    for (let at = 0; at < count; at += GROUP) {
      database.exec('BEGIN')
      for (const record of records.slice(at, at + GROUP)) {
        insert.run(record.time, JSON.stringify(statusEvent(record, vehicle)))
      }
      database.exec('COMMIT')
    }
  })
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  told(
    '  beside: a row of JSON each',
    seconds,
    count,
    `${(sizeOf(file) / count).toFixed(1)} bytes a record`,
  )
}

class ToFile implements ExportOutput {
  bytes = 0
  readonly #file: number
  #pieces: (string | Uint8Array)[] = []
  #waiting = 0

  constructor(file: string) {
    this.#file = openSync(file, 'w')
  }

  write(piece: string | Uint8Array): void {
    this.#pieces.push(piece)
    this.#waiting += piece.length
    if (this.#waiting > 2 ** 20) this.flush()
  }

  flush(): void {
    for (const piece of this.#pieces) {
      this.bytes +=
        typeof piece === 'string' ? writeSync(this.#file, piece) : writeSync(this.#file, piece)
    }
    this.#pieces = []
    this.#waiting = 0
  }

  pressure(): undefined {
    return undefined
  }
}

async function readBack(): Promise<void> {
  const reading = openReading(path)
  const query = { vehicle: 'van', from: 0, to: END }
  let count = 0
  const alone = await timed(() => {
    for (const _ of readRange(reading, query)) count += 1
  })
  told('read back', alone, count)
  const output = new ToFile(join(folder, 'all.jsonl'))
  const options = { vehicle, createdBy: 'odograph' }
  const startWorker = startJsonlWorker
  const seconds = await timed(async () => {
    await exportRange({ reading, query, format: 'jsonl', options, output, startWorker })
    output.flush()
  })
  told(
    'read back and written as JSON lines',
    seconds,
    count,
    `${(output.bytes / 1e6).toFixed(0)} MB`,
  )
  reading.database.close()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function mosquitto(): Promise<{ broker: ChildProcess; port: number }> {
  const port = await freePort()
  const file = join(folder, 'mosquitto.conf')
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`)
  const broker = spawn('mosquitto', ['-c', file], { stdio: 'ignore' })
  await setTimeout(500)
  return { broker, port }
}

/** Bytes that the payloads took, and seconds until the last one was acknowledged. */
async function drain(deflate: boolean): Promise<void> {
  const { broker, port } = await mosquitto()
  const journal = open()
  journal.saveLanes('mqtt', {
    live: journal.newest(),
    backlog: [{ from: 0, to: journal.newest() }],
  })
  const reader = createReader(path, startReaderWorker)
  const listener = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 })
  let bytes = 0
  listener.on('message', (_topic, payload) => {
    bytes += payload.length
  })
  await listener.subscribeAsync('odograph/+/backlog', { qos: 0 })
  const format = { encoding: 'columns', deflate } as const
  const uplink = createMqttUplink({
    gatewayId: 'bench',
    url: `mqtt://127.0.0.1:${port}`,
    store: journal,
    backlog: reader.backlog(format, () => [vehicle]),
    batch: format,
    vehicles: () => [vehicle],
    statusJson: () => undefined,
    healthJson: () => ({}),
    logger: silent,
    clock,
  })
  const seconds = await timed(async () => {
    uplink.start()
    while (uplink.health().unsent > 0) {
      await setTimeout(20)
    }
  })
  await setTimeout(300)
  const name = `backlog drained to Mosquitto${deflate ? ', deflated' : ''}`
  told(name, seconds, RECORDS, `${(bytes / RECORDS).toFixed(1)} bytes a record on the wire`)
  await uplink.stop()
  await reader.stop()
  journal.stop()
  await listener.endAsync()
  broker.kill('SIGKILL')
}

async function oneByOne(): Promise<void> {
  const { broker, port } = await mosquitto()
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 })
  ;(client.stream as Socket).setNoDelay(true)
  const records = generatedRecords({ count: Math.min(RECORDS, 5000) })
  let bytes = 0
  const seconds = await timed(async () => {
    for (let at = 0; at < records.length; at += 16) {
      await Promise.all(
        records.slice(at, at + 16).map((record) => {
          const text = JSON.stringify(statusEvent(record, vehicle))
          bytes += text.length
          return client.publishAsync('odograph/van/records', text, { qos: 1 })
        }),
      )
    }
  })
  told(
    '  beside: a message of JSON each',
    seconds,
    records.length,
    `${(bytes / records.length).toFixed(1)} bytes a record`,
  )
  await client.endAsync()
  broker.kill('SIGKILL')
}

try {
  await store()
  await single()
  await plainRows()
  await readBack()
  await drain(false)
  await drain(true)
  await oneByOne()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
