/** Small MF4 files of all the ways in which records can lie in them, to be damaged. */
import { deflateSync } from 'node:zlib'
import { mf4Format } from '../../../../src/device/capture/mf4/mf4.ts'
import { variousFrames, written } from '../../../support/captured.ts'
import {
  type FieldSpec,
  Mf4File,
  nanoseconds,
  place,
  RECORD,
  recordOf,
  someFrames,
  usualFields,
  value,
} from './mf4-file.ts'

const records = Buffer.concat(someFrames.map((frame) => recordOf(frame)))
const run = Buffer.concat(someFrames.map(({ data }) => value(data)))

function withValues(link: number): readonly FieldSpec[] {
  return usualFields.map((field) =>
    field.name === 'DataBytes' ? { ...field, type: 1, data: link } : field,
  )
}

const places = someFrames.map((_, i) =>
  someFrames.slice(0, i).reduce((sum, { data }) => sum + 4 + data.length, 0),
)
const placed = someFrames.map((frame, i) => recordOf(frame, place(places[i] ?? 0)))

function inLists(): Uint8Array {
  const file = new Mf4File()
  const group = file.group({ fields: usualFields, recordBytes: RECORD })
  const blocks = [0, 100].map((at) => file.block('DT', [], records.subarray(at, at + 100)))
  const deflated = file.deflated('DT', deflateSync(records.subarray(200)), records.length - 200)
  const list = file.list(blocks, file.list([deflated]))
  file.dataGroup(group, file.block('HL', [list], Buffer.alloc(8)))
  return file.bytes
}

function inSignalData(): Uint8Array {
  const file = new Mf4File()
  const data = file.list([
    file.block('SD', [], run.subarray(0, 30)),
    file.deflated('SD', deflateSync(run.subarray(30)), run.length - 30),
  ])
  const group = file.group({ fields: withValues(data), recordBytes: RECORD })
  file.dataGroup(group, file.block('DT', [], Buffer.concat(placed)))
  return file.bytes
}

function inMixedGroups(unfinished: number): Uint8Array {
  const file = new Mf4File({ unfinished })
  const values = file.values(2)
  const fields = withValues(values)
  const first = file.group({ fields, recordBytes: RECORD, recordId: 1 }, nanoseconds, values)
  const other = file.group({ fields: usualFields, recordBytes: RECORD, recordId: 3 })
  file.link(values, 0, other)
  file.dataGroup(first, file.length + 64, 1)
  const parts = someFrames.flatMap((frame, i) => [
    Buffer.from([1]),
    placed[i] as Buffer,
    Buffer.from([2]),
    value(frame.data),
    Buffer.from([3]),
    recordOf(frame),
  ])
  file.openEnd('DT', Buffer.concat(parts), 24)
  return file.bytes
}

export function mf4Seeds(): Uint8Array[] {
  return [
    written(mf4Format, variousFrames()).bytes,
    inLists(),
    inSignalData(),
    inMixedGroups(0x25),
    inMixedGroups(0x65),
  ]
}
