/** Reading MDF 4: every way in which records can lie in a file, from files made here. */
import { deflateSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mf4Format } from '../../../../src/device/capture/mf4/mf4.ts'
import { OdographError } from '../../../../src/model/errors.ts'
import { readBlocks } from '../../../support/captured.ts'
import {
  expected,
  type FieldSpec,
  Mf4File,
  nanoseconds,
  place,
  RECORD,
  type Recorded,
  recordOf,
  someFrames,
  usualFields,
  value,
} from './mf4-file.ts'

const test = suite('MF4 reader')

const usual = { fields: usualFields, recordBytes: RECORD }
const records = Buffer.concat(someFrames.map((frame) => recordOf(frame)))
const all = someFrames.map(expected)

const withData = (data: FieldSpec): readonly FieldSpec[] =>
  usualFields.map((field) => (field.name === 'DataBytes' ? { ...field, ...data } : field))

async function assertFrames(file: Mf4File, frames: readonly object[] = all): Promise<void> {
  const read = await readBlocks(mf4Format, file.bytes)
  assert.equal(read.frames, frames)
  assert.equal(read.issues, [])
}

function turned(bytes: Buffer, columns: number): Buffer {
  const rows = Math.floor(bytes.length / columns)
  const result = Buffer.from(bytes)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      result[column * rows + row] = bytes[row * columns + column] as number
    }
  }
  return result
}

test('is known by its first eight bytes, finished or not', () => {
  assert.ok(mf4Format.magic(Buffer.from('MDF     4.11    ')))
  assert.ok(mf4Format.magic(Buffer.from('UnFinMF 4.11    ')))
  assert.not(mf4Format.magic(Buffer.from('MDF')))
  assert.not(mf4Format.magic(Buffer.from('LOGG    ')))
})

test('reads records of one group in one block of data', async () => {
  const file = new Mf4File()
  file.dataGroup(file.group(usual), file.block('DT', [], records))
  await assertFrames(file)
})

test('reads records that lie across the blocks of a list of lists', async () => {
  const file = new Mf4File()
  const blocks = []
  for (let at = 0; at < records.length; at += 31) {
    blocks.push(file.block('DT', [], records.subarray(at, at + 31)))
  }
  const second = file.list(blocks.slice(5))
  file.dataGroup(file.group(usual), file.list([...blocks.slice(0, 5), 0], second))
  await assertFrames(file)
})

test('reads deflated blocks, transposed or not', async () => {
  const file = new Mf4File()
  const half = 6 * RECORD
  const first = records.subarray(0, half)
  // One byte more than whole rows: it stays where it is.
  const second = records.subarray(half)
  const blocks = [
    file.deflated('DT', deflateSync(first), first.length),
    file.deflated('DT', deflateSync(turned(second, 5)), second.length, 5),
  ]
  const head = file.block('HL', [file.list(blocks)], Buffer.alloc(8))
  file.dataGroup(file.group(usual), head)
  await assertFrames(file)
})

test('reads values of signal data behind their places, in blocks that cut them', async () => {
  const run = Buffer.concat(someFrames.map(({ data }) => value(data)))
  for (const isDeflated of [false, true]) {
    const file = new Mf4File()
    const blocks = []
    for (let at = 0; at < run.length; at += 13) {
      const part = run.subarray(at, at + 13)
      blocks.push(
        isDeflated
          ? file.deflated('SD', deflateSync(part), part.length)
          : file.block('SD', [], part),
      )
    }
    let at = 0
    const placed = someFrames.map((frame) => {
      const record = recordOf(frame, place(at))
      at += 4 + frame.data.length
      return record
    })
    const data = { type: 1, data: file.list(blocks) } as FieldSpec
    const group = file.group({ fields: withData(data), recordBytes: RECORD })
    file.dataGroup(group, file.block('DT', [], Buffer.concat(placed)))
    await assertFrames(file)
  }
})

test('reads values of signal data in any order of their places', async () => {
  const file = new Mf4File()
  const run = Buffer.concat(someFrames.map(({ data }) => value(data)))
  const places: number[] = []
  for (let at = 0, i = 0; i < someFrames.length; i += 1) {
    places.push(at)
    at += 4 + (someFrames[i] as Recorded).data.length
  }
  const shuffled = [7, 0, 11, 3, 8, 1, 10, 2, 9, 4, 6, 5].map((from, i) => ({
    frame: { ...(someFrames[from] as Recorded), nanos: i * 1000 },
    at: places[from] as number,
  }))
  const data = { type: 1, data: file.block('SD', [], run) } as FieldSpec
  const group = file.group({ fields: withData(data), recordBytes: RECORD })
  const placed = shuffled.map(({ frame, at }) => recordOf(frame, place(at)))
  file.dataGroup(group, file.block('DT', [], Buffer.concat(placed)))
  await assertFrames(
    file,
    shuffled.map(({ frame }) => expected(frame)),
  )
})

