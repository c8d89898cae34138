/** Engine hours and fuel used in the journal: slots, days of any zone, late data, restarts, true time. */
import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase, type Row } from '../../src/database/sqlite.ts'
import { Pipelines } from '../../src/gateway/pipelines.ts'
import type { CounterPoint, Usage } from '../../src/model/ports.ts'
import type { CounterName, CounterStates } from '../../src/model/record.ts'
import type { SignalName } from '../../src/model/signals.ts'
import type { Millis } from '../../src/model/time.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { usage } from '../../src/uplink/store/queries.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import { SLOT_MS } from '../../src/uplink/store/schema.ts'
import {
  chance,
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
} from '../support/journal-records.ts'
import { startReaderWorker } from '../support/source-workers.ts'

const test = suite('counters in the journal')

const MINUTE = 60_000
const HOUR = 3_600_000

function rowsOf(folder: string, sql: string): Row[] {
  const database = openDatabase(join(folder, 'journal.db'), { readOnly: true })
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

function usedIn(folder: string, from: Millis, to: Millis): Usage {
  const database = openDatabase(join(folder, 'journal.db'), { readOnly: true })
  try {
    return usage({ database }, 'van', from, to)
  } finally {
    database.close()
  }
}

let made = 0

/** A record with a point of a counter. */
function add(journal: Journal, time: Millis, total: number, fields: Partial<CounterPoint> = {}) {
  made += 1
  const common = { vehicle: 'van', counter: 'engineHours', estimated: false } as const
  const point: CounterPoint = { ...common, ...fields, time, total }
  journal.append(newRecord(made, { time, id: `r${made}` }), checkpointOf(), undefined, [point])
}

/** A pipeline over a real journal; times are ms after START. */
class Run {
  readonly journal: Journal
  readonly pipelines: Pipelines
  now = START

  constructor(folder: string, boot: string, provisional?: Millis) {
    const since = provisional
    this.journal = openJournal(folder, {
      now: () => this.now,
      ...(since === undefined ? {} : { provisional: () => ({ boot, since }) }),
    })
    this.pipelines = new Pipelines({
      journal: this.journal,
      settings: { onChange: 10_000, interval: 60_000 },
      clock: { now: () => this.now, monotonic: () => 0 },
      boot,
      clockTrust: () => (since === undefined ? 'network' : 'none'),
      issue: () => undefined,
      recorded: () => undefined,
    })
  }

  hear(at: Millis, values: Partial<Record<SignalName, number>>): void {
    this.now = at
    const pipeline = this.pipelines.live('van')
    for (const [signal, value] of Object.entries(values)) {
      const time = at * 1000
      const from = { quality: 'ok', time, source: 'can0', sender: 0, rank: 0 } as const
      pipeline.reading({ ...from, signal: signal as SignalName, value })
    }
    this.pipelines.tick(at * 1000)
  }

  stop(): CounterStates {
    this.pipelines.flush()
    this.journal.commit()
    const states = this.journal.counters('van')
    this.journal.stop()
    return states
  }
}

type Heard = [at: Millis, values: Partial<Record<SignalName, number>>]

/** Three weeks with drives, nights, resets and a counter that comes late, over a change of the clocks. */
function life(seed: number): Heard[] {
  const random = chance(seed)
  const all: Heard[] = []
  let [at, hours, litres] = [Date.UTC(2026, 2, 1), 100 + random() * 10, 5000]
  for (let drive = 0; drive < 40; drive += 1) {
    at += Math.floor(random() * 20 * HOUR)
    if (random() < 0.1) hours = 0
    if (random() < 0.1) litres = random() * 9000
    const rate = 5 + random() * 20
    for (let minute = 0; minute < 20 + random() * 60; minute += 0.5) {
      at += 30_000
      hours += 30 / 3600
      litres += (rate * 30) / 3600
      const values: Heard[1] = { engineSpeed: 900 + (minute % 40), fuelRate: rate }
      if (drive >= 8) Object.assign(values, { engineHours: Math.floor(hours * 20) / 20 })
      if (drive >= 15) Object.assign(values, { fuelUsed: Math.floor(litres * 2) / 2 })
      all.push([at, values])
    }
    all.push([at + 1000, { engineSpeed: 0, fuelRate: 0 }])
  }
  return all
}

function daysOf(zone: string, first: Millis, last: Millis): Millis[] {
  let day = Temporal.Instant.fromEpochMilliseconds(first).toZonedDateTimeISO(zone).startOfDay()
  const starts = [day.epochMilliseconds]
  while (day.epochMilliseconds <= last) {
    day = day.add({ days: 1 })
    starts.push(day.epochMilliseconds)
  }
  return starts
}

const zones = ['UTC', 'Asia/Kathmandu', 'America/New_York']
const counters: CounterName[] = ['engineHours', 'fuelUsed']

for (const seed of [1, 2]) {
  test(`the days of a life add up to its totals in every zone (${seed})`, () =>
    inFolder(async (folder) => {
      const run = new Run(folder, 'boot-1')
      const heard = life(seed)
      for (const [at, values] of heard) run.hear(at, values)
      const states = run.stop()
      const [first, last] = [heard[0]?.[0] ?? 0, heard.at(-1)?.[0] ?? 0]
      assert.ok(last > Date.UTC(2026, 2, 9), 'the clocks of New York have changed')
      const reader = createReader(join(folder, 'journal.db'), startReaderWorker)
      try {
        for (const zone of zones) {
          const starts = daysOf(zone, first, last)
          const sums = { engineHours: 0, fuelUsed: 0 }
          for (const [index, start] of starts.slice(0, -1).entries()) {
            const used = await reader.usage('van', start, starts[index + 1] as Millis)
            for (const counter of counters) {
              sums[counter] += used[counter]?.value ?? 0
              assert.ok((used[counter]?.value ?? 0) >= 0)
            }
          }
          const whole = await reader.usage('van', first, last + HOUR)
          for (const counter of counters) {
            const total = states[counter]?.total ?? 0
            assert.ok(total > 10, `${counter} ${total}`)
            assert.ok(Math.abs(sums[counter] - total) < 1e-6 * starts.length, `${zone} ${counter}`)
            assert.ok(Math.abs((whole[counter]?.value ?? 0) - total) < 1e-6)
            assert.is(whole[counter]?.estimated, true)
          }
        }
        const late = await reader.usage('van', (heard.at(-100) as Heard)[0], last + HOUR)
        assert.is(late.engineHours?.estimated, false)
        assert.is(late.fuelUsed?.estimated, false)
      } finally {
        await reader.stop()
      }
    }))

  test(`restarts in the middle give the same slots (${seed})`, () =>
    inFolder(async (folder) => {
      const heard = life(seed)
      const slots = 'SELECT * FROM counter_slot ORDER BY counter, slot'
      const run = new Run(folder, 'boot-1')
      for (const [at, values] of heard) run.hear(at, values)
      const states = run.stop()
      const expected = rowsOf(folder, slots)
      assert.ok(expected.length > 100)
      await inFolder((other) => {
        const random = chance(seed + 10)
        let again = new Run(other, 'boot-1')
        for (const [index, [at, values]] of heard.entries()) {
          again.hear(at, values)
          if (random() > 0.01) continue
          again.stop()
          again = new Run(other, `boot-${index}`)
        }
        assert.equal(again.stop(), states)
        // A restart makes a record of its own, so that more points of a slot may be told, at its ends.
        assert.equal(rowsOf(other, slots).map(ends), expected.map(ends))
      })
    }))
}

/** A slot as far as differences see it. */
function ends({ counter, slot, last_time, last, estimated }: Row): object {
  return { counter, slot, last_time, last, estimated }
}

const slotCases: [name: string, points: [ms: number, total: number][], expected: number[]][] = [
  ['a single point is first and last', [[5, 1]], [5, 1, 5, 1]],
  [
    'points in order',
    [
      [5, 1],
      [6, 2],
      [7, 3],
    ],
    [5, 1, 7, 3],
  ],
  [
    'a late first',
    [
      [6, 2],
      [7, 3],
      [5, 1],
    ],
    [5, 1, 7, 3],
  ],
  [
    'a late one in the middle',
    [
      [5, 1],
      [7, 3],
      [6, 2],
    ],
    [5, 1, 7, 3],
  ],
  [
    'of the same moment the later one is last',
    [
      [5, 1],
      [5, 2],
    ],
    [5, 1, 5, 2],
  ],
]

for (const [name, points, expected] of slotCases) {
  for (const grouped of [true, false]) {
    test(`in a slot: ${name} (${grouped ? 'one commit' : 'a commit each'})`, () =>
      inFolder((folder) => {
        const journal = openJournal(folder)
        for (const [ms, total] of points) {
          add(journal, START + ms, total)
          if (!grouped) journal.commit()
        }
        journal.stop()
        const [row, ...others] = rowsOf(folder, 'SELECT * FROM counter_slot')
        assert.is(others.length, 0)
        assert.is(row?.slot, START / SLOT_MS)
        assert.equal(
          [Number(row?.first_time) - START, row?.first, Number(row?.last_time) - START, row?.last],
          expected,
        )
      }))
  }
}

test('late data touches only its slot', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (let hour = 0; hour <= 10; hour += 1) add(journal, START + hour * HOUR, hour)
    journal.commit()
    const before = rowsOf(folder, 'SELECT * FROM counter_slot ORDER BY slot')
    assert.is(before.length, 11)
    const late = START + 5 * HOUR + 2 * SLOT_MS + MINUTE
    add(journal, late, 5.5)
    add(journal, START + 3 * HOUR + MINUTE, 3.01)
    journal.stop()
    const after = rowsOf(folder, 'SELECT * FROM counter_slot ORDER BY slot')
    assert.equal(
      after.filter(({ slot }) => slot !== START / SLOT_MS + 12 && slot !== START / SLOT_MS + 22),
      before.filter(({ slot }) => slot !== START / SLOT_MS + 12),
    )
    assert.equal(usedIn(folder, START, START + 11 * HOUR).engineHours?.value, 10)
    assert.equal(usedIn(folder, START, START + 6 * HOUR).engineHours?.value, 5.5)
  }))

