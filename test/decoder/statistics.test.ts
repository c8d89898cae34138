import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BusStatistics, likelyBitrate } from '../../src/decoder/statistics/bus-statistics.ts'
import { bitsOf } from '../../src/decoder/statistics/frame-bits.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import { randomBytes, seeded } from './dbc-reference.ts'

const test = suite('statistics')

/** The stuffed part of a classic frame as a text of bits, with the CRC by long division. */
function reference({ id, extended, remote, length, data }: CanFrame): number {
  const bits = (value: number, width: number) => value.toString(2).padStart(width, '0')
  const rtr = remote ? '1' : '0'
  const head = extended
    ? `0${bits(id, 29).slice(0, 11)}11${bits(id, 29).slice(11)}${rtr}00`
    : `0${bits(id, 11)}${rtr}00`
  const body = remote ? '' : [...data.subarray(0, length)].map((byte) => bits(byte, 8)).join('')
  const sent = head + bits(length, 4) + body
  const rest = [...sent, ...'0'.repeat(15)].map(Number)
  const divisor = [...'1100010110011001'].map(Number)
  for (let at = 0; at + 15 < rest.length; at += 1) {
    if (rest[at] !== 1) continue
    for (const [i, bit] of divisor.entries()) rest[at + i] = (rest[at + i] ?? 0) ^ bit
  }
  const unstuffed = sent + rest.slice(-15).join('')
  let stuffed = ''
  for (const bit of unstuffed) {
    stuffed += bit
    const tail = /(0{5}|1{5})$/.exec(stuffed)
    if (tail !== null) stuffed += tail[0][0] === '0' ? '1' : '0'
  }
  return stuffed.length + 1 + 2 + 7 + 3
}

test('the bits of a classic frame are counted as a bus would carry them', () => {
  const random = seeded(5)
  for (let round = 0; round < 500; round += 1) {
    const extended = random() < 0.5
    const id = Math.floor(random() * (extended ? 0x20000000 : 0x800))
    const frame = frameOf(id, randomBytes(random, Math.floor(random() * 9)), { extended })
    frame.remote = random() < 0.1
    assert.is(bitsOf(frame).nominal, reference(frame), JSON.stringify(frame))
  }
})

test('a frame without a bit to stuff has its bare length', () => {
  const bits = bitsOf(frameOf(0x555, []))
  assert.ok(bits.nominal >= 47 && bits.nominal <= 50, `${bits.nominal}`)
  assert.is(bits.data, 0)
})

test('with a switched bit rate the data part of a CAN FD frame counts at its own', () => {
  const slow = bitsOf(frameOf(0x123, new Uint8Array(64), { fd: true }))
  const fast = bitsOf(frameOf(0x123, new Uint8Array(64), { fd: true, brs: true }))
  assert.is(slow.data, 0)
  assert.is(slow.nominal, fast.nominal + fast.data)
  assert.ok(fast.data > 512 && fast.nominal < 40)
})

const START = 1_750_000_000_000_000

function statisticsOf(frames: readonly CanFrame[]): BusStatistics {
  const statistics = new BusStatistics()
  for (const frame of frames) statistics.frame(frame)
  return statistics
}

const every = (ms: number, count: number, id = 0x18fef100, from = 0) =>
  Array.from({ length: count }, (_, i) =>
    frameOf(id, [i & 0xff, 2, 3], { time: START + from * 1000 + i * ms * 1000 }),
  )

test('an identifier has its count, lengths and rhythm', () => {
  const { ids, frames, duration } = statisticsOf([
    ...every(100, 101),
    frameOf(0x123, [1, 2], { time: START + 10_000_000 }),
  ])
  assert.equal([frames, duration, ids.size], [102, 10_000_000, 2])
  const known = ids.get(0x18fef100 + 0x20000000)
  assert.equal(
    [known?.count, known?.minLength, known?.maxLength, known?.minPeriod, known?.maxPeriod],
    [101, 3, 3, 100_000, 100_000],
  )
  assert.is(known?.period, 100_000)
  assert.is(known?.missing, 0)
})

test('messages that a steady rhythm lacks are counted as missing', () => {
  const frames = every(100, 200).filter((_, i) => ![50, 51, 120].includes(i))
  assert.equal(
    [...statisticsOf(frames).ids.values()].map(({ missing }) => missing),
    [3],
  )
})

test('what has no rhythm lacks nothing', () => {
  const random = seeded(3)
  let time = START
  const frames = Array.from({ length: 500 }, () => {
    time += Math.floor(random() ** 3 * 1_000_000)
    return frameOf(0x7e8, [0], { time })
  })
  assert.equal(
    [...statisticsOf(frames).ids.values()].map(({ missing }) => missing),
    [0],
  )
})

test('a stretch of silence is a gap, and the longest is told with its start', () => {
  const { gaps, longestGap } = statisticsOf([
    ...every(10, 10),
    ...every(10, 10, 0x123, 2000),
    ...every(10, 10, 0x123, 7000),
  ])
  assert.is(gaps, 2)
  assert.equal(longestGap, { start: START + 2_090_000, length: 4_910_000 })
})

test('error and remote frames are counted apart, and a clock set back is told', () => {
  const { frames, errors, remote, setBack } = statisticsOf([
    frameOf(0x123, [1], { time: START }),
    frameOf(0x4, [0], { time: START + 1, error: true }),
    frameOf(0x123, [], { time: START + 2, remote: true }),
    frameOf(0x123, [1], { time: START - 5_000_000 }),
  ])
  assert.equal([frames, errors, remote, setBack], [2, 1, 1, 1])
})

test('the likely bit rate is the slowest usual one that could have carried the busiest second', () => {
  // J1939 begins at 250 kbit/s.
  assert.is(likelyBitrate(statisticsOf(every(10, 300, 0x123))), 125_000)
  assert.is(likelyBitrate(statisticsOf(every(10, 300))), 250_000)
  assert.is(likelyBitrate(statisticsOf(every(0.5, 4000))), 250_000)
  assert.is(likelyBitrate(statisticsOf(every(0.2, 10_000))), 500_000)
})

test('more identifiers than a bus can have are counted, not kept', () => {
  const frames = Array.from({ length: 10_000 }, (_, i) =>
    frameOf(0x18000000 + i, [0], { time: START + i }),
  )
  const { ids, others } = statisticsOf(frames)
  assert.equal([ids.size, others], [8192, 1808])
})

test.run()