/** Record ids of one byte: 1 frames, 2 their values. */
function mixed(file: Mf4File): number {
  const values = file.values(2)
  const fields = withData({ type: 1, data: values } as FieldSpec)
  return file.group({ fields, recordBytes: RECORD, recordId: 1 }, nanoseconds, values)
}

const framesFirst = (at: number, frame: Recorded): Buffer[] => [
  Buffer.concat([Buffer.from([1]), recordOf(frame, place(at))]),
  Buffer.concat([Buffer.from([2]), value(frame.data)]),
]

function mixedRecords(order: (at: number, frame: Recorded) => Buffer[]): Buffer {
  let at = 0
  const parts = someFrames.map((frame) => {
    const part = order(at, frame)
    at += 4 + frame.data.length
    return part
  })
  return Buffer.concat(parts.flat())
}

test('reads records of mixed groups with values behind or before their frames', async () => {
  for (const isBehind of [true, false]) {
    const file = new Mf4File()
    const data = mixedRecords((at, frame) => {
      const pair = framesFirst(at, frame)
      return isBehind ? pair : pair.toReversed()
    })
    file.dataGroup(mixed(file), file.block('DT', [], data), 1)
    await assertFrames(file)
  }
})

test('goes on behind frames whose values are not theirs', async () => {
  const file = new Mf4File()
  const many = Array.from({ length: 9000 }, (_, i) => ({ nanos: i * 1000, id: 1, data: [i & 255] }))
  let at = 0
  const parts = many.map((frame, i) => {
    // Every third value is too short for its frame.
    const own = value(i % 3 === 0 ? [] : frame.data)
    const record = recordOf(frame, place(at))
    at += own.length
    return Buffer.concat([Buffer.from([1]), record, Buffer.from([2]), own])
  })
  file.dataGroup(mixed(file), file.block('DT', [], Buffer.concat(parts)), 1)
  const { frames, issues } = await readBlocks(mf4Format, file.bytes)
  assert.equal(
    frames,
    many.filter((_, i) => i % 3 !== 0).map((frame) => expected(frame)),
  )
  assert.is(issues.length, 3000)
  assert.ok(issues.every(({ code }) => code === 'line-malformed'))
})

test('reads values that all stand behind all frames', async () => {
  const file = new Mf4File()
  const pairs: Buffer[][] = []
  mixedRecords((at, frame) => {
    pairs.push(framesFirst(at, frame))
    return []
  })
  const data = [...pairs.map(([frame]) => frame), ...pairs.map(([, own]) => own)] as Buffer[]
  file.dataGroup(mixed(file), file.block('DT', [], Buffer.concat(data)), 1)
  await assertFrames(file)
})

test('takes the values of an unfinished file in their order where places are not written', async () => {
  const file = new Mf4File({ unfinished: 64 })
  const data = mixedRecords((_, frame) => framesFirst(0, frame))
  file.dataGroup(mixed(file), file.block('DT', [], data), 1)
  await assertFrames(file)
})

test('reads an unfinished file to its end whatever the last block says', async () => {
  for (const length of [24, 0, 25]) {
    const file = new Mf4File({ unfinished: 0x25 })
    const group = mixed(file)
    file.dataGroup(group, file.length + 64, 1)
    file.openEnd('DT', mixedRecords(framesFirst), length)
    await assertFrames(file)
  }
})

test('reads on where the list of an unfinished file ends', async () => {
  const file = new Mf4File({ unfinished: 16 })
  const group = file.group(usual)
  const list = file.list([0])
  file.dataGroup(group, list)
  const first = file.block('DT', [], records.subarray(0, 5 * RECORD))
  file.link(list, 1, first)
  file.block('DT', [], records.subarray(5 * RECORD))
  await assertFrames(file)
})

