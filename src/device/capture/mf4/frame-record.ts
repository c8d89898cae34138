/**
 * Records of one channel group → frames. What a frame needs is read by the fields that the file
 * names; what a record does not say (or marks as invalid) is taken from the rest of it: no `IDE`,
 * then the size of the identifier; no `DataLength`, then `DLC`. A record that cannot be a frame is
 * none. Hot.
 */
import { MAX_FRAME_DATA } from '../../../model/frame.ts'
import type { ChannelBuses } from '../bus-channels.ts'
import { isFdLength, lengthOfCode } from '../fd-lengths.ts'
import { type Channel, channelTypes, type Field, fieldOf } from './field.ts'
import { type FrameBatch, frameFlags, UNKNOWN_LENGTH } from './frame-batch.ts'
import type { ChannelGroup, FrameFields, FrameKind } from './structure.ts'

const MICROS = 1_000_000
const MAX_EXTENDED = 0x1fffffff
const MAX_STANDARD = 0x7ff
/** Some writers mark an extended identifier by its top bit, as SocketCAN does. */
const EXTENDED_BIT = 0x80000000

const IMPOSSIBLE = MAX_FRAME_DATA + 1

const absent: Field = () => Number.NaN

/** Where the data of a frame are: in the record, or in signal data that its field leads to. */
type Data = { at: number; bytes: number } | { key: Field; link: number } | undefined

export interface Recording {
  /** Its start, in microseconds. */
  start: number
  /** The place of the channel group in its data group. */
  order: number
  buses: ChannelBuses
}

export class FrameRecord {
  readonly name: string
  /** Leads to the data where they are not in the record itself. */
  readonly signal: { key: Field; link: number } | undefined
  readonly #kind: FrameKind
  readonly #inside: { at: number; bytes: number } | undefined
  readonly #start: number
  readonly #bytes: number
  readonly #order: number
  readonly #time: Field
  readonly #id: Field
  readonly #ide: Field
  readonly #channel: Field
  readonly #length: Field
  readonly #code: Field
  readonly #edl: Field
  readonly #brs: Field
  readonly #esi: Field
  readonly #dir: Field
  readonly #buses: ChannelBuses

  private constructor(
    fields: FrameFields,
    dataBytes: number,
    parts: { time: Field; data: Data } & Recording,
  ) {
    const member = (name: string) => fieldOfMember(fields, name, dataBytes) ?? absent
    const number = Number(/(\d{1,3})$/.exec(fields.source)?.[1] ?? 0)
    this.name = `CAN_${fields.kind}Frame`
    this.signal = parts.data !== undefined && 'key' in parts.data ? parts.data : undefined
    this.#inside = parts.data !== undefined && 'at' in parts.data ? parts.data : undefined
    this.#kind = fields.kind
    this.#start = parts.start
    this.#bytes = dataBytes
    this.#order = parts.order
    this.#time = parts.time
    this.#buses = parts.buses
    this.#id = member('ID')
    this.#ide = member('IDE')
    this.#channel = fieldOfMember(fields, 'BusChannel', dataBytes) ?? (() => number)
    this.#length = member('DataLength')
    this.#code = member('DLC')
    this.#edl = member('EDL')
    this.#brs = member('BRS')
    this.#esi = member('ESI')
    this.#dir = member('Dir')
  }

  /** A sentence why not, if the fields do not make frames. */
  static of(
    { dataBytes }: ChannelGroup,
    frames: FrameFields,
    recording: Recording,
  ): FrameRecord | string {
    const time = fieldOf(frames.master, dataBytes, MICROS)
    if (time === undefined) return `CAN_${frames.kind}Frame: its time is not understood`
    const data = frames.kind === 'Remote' ? undefined : dataOf(frames, dataBytes)
    if (frames.kind !== 'Error' && fieldOfMember(frames, 'ID', dataBytes) === undefined) {
      return `CAN_${frames.kind}Frame without ID`
    }
    if (frames.kind === 'Data' && data === undefined) return 'CAN_DataFrame without DataBytes'
    return new FrameRecord(frames, dataBytes, { time, data, ...recording })
  }

