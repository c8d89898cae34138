/** Builds MDF 4 files block by block for tests; shares nothing with the writer. */

export interface FieldSpec {
  name: string
  byte: number
  bits: number
  bit?: number
  dataType?: number
  type?: number
  counts?: number
  flags?: number
  invalidBit?: number
  /** Offset and factor. */
  linear?: readonly [number, number]
  data?: number
}

export interface GroupSpec {
  parent?: string
  fields: readonly FieldSpec[]
  recordBytes: number
  recordId?: number
  invalidBytes?: number
  flags?: number
  bus?: number
  cycles?: number
}

export const START = 1_700_000_000_123_456_789n

export class Mf4File {
  readonly #parts: Buffer[] = []
  #length = 0

  constructor(options: { unfinished?: number; version?: string } = {}) {
    const { unfinished, version = '4.11' } = options
    const head = Buffer.alloc(64)
    head.write(unfinished === undefined ? 'MDF     ' : 'UnFinMF ', 0)
    head.write(version, 8)
    head.writeUInt16LE(unfinished ?? 0, 60)
    this.#push(head)
    const data = Buffer.alloc(32)
    data.writeBigUInt64LE(START)
    this.block('HD', [0, 0, 0, 0, 0, 0], data)
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#parts))
  }

  get length(): number {
    return this.#length
  }

  /** Adds a block; `length` where it shall not say its own. Returns its place. */
  block(type: string, links: readonly number[], data: Uint8Array, length?: number): number {
    const place = this.#length
    const head = Buffer.alloc(24 + 8 * links.length)
    head.write(`##${type}`)
    head.writeBigUInt64LE(BigInt(length ?? head.length + data.length), 8)
    head.writeBigUInt64LE(BigInt(links.length), 16)
    for (const [i, link] of links.entries()) head.writeBigUInt64LE(BigInt(link), 24 + 8 * i)
    this.#push(Buffer.concat([head, data]))
    this.#push(Buffer.alloc((8 - (this.#length % 8)) % 8))
    return place
  }

  /** The last block of an unfinished file: nothing follows its data. */
  openEnd(type: string, data: Uint8Array, length: number): void {
    const head = Buffer.alloc(24)
    head.write(`##${type}`)
    head.writeBigUInt64LE(BigInt(length), 8)
    this.#push(Buffer.concat([head, data]))
  }

  link(block: number, index: number, to: number): void {
    const all = Buffer.concat(this.#parts)
    all.writeBigUInt64LE(BigInt(to), block + 24 + 8 * index)
    this.#parts.splice(0, this.#parts.length, all)
  }

  text(text: string): number {
    return this.block('TX', [], Buffer.from(`${text}\0`))
  }

  channel(spec: FieldSpec, next = 0, parts = 0): number {
    const data = Buffer.alloc(72)
    data.set([spec.type ?? 0, spec.counts ?? 0, spec.dataType ?? 0, spec.bit ?? 0])
    data.writeUInt32LE(spec.byte, 4)
    data.writeUInt32LE(spec.bits, 8)
    data.writeUInt32LE(spec.flags ?? 0, 12)
    data.writeUInt32LE(spec.invalidBit ?? 0, 16)
    const conversion = spec.linear === undefined ? 0 : this.#linear(...spec.linear)
    const links = [next, parts, this.text(spec.name), 0, conversion, spec.data ?? 0, 0, 0]
    return this.block('CN', links, data)
  }

  /** A channel group: the time and a composition. */
  group(spec: GroupSpec, time: FieldSpec = nanoseconds, next = 0): number {
    const parent = spec.parent ?? 'CAN_DataFrame'
    let part = 0
    for (const field of spec.fields.toReversed()) {
      part = this.channel({ ...field, name: `${parent}.${field.name}` }, part)
    }
    const whole = { name: parent, byte: 8, bits: 8 * (spec.recordBytes - 8), dataType: 10 }
    const first = this.channel(time, this.channel(whole, 0, part))
    const source = this.block(
      'SI',
      [this.text('CAN1'), 0, 0],
      Buffer.from([2, spec.bus ?? 2, 0, 0]),
    )
    return this.block('CG', [next, first, 0, source, 0, 0], groupData(spec))
  }

  /** A channel group of the values of a VLSD channel. */
  values(recordId: number, next = 0): number {
    const data = groupData({ fields: [], recordBytes: 0, recordId, flags: 1 })
    return this.block('CG', [next, 0, 0, 0, 0, 0], data)
  }

  dataGroup(group: number, data: number, recordIdBytes = 0, next = 0): number {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt8(recordIdBytes)
    const place = this.block('DG', [next, group, data, 0], bytes)
    this.link(64, 0, place)
    return place
  }

  deflated(type: string, stored: Uint8Array, length: number, columns = 0): number {
    const head = Buffer.alloc(24)
    head.write(type)
    head.writeUInt8(columns === 0 ? 0 : 1, 2)
    head.writeUInt32LE(columns, 4)
    head.writeBigUInt64LE(BigInt(length), 8)
    head.writeBigUInt64LE(BigInt(stored.length), 16)
    return this.block('DZ', [], Buffer.concat([head, stored]))
  }

  list(blocks: readonly number[], next = 0): number {
    const data = Buffer.alloc(16)
    data.writeUInt32LE(blocks.length, 4)
    return this.block('DL', [next, ...blocks], data)
  }

  #linear(offset: number, factor: number): number {
    const data = Buffer.alloc(40)
    data.writeUInt8(1)
    data.writeUInt16LE(2, 6)
    data.writeDoubleLE(offset, 24)
    data.writeDoubleLE(factor, 32)
    return this.block('CC', [0, 0, 0, 0], data)
  }

