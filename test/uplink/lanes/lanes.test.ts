import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { chance } from '../../support/journal-records.ts'
import { LaneBench } from '../../support/lane-bench.ts'
import { settled } from '../../support/mqtt-fixtures.ts'

const HOUR_MS = 3_600_000

test('with a connection every record goes out alone at once, and nothing is left behind', async () => {
  const bench = new LaneBench({ window: 100 })
  bench.lanes.connected()
  await bench.drive(30)
  assert.is(bench.of('live').length, 30)
  assert.ok(bench.of('live').every(({ places, at }) => at === (places[0] ?? 0) * 1_000))
  await bench.acknowledge(...bench.open)
  await bench.lanes.stop()
  assert.equal(bench.store.state, { live: 30, backlog: [] })
  assert.is(bench.timers.armed, 0)
})

test('after ten hours without a broker the newest go first, and the rest follows in batches', async () => {
  const bench = new LaneBench({ batchRecords: 500 })
  await bench.drive(36_000)
  assert.is(bench.attempts.length, 0)
  assert.match(bench.lanes.health().waits.join(), 'no connection')
  bench.roundTripMs = 50
  const connectedAt = bench.timers.now()
  bench.lanes.connected()
  const [first] = bench.attempts
  assert.is(first?.lane, 'live')
  assert.ok((first?.places[0] ?? 0) >= 36_000 - 60)
  const { live, backlog } = bench.store.state ?? {}
  assert.equal(backlog, [{ from: 0, to: live }], 'handed over before anything is sent')
  assert.ok((live ?? 0) >= 36_000 - 62, 'all that is older, and no more')
  await bench.timers.advance(1_000)
  assert.ok(bench.acknowledged.has(36_000), 'the newest has arrived within a second')
  const batch = bench.of('backlog')[0]
  assert.ok(batch !== undefined && batch.at > connectedAt, 'batches only then')
  await bench.timers.advance(4_000)
  bench.everythingArrived()
  assert.is(bench.of('live').length, 36_000 - (live ?? 0))
  assert.is(bench.of('backlog').length, Math.ceil((live ?? 0) / 500), 'full batches')
  const health = bench.lanes.health()
  assert.equal([health.live.unsent, health.backlog.unsent, health.gone], [0, 0, 0])
  assert.is(health.oldestUnsent, undefined)
  await bench.lanes.stop()
  assert.equal(bench.store.state, { live: 36_000, backlog: [] })
})

test('where records are to be gathered none goes out alone, however new it is', async () => {
  const bench = new LaneBench({ liveMs: 0, batchRecords: 500 })
  bench.roundTripMs = 50
  bench.lanes.connected()
  await bench.drive(30)
  for (let i = 0; i < 5; i += 1) await bench.timers.advance(200)
  bench.everythingArrived()
  assert.is(bench.of('live').length, 0)
  await bench.lanes.stop()
  assert.equal(bench.store.state, { live: 30, backlog: [] })
})

test('what was sealed before it could go out alone goes with the backlog, however new it is', async () => {
  const bench = new LaneBench()
  bench.roundTripMs = 50
  bench.commit(30)
  bench.store.sealedUpTo = () => 20
  bench.lanes.connected()
  for (let i = 0; i < 5; i += 1) await bench.timers.advance(200)
  bench.everythingArrived()
  assert.equal(
    bench.of('live').flatMap(({ places }) => places),
    Array.from({ length: 10 }, (_, index) => 21 + index),
  )
  await bench.lanes.stop()
  assert.equal(bench.store.state, { live: 30, backlog: [] })
})

test('no batch is started while newer records wait, and what comes in between goes first', async () => {
  const bench = new LaneBench({ window: 2, backlogWindow: 1, batchRecords: 500 })
  bench.commit(2_000)
  await bench.timers.advance(120_000)
  bench.commit(4)
  bench.lanes.connected()
  await settled()
  assert.equal(
    bench.open.map(({ places }) => places),
    [[2001], [2002]],
  )
  assert.match(bench.lanes.health().waits.join(), 'newer records to be sent first')
  await bench.acknowledge(...bench.open)
  await settled()
  assert.equal(
    bench.open.map(({ lane }) => lane),
    ['live', 'live', 'backlog'],
    'a window that is full of the last ones is no reason to wait',
  )
  bench.commit(1)
  await bench.acknowledge(...bench.open)
  await settled()
  assert.equal(
    bench.open.map(({ lane }) => lane),
    ['live', 'backlog'],
  )
  assert.equal(bench.open[0]?.places, [2005])
})

