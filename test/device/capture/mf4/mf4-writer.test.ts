/** What the MF4 writer writes is read as it was, and is an MDF file by its own account. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mf4Format } from '../../../../src/device/capture/mf4/mf4.ts'
import { OdographError } from '../../../../src/model/errors.ts'
import { frameOf } from '../../../../src/model/frame.ts'
import {
  MemoryOutput,
  plain,
  readBlocks,
  variousFrames,
  written,
} from '../../../support/captured.ts'

const test = suite('MF4 writer')

const TIME = 1_750_000_000_000_001

test('writes every kind of frame so that it is read as it was', async () => {
  const frames = [...variousFrames('can0'), ...variousFrames('can7')].map((lent, i) => ({
    ...lent,
    frame: { ...lent.frame, time: lent.frame.time + i },
  }))
  frames.sort((a, b) => a.frame.time - b.frame.time)
  const { bytes, left } = written(mf4Format, frames)
  assert.ok(mf4Format.magic(bytes))
  const read = await readBlocks(mf4Format, bytes)
  assert.equal(
    read.frames,
    frames.map(({ frame, bus }) => plain(frame, bus)),
  )
  assert.equal(read.issues, [])
  assert.is(left.size, 0)
})

test('writes more frames than a block holds', async () => {
  const frames = Array.from({ length: 60_000 }, (_, i) => ({
    frame: frameOf(i & 0x7ff, [i & 255, i >> 8], { time: TIME + 40 * i }),
    bus: 'can1',
  }))
  const read = await readBlocks(mf4Format, written(mf4Format, frames).bytes)
  assert.is(read.frames.length, frames.length)
  const wrong = frames.findIndex(({ frame, bus }, i) => {
    const other = read.frames[i]
    return other?.time !== frame.time || other.id !== frame.id || other.bus !== bus
  })
  assert.is(wrong, -1)
})

test('keeps the times of frames before the first one', async () => {
  const times = [0, -5_000_000_000, 7].map((offset) => TIME + offset)
  const frames = times.map((time) => ({ frame: frameOf(1, [], { time }), bus: 'can0' }))
  const read = await readBlocks(mf4Format, written(mf4Format, frames).bytes)
  assert.equal(
    read.frames.map(({ time }) => time),
    times,
  )
})

test('gives buses with names of their own free numbers, and says so', async () => {
  const frames = ['can1', 'vcan0', 'can0', 'vcan0'].map((bus, i) => ({
    frame: frameOf(1, [], { time: TIME + i }),
    bus,
  }))
  const { bytes, left } = written(mf4Format, frames)
  const read = await readBlocks(mf4Format, bytes)
  const [first, second, third, fourth] = read.frames.map(({ bus }) => bus)
  assert.is(first, 'can1')
  assert.is(new Set([first, second, third]).size, 3)
  assert.is(fourth, second)
  assert.ok(left.size > 0)
})

test('writes a recording without frames that is one still', async () => {
  const read = await readBlocks(mf4Format, written(mf4Format, []).bytes)
  assert.equal(read.frames, [])
  assert.equal(read.issues, [])
})

test('starts every block at a multiple of eight, and links only to blocks', () => {
  const { bytes } = written(mf4Format, variousFrames())
  const file = Buffer.from(bytes)
  const seen = new Set<number>()
  const walk = (at: number): void => {
    if (at === 0 || seen.has(at)) return
    seen.add(at)
    assert.is(at % 8, 0)
    assert.is(file.toString('latin1', at, at + 2), '##')
    const length = Number(file.readBigUInt64LE(at + 8))
    assert.ok(at + length <= file.length)
    const links = Number(file.readBigUInt64LE(at + 16))
    for (let i = 0; i < links; i += 1) walk(Number(file.readBigUInt64LE(at + 24 + 8 * i)))
  }
  walk(64)
  const types = [...seen].map((at) => file.toString('latin1', at + 2, at + 4))
  for (const type of ['HD', 'FH', 'DG', 'CG', 'CN', 'CC', 'SI', 'TX', 'MD', 'HL', 'DL', 'DZ']) {
    assert.ok(types.includes(type), type)
  }
  const groups = [...seen].filter((at) => file.toString('latin1', at + 2, at + 4) === 'CG')
  const cycles = groups.map((at) => Number(file.readBigUInt64LE(at + 24 + 48 + 8)))
  assert.is(
    cycles.reduce((sum, count) => sum + count, 0),
    variousFrames().length,
  )
})

test('refuses an output in which nothing can be changed', () => {
  const { patch: _, ...pipe } = new MemoryOutput()
  const output = { ...pipe, length: 0, write: () => undefined }
  assert.throws(
    () => mf4Format.writer?.(output),
    (error: unknown) => error instanceof OdographError && error.code === 'usage',
  )
})

test.run()