const usageCases: [name: string, from: number, to: number, expected: Usage][] = [
  ['before the first point nothing is known', -5, 0, {}],
  [
    'of its first slot what was added in it',
    0,
    1,
    { engineHours: { value: 0.25, estimated: true } },
  ],
  ['up to its end', 0, 9, { engineHours: { value: 4, estimated: true } }],
  [
    'what was added while nobody listened is there',
    4,
    9,
    { engineHours: { value: 2.25, estimated: false } },
  ],
  ['a span without a point is not known', 5, 8, {}],
  ['a span of no length is not known', 1, 1, {}],
  [
    'where the estimate ends within it is one',
    2,
    5,
    { engineHours: { value: 0.5, estimated: true } },
  ],
  ['behind it is none', 3, 5, { engineHours: { value: 0.5, estimated: false } }],
]

for (const [name, from, to, expected] of usageCases) {
  test(`usage: ${name}`, () =>
    inFolder((folder) => {
      const journal = openJournal(folder)
      const at = (slot: number) => START + slot * SLOT_MS
      add(journal, at(0), 1, { estimated: true })
      add(journal, at(0) + MINUTE, 1.25, { estimated: true })
      add(journal, at(1), 2.5, { estimated: true })
      add(journal, at(2), 2.5, { estimated: true })
      add(journal, at(2) + MINUTE, 2.5)
      add(journal, at(3), 2.75)
      add(journal, at(4), 3)
      add(journal, at(8), 5)
      add(journal, at(4), 77, { vehicle: 'bus' })
      journal.stop()
      assert.equal(usedIn(folder, at(from), at(to)), expected)
    }))
}