test('a line that is too slow for the live lane keeps it young and leaves few ranges', async () => {
  const bench = new LaneBench({ window: 1 })
  bench.roundTripMs = 3_000
  bench.lanes.connected()
  await bench.drive(3 * 3_600)
  const lives = bench.of('live')
  const age = ({ places, at }: { places: number[]; at: number }) => at - (places[0] ?? 0) * 1_000
  assert.ok(Math.max(...lives.map(age)) <= 60_000)
  assert.ok(lives.length > 3_500, 'the line is never idle')
  assert.ok((bench.store.state?.backlog.length ?? 0) <= 256)
  assert.is(bench.of('backlog').length, 0)
  bench.roundTripMs = 10
  for (let turn = 0; turn < 100; turn += 1) await bench.timers.advance(100)
  bench.everythingArrived()
})

test('what is held back goes out when it no longer is: the newest alone, the rest in batches', async () => {
  const bench = new LaneBench()
  bench.roundTripMs = 20
  bench.hold('the clock is not set')
  bench.lanes.connected()
  await bench.drive(420)
  assert.is(bench.attempts.length, 0)
  assert.equal(bench.lanes.health().waits, ['records are held back: the clock is not set'])
  assert.is(bench.lanes.health().live.unsent, 420)
  bench.hold(undefined)
  await bench.timers.advance(1_000)
  bench.everythingArrived()
  assert.ok((bench.of('live')[0]?.places[0] ?? 0) >= 359)
})

test('records that change while they are held back are read anew', async () => {
  const bench = new LaneBench({ window: 1 })
  bench.lanes.connected()
  bench.commit(3)
  bench.hold('the clock is not set')
  const record = bench.store.records[1]
  if (record !== undefined) bench.store.records[1] = { ...record, vehicle: 'restamped' }
  bench.hold(undefined)
  await bench.acknowledge(...bench.open)
  assert.is(bench.open[0]?.vehicle, 'restamped')
})

test('batches of records that change while they are held back are made anew', async () => {
  const bench = new LaneBench()
  bench.commit(3)
  await bench.timers.advance(HOUR_MS)
  bench.lanes.connected()
  bench.hold('the clock is not set')
  const record = bench.store.records[0]
  if (record !== undefined) bench.store.records[0] = { ...record, vehicle: 'restamped' }
  bench.hold(undefined)
  await settled()
  assert.equal(
    bench.attempts.map(({ vehicle, places }) => [vehicle, places]),
    [
      ['restamped', [1]],
      ['van', [2, 3]],
    ],
  )
})

test('records of before a restart go by the wall clock: a minute ago is live, a time to come is not', async () => {
  for (const [receivedAgo, lane] of [
    [59_000, 'live'],
    [61_000, 'backlog'],
    [-1_000, 'backlog'],
  ] as const) {
    const bench = new LaneBench()
    await bench.timers.advance(HOUR_MS)
    bench.store.commit('van', bench.timers.now() - receivedAgo)
    bench.kill()
    bench.lanes.connected()
    await settled()
    assert.is(bench.attempts[0]?.lane, lane, `${receivedAgo} ms ago`)
  }
})

test('what the store has removed is passed over, counted, and ends', async () => {
  const bench = new LaneBench()
  bench.commit(5_000)
  await bench.timers.advance(HOUR_MS)
  bench.store.remove(0, 1_234)
  bench.store.remove(2_000, 2_900)
  bench.roundTripMs = 10
  bench.lanes.connected()
  await settled()
  await bench.timers.advance(1_000)
  bench.everythingArrived()
  const { gone, backlog } = bench.lanes.health()
  assert.equal([gone, backlog.unsent], [1_234 + 900, 0])
  await bench.timers.advance(5_000)
  bench.kill()
  bench.commit(3_000)
  await bench.timers.advance(HOUR_MS)
  bench.store.remove(0, 8_000)
  bench.lanes.connected()
  await settled()
  await bench.timers.advance(10_000)
  assert.equal([bench.lanes.health().gone, bench.lanes.health().backlog.unsent], [3_000, 0])
})