  /**
   * Puts a record into the next place of the batch, which counts if it is a frame (true). Where there
   * is a `signal`, the batch's `complete` must follow.
   */
  decode(view: DataView, base: number, index: number, batch: FrameBatch): boolean {
    const time = Math.round(this.#start + this.#time(view, base, index))
    if (!Number.isSafeInteger(time) || time < 0) return false
    if (index > 0 && this.#isBlank(view, base)) return false
    const place = batch.next()
    let flags = this.#flagsOf(view, base, index)
    let id = this.#id(view, base, index)
    if (Number.isNaN(id) && flags & frameFlags.error) id = 0
    const ide = this.#ide(view, base, index)
    if (ide > 0 || id >= EXTENDED_BIT || (Number.isNaN(ide) && id > MAX_STANDARD)) {
      flags |= frameFlags.extended
    }
    id = id >= EXTENDED_BIT ? id - EXTENDED_BIT : id
    const most = flags & frameFlags.extended ? MAX_EXTENDED : MAX_STANDARD
    if (id % 1 !== 0 || !(id >= 0 && id <= most)) return false
    const length = this.#lengthOf(view, base, index, flags)
    if (length > 8 && length !== UNKNOWN_LENGTH) flags |= frameFlags.fd
    batch.time[place] = time
    batch.id[place] = id
    batch.flags[place] = flags
    batch.length[place] = length
    batch.group[place] = this.#order
    if (this.signal === undefined && !this.#copy(view, base, place, batch)) return false
    // Last, as it makes a bus known: what is no frame does not.
    const bus = this.#buses.bus(this.#channel(view, base, index))
    if (bus === undefined) return false
    batch.bus[place] = bus
    batch.count = place + 1
    return true
  }

  /** What was never written, or lost by the card, is zeros; it would be a frame at the start. */
  #isBlank(view: DataView, base: number): boolean {
    const end = base + this.#bytes
    let at = base
    while (at < end && view.getUint8(at) === 0) at += 1
    return at === end
  }

  #flagsOf(view: DataView, base: number, index: number): number {
    let flags = this.#dir(view, base, index) > 0 ? frameFlags.sent : 0
    if (this.#kind === 'Remote') return flags | frameFlags.remote
    if (this.#kind === 'Error') flags |= frameFlags.error
    if (this.#edl(view, base, index) > 0) {
      flags |= frameFlags.fd
      if (this.#brs(view, base, index) > 0) flags |= frameFlags.brs
      if (this.#esi(view, base, index) > 0) flags |= frameFlags.esi
    }
    return flags
  }

  #lengthOf(view: DataView, base: number, index: number, flags: number): number {
    const length = this.#length(view, base, index)
    if (!Number.isNaN(length)) return isFdLength(length) ? length : IMPOSSIBLE
    const code = this.#code(view, base, index)
    const byCode = lengthOfCode(code) ?? IMPOSSIBLE
    if (!Number.isNaN(code)) return flags & frameFlags.fd ? byCode : Math.min(byCode, 8)
    return flags & frameFlags.error ? 0 : UNKNOWN_LENGTH
  }

  #copy(view: DataView, base: number, place: number, batch: FrameBatch): boolean {
    const start = place * MAX_FRAME_DATA
    const inside = this.#inside
    const isError = this.#kind === 'Error'
    if (batch.length[place] === UNKNOWN_LENGTH) batch.length[place] = inside?.bytes ?? 0
    if (isError && inside === undefined) batch.length[place] = 0
    const length = batch.length[place] as number
    if (!isFdLength(length)) return false
    if (inside === undefined) {
      batch.data.fill(0, start, start + length)
      return this.#kind === 'Remote' ? length <= 8 : isError
    }
    if (length > inside.bytes) return false
    const at = base + inside.at
    for (let i = 0; i < length; i += 1) batch.data[start + i] = view.getUint8(at + i)
    return true
  }
}

function fieldOfMember(fields: FrameFields, name: string, dataBytes: number): Field | undefined {
  const channel = fields.members.get(name)
  return channel === undefined ? undefined : fieldOf(channel, dataBytes)
}

function dataOf({ members }: FrameFields, dataBytes: number): Data {
  const channel = members.get('DataBytes')
  if (channel === undefined) return undefined
  if (channel.type === channelTypes.variable) return keyOf(channel, dataBytes)
  const bytes = Math.min(Math.floor(channel.bitCount / 8), MAX_FRAME_DATA)
  const isKept = channel.bitOffset === 0 && channel.byteOffset + bytes <= dataBytes
  return isKept ? { at: channel.byteOffset, bytes } : undefined
}

/** In the record stands where in the signal data the value is, as an unsigned integer. */
function keyOf(channel: Channel, dataBytes: number): Data {
  const plain = { ...channel, type: 0, dataType: 0, flags: 0 }
  const key = fieldOf(plain, dataBytes)
  return key === undefined || channel.data === 0 ? undefined : { key, link: channel.data }
}
