/** Boots without the time: the real journal, pipelines and clock; machine and vehicle are simulated. */
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Config } from '../../src/config/schema.ts'
import { openDatabase } from '../../src/database/sqlite.ts'
import { Pipelines } from '../../src/gateway/pipelines.ts'
import { TroubleCodes } from '../../src/gateway/trouble-codes.ts'
import { TrueTime } from '../../src/gateway/true-time.ts'
import { vehicleEvent } from '../../src/model/event.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import { recordId } from '../../src/model/record-id.ts'
import { days, totalDistance } from '../../src/uplink/store/distance/distance-queries.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { sentFrames } from '../../src/uplink/store/sent-frames.ts'
import { settled } from '../support/hand-clock.ts'
import { inFolder, silent } from '../support/journal-records.ts'

const TRUE = Date.UTC(2026, 5, 1, 10)
const MINUTE = 60_000
const HOUR = 3_600_000
const PI = 'Raspberry Pi 4 Model B\0'

interface BootOptions {
  folder: string
  /** True time at the start. */
  at: number
  /** What the system clock shows at the start. */
  shows?: number
  boot?: string
  settings?: Partial<Config['time']>
  model?: string
}

/** One run of a gateway, cranked by hand. */
class Run {
  elapsed = 0
  system: number
  readonly at: number
  readonly journal: Journal
  readonly time: TrueTime
  readonly pipelines: Pipelines
  readonly codes: TroubleCodes
  readonly holds: (string | undefined)[] = []

  constructor({ folder, at, shows = 0, boot = 'boot-1', settings, model = PI }: BootOptions) {
    this.at = at
    this.system = shows
    this.journal = new Journal({
      path: join(folder, 'journal.db'),
      commitEvery: 5000,
      logger: silent,
      now: () => this.time?.clock.now() ?? shows,
      provisional: () => this.time?.provisional,
    })
    this.time = new TrueTime({
      settings: { trust: 'auto', provisional: 'hold', ...settings },
      journal: this.journal,
      world: {
        wall: () => this.system + this.elapsed,
        read: (path) => (path.endsWith('/model') ? model : undefined),
        modified: () => undefined,
        exists: () => false,
        run: async () => ({ state: 'absent', output: '' }),
      },
      monotonic: () => this.elapsed,
      logger: silent,
      boot,
      moved: (change) => {
        this.journal.restamp(change)
        this.pipelines.shift(change.delta * 1000, change.since * 1000)
        this.codes.shift(change.delta * 1000, change.since * 1000)
        this.holds.push(this.time.holdReason)
      },
    })
    this.pipelines = new Pipelines({
      journal: this.journal,
      settings: { onChange: 1000, interval: 60_000 },
      clock: this.time.clock,
      boot,
      clockTrust: () => this.time.trust,
      issue: () => undefined,
      recorded: () => undefined,
    })
    this.codes = new TroubleCodes(this.journal)
    this.time.start()
  }

  get now(): number {
    return this.time.clock.now()
  }

  /** Drives: a speed and an odometer every second, committed every five. */
  drive(ms: number, { from = 1000, perSecond = 0.02, fixes = false } = {}): this {
    const pipeline = this.pipelines.live('van')
    for (const end = this.elapsed + ms; this.elapsed < end; ) {
      this.elapsed += 1000
      this.time.tick()
      if (fixes) this.time.fix({ utc: this.at + this.elapsed, monotonic: this.elapsed })
      const time = this.now * 1000
      const common = { quality: 'ok', time, source: 'can0', sender: 0, rank: 0 } as const
      const seconds = this.elapsed / 1000
      pipeline.reading({ ...common, signal: 'odometer', value: from + perSecond * seconds })
      pipeline.reading({ ...common, signal: 'speed', value: 50 + (seconds % 20) })
      this.pipelines.tick(time)
      if (this.elapsed % 5000 === 0) this.journal.commit()
    }
    return this
  }

  stop(): void {
    this.pipelines.flush()
    this.codes.keepAll()
    this.time.stop()
    this.journal.stop()
  }