test('a backlog that cannot be read is tried again, and the live lane goes on', async () => {
  const bench = new LaneBench()
  bench.commit(100)
  await bench.timers.advance(HOUR_MS)
  bench.reader.failing = true
  bench.roundTripMs = 10
  bench.lanes.connected()
  await settled()
  bench.commit(1)
  await bench.timers.advance(500)
  assert.ok(bench.acknowledged.has(101))
  assert.match(bench.lanes.health().waits.join(), 'the thread has ended')
  bench.reader.failing = false
  await bench.timers.advance(60_000)
  bench.everythingArrived()
})

test('a backlog whose reading never ends is read anew', async () => {
  const bench = new LaneBench()
  bench.roundTripMs = 10
  bench.commit(100)
  await bench.timers.advance(HOUR_MS)
  bench.reader.hanging = true
  bench.lanes.connected()
  await bench.timers.advance(60_000)
  assert.match(bench.lanes.health().waits.join(), 'no answer in 60000 ms')
  bench.reader.hanging = false
  await bench.timers.advance(10_000)
  bench.everythingArrived()
})

test('a range that cannot be made durable is not left behind', async () => {
  const bench = new LaneBench()
  bench.commit(100)
  await bench.timers.advance(HOUR_MS)
  bench.commit(1)
  bench.store.saveLanes = () => {
    throw new Error('disk I/O error')
  }
  bench.lanes.connected()
  await settled()
  assert.is(bench.attempts.length, 0, 'newer ones must not go before it is')
  assert.match(bench.lanes.health().waits.join(), 'disk I/O error')
})

test('batches that are not taken get smaller, and larger again when they are', async () => {
  const bench = new LaneBench({ backlogWindow: 1, batchBytes: 10_000 })
  bench.commit(10_000)
  await bench.timers.advance(HOUR_MS)
  for (let round = 0; round < 8; round += 1) {
    bench.lanes.connected()
    await settled()
    await bench.disconnect()
  }
  bench.lanes.connected()
  await settled()
  assert.ok((bench.attempts.at(-1)?.bytes ?? 0) < 200)
  bench.roundTripMs = 10
  await bench.acknowledge(...bench.open)
  await bench.timers.advance(10_000)
  bench.everythingArrived()
  assert.is(Math.max(...bench.attempts.slice(-20).map(({ bytes }) => bytes)), 10_000)
})

test('a broker that takes only small messages gets small batches', async () => {
  const bench = new LaneBench()
  bench.roundTripMs = 10
  bench.commit(2_000)
  await bench.timers.advance(HOUR_MS)
  bench.lanes.connected(16, 1_000)
  await settled()
  await bench.timers.advance(5_000)
  bench.everythingArrived()
  assert.ok(Math.max(...bench.attempts.map(({ bytes }) => bytes)) <= 1_000)
})

test('a stop waits a moment, saves, and a start goes on behind it', async () => {
  const bench = new LaneBench({ saveEvery: 1_000 })
  bench.commit(1_000)
  await bench.timers.advance(HOUR_MS)
  bench.commit(5)
  bench.lanes.connected()
  await settled()
  const stopped = Promise.all([bench.lanes.stop(), bench.lanes.stop()])
  await bench.acknowledge(...bench.open)
  await stopped
  assert.equal(bench.store.state, { live: 1_005, backlog: [] })
  bench.lanes.start()
  bench.roundTripMs = 10
  bench.lanes.connected()
  bench.commit(1)
  await bench.timers.advance(100)
  bench.everythingArrived()
  assert.is(bench.attempts.flatMap(({ places }) => places).length, 1_006, 'none twice')
})

// ── the byte budget ─────────────────────────────────────────────────────────────────────────

