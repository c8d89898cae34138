import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { candumpFormat } from '../../../../src/device/capture/candump/candump-format.ts'
import type { StreamFormat } from '../../../../src/device/capture/format.ts'
import { ascFormat } from '../../../../src/device/capture/text/asc.ts'
import { canedgeCsvFormat } from '../../../../src/device/capture/text/canedge-csv.ts'
import { gvretCsvFormat } from '../../../../src/device/capture/text/gvret-csv.ts'
import { pythonCanCsvFormat } from '../../../../src/device/capture/text/python-can-csv.ts'
import { slcanFormat } from '../../../../src/device/capture/text/slcan-text.ts'
import { trcFormat } from '../../../../src/device/capture/text/trc.ts'
import { type CanFrame, frameOf } from '../../../../src/model/frame.ts'
import { randomBytes, seeded } from '../../../decoder/dbc-reference.ts'
import { memoryOutput, readAll, shown } from './text-reading.ts'

const test = suite('text formats, written and read back')

interface Sent {
  frame: CanFrame
  bus: string
}

const fdLengths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]
const START = Date.UTC(2024, 1, 29, 23, 59, 58) * 1000 + 123_456

function randomFrames(seed: number, count: number): Sent[] {
  const random = seeded(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  let time = START
  return Array.from({ length: count }, () => {
    const kind = ['data', 'data', 'fd', 'remote', 'error'][below(5)]
    const extended = kind === 'error' || below(2) === 1
    const id = kind === 'error' ? 0 : below(extended ? 0x20000000 : 0x800)
    const fd = kind === 'fd'
    const length = kind === 'error' ? 0 : fd ? (fdLengths[below(16)] ?? 0) : below(9)
    const frame = frameOf(id, randomBytes(random, length), {
      extended,
      fd,
      remote: kind === 'remote',
      error: kind === 'error',
      brs: fd && below(2) === 1,
      esi: fd && below(2) === 1,
      sent: kind !== 'error' && below(2) === 1,
      time,
    })
    time += below(500_000)
    return { frame, bus: `can${below(3)}` }
  })
}

function write(format: StreamFormat, frames: Sent[]) {
  const output = memoryOutput()
  const writer = format.writer?.(output)
  if (writer === undefined) throw new Error(`${format.name} has no writer`)
  for (const { frame, bus } of frames) writer.frame(frame, bus)
  writer.end()
  return { text: output.text(), left: Object.fromEntries(writer.left ?? []) }
}

/** Which frames a format can carry without a loss. */
const formats: [format: StreamFormat, carries: (frame: CanFrame) => boolean][] = [
  [candumpFormat, () => true],
  [canedgeCsvFormat, ({ error }) => !error],
  [ascFormat, () => true],
  [trcFormat, ({ error }) => !error],
  [gvretCsvFormat, ({ error, remote, fd }) => !error && !remote && !fd],
  [pythonCanCsvFormat, ({ fd, sent }) => !fd && !sent],
]
for (const [format, carries] of formats) {
  test(`${format.name}: frames come back with every bit and microsecond`, () => {
    const named = format !== pythonCanCsvFormat
    const frames = randomFrames(0x5eed, 500)
      .filter(({ frame }) => carries(frame))
      .map(({ frame, bus }) => ({ frame, bus: named ? bus : 'can0' }))
    assert.ok(frames.length > 100)
    const { text, left } = write(format, frames)
    const read = readAll(format, text)
    assert.equal(left, {})
    assert.equal(read.issues, [])
    assert.equal(
      read.frames,
      frames.map(({ frame }) => shown(frame)),
    )
    assert.equal(
      read.times,
      frames.map(({ frame }) => frame.time),
    )
    assert.equal(
      read.buses,
      frames.map(({ bus }) => bus),
    )
  })

  test(`${format.name}: what it cannot carry is counted, and the rest is read without an issue`, () => {
    const all = randomFrames(0xabcd, 500)
    const { text, left } = write(format, all)
    const read = readAll(format, text)
    assert.equal(read.issues, [])
    const lost = Object.values(left).reduce((sum, count) => sum + count, 0)
    assert.is(lost > 0, !all.every(({ frame }) => carries(frame)))
    assert.ok(read.frames.length >= all.filter(({ frame }) => carries(frame)).length)
  })

  test(`${format.name}: a recording without frames is read as one`, () => {
    const { text } = write(format, [])
    assert.equal([readAll(format, text).frames, readAll(format, text).issues], [[], []])
  })

  test(`${format.name}: times that count from 0 come back as they were`, () => {
    const frames = [5, 1_000_007].map((time) => ({ frame: frameOf(1, [], { time }), bus: 'can0' }))
    assert.equal(readAll(format, write(format, frames).text).times, [5, 1_000_007])
  })
}

test('slcan: frames come back with the milliseconds of the minute', () => {
  const frames = randomFrames(0x51ca, 500)
    .filter(({ frame }) => !frame.error && !frame.sent && !frame.esi)
    .map(({ frame }) => ({ frame, bus: 'can0' }))
  const { text, left } = write(slcanFormat, frames)
  assert.equal(left, {})
  const read = readAll(slcanFormat, text)
  assert.equal(read.issues, [])
  assert.equal(
    read.frames,
    frames.map(({ frame }) => shown(frame)),
  )
  const millis = (times: number[]) =>
    times.map((time) => Math.floor(time / 1000) - Math.floor((times[0] ?? 0) / 1000))
  assert.equal(millis(read.times), millis(frames.map(({ frame }) => frame.time)))
})

test('slcan: what the lines have no place for is counted', () => {
  const sent = (options: object, bus = 'can0') => ({ frame: frameOf(1, [1], options), bus })
  const { text, left } = write(slcanFormat, [
    sent({ error: true, extended: true }),
    sent({ time: 0, sent: true }),
    sent({ time: 90_000_000 }, 'can1'),
    sent({ time: 90_000_000, fd: true, esi: true, brs: true }),
  ])
  assert.equal(left, {
    'error frame': 1,
    direction: 1,
    'name of a further bus': 1,
    'step back in time or pause of a minute': 1,
    'error state': 1,
  })
  assert.is(text, 't0011010000\rt0011017530\rb0011017530\r')
})

test('frames before the first one cannot be told in formats that count from the first', () => {
  const frames = [2_000_000, 1_000_000].map((time) => ({
    frame: frameOf(1, [], { time }),
    bus: 'can0',
  }))
  for (const format of [ascFormat, trcFormat]) {
    const { text, left } = write(format, frames)
    assert.equal(left, { 'frame before the first': 1 }, format.name)
    assert.equal(readAll(format, text).times, [2_000_000])
  }
  assert.equal(
    readAll(candumpFormat, write(candumpFormat, frames).text).times,
    [2_000_000, 1_000_000],
  )
})

test('numbers of buses are those of their names where that is possible', () => {
  const names = ['can1', 'vcan1', 'truck', 'can0', 'truck']
  const frames = names.map((bus) => ({ frame: frameOf(1, []), bus }))
  const { text, left } = write(gvretCsvFormat, frames)
  assert.equal(left, { 'name of a bus': 3 })
  assert.equal(readAll(gvretCsvFormat, text).buses, ['can1', 'can2', 'can0', 'can3', 'can0'])
})

test('candump lines are those that candump writes', () => {
  const time = 1_709_251_200_000_042
  const line = (frame: CanFrame, bus = 'can0') => write(candumpFormat, [{ frame, bus }]).text
  const at = '(1709251200.000042) can0'
  assert.is(line(frameOf(0x7e8, [1, 0xab], { time })), `${at} 7E8#01AB\n`)
  assert.is(line(frameOf(0x18fef100, [], { time, sent: true })), `${at} 18FEF100# T\n`)
  assert.is(line(frameOf(1, [], { time, remote: true })), `${at} 001#R\n`)
  assert.is(line(frameOf(1, [0, 0, 0], { time, remote: true })), `${at} 001#R3\n`)
  assert.is(line(frameOf(1, [9], { time, fd: true, esi: true })), `${at} 001##209\n`)
  assert.is(line(frameOf(4, [0, 8], { time, error: true })), `${at} 20000004#0008\n`)
  assert.is(line(frameOf(1, [], { time: 1 }), 'my bus#1'), '(0000000000.000001) my_bus_1 001#\n')
})

test.run()