  #push(bytes: Buffer): void {
    this.#parts.push(bytes)
    this.#length += bytes.length
  }
}

function groupData(spec: GroupSpec): Buffer {
  const data = Buffer.alloc(32)
  data.writeBigUInt64LE(BigInt(spec.recordId ?? 0))
  data.writeBigUInt64LE(BigInt(spec.cycles ?? 0), 8)
  data.writeUInt16LE(spec.flags ?? 6, 16)
  data.writeUInt32LE(spec.recordBytes, 24)
  data.writeUInt32LE(spec.invalidBytes ?? 0, 28)
  return data
}

export const nanoseconds: FieldSpec = {
  name: 'Timestamp',
  byte: 0,
  bits: 64,
  type: 2,
  counts: 1,
  linear: [0, 1e-9],
}

/** A record that most tests use: 8 bytes time, 7 of fields, 8 of data (or where they are). */
export const usualFields: readonly FieldSpec[] = [
  { name: 'ID', byte: 8, bits: 29 },
  { name: 'IDE', byte: 11, bit: 7, bits: 1 },
  { name: 'BusChannel', byte: 12, bits: 8 },
  { name: 'DataLength', byte: 13, bits: 7 },
  { name: 'Dir', byte: 14, bits: 1 },
  { name: 'EDL', byte: 14, bit: 1, bits: 1 },
  { name: 'DataBytes', byte: 15, bits: 64, dataType: 10 },
]
export const RECORD = 23

export interface Recorded {
  /** Nanoseconds since the start. */
  nanos: number
  id: number
  extended?: boolean
  bus?: number
  sent?: boolean
  data: readonly number[]
}

export function recordOf(recorded: Recorded, tail?: Buffer): Buffer {
  const { nanos, id, extended = false, bus = 1, sent = false, data } = recorded
  const record = Buffer.alloc(RECORD)
  record.writeBigUInt64LE(BigInt(nanos))
  record.writeUInt32LE((id | (extended ? 0x80000000 : 0)) >>> 0, 8)
  record.set([bus, data.length, sent ? 1 : 0], 12)
  record.set(tail ?? data, 15)
  return record
}

export function place(offset: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(offset))
  return bytes
}

/** Length and bytes, as in signal data. */
export function value(data: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + data.length)
  bytes.writeUInt32LE(data.length)
  bytes.set(data, 4)
  return bytes
}

/** As `plain` of the shared support has it. */
export function expected({ nanos, id, extended = false, bus = 1, sent = false, data }: Recorded) {
  return {
    id,
    extended,
    remote: false,
    error: false,
    fd: data.length > 8,
    brs: false,
    esi: false,
    sent,
    length: data.length,
    data: Buffer.from(data).toString('hex'),
    bus: `can${bus}`,
    time: Math.round((Number(START % 1_000_000_000n) + nanos) / 1000) + 1_700_000_000_000_000,
  }
}

export const someFrames: readonly Recorded[] = Array.from({ length: 12 }, (_, i) => ({
  nanos: i * 1_000_400,
  id: i % 3 === 0 ? 0x18fef100 + i : 0x100 + i,
  extended: i % 3 === 0,
  bus: 1 + (i % 2),
  sent: i % 4 === 0,
  data: Array.from({ length: i % 9 }, (_, k) => 16 * i + k),
}))