test('a total that has fallen, as after the loss of a journal, is not known', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    add(journal, START, 100)
    add(journal, START + HOUR, 1)
    journal.stop()
    assert.equal(usedIn(folder, START, START + 2 * HOUR), {})
  }))

test('points that are no numbers hold nothing up', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    add(journal, START, Number.NaN)
    add(journal, Number.NaN, 1)
    add(journal, START, 5)
    assert.ok(journal.commit())
    journal.stop()
    assert.is(rowsOf(folder, 'SELECT * FROM counter_slot').length, 1)
  }))

test('where the state is lost it goes on from the slots', () =>
  inFolder((folder) => {
    const run = new Run(folder, 'boot-1')
    run.hear(START, { engineHours: 4000 })
    run.hear(START + HOUR, { engineHours: 4001 })
    run.stop()
    const database = openDatabase(join(folder, 'journal.db'), { readOnly: false })
    database.exec('DELETE FROM vehicle_state')
    database.close()
    const again = new Run(folder, 'boot-2')
    again.hear(START + 2 * HOUR, { engineHours: 4002, engineSpeed: 900 })
    again.hear(START + 3 * HOUR, { engineHours: 4003, engineSpeed: 900 })
    const states = again.stop()
    assert.is(states.engineHours?.total, 2)
    assert.is(states.engineHours?.estimated, false)
    assert.equal(usedIn(folder, START, START + 4 * HOUR), {
      engineHours: { value: 2, estimated: false },
    })
  }))

