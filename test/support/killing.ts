/**
 * A gateway's journal and lanes, killed again and again at moments that a seed chooses, at a real broker
 * with a subscriber that misses nothing; and what must hold however often that is done.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { connectAsync, type MqttClient } from 'mqtt'
import * as assert from 'uvu/assert'
import type { StoredRecord } from '../../src/model/record.ts'
import { messageEvents } from '../../src/uplink/batch.ts'
import { readPlaces } from '../../src/uplink/store/blocks/read-places.ts'
import { inSnapshot, openReading, type Reading } from '../../src/uplink/store/reading.ts'
import { chance } from './journal-records.ts'
import { until } from './mqtt-fixtures.ts'
import { Mosquitto } from './mqtt-mosquitto.ts'

const target = fileURLToPath(new URL('./kill-target.ts', import.meta.url))

export interface KillSummary {
  runs: number
  /** Runs that were killed before they had stored anything. */
  early: number
  records: number
  /** What came more than once. */
  repeats: number
  batches: number
}

export async function killAgainAndAgain(
  folder: string,
  options: { runs: number; seed: number; progress?: (text: string) => void },
): Promise<KillSummary> {
  const broker = await Mosquitto.started({ persistence: true, general: ['max_queued_messages 0'] })
  const random = chance(options.seed)
  const ids = new Map<number, string>()
  const summary: KillSummary = { runs: options.runs, early: 0, records: 0, repeats: 0, batches: 0 }
  try {
    const subscriber = await Subscriber.at(broker.url)
    const path = join(folder, 'journal.db')
    for (let run = 0; run < options.runs; run += 1) {
      // one in eight before or while it starts, the others under load
      const isEarly = random() < 0.125
      const args = [path, String(broker.port), `boot-${run}`, String(options.seed + run)]
      const durable = await killed(args, isEarly, random() * (isEarly ? 900 : 700))
      if (durable === 0) summary.early += 1
      checkJournal(path, durable, ids)
      if (run % 10 === 9) options.progress?.(`${run + 1} runs, ${ids.size} records`)
    }
    await drained([path, String(broker.port), 'last', '0'])
    // what is missing then is told by its places
    await until('all arrived', () => subscriber.ids.size >= ids.size).catch(() => undefined)
    subscriber.check(ids)
    await subscriber.end()
    const { repeats, batches } = subscriber
    return { ...summary, records: ids.size, repeats, batches }
  } finally {
    await broker.remove()
  }
}

/** The last place that it said was durable; 0: it had not come so far. */
async function killed(args: string[], isEarly: boolean, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', target, ...args])
  let output = ''
  let errors = ''
  child.stderr.on('data', (data) => (errors += data))
  child.stdout.on('data', (data) => (output += data))
  const closed = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)))
  if (!isEarly) await new Promise((resolve) => child.stdout.once('data', resolve))
  await setTimeout(afterMs)
  child.kill('SIGKILL')
  assert.is(await closed, 'SIGKILL', errors)
  // the last line may be half a number
  return Number(output.split('\n').slice(0, -1).at(-1) ?? 0)
}

async function drained(args: string[]): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', target, ...args, 'drain'])
  let errors = ''
  child.stderr.on('data', (data) => (errors += data))
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.is(code, 0, errors)
}

/** Nothing that was durable is lost, no place is missing, no record has become another. */
function checkJournal(path: string, durable: number, ids: Map<number, string>): void {
  let records: StoredRecord[]
  try {
    const reading = openReading(path)
    records = inSnapshot(reading, () => allRecords(reading))
    reading.database.close()
  } catch (error) {
    // killed before there was a journal
    if (durable === 0 && ids.size === 0) return
    throw error
  }
  assert.ok(records.length >= durable, `${durable} were durable, ${records.length} are there`)
  assert.ok(records.length >= ids.size, 'what was there once is there')
  let last: StoredRecord | undefined
  for (const [index, record] of records.entries()) {
    assert.is(record.seq, index + 1)
    const known = ids.get(record.seq)
    if (known === undefined) ids.set(record.seq, record.id)
    else assert.is(record.id, known)
    const isNext = last?.boot === record.boot ? last.number + 1 : 0
    assert.is(record.number, isNext, `place ${record.seq}`)
    last = record
  }
}

function allRecords(reading: Reading): StoredRecord[] {
  const records: StoredRecord[] = []
  for (;;) {
    const from = records.at(-1)?.seq ?? 0
    const next = readPlaces(reading, from, Number.MAX_SAFE_INTEGER, 10_000)
    if (next.length === 0) return records
    records.push(...next)
  }
}

/** Reads all lanes with a session that the broker keeps. */
class Subscriber {
  /** Content of each record as it first came, by id. */
  readonly ids = new Map<string, string>()
  readonly #last = new Map<string, { sequence: string; time: string }>()
  readonly #faults: string[] = []
  readonly #client: MqttClient
  repeats = 0
  batches = 0

  private constructor(client: MqttClient) {
    this.#client = client
    client.on('message', (topic, payload) => this.#received(topic, payload))
  }

  static async at(url: string): Promise<Subscriber> {
    const session = { clientId: 'reader', clean: false, protocolVersion: 4 } as const
    const client = await connectAsync(url, session)
    const subscriber = new Subscriber(client)
    await client.subscribeAsync(['odograph/van/records', 'odograph/van/backlog'], { qos: 1 })
    return subscriber
  }

  check(ids: ReadonlyMap<number, string>): void {
    assert.equal(this.#faults, [])
    const missing = [...ids].filter(([, id]) => !this.ids.has(id)).map(([seq]) => seq)
    assert.equal(missing, [], 'places that never arrived')
    assert.is(this.ids.size, ids.size, 'nothing arrived that is not in the journal')
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true)
  }

  #received(topic: string, payload: Buffer): void {
    const events = messageEvents(payload)
    if (topic.endsWith('backlog')) this.batches += 1
    for (const event of events) {
      const content = JSON.stringify(event)
      const known = this.ids.get(event.id)
      if (known !== undefined) {
        this.repeats += 1
        if (known !== content) this.#faults.push(`${event.id} came as ${known} and as ${content}`)
        continue
      }
      this.ids.set(event.id, content)
      this.#inOrder(topic, event.sequence, String(event.data.timestamp))
    }
  }

  /** Of what comes for the first time: by places, and time never goes back. */
  #inOrder(lane: string, sequence: string, time: string): void {
    const last = this.#last.get(lane)
    if (last !== undefined && (sequence <= last.sequence || time < last.time)) {
      this.#faults.push(`${lane}: ${sequence} at ${time} after ${last.sequence} at ${last.time}`)
    }
    this.#last.set(lane, { sequence, time })
  }
}
