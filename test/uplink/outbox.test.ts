import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { StoredRecord } from '../../src/model/record.ts'
import { Outbox, type OutboxOptions } from '../../src/uplink/outbox.ts'
import { DeliveryError, type FailureKind } from '../../src/uplink/outbox-port.ts'
import { CrankedTimers, MemoryLogger, MemoryStore, settled } from '../support/mqtt-fixtures.ts'

/** A far side that answers when told to. */
class FarSide {
  /** Every delivery, in order. */
  readonly delivered: number[] = []
  private readonly open = new Map<number, { resolve(): void; reject(error: Error): void }>()

  readonly deliver = (record: StoredRecord): Promise<void> => {
    this.delivered.push(record.seq)
    return new Promise((resolve, reject) => this.open.set(record.seq, { resolve, reject }))
  }

  get waiting(): number[] {
    return [...this.open.keys()]
  }

  async acknowledge(...seqs: number[]): Promise<void> {
    for (const seq of seqs) {
      this.open.get(seq)?.resolve()
      this.open.delete(seq)
    }
    await settled()
  }

  async fail(kind: FailureKind, ...seqs: number[]): Promise<void> {
    for (const seq of seqs) {
      this.open.get(seq)?.reject(new DeliveryError(kind, `${kind} ${seq}`))
      this.open.delete(seq)
    }
    await settled()
  }
}

function setUp(options: Partial<OutboxOptions> = {}) {
  const store = new MemoryStore()
  const far = new FarSide()
  const timers = new CrankedTimers()
  const logger = new MemoryLogger()
  const outbox = new Outbox({
    sink: 'mqtt',
    store,
    deliver: far.deliver,
    logger,
    timers,
    window: 4,
    batch: 3,
    saveEvery: 1,
    ...options,
  })
  outbox.start()
  return { store, far, timers, logger, outbox }
}

const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

test('nothing is sent before there is a connection', () => {
  const { store, far, outbox } = setUp()
  store.commit(3)
  outbox.wake()
  assert.equal(far.delivered, [])
  assert.equal(outbox.health(), { state: 'offline', detail: '', inFlight: 0, unsent: 3 })
})

test('records go out in order, a window at a time', async () => {
  const { store, far, outbox } = setUp()
  store.commit(10)
  outbox.connected()
  assert.equal(far.delivered, [1, 2, 3, 4])
  await far.acknowledge(1)
  assert.equal(far.delivered, [1, 2, 3, 4, 5])
  await far.acknowledge(2, 3, 4, 5)
  assert.equal(far.delivered, upTo(9))
  await far.acknowledge(6, 7, 8, 9)
  await far.acknowledge(10)
  assert.equal(store.saved.at(-1), 10)
  assert.is(outbox.health().state, 'idle')
})

test('the far side may ask for a smaller window than configured, not for a greater one', async () => {
  const { store, far, outbox } = setUp()
  store.commit(20)
  outbox.connected(2)
  assert.equal(far.delivered, [1, 2])
  outbox.disconnected()
  await far.fail('offline', 1, 2)
  outbox.connected(100)
  assert.equal(far.delivered, [1, 2, 1, 2, 3, 4])
})

test('the cursor waits at the oldest record that is not acknowledged', async () => {
  const { store, far, outbox } = setUp()
  store.commit(10)
  outbox.connected()
  await far.acknowledge(2, 3, 4)
  assert.equal(store.saved, [])
  assert.equal(
    far.delivered,
    [1, 2, 3, 4],
    'the window is not passed by what is acknowledged early',
  )
  await far.acknowledge(1)
  assert.equal(store.saved, [4])
  assert.equal(far.delivered, upTo(8))
})

test('after a lost connection everything behind the cursor goes again, in order', async () => {
  const { store, far, outbox } = setUp()
  store.commit(6)
  outbox.connected()
  await far.acknowledge(1, 3)
  outbox.disconnected()
  await far.fail('offline', 2, 4, 5)
  assert.equal(store.saved, [1])
  assert.equal(far.delivered, upTo(5))
  outbox.connected()
  assert.equal(far.delivered, [...upTo(5), 2, 3, 4, 5])
  await far.acknowledge(2, 3, 4, 5)
  await far.acknowledge(6)
  assert.equal(store.saved.at(-1), 6)
})