test('records without counters leave no row, and no state', () =>
  inFolder((folder) => {
    const run = new Run(folder, 'boot-1')
    for (let minute = 0; minute < 60; minute += 1) {
      run.hear(START + minute * MINUTE, { speed: minute, odometer: 1000 + minute })
    }
    assert.equal(run.stop(), {})
    assert.equal(rowsOf(folder, 'SELECT * FROM counter_slot'), [])
    assert.equal(rowsOf(folder, 'SELECT counters FROM vehicle_state'), [{ counters: null }])
  }))

test('a checkpoint without counters does not take away those that are known', () =>
  inFolder((folder) => {
    const run = new Run(folder, 'boot-1')
    run.hear(START, { engineHours: 4000 })
    run.hear(START + HOUR, { engineHours: 4001 })
    run.stop()
    const journal = openJournal(folder)
    journal.append(newRecord(900), checkpointOf())
    journal.commit()
    assert.is(journal.counters('van').engineHours?.total, 1)
    journal.stop()
  }))

test('what was heard before the time was known goes to its true slots, once', () =>
  inFolder((folder) => {
    const shown = HOUR
    const delta = START + 20 * MINUTE - shown
    const run = new Run(folder, 'boot-1', shown)
    for (let second = 0; second < 3600; second += 30) {
      const at = shown + second * 1000
      const fuelRate = second % 60 === 0 ? 11 : 13
      run.hear(at, { engineHours: 4000 + Math.floor(second / 180) * 0.05, fuelRate })
      if (second % 300 === 0) run.journal.commit()
    }
    assert.equal(rowsOf(folder, 'SELECT * FROM counter_slot'), [])
    assert.ok(rowsOf(folder, 'SELECT * FROM provisional_counter').length > 50)
    run.pipelines.flush()
    const change = { boot: 'boot-1', delta, begun: shown, since: shown, until: shown + HOUR }
    run.journal.restamp({ ...change, trust: 'gnss' })
    const states = run.journal.counters('van')
    const moved = (shown + 3570_000 + delta) * 1000
    assert.is(states.engineHours?.time, moved)
    assert.is(states.engineHours?.series['can0/0/0']?.time, moved)
    assert.is(states.fuelUsed?.rate?.time, moved)
    run.journal.stop()
    assert.equal(rowsOf(folder, 'SELECT * FROM provisional_counter'), [])
    const first = START / SLOT_MS + 1
    for (const counter of counters) {
      const rows = rowsOf(folder, `SELECT * FROM counter_slot WHERE counter = '${counter}'`)
      assert.equal(
        rows.map(({ slot }) => slot),
        [first, first + 1, first + 2, first + 3, first + 4],
      )
      for (const { slot, first_time, last_time } of rows) {
        assert.is(Math.floor(Number(first_time) / SLOT_MS), slot)
        assert.is(Math.floor(Number(last_time) / SLOT_MS), slot)
      }
    }
    const used = usedIn(folder, START, START + 2 * HOUR)
    assert.equal(used.engineHours, { value: 0.95, estimated: false })
    assert.ok(Math.abs((used.fuelUsed?.value ?? 0) - (12 * 3570) / 3600) < 0.2)
    assert.is(used.fuelUsed?.estimated, true)
  }))

test.run()
