/**
 * Recordings of CAN buses in ASAM MDF 4 (`.mf4`), versions 4.00 to 4.20, finished or not: from the
 * file to frames in the order of their times. The blocks are told in `block-file.ts` and
 * `data-blocks.ts`, the records in `sorted-records.ts` and `mixed-records.ts`.
 *
 * The time of a frame is the start of the recording (nanoseconds since 1970; in local time where
 * the file has no zone, which is taken as UTC) and the group's master channel (seconds), rounded to
 * microseconds. `BusChannel` n is the bus `can<n>`.
 */
import { OdographError } from '../../../model/errors.ts'
import { newFrame } from '../../../model/frame.ts'
import { ChannelBuses } from '../bus-channels.ts'
import type { RandomFile, ReaderOptions } from '../format.ts'
import { BlockFile, viewOf } from './block-file.ts'
import type { FrameBatch } from './frame-batch.ts'
import { FrameRecord, type Recording } from './frame-record.ts'
import { merge } from './merge.ts'
import { type MixedGroup, mixedFrames } from './mixed-records.ts'
import { reordered } from './reorder.ts'
import { sortedFrames } from './sorted-records.ts'
import { type ChannelGroup, type DataGroup, readStructure, type Structure } from './structure.ts'

export const FINISHED = 'MDF     '
export const UNFINISHED = 'UnFinMF '
const HEADER = 64
/** Lanes that are merged; each holds some hundred kilobytes. */
const MAX_LANES = 256
/** No frame needs more. */
const MAX_RECORD = 64 * 1024

export async function* readMf4(
  file: RandomFile,
  options: ReaderOptions,
): AsyncGenerator<number, void> {
  const frame = newFrame()
  const blocks = new BlockFile(file, options.at, (issue) => {
    options.issue({ ...issue, time: frame.time })
  })
  await readHeader(blocks, file.path)
  const structure = await readStructure(blocks)
  const groups = structure?.dataGroups ?? []
  if (structure === undefined || !groups.some(hasFrames)) {
    const detail = 'is an MDF 4 file without CAN frames (bus logging); decoded signals are not read'
    throw new OdographError('file-unrecognised', file.path, detail)
  }
  const lanes = lanesOf(blocks, structure, new ChannelBuses(options.buses, 0))
  for await (const _ of merge(lanes, frame, options.frame)) yield blocks.position
}

/** The 64 bytes at the start. */
async function readHeader(blocks: BlockFile, path: string): Promise<void> {
  const bytes = await blocks.bytes(0, HEADER)
  const text = Buffer.from(bytes).toString('latin1')
  const version = text
    .slice(8, 16)
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
  if (bytes.length < HEADER || !version.startsWith('4')) {
    const detail = `is an MDF file of version ${version || '?'}; only 4.00 to 4.20 are read`
    throw new OdographError('file-unrecognised', path, detail)
  }
  if (text.startsWith(UNFINISHED)) blocks.unfinished = viewOf(bytes).getUint16(60, true)
}

function hasFrames({ groups }: DataGroup): boolean {
  return groups.some(({ frames }) => frames !== undefined)
}

function lanesOf(
  blocks: BlockFile,
  { start, dataGroups }: Structure,
  buses: ChannelBuses,
): AsyncGenerator<FrameBatch>[] {
  // A double holds microseconds since 1970 exactly, nanoseconds not.
  const micros = Number(start / 1000n) + Number(start % 1000n) / 1000
  const lanes: AsyncGenerator<FrameBatch>[] = []
  const mayGoOn = dataGroups.filter(({ data }) => data !== 0).length === 1
  for (const dataGroup of dataGroups) {
    if (dataGroup.data === 0 || dataGroup.groups.length === 0) continue
    const lane = laneOf(blocks, dataGroup, mayGoOn, (group, order) =>
      recordOf(blocks, group, { start: micros, order, buses }),
    )
    if (lane !== undefined && lanes.length < MAX_LANES) lanes.push(lane)
    else if (lane !== undefined)
      blocks.report('block-malformed', dataGroup.address, 'too many groups')
  }
  return lanes
}

/** Undefined for a group that cannot be read as frames: an issue. */
function recordOf(
  blocks: BlockFile,
  group: ChannelGroup,
  recording: Recording,
): FrameRecord | undefined {
  if (group.frames === undefined) return undefined
  const record = FrameRecord.of(group, group.frames, recording)
  if (typeof record !== 'string') return record
  blocks.report('block-malformed', group.address, record)
  return undefined
}

function laneOf(
  blocks: BlockFile,
  { data, recordIdBytes, groups, address }: DataGroup,
  mayGoOn: boolean,
  recordOf: (group: ChannelGroup, order: number) => FrameRecord | undefined,
): AsyncGenerator<FrameBatch> | undefined {
  const mixed = groups.map((group, order): MixedGroup => {
    const recordBytes = group.dataBytes + group.invalidBytes
    return { ...group, recordBytes, record: recordOf(group, order) }
  })
  const [first] = mixed
  if (recordIdBytes === 0 && first !== undefined) {
    const { record, recordBytes } = first
    const cycles = groups[0]?.cycles ?? 0
    if (first.isOtherBus && cycles > 0) {
      blocks.report('bus-unsupported', first.address, `${cycles} records`)
    }
    if (record === undefined || recordBytes === 0) return undefined
    const { invalidBytes } = first
    if (recordBytes <= MAX_RECORD) {
      return sortedFrames(blocks, { data, recordBytes, invalidBytes, record }, mayGoOn)
    }
    blocks.report('block-malformed', first.address, `records of ${recordBytes} bytes`)
    return undefined
  }
  if (![1, 2, 4, 8].includes(recordIdBytes)) {
    blocks.report('block-malformed', address, `record ids of ${recordIdBytes} bytes`)
    return undefined
  }
  const lanes = mixed.filter(({ record }) => record !== undefined)
  if (lanes.length === 0) return undefined
  const frames = mixedFrames(blocks, { data, recordIdBytes, groups: mixed }, mayGoOn)
  return lanes.length > 1 ? reordered(frames) : frames
}