test('a connection that comes back before the old one has let go loses nothing', async () => {
  const { store, far, outbox } = setUp()
  store.commit(4)
  outbox.connected()
  outbox.disconnected()
  outbox.connected()
  await far.fail('offline', 1, 2, 3, 4)
  assert.equal(far.delivered, [...upTo(4), ...upTo(4)])
})

test('an offline answer without word of a disconnection does not make it spin', async () => {
  const { store, far, outbox, timers } = setUp()
  store.commit(1)
  outbox.connected()
  await far.fail('offline', 1)
  assert.equal(far.delivered, [1])
  assert.is(timers.armed, 0)
  assert.is(outbox.health().state, 'offline')
  outbox.connected()
  assert.equal(far.delivered, [1, 1])
})

test('a passing failure is tried again later, alone, and backs off', async () => {
  const { store, far, outbox, timers } = setUp({ retryMs: 1_000, maxRetryMs: 3_000 })
  store.commit(6)
  outbox.connected()
  await far.acknowledge(1)
  await far.fail('retry', 2)
  assert.equal(far.delivered, upTo(5), 'nothing new while something has failed')
  await far.acknowledge(3, 4, 5)
  assert.is(outbox.health().state, 'waiting')
  for (const [index, wait] of [1_000, 2_000, 3_000, 3_000].entries()) {
    await timers.advance(wait - 1)
    assert.is(far.delivered.length, 5 + index)
    await timers.advance(1)
    assert.equal(
      far.delivered.slice(5),
      Array(index + 1).fill(2),
      'one alone: no other overtakes it',
    )
    await far.fail('retry', 2)
  }
  await timers.advance(3_000)
  await far.acknowledge(2)
  assert.equal(far.delivered.slice(-4), [3, 4, 5, 6], 'the window is open again')
  await far.fail('retry', 3)
  await far.acknowledge(4, 5, 6)
  await timers.advance(1_000)
  assert.is(far.delivered.at(-1), 3, 'an acknowledgement starts the back-off anew')
})

test('a refused record parks the lane with its reason and is tried again slowly', async () => {
  const { store, far, outbox, timers, logger } = setUp()
  store.commit(6)
  outbox.connected()
  await far.acknowledge(1)
  await far.fail('refused', 2)
  await far.acknowledge(3, 4, 5)
  assert.equal(outbox.health(), { state: 'parked', detail: 'refused 2', inFlight: 0, unsent: 5 })
  assert.match(logger.lines.join(), 'lane parked')
  outbox.wake()
  await timers.advance(15 * 60_000 - 1)
  assert.equal(far.delivered, upTo(5))
  assert.equal(store.saved, [1], 'nothing is skipped')
  await timers.advance(1)
  assert.equal(far.delivered, [...upTo(5), 2])
  await far.acknowledge(2)
  await far.acknowledge(3, 4, 5, 6)
  assert.equal(store.saved.at(-1), 6)
  assert.is(outbox.health().state, 'idle')
})

test('a new connection is a reason to try a parked lane at once', async () => {
  const { store, far, outbox, timers } = setUp()
  store.commit(2)
  outbox.connected()
  await far.fail('refused', 1)
  await far.acknowledge(2)
  outbox.disconnected()
  outbox.connected()
  assert.equal(far.delivered, [1, 2, 1])
  assert.is(timers.armed, 0)
})

test('a delivery that throws or fails without a kind counts as a passing failure', async () => {
  const timers = new CrankedTimers()
  let calls = 0
  const { store, outbox } = setUp({
    timers,
    deliver: () => {
      calls += 1
      if (calls === 1) throw new Error('thrown')
      return calls === 2 ? Promise.reject(new Error('rejected')) : Promise.resolve()
    },
  })
  store.commit(1)
  outbox.connected()
  await settled()
  assert.match(outbox.health().detail, 'thrown')
  await timers.advance(1_000)
  assert.match(outbox.health().detail, 'rejected')
  await timers.advance(2_000)
  assert.equal(store.saved, [1])
})