test('the backlog takes what the hour has left, spread over it, and a reconnect is no new hour', async () => {
  const bytesPerHour = 60_000
  const bench = new LaneBench({ bytesPerHour })
  bench.commit(20_000)
  await bench.timers.advance(2 * HOUR_MS)
  bench.roundTripMs = 50
  bench.lanes.connected()
  const bytesSince = (at: number) =>
    bench.attempts.filter((a) => a.at > at).reduce((sum, { bytes }) => sum + bytes, 0)
  let greatest = 0
  for (let minute = 0; minute < 180; minute += 1) {
    await bench.timers.advance(60_000)
    bench.commit(10)
    if (minute % 7 === 0) {
      await bench.disconnect()
      bench.lanes.connected()
    }
    greatest = Math.max(greatest, bytesSince(bench.timers.now() - HOUR_MS))
  }
  assert.ok(greatest <= bytesPerHour, `${greatest} bytes in an hour`)
  assert.ok(greatest > bytesPerHour * 0.85, `only ${greatest} bytes in an hour`)
  const minutes = new Set(bench.of('backlog').map(({ at }) => Math.floor(at / 600_000)))
  assert.ok(minutes.size >= 17, 'in every ten minutes')
  const live = new Set(bench.of('live').flatMap(({ places }) => places))
  assert.is(live.size, 1_800, 'the live lane is not held back')
  assert.match(bench.lanes.health().waits.join(), 'byte budget')
  assert.ok(bench.lanes.health().bytesLastHour > bytesPerHour * 0.85)
})

test('live records alone may pass the budget; the backlog then waits', async () => {
  const bench = new LaneBench({ bytesPerHour: 10_000 })
  bench.roundTripMs = 50
  bench.commit(1_000)
  await bench.timers.advance(HOUR_MS)
  bench.lanes.connected()
  await bench.drive(3_600)
  assert.is(bench.of('live').length, 3_600)
  assert.ok(bench.of('backlog').length <= 1)
  const batches = bench.of('backlog').length
  await bench.timers.advance(3 * HOUR_MS)
  assert.ok(bench.of('backlog').length > batches, 'the debt is forgotten in time')
})

// ── anything may happen at any time ─────────────────────────────────────────────────────────

const STEPS = 4_000

/** One thing that may happen. */
async function step(bench: LaneBench, dice: () => number): Promise<void> {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(dice() * list.length)]
  const roll = dice() * 100
  if (roll < 20) bench.commit(1 + Math.floor(dice() * 4), pick(['van', 'bus', 'truck']) ?? 'van')
  else if (roll < 62) {
    const open = pick(bench.open)
    if (open !== undefined) await bench.acknowledge(open)
  } else if (roll < 74) await bench.timers.advance(dice() * 3_000)
  else if (roll < 78) await bench.timers.advance(dice() * 100_000)
  else if (roll < 80) await bench.timers.advance(20 * 60_000)
  else if (roll < 84) {
    const open = pick(bench.open)
    if (open !== undefined) await bench.fail(dice() < 0.8 ? 'retry' : 'refused', open)
  } else if (roll < 86) await bench.disconnect()
  else if (roll < 93) bench.lanes.connected(1 + Math.floor(dice() * 20))
  else if (roll < 94) bench.kill()
  else if (roll < 95) bench.hold(dice() < 0.5 ? 'the clock is not set' : undefined)
  else if (roll < 95.7) bench.reader.failing = dice() < 0.3
  else if (roll < 96) bench.reader.hanging = dice() < 0.3
  else if (roll < 97) bench.store.broken = dice() < 0.3
  else if (roll < 98) {
    const from = Math.floor(dice() * bench.store.records.length)
    bench.store.remove(from, from + Math.floor(dice() * 20))
  } else if (roll < 99) await bench.restart()
  else bench.commit(600)
}

/** From now on everything works. */
async function finish(bench: LaneBench): Promise<void> {
  bench.store.broken = false
  bench.reader.failing = false
  bench.reader.hanging = false
  bench.hold(undefined)
  await bench.disconnect()
  bench.roundTripMs = 20
  bench.lanes.connected()
  bench.lanes.wake()
  await bench.timers.advance(20 * 60_000)
  await bench.timers.advance(20 * 60_000)
}

for (let seed = 1; seed <= 10; seed += 1) {
  test(`whatever happens, every record arrives, in order in its lane (seed ${seed})`, async () => {
    const dice = chance(seed)
    const bench = new LaneBench({
      window: 1 + Math.floor(dice() * 8),
      batchRecords: 1 + Math.floor(dice() * 60),
      saveEvery: 1 + Math.floor(dice() * 100),
      ...(seed % 3 === 0 ? { bytesPerHour: 1_000_000 } : {}),
    })
    for (let n = 0; n < STEPS; n += 1) await step(bench, dice)
    await finish(bench)
    bench.everythingArrived()
    const { live, backlog } = bench.lanes.health()
    assert.equal([live.unsent, backlog.unsent], [0, 0])
    assert.ok(bench.of('live').length > 100 && bench.of('backlog').length > 100)
  })
}

test.run()
