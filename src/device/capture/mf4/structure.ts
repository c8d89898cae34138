/**
 * What an MDF 4 file says about its records: data groups, their channel groups, and of those that
 * hold frames of a CAN bus the fields, by name: `CAN_DataFrame.ID`, `CAN_RemoteFrame.DLC`, … (bus
 * logging by the ASAM associated standard). Only heads of blocks are read here, no records.
 */
import { type Block, type BlockFile, uint64 } from './block-file.ts'
import { type Conversion, conversionOf } from './conversion.ts'
import { type Channel, channelTypes } from './field.ts'

const HEADER = 64
const FLAG_SIGNAL_DATA = 1
const FLAG_REMOTE_MASTER = 8
const SOURCE_BUS = 2
const BUS_CAN = 2
const MAX_DEPTH = 8
/** More blocks than any recording's structure has; a limit to what is kept of a hostile file. */
const MAX_BLOCKS = 200_000

const frameName = /(?:^|\.)CAN_(Data|Remote|Error)Frame(?:\.(\w+))?$/

export type FrameKind = 'Data' | 'Remote' | 'Error'

export interface ChannelGroup {
  address: number
  recordId: number
  /** Records are values of a VLSD channel: length in 4 bytes, bytes. */
  isSignalData: boolean
  dataBytes: number
  invalidBytes: number
  /** As the file says; 0 in unfinished ones. */
  cycles: number
  /** Traffic of a bus that is no CAN bus. */
  isOtherBus: boolean
  /** Undefined for groups that are no frames. */
  frames: FrameFields | undefined
}

export interface FrameFields {
  kind: FrameKind
  /** Name of the source: `CAN1`, … */
  source: string
  master: Channel
  members: Map<string, Channel>
}

export interface DataGroup {
  address: number
  recordIdBytes: number
  data: number
  groups: ChannelGroup[]
}

export interface Structure {
  /** Nanoseconds since 1970. */
  start: bigint
  dataGroups: DataGroup[]
}

/** Undefined where there is no recording in it; what is damaged is an issue. */
export async function readStructure(file: BlockFile): Promise<Structure | undefined> {
  const header = await file.block(HEADER, ['HD'])
  if (header === undefined || header.data.byteLength < 8) return undefined
  const walk = new Walk(file)
  const start = header.data.getBigUint64(0, true)
  return { start, dataGroups: await walk.dataGroups(header.links[0] ?? 0) }
}

class Walk {
  readonly #file: BlockFile
  readonly #seen = new Set<number>()

  constructor(file: BlockFile) {
    this.#file = file
  }

  async dataGroups(first: number): Promise<DataGroup[]> {
    const found: DataGroup[] = []
    for await (const { address, links, data } of this.#chain(first, 'DG', 8, 3)) {
      const groups = await this.#channelGroups(links[1] ?? 0)
      found.push({ address, recordIdBytes: data.getUint8(0), data: links[2] ?? 0, groups })
    }
    return found
  }

