import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { onClock, steadyClock } from '../../src/device/on-clock.ts'
import { newFrame } from '../../src/model/frame.ts'
import type { Source, SourceEvents } from '../../src/model/ports.ts'

class Bench {
  monotonic = 0
  /** What the gateway's clock and the source's own are ahead of monotonic time. */
  ours = 1_000_000
  theirs = 1_000_000
  readonly frames: number[] = []
  readonly others: unknown[] = []
  readonly clock = { now: () => this.ours + this.monotonic, monotonic: () => this.monotonic }
  #events: SourceEvents | undefined

  constructor() {
    const source: Source = {
      id: 'can0',
      buses: ['can0'],
      start: (events) => {
        this.#events = events
      },
      stop: async () => undefined,
    }
    const wrapped = onClock(source, () => this.theirs + this.monotonic, this.clock)
    assert.equal(wrapped.buses, ['can0'])
    wrapped.start({
      frame: (frame) => this.frames.push(frame.time),
      issue: ({ time }) => this.others.push(time),
      health: () => undefined,
      end: () => this.others.push('end'),
      measured: (_signal, _value, time) => this.others.push(time),
      time: (fix) => this.others.push(fix),
    })
  }

  get events(): SourceEvents {
    assert.ok(this.#events)
    return this.#events as SourceEvents
  }

  /** A frame that the source stamps by its own clock; it is the same object every time. */
  readonly #frame = newFrame()
  frame(): void {
    this.#frame.time = (this.theirs + this.monotonic) * 1000 + 5
    const { time } = this.#frame
    this.events.frame(this.#frame)
    assert.is(this.#frame.time, time)
  }
}

test('a source that goes by the same clock keeps its times', () => {
  const bench = new Bench()
  bench.frame()
  bench.ours += 1
  bench.frame()
  assert.equal(bench.frames, [1_000_000_005, 1_000_000_005])
})

test('frames, issues and what was measured follow the gateway when its clock jumps', () => {
  const bench = new Bench()
  bench.frame()
  bench.monotonic = 1000
  bench.ours += 50 * 365 * 86_400_000
  bench.frame()
  const by = bench.ours - bench.theirs
  assert.is((bench.frames[1] ?? 0) - (bench.frames[0] ?? 0), (by + 1000) * 1000)
  bench.events.measured?.('speed', 1, 7)
  bench.events.issue({ code: 'line-malformed', at: 'can0', time: 8 })
  bench.events.time?.({ utc: 9, monotonic: 10 })
  bench.events.end()
  assert.equal(bench.others, [by * 1000 + 7, by * 1000 + 8, { utc: 9, monotonic: 10 }, 'end'])
})

test('a steady clock does not jump with the one that it began by', () => {
  const bench = new Bench()
  const steady = steadyClock(bench.clock)
  assert.is(steady.now(), bench.clock.now())
  bench.ours += 86_400_000
  bench.monotonic += 250
  assert.is(steady.now(), 1_000_250)
  assert.is(steady.monotonic(), 250)
})

test.run()