test('reads fields of any place, size and byte order, as the file describes them', async () => {
  const file = new Mf4File()
  const fields: FieldSpec[] = [
    { name: 'ID', byte: 9, bit: 3, bits: 29, dataType: 1 },
    { name: 'IDE', byte: 13, bit: 5, bits: 1 },
    { name: 'DLC', byte: 13, bit: 1, bits: 4, dataType: 1 },
    { name: 'DataBytes', byte: 16, bits: 64, dataType: 10 },
    { name: 'BusChannel', byte: 0, bits: 0, type: 6, linear: [9, 0] },
    { name: 'Dir', byte: 0, bits: 0, type: 6, linear: [1, 0] },
  ]
  const time = {
    name: 't',
    byte: 1,
    bits: 48,
    dataType: 1,
    type: 2,
    counts: 1,
    linear: [0.5, 1e-6],
  }
  const frames = someFrames.map((frame, i) => ({
    ...frame,
    bus: 9,
    sent: true,
    nanos: 5e8 + i * 7000,
  }))
  const data = frames.map((frame, i) => {
    const record = Buffer.alloc(24)
    record.writeUIntBE(i * 7, 1, 6)
    record.writeUInt32BE((frame.id << 3) >>> 0, 9)
    record[13] = (frame.extended ? 32 : 0) | (frame.data.length << 1)
    record.set(frame.data, 16)
    return record
  })
  const group = file.group({ fields, recordBytes: 24 }, time as unknown as FieldSpec)
  file.dataGroup(group, file.block('DT', [], Buffer.concat(data)))
  await assertFrames(file, frames.map(expected))
})

test('takes a time in floating point seconds', async () => {
  const file = new Mf4File()
  const time: FieldSpec = { name: 't', byte: 0, bits: 64, dataType: 4, type: 2, counts: 1 }
  const data = someFrames.map((frame) => {
    const record = recordOf(frame)
    record.writeDoubleLE(frame.nanos / 1e9)
    return record
  })
  file.dataGroup(file.group(usual, time), file.block('DT', [], Buffer.concat(data)))
  await assertFrames(file)
})

test('reads data of maximum length as much as their length says', async () => {
  const file = new Mf4File()
  const fields = withData({ type: 5 } as FieldSpec)
  file.dataGroup(file.group({ fields, recordBytes: RECORD }), file.block('DT', [], records))
  await assertFrames(file)
})

test('reads the lists and blocks of version 4.20', async () => {
  const file = new Mf4File({ version: '4.20' })
  const parts = [records.subarray(0, 100), records.subarray(100)]
  const blocks = parts.map((part) => file.block('DV', [], part))
  const head = Buffer.alloc(16)
  head.writeUInt32LE(blocks.length, 4)
  file.dataGroup(file.group(usual), file.block('LD', [0, ...blocks], head))
  await assertFrames(file)
})

test('refuses frames whose invalidation bytes lie elsewhere', async () => {
  const file = new Mf4File({ version: '4.20' })
  const group = file.group({ ...usual, invalidBytes: 1 })
  file.dataGroup(group, file.block('DV', [], records))
  const read = await readBlocks(mf4Format, file.bytes)
  assert.equal(read.frames, [])
  assert.is(read.issues.length, 1)
})

test('leaves out what a record marks as invalid', async () => {
  const file = new Mf4File()
  const fields = usualFields.map((field) =>
    field.name === 'ID' ? { ...field, flags: 2, invalidBit: 1 } : field,
  )
  const group = file.group({ fields, recordBytes: RECORD, invalidBytes: 1 })
  const data = someFrames.map((frame, i) => Buffer.concat([recordOf(frame), Buffer.from([i & 2])]))
  file.dataGroup(group, file.block('DT', [], Buffer.concat(data)))
  const read = await readBlocks(mf4Format, file.bytes)
  assert.equal(
    read.frames,
    all.filter((_, i) => (i & 2) === 0),
  )
  assert.equal(new Set(read.issues.map(({ code }) => code)), new Set(['line-malformed']))
})

test('puts the frames of several data groups in the order of their times', async () => {
  const file = new Mf4File()
  let next = 0
  for (const part of [0, 1, 2]) {
    const own = someFrames.filter((_, i) => i % 3 === part).map((frame) => recordOf(frame))
    next = file.dataGroup(file.group(usual), file.block('DT', [], Buffer.concat(own)), 0, next)
  }
  await assertFrames(file)
})

test('puts the frames of mixed groups in the order of their times', async () => {
  const file = new Mf4File()
  const second = file.group({ ...usual, recordId: 2 })
  const first = file.group({ ...usual, recordId: 1 }, nanoseconds, second)
  const late = [3, 4, 5, 0, 1, 2, 6, 7, 11, 8, 9, 10]
  const data = late.map((i) =>
    Buffer.concat([Buffer.from([i % 3 === 0 ? 1 : 2, 0]), recordOf(someFrames[i] as Recorded)]),
  )
  file.dataGroup(first, file.block('DT', [], Buffer.concat(data)), 2)
  await assertFrames(file)
})