  /** A list of blocks, linked by their first links; each block of the file is taken once. */
  async *#chain(first: number, type: string, bytes: number, links: number): AsyncGenerator<Block> {
    for (let address = first; address !== 0; ) {
      if (this.#seen.has(address) || this.#seen.size >= MAX_BLOCKS) {
        this.#file.report('block-malformed', address, `${type} is linked twice`)
        return
      }
      this.#seen.add(address)
      const block = await this.#file.block(address, [type])
      if (block === undefined) return
      if (block.data.byteLength < bytes || block.links.length < links) {
        this.#file.report('block-malformed', address, `${type} of ${block.length} bytes`)
        return
      }
      yield block
      address = block.links[0] ?? 0
    }
  }

  async #channelGroups(first: number): Promise<ChannelGroup[]> {
    const found: ChannelGroup[] = []
    for await (const { address, links, data } of this.#chain(first, 'CG', 32, 4)) {
      const flags = data.getUint16(16, true)
      const isSignalData = (flags & FLAG_SIGNAL_DATA) !== 0
      const source = isSignalData ? undefined : await this.#canSource(links[3])
      const frames = source === undefined ? undefined : await this.#frames(links[1] ?? 0, source)
      if (frames !== undefined && flags & FLAG_REMOTE_MASTER) {
        this.#file.report('block-malformed', address, 'frames in columns are not read')
      }
      found.push({
        address,
        recordId: uint64(data, 0),
        isSignalData,
        isOtherBus: !isSignalData && source === undefined,
        cycles: uint64(data, 8),
        dataBytes: data.getUint32(24, true),
        invalidBytes: data.getUint32(28, true),
        frames: flags & FLAG_REMOTE_MASTER ? undefined : frames,
      })
    }
    return found
  }

  /** The name of the source; undefined if it is a bus of another kind. */
  async #canSource(address: number | undefined): Promise<string | undefined> {
    if (!address) return ''
    const block = await this.#file.block(address, ['SI'])
    if (block === undefined || block.data.byteLength < 2) return ''
    const isBus = block.data.getUint8(0) === SOURCE_BUS
    const bus = block.data.getUint8(1)
    if (isBus && bus > 1 && bus !== BUS_CAN) return undefined
    return await this.#file.text(block.links[0])
  }

  /** Undefined if the channels are not those of a frame, or without a time. */
  async #frames(first: number, source: string): Promise<FrameFields | undefined> {
    const channels: Channel[] = []
    await this.#channels(first, '', channels, 0)
    const members = new Map<string, Channel>()
    let kind: FrameKind | undefined
    for (const channel of channels) {
      const [, found, member] = frameName.exec(channel.name) ?? []
      if (found === undefined || (kind !== undefined && found !== kind)) continue
      kind = found as FrameKind
      if (member !== undefined && !members.has(member)) members.set(member, channel)
    }
    if (kind === undefined) return undefined
    const master = channels.find(isTime)
    if (master !== undefined) return { kind, source, master, members }
    this.#file.report('block-malformed', first, `CAN_${kind}Frame has no time`)
    return undefined
  }

  async #channels(first: number, above: string, found: Channel[], depth: number): Promise<void> {
    if (depth > MAX_DEPTH) return
    for await (const block of this.#chain(first, 'CN', 24, 6)) {
      const own = await this.#file.text(block.links[2])
      // Names of parts are whole by the standard; some writers leave out what is above.
      const name = above !== '' && !own.includes('.') ? `${above}.${own}` : own
      const channel = channelOf(block, name)
      const isOfFrame = frameName.test(name)
      if (!isOfFrame && !isTime(channel)) continue
      found.push({ ...channel, conversion: await this.#conversion(block.links[4]) })
      const parts = block.links[1] ?? 0
      if (parts !== 0 && isOfFrame) await this.#channels(parts, name, found, depth + 1)
    }
  }

  async #conversion(address: number | undefined): Promise<Conversion | undefined> {
    if (!address) return { kind: 'linear', offset: 0, factor: 1 }
    const block = await this.#file.block(address, ['CC'])
    return block === undefined ? undefined : conversionOf(block)
  }
}

function channelOf({ data, links }: Block, name: string): Omit<Channel, 'conversion'> {
  return {
    name,
    type: data.getUint8(0),
    counts: data.getUint8(1),
    dataType: data.getUint8(2),
    bitOffset: data.getUint8(3),
    byteOffset: data.getUint32(4, true),
    bitCount: data.getUint32(8, true),
    flags: data.getUint32(12, true),
    invalidBit: data.getUint32(16, true),
    data: links[5] ?? 0,
  }
}

function isTime({ type, counts }: Pick<Channel, 'type' | 'counts'>): boolean {
  return (type === channelTypes.master || type === channelTypes.virtualMaster) && counts === 1
}