  /** The power is cut: only what was committed stays. */
  cut(): void {
    this.journal.commit()
    const noMore = { append: () => undefined }
    Object.assign(this.journal, noMore)
    this.journal.stop()
  }

  get records(): StoredRecord[] {
    return this.journal.read(0, 1_000_000)
  }
}

function inDatabase<T>(folder: string, run: (database: ReturnType<typeof openDatabase>) => T): T {
  const database = openDatabase(join(folder, 'journal.db'), { readOnly: true })
  try {
    return run(database)
  } finally {
    database.close()
  }
}

/** None twice, none lost, in order; each id follows from what it says. */
function assertWhole(records: readonly StoredRecord[]): void {
  assert.is(new Set(records.map(({ id }) => id)).size, records.length)
  for (const [index, record] of records.entries()) {
    assert.is(record.id, recordId(record))
    const before = records[index - 1]
    if (before === undefined) continue
    assert.ok(record.time >= before.time, `${record.time} after ${before.time} at ${record.seq}`)
    if (record.boot === before.boot) assert.is(record.number, before.number + 1)
  }
}

test('booted at 1970, driven, a fix at minute 7: all samples end at true times', () =>
  inFolder((folder) => {
    const run = new Run({ folder, at: TRUE })
    assert.ok(run.time.holdReason !== undefined)
    run.drive(7 * MINUTE)
    const early = run.records
    assert.ok(early.every(({ clockTrust }) => clockTrust === 'none'))
    assert.ok(early.every(({ time }) => time < HOUR))
    run.drive(13 * MINUTE, { fixes: true })
    run.stop()

    const again = new Run({ folder, at: TRUE + HOUR, boot: 'boot-2' })
    const records = again.records
    again.cut()
    assertWhole(records)
    assert.ok(records.length >= 1198 && records.length <= 1200, `${records.length}`)
    for (const { number, time, monotonic, receivedAt, clockTrust } of records) {
      assert.is(receivedAt, TRUE + monotonic)
      assert.ok(receivedAt - time <= 1000, `${number}`)
      assert.is(clockTrust, 'gnss')
    }
    assert.equal(
      records.slice(0, early.length).map(({ id }) => id),
      early.map(({ id }) => id),
    )
    assert.equal(run.holds, [undefined])
    inDatabase(folder, (database) => {
      assert.is(database.prepare('SELECT count(*) AS n FROM provisional_odometer').get()?.n, 0)
      assert.ok(Math.abs(totalDistance({ database }, 'van') - 0.02 * 1199) < 0.05)
      const [before, day] = days({ database }, 'van', [0, TRUE - HOUR, TRUE + HOUR])
      assert.equal(before?.distance, undefined)
      assert.ok(Math.abs((day?.distance ?? 0) - 0.02 * 1199) < 0.05)
    })
  }))

test('the live status, the state kept and the odometer go to true times, too', () =>
  inFolder((folder) => {
    const run = new Run({ folder, at: TRUE }).drive(7 * MINUTE)
    run.drive(4000, { fixes: true })
    const isNow = (time = 0) => Math.abs(time / 1000 - (TRUE + run.elapsed)) <= 5000
    assert.ok(isNow(run.pipelines.status('van').speed?.time))
    assert.ok(isNow(run.pipelines.live('van').status.odometer?.time))
    run.journal.commit()
    const checkpoint = run.journal.checkpoint('van')
    assert.ok(isNow(checkpoint?.status.speed?.time))
    assert.ok(isNow(checkpoint?.odometer?.time))
    assert.ok(Object.values(checkpoint?.odometer?.series ?? {}).every(({ time }) => isNow(time)))
    run.stop()
  }))