test('counts traffic of other buses and makes no frames of it', async () => {
  const file = new Mf4File()
  const lin = file.group({ ...usual, parent: 'LIN_Frame', recordId: 2, bus: 3 })
  const can = file.group({ ...usual, recordId: 1 }, nanoseconds, lin)
  const data = someFrames.map((frame, i) =>
    Buffer.concat([Buffer.from([1 + (i % 2)]), recordOf(frame)]),
  )
  file.dataGroup(can, file.block('DT', [], Buffer.concat(data)), 1)
  const read = await readBlocks(mf4Format, file.bytes)
  assert.equal(
    read.frames,
    all.filter((_, i) => i % 2 === 0),
  )
  assert.equal(
    read.issues.map(({ code, detail }) => [code, detail]),
    [['bus-unsupported', '6 records']],
  )
})

test('skips a damaged deflated block and finds the records behind it', async () => {
  const file = new Mf4File()
  const parts = [0, 5, 10].map((at) => records.subarray(at * RECORD, (at + 5) * RECORD))
  const blocks = parts.map((part, i) =>
    file.deflated('DT', i === 1 ? Buffer.alloc(40, 1) : deflateSync(part), part.length),
  )
  file.dataGroup(file.group(usual), file.list(blocks))
  const read = await readBlocks(mf4Format, file.bytes)
  assert.equal(read.frames, [...all.slice(0, 5), ...all.slice(10)])
  assert.equal(
    read.issues.map(({ code }) => code),
    ['block-malformed'],
  )
})

test('does not inflate without end', async () => {
  const file = new Mf4File()
  const block = file.deflated('DT', deflateSync(Buffer.alloc(1_000_000)), 2 ** 40)
  file.dataGroup(file.group(usual), block)
  const read = await readBlocks(mf4Format, file.bytes)
  assert.equal(read.frames, [])
  assert.equal(
    read.issues.map(({ code }) => code),
    ['block-malformed'],
  )
})

test('makes no frames of records that were never written', async () => {
  const file = new Mf4File()
  const blank = Buffer.concat([records, Buffer.alloc(3 * RECORD)])
  file.dataGroup(file.group(usual), file.block('DT', [], blank))
  const { frames, issues } = await readBlocks(mf4Format, file.bytes)
  assert.equal(frames, all)
  assert.is(issues.length, 3)
})

test('ends where links go in circles', async () => {
  const file = new Mf4File()
  const list = file.list([file.block('DT', [], records)])
  file.link(list, 0, list)
  const first = file.dataGroup(file.group(usual), list)
  file.link(first, 0, first)
  const { frames, issues } = await readBlocks(mf4Format, file.bytes)
  assert.ok(frames.length >= all.length)
  assert.ok(issues.some(({ code }) => code === 'block-malformed'))
})

test('says what a file is that has no frames', async () => {
  const signals = new Mf4File()
  const group = signals.group({ ...usual, parent: 'EngineSpeed', bus: 0 })
  signals.dataGroup(group, signals.block('DT', [], records))
  for (const [file, words] of [
    [signals, /without CAN frames/],
    [new Mf4File(), /without CAN frames/],
    [new Mf4File({ version: '3.30' }), /version 3.30/],
  ] as const) {
    try {
      await readBlocks(mf4Format, file.bytes)
      assert.unreachable()
    } catch (error) {
      assert.instance(error, OdographError)
      assert.is((error as OdographError).code, 'file-unrecognised')
      assert.match((error as OdographError).message, words)
    }
  }
})

test('cut anywhere, gives frames that are in the file and no others', async () => {
  const sorted = new Mf4File()
  sorted.dataGroup(sorted.group(usual), sorted.length + 64)
  sorted.openEnd('DT', records, 24 + records.length)
  const unsorted = new Mf4File({ unfinished: 0x25 })
  unsorted.dataGroup(mixed(unsorted), unsorted.length + 64, 1)
  unsorted.openEnd('DT', mixedRecords(framesFirst), 24)
  for (const { bytes } of [sorted, unsorted]) {
    for (let end = 0; end < bytes.length; end += 1) {
      const { frames } = await readBlocks(mf4Format, bytes.slice(0, end)).catch((error) => {
        assert.instance(error, OdographError)
        return { frames: [] }
      })
      assert.equal(frames, all.slice(0, frames.length))
    }
    assert.is((await readBlocks(mf4Format, bytes)).frames.length, all.length)
  }
})

test.run()
