import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type OpenContext, type Session, Supervisor } from '../../src/device/supervisor.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import { HandClock, settled } from '../support/hand-clock.ts'

const test = suite('supervisor')

/** An adapter that a test opens, breaks and counts by hand. */
class FakeAdapter {
  fails: string | undefined
  opened = 0
  closes = 0
  context: OpenContext | undefined
  readonly attempts: number[] = []
  readonly #clock: HandClock
  #end: (reason: string) => void = () => undefined

  constructor(clock: HandClock) {
    this.#clock = clock
  }

  async open(context: OpenContext): Promise<Session> {
    this.attempts.push(this.#clock.monotonic())
    this.context = context
    if (this.fails !== undefined) throw new Error(this.fails)
    this.opened += 1
    const closed = new Promise<string>((resolve) => {
      this.#end = resolve
    })
    return {
      detail: 'receiving',
      closed,
      close: async () => {
        this.closes += 1
        this.#end('closed')
      },
    }
  }

  unplug(): void {
    this.#end('it was unplugged')
  }
}

function supervise(random = 0.5) {
  const clock = new HandClock()
  const adapter = new FakeAdapter(clock)
  const told: SourceHealth[] = []
  const supervisor = new Supervisor({
    adapter,
    health: (health) => told.push(health),
    frames: () => 7,
    clock,
    after: clock.after,
    random: () => random,
  })
  const states = () => told.map((health) => health.state)
  return { clock, adapter, told, states, supervisor }
}

test('an adapter that opens is running, and stopping closes it', async () => {
  const { clock, adapter, told, states, supervisor } = supervise()
  supervisor.start()
  await settled()
  assert.equal(states(), ['starting', 'running'])
  assert.is(told.at(-1)?.detail, 'receiving')
  assert.is(told.at(-1)?.frames, 7)
  await supervisor.stop()
  assert.is(adapter.closes, 1)
  assert.is(states().at(-1), 'stopped')
  assert.is(clock.waiting, 0)
})

test('failing attempts follow at doubling distances, up to 30 seconds, for ever', async () => {
  const { clock, adapter, supervisor } = supervise()
  adapter.fails = 'there is no such port'
  supervisor.start()
  await clock.advance(300_000)
  const gaps = adapter.attempts.slice(1).map((at, index) => at - (adapter.attempts[index] ?? 0))
  assert.equal(gaps.slice(0, 9), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  await supervisor.stop()
  assert.is(clock.waiting, 0)
})

for (const [random, delay] of [
  [0, 375],
  [1, 625],
] as const) {
  test(`the first delay is jittered to ${delay} ms when chance says ${random}`, async () => {
    const { clock, adapter, supervisor } = supervise(random)
    adapter.fails = 'no'
    supervisor.start()
    await clock.advance(delay)
    assert.equal(adapter.attempts, [0, delay])
    await supervisor.stop()
  })
}

test('while it waits it says why, and since when it does', async () => {
  const { clock, adapter, told, supervisor } = supervise()
  adapter.fails = 'there is no such port'
  supervisor.start()
  const start = clock.now()
  await clock.advance(10_000)
  const health = told.at(-1)
  assert.is(health?.state, 'waiting')
  assert.match(health?.detail ?? '', 'there is no such port')
  assert.is(health?.since, start)
  await supervisor.stop()
})

test('an unplugged adapter is closed, waited for and opened again', async () => {
  const { clock, adapter, told, states, supervisor } = supervise()
  supervisor.start()
  await clock.advance(60_000)
  for (let round = 1; round <= 100; round++) {
    adapter.unplug()
    await settled()
    assert.is(states().at(-1), 'waiting')
    assert.is(adapter.closes, round)
    await clock.advance(20_000)
    assert.is(states().at(-1), 'running')
    assert.is(told.at(-1)?.reopened, round)
  }
  await supervisor.stop()
})

test('an adapter that ran for a while is tried again soon, one that flaps ever later', async () => {
  const { clock, adapter, supervisor } = supervise()
  supervisor.start()
  await settled()
  const delays: number[] = []
  for (const ranMs of [0, 0, 0, 10_000, 0]) {
    await clock.advance(ranMs)
    adapter.unplug()
    const before = clock.monotonic()
    const { opened } = adapter
    while (adapter.opened === opened) await clock.advance(250)
    delays.push(clock.monotonic() - before)
  }
  assert.equal(delays, [500, 1000, 2000, 500, 1000])
  await supervisor.stop()
})

test('a session reports silence while it lasts, and is not heard after its end', async () => {
  const { adapter, states, supervisor } = supervise()
  supervisor.start()
  await settled()
  adapter.context?.report('silent', 'no frame comes')
  assert.is(states().at(-1), 'silent')
  const first = adapter.context
  adapter.unplug()
  await settled()
  first?.report('running', 'too late')
  assert.is(states().at(-1), 'waiting')
  await supervisor.stop()
})

test('stopping is idempotent, may come first, and ends a pause at once', async () => {
  const early = supervise()
  await early.supervisor.stop()
  early.supervisor.start()
  await early.clock.advance(60_000)
  assert.equal(early.adapter.attempts, [])

  const { clock, adapter, states, supervisor } = supervise()
  adapter.fails = 'no'
  supervisor.start()
  await settled()
  await Promise.all([supervisor.stop(), supervisor.stop()])
  assert.is(clock.waiting, 0)
  assert.is(states().filter((state) => state === 'stopped').length, 1)
  await clock.advance(60_000)
  assert.is(adapter.attempts.length, 1)
})

test('stopping while the adapter is being opened closes what comes of it', async () => {
  const clock = new HandClock()
  const states: string[] = []
  let closes = 0
  const supervisor = new Supervisor({
    adapter: {
      open: async () => {
        await new Promise<void>((resolve) => clock.after(1000, resolve))
        return {
          detail: 'late',
          closed: new Promise<string>(() => undefined),
          close: async () => {
            closes += 1
          },
        }
      },
    },
    health: ({ state }) => states.push(state),
    frames: () => 0,
    clock,
    after: clock.after,
  })
  supervisor.start()
  await clock.advance(500)
  const stopped = supervisor.stop()
  await clock.advance(500)
  await stopped
  assert.is(closes, 1)
  assert.equal(states, ['starting', 'stopped'])
})

test.run()