test('the journal is read only after a commit, never in a loop', async () => {
  const { store, far, outbox } = setUp()
  outbox.connected()
  assert.is(store.reads, 1)
  await settled()
  outbox.connected()
  assert.is(store.reads, 2)
  store.commit(1)
  outbox.wake()
  await far.acknowledge(1)
  assert.is(store.reads, 3)
  assert.equal(far.delivered, [1])
})

test('the cursor is saved after so many acknowledgements or so much time, not each time', async () => {
  const { store, far, outbox, timers } = setUp({ saveEvery: 3, saveMs: 5_000 })
  store.commit(4)
  outbox.connected()
  await far.acknowledge(1, 2)
  assert.equal(store.saved, [])
  assert.is(outbox.health().unsent, 2, 'the health knows better than the saved cursor')
  await far.acknowledge(3)
  assert.equal(store.saved, [3])
  await far.acknowledge(4)
  await timers.advance(4_999)
  assert.equal(store.saved, [3])
  await timers.advance(1)
  assert.equal(store.saved, [3, 4])
  assert.is(timers.armed, 0)
})

test('a journal that fails is tried again and ends nothing', async () => {
  const { store, far, outbox, timers } = setUp({ saveEvery: 1, saveMs: 5_000 })
  store.commit(2)
  store.broken = true
  outbox.connected()
  assert.match(outbox.health().detail, 'disk I/O error')
  store.broken = false
  await timers.advance(1_000)
  store.broken = true
  await far.acknowledge(1, 2)
  assert.equal(store.saved, [])
  store.broken = false
  await timers.advance(5_000)
  assert.equal(store.saved, [2])
})

test('a stop waits for what is in flight, saves the cursor and leaves no timer', async () => {
  const { store, far, outbox, timers } = setUp({ saveEvery: 100 })
  store.commit(10)
  outbox.connected()
  const stopped = Promise.all([outbox.stop(), outbox.stop()])
  await far.acknowledge(1, 2, 3, 4)
  await stopped
  assert.equal(far.delivered, [1, 2, 3, 4], 'nothing new is sent')
  assert.equal(store.saved, [4])
  assert.is(timers.armed, 0)
  assert.is(outbox.health().state, 'stopped')
  await outbox.stop()
})

test('a stop does not wait for an answer longer than a second', async () => {
  const { store, far, outbox, timers } = setUp({ saveEvery: 100 })
  store.commit(10)
  outbox.connected()
  await far.acknowledge(1)
  const stopped = outbox.stop()
  await timers.advance(1_000)
  await stopped
  assert.equal(store.saved, [1])
  await far.acknowledge(2, 3)
  assert.equal(store.saved, [1], 'an answer after the end changes nothing')
})

test('a start after a stop goes on behind the saved cursor', async () => {
  const { store, far, outbox } = setUp()
  store.commit(3)
  outbox.connected()
  await far.acknowledge(1, 2)
  const stopped = outbox.stop()
  outbox.start()
  await far.fail('offline', 3)
  await stopped
  await settled()
  outbox.connected()
  assert.equal(far.delivered, [1, 2, 3, 3])
  outbox.start()
  assert.equal(far.delivered, [1, 2, 3, 3])
})

test('records of several vehicles keep their order under failures of every kind', async () => {
  const { store, far, outbox, timers } = setUp()
  for (let i = 0; i < 20; i++) store.commit(3, `vehicle-${i % 3}`)
  outbox.connected()
  // a repeatable sequence of answers
  let state = 7
  const dice = (sides: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor(state / 65_536) % sides
  }
  for (let round = 0; round < 2_000 && store.cursor() < 60; round++) {
    const open = far.waiting
    const seq = open[dice(open.length || 1)]
    if (seq === undefined) await timers.advance(60_000)
    else if (dice(10) > 0) await far.acknowledge(seq)
    else if (dice(3) > 0) await far.fail('retry', seq)
    else {
      outbox.disconnected()
      await far.fail('offline', ...open)
      outbox.connected()
    }
  }
  assert.is(store.cursor(), 60)
  assert.equal([...new Set(far.delivered)], upTo(60), 'first seen in order, none missing')
})

test.run()
