import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FrameRing } from '../../../src/device/capture/frame-ring.ts'
import { type CanFrame, frameOf } from '../../../src/model/frame.ts'

const SECOND = 1_000_000

function all(ring: FrameRing, from = 0, to = Number.MAX_SAFE_INTEGER): CanFrame[] {
  const found: CanFrame[] = []
  ring.snapshot().each(from, to, (frame) => {
    found.push({ ...frame, data: frame.data.slice(0, frame.length) })
  })
  return found
}

test('a frame comes back as it was put in, whatever it is', () => {
  const ring = new FrameRing(1_000_000)
  const bus = ring.bus('can0')
  const long = Array.from({ length: 64 }, (_, i) => i)
  const frames = [
    frameOf(0x7e8, [3, 0x41, 0x0c, 1], { time: 1.5 * SECOND }),
    frameOf(0x18fee017, [1, 2, 3, 4, 5, 6, 7, 8], { time: 2 * SECOND, sent: true }),
    frameOf(0x123, [], { time: 3 * SECOND, remote: true }),
    frameOf(0x20, [0, 0, 4, 0, 0, 0, 0, 0], { time: 4 * SECOND, error: true }),
    frameOf(0x1f334455, long, { time: 5 * SECOND, fd: true, brs: true, esi: true }),
    frameOf(0x1fffffff, [9], { time: 1_795_487_644_340_123 }),
  ]
  for (const frame of frames) ring.add(frame, bus)
  const found = all(ring)
  assert.is(found.length, frames.length)
  for (const [i, frame] of frames.entries()) {
    assert.equal(found[i], { ...frame, data: frame.data.slice(0, frame.length) })
  }
})

test('buses keep their names', () => {
  const ring = new FrameRing(1_000_000)
  ring.add(frameOf(1, [1], { time: 1 }), ring.bus('can0'))
  ring.add(frameOf(2, [2], { time: 2 }), ring.bus('obd/can1'))
  assert.is(ring.bus('can0'), 0)
  const { buses } = ring.snapshot()
  assert.equal(
    all(ring).map(({ bus }) => buses[bus]),
    ['can0', 'obd/can1'],
  )
})

test('a window takes its frames, both ends included, and no other', () => {
  const ring = new FrameRing(1_000_000)
  for (let time = 0; time < 100; time += 1) ring.add(frameOf(time, [time], { time }), 0)
  assert.equal(
    all(ring, 10, 12).map(({ time }) => time),
    [10, 11, 12],
  )
  assert.equal(all(ring, 200), [])
})

test('it takes no more room than it was given, and the oldest frames make way', () => {
  const limit = 1_000_000
  const ring = new FrameRing(limit)
  for (let time = 0; time < 200_000; time += 1) ring.add(frameOf(1, [1, 2, 3], { time }), 0)
  assert.ok(ring.bytes <= limit, String(ring.bytes))
  const times = all(ring).map(({ time }) => time)
  assert.is(times.at(-1), 199_999)
  assert.is(times.length, 200_000 - (times[0] as number), 'without a gap')
  assert.ok(times.length > (limit / 24) * 0.8, String(times.length))
})

test('a snapshot stays as it was while frames go on coming', () => {
  const ring = new FrameRing(300_000)
  for (let time = 0; time < 1000; time += 1) ring.add(frameOf(1, [1], { time }), 0)
  const snapshot = ring.snapshot()
  for (let time = 1000; time < 100_000; time += 1) ring.add(frameOf(2, [2], { time }), 0)
  let count = 0
  snapshot.each(0, 1e9, ({ id }) => {
    count += 1
    assert.is(id, 1)
  })
  assert.is(count, 1000)
})

test('when the time becomes known, only what was stamped since then moves', () => {
  const ring = new FrameRing(1_000_000)
  for (const time of [5, 1000, 1001]) ring.add(frameOf(1, [1], { time }), 0)
  ring.shift(7_000_000, 1000)
  assert.equal(
    all(ring).map(({ time }) => time),
    [5, 7_001_000, 7_001_001],
  )
  assert.equal(all(ring, 7_001_000, 7_001_000).length, 1, 'and is found there')
})

test.run()