test('events, frames sent and trouble codes go to true times, and none is moved twice', () =>
  inFolder((folder) => {
    const run = new Run({ folder, at: TRUE }).drive(MINUTE)
    const tell = (type: 'ignition.changed' | 'voltage.low') =>
      run.journal.event(vehicleEvent({ vehicle: 'van', time: run.now, type, data: {} }))
    const send = () =>
      run.journal.sent({
        time: run.now * 1000,
        source: 'can0',
        vehicle: 'van',
        id: 0x7df,
        extended: false,
        data: Uint8Array.of(2, 1, 12),
        kind: 'request',
        cause: 'test',
        requester: 'test',
      })
    tell('ignition.changed')
    send()
    run.codes.of('van').taps.dm(
      {
        kind: 'DM1',
        lamps: {} as never,
        dtcs: [{ spn: 110, fmi: 3, occurrences: 1 } as never],
      } as never,
      { source: 0, data: Uint8Array.of(0, 0, 110, 0, 3, 1) } as never,
      run.now * 1000,
    )
    run.drive(MINUTE).drive(MINUTE, { fixes: true })
    tell('voltage.low')
    send()
    const [code] = run.codes.troubleCodes('van')?.codes ?? []
    assert.is(code?.firstSeen, (TRUE + MINUTE) * 1000)
    run.stop()
    const wanted = [TRUE + MINUTE, TRUE + 3 * MINUTE]
    const again = new Run({ folder, at: TRUE + HOUR, boot: 'boot-2' })
    const events = again.journal.events.read(0, 10).filter(({ type }) => type !== 'dtc.set')
    assert.equal(
      events.map(({ time }) => time),
      wanted,
    )
    again.drive(MINUTE).drive(MINUTE, { fixes: true, from: 1003.6 }).stop()
    inDatabase(folder, (database) => {
      const frames = sentFrames({ database }, { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10 })
      assert.equal(
        frames.map(({ time }) => time / 1000),
        wanted,
      )
      assert.is(
        database.prepare('SELECT count(*) AS n FROM event WHERE boot IS NOT NULL').get()?.n,
        0,
      )
    })
  }))

test('two boots that never know the time come before the one that does, in order, after what was known', () =>
  inFolder((folder) => {
    const known = new Run({ folder, at: TRUE, boot: 'a' })
    known.drive(10 * MINUTE, { fixes: true })
    known.stop()
    new Run({ folder, at: TRUE + 5 * HOUR, boot: 'b' }).drive(5 * MINUTE, { from: 1100 }).cut()
    new Run({ folder, at: TRUE + 6 * HOUR, boot: 'c' }).drive(5 * MINUTE, { from: 1200 }).cut()
    const last = new Run({ folder, at: TRUE + 7 * HOUR, boot: 'd' })
    last.drive(2 * MINUTE, { from: 1300 })
    assertWhole(last.records)
    last.drive(MINUTE, { from: 1300, fixes: true })
    const records = last.records
    assertWhole(records)
    const of = (boot: string) => records.filter((record) => record.boot === boot)
    assert.ok(of('a').every(({ time }) => time >= TRUE && time <= TRUE + 10 * MINUTE))
    for (const boot of ['b', 'c']) {
      const times = of(boot).map(({ time }) => time)
      assert.ok(times.length > 290)
      assert.ok(Math.min(...times) > TRUE + 6 * HOUR)
      assert.ok(Math.max(...times) <= TRUE + 7 * HOUR)
      assert.ok(Math.max(...times) - Math.min(...times) < 5 * MINUTE)
      assert.ok(of(boot).every(({ clockTrust }) => clockTrust === 'none'))
    }
    assert.is(of('c').at(-1)?.receivedAt, TRUE + 7 * HOUR)
    assert.ok(
      of('d').every(({ monotonic, receivedAt }) => receivedAt === TRUE + 7 * HOUR + monotonic),
    )
    last.stop()
    const next = new Run({ folder, at: TRUE + 9 * HOUR, boot: 'e' })
    next.drive(MINUTE, { from: 1400, fixes: true })
    assert.equal(next.records.slice(0, records.length), records)
    next.stop()
  }))

test('boots that were longer than the time since then are pressed together, not put before it', () =>
  inFolder((folder) => {
    const known = new Run({ folder, at: TRUE, boot: 'a' })
    known.drive(10 * MINUTE, { fixes: true })
    known.stop()
    new Run({ folder, at: TRUE + 11 * MINUTE, boot: 'b' }).drive(10 * MINUTE, { from: 1020 }).cut()
    const last = new Run({ folder, at: TRUE + 15 * MINUTE, boot: 'c' })
    last.drive(MINUTE, { from: 1040, fixes: true })
    assertWhole(last.records)
    const b = last.records.filter(({ boot }) => boot === 'b')
    assert.ok(b.every(({ time }) => time >= TRUE + 10 * MINUTE - 2000))
    assert.ok(b.every(({ receivedAt }) => receivedAt <= TRUE + 15 * MINUTE + 1000))
    last.stop()
  }))

test('a boot that knows the time at once gives those before it their place', () =>
  inFolder((folder) => {
    new Run({ folder, at: TRUE, boot: 'a' }).drive(5 * MINUTE).cut()
    const run = new Run({ folder, at: TRUE + HOUR, shows: TRUE + HOUR, boot: 'b', model: '' })
    assert.is(run.time.trust, 'rtc')
    const records = run.records
    assert.is(records.at(-1)?.receivedAt, TRUE + HOUR)
    assertWhole(records)
    run.stop()
  }))

test('a clock set back by hand changes nothing once the time is known', () =>
  inFolder(async (folder) => {
    const run = new Run({ folder, at: TRUE }).drive(MINUTE).drive(MINUTE, { fixes: true })
    run.system -= 400 * 24 * HOUR
    run.time.tick()
    await settled()
    run.drive(5 * MINUTE)
    run.system += 900 * 24 * HOUR
    run.time.tick()
    await settled()
    run.drive(5 * MINUTE)
    assertWhole(run.records)
    assert.ok(run.records.every(({ receivedAt, monotonic }) => receivedAt === TRUE + monotonic))
    run.stop()
  }))

test('a clock set by hand moves what was stamped before, and the satellites again', () =>
  inFolder(async (folder) => {
    const run = new Run({ folder, at: TRUE }).drive(MINUTE)
    run.system = TRUE - 24 * HOUR
    run.time.tick()
    await settled()
    run.drive(MINUTE)
    assertWhole(run.records)
    assert.ok(run.records.every(({ time }) => time >= TRUE - 24 * HOUR))
    run.drive(MINUTE, { fixes: true })
    assertWhole(run.records)
    assert.ok(run.records.every(({ receivedAt, monotonic }) => receivedAt === TRUE + monotonic))
    assert.ok(run.records.every(({ clockTrust }) => clockTrust === 'gnss'))
    run.stop()
  }))

test('where nothing can be written the records get their times with the commit that can', () =>
  inFolder((folder) => {
    const run = new Run({ folder, at: TRUE }).drive(MINUTE)
    const other = openDatabase(join(folder, 'journal.db'), { readOnly: false })
    other.exec('BEGIN IMMEDIATE')
    run.drive(4000, { fixes: true })
    assert.is(run.time.trust, 'gnss')
    assert.ok(run.journal.health().failure !== undefined)
    assert.ok(run.records.every(({ clockTrust }) => clockTrust === 'none'))
    other.exec('ROLLBACK')
    other.close()
    run.drive(MINUTE, { fixes: true })
    assertWhole(run.records)
    assert.ok(run.records.every(({ receivedAt, monotonic }) => receivedAt === TRUE + monotonic))
    run.stop()
  }))

test('a drive across the change of daylight saving is the same in any zone of the system', () =>
  inFolder((folder) => {
    const zone = process.env.TZ
    try {
      const at = Date.UTC(2026, 9, 25, 0, 55)
      process.env.TZ = 'Europe/Berlin'
      const run = new Run({ folder, at }).drive(MINUTE).drive(10 * MINUTE, { fixes: true })
      assertWhole(run.records)
      assert.ok(run.records.every(({ receivedAt, monotonic }) => receivedAt === at + monotonic))
      run.stop()
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  }))

test('by configuration provisional records are not held back', () =>
  inFolder((folder) => {
    const run = new Run({ folder, at: TRUE, settings: { provisional: 'mark' } })
    assert.is(run.time.trust, 'none')
    assert.is(run.time.holdReason, undefined)
    assert.match(run.time.health().detail, /The time is not known/)
    run.stop()
  }))

test.run()
