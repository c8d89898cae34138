/**
 * A channel group of frames as it is written: fixed records, in deflated blocks of equal size, with
 * a list of them at the end. A record is
 *
 *    0  8  microseconds since the start of the recording, signed
 *    8  4  identifier (29 bits); top bit: extended
 *   12  1  number of the bus
 *   13  1  data length code (4 bits), 16 sent, 32 CAN FD, 64 bit rate switched, 128 error-passive
 *   14  1  bytes of data
 *   15  n  data: 8 bytes, 64 for CAN FD, none for remote frames
 *
 * and is told to readers by channels, as any other could be. Blocks are transposed before they are
 * deflated, which halves their size.
 */
import { deflateSync } from 'node:zlib'
import type { CanFrame } from '../../../model/frame.ts'
import { codeOfLength } from '../fd-lengths.ts'
import { type BlockOutput, items } from './written-blocks.ts'
import { channel } from './written-channel.ts'

const HEAD = 15
const BLOCK = 512 * 1024
const LEVEL = 4
const GROUP_FLAGS = 6
const BYTES = 10
const SIGNED = 2
const DOT = 46

/** What a channel group holds. */
export interface GroupKind {
  name: 'CAN_DataFrame' | 'CAN_RemoteFrame' | 'CAN_ErrorFrame'
  dataBytes: number
}

interface Part {
  name: string
  byte: number
  bit: number
  bits: number
}

const parts: readonly Part[] = [
  { name: 'BusChannel', byte: 12, bit: 0, bits: 8 },
  { name: 'ID', byte: 8, bit: 0, bits: 29 },
  { name: 'IDE', byte: 11, bit: 7, bits: 1 },
  { name: 'DLC', byte: 13, bit: 0, bits: 4 },
  { name: 'DataLength', byte: 14, bit: 0, bits: 8 },
  { name: 'Dir', byte: 13, bit: 4, bits: 1 },
  { name: 'EDL', byte: 13, bit: 5, bits: 1 },
  { name: 'BRS', byte: 13, bit: 6, bits: 1 },
  { name: 'ESI', byte: 13, bit: 7, bits: 1 },
]

export class WrittenGroup {
  readonly #out: BlockOutput
  readonly #kind: GroupKind
  readonly #recordBytes: number
  readonly #buffer: Uint8Array
  readonly #view: DataView
  readonly #blocks: number[] = []
  #filled = 0
  #count = 0

  constructor(out: BlockOutput, kind: GroupKind) {
    this.#out = out
    this.#kind = kind
    this.#recordBytes = HEAD + kind.dataBytes
    this.#buffer = new Uint8Array(Math.floor(BLOCK / this.#recordBytes) * this.#recordBytes)
    this.#view = new DataView(this.#buffer.buffer)
  }

  add(frame: CanFrame, channel: number, micros: number): void {
    const view = this.#view
    const at = this.#filled
    const { dataBytes } = this.#kind
    const length = frame.remote ? frame.length : Math.min(frame.length, dataBytes)
    view.setUint32(at, micros >>> 0, true)
    view.setInt32(at + 4, Math.floor(micros / 0x100000000), true)
    view.setUint32(at + 8, (frame.id | (frame.extended ? 0x80000000 : 0)) >>> 0, true)
    view.setUint8(at + 12, channel)
    const flags =
      (frame.sent ? 16 : 0) | (frame.fd ? 32 : 0) | (frame.brs ? 64 : 0) | (frame.esi ? 128 : 0)
    view.setUint8(at + 13, codeOfLength(length) | flags)
    view.setUint8(at + 14, length)
    for (let i = 0; i < dataBytes; i += 1) {
      this.#buffer[at + HEAD + i] = i < length ? (frame.data[i] as number) : 0
    }
    this.#filled += this.#recordBytes
    this.#count += 1
    if (this.#filled === this.#buffer.length) this.#flush()
  }

  /** Writes what is left and the blocks that tell of it; returns the place of the data group. */
  end(next: number): number {
    this.#flush()
    const out = this.#out
    const source = out.block(
      'SI',
      [out.text('CAN'), out.text('CAN'), 0],
      items([8, 2], [8, 2], [16, 0], [32, 0]),
    )
    const group = out.block(
      'CG',
      [0, this.#channels(), out.text(this.#kind.name), source, 0, 0],
      items(
        [64, 0],
        [64, this.#count],
        [16, GROUP_FLAGS],
        [16, DOT],
        [32, 0],
        [32, this.#recordBytes],
        [32, 0],
      ),
    )
    return out.block('DG', [next, group, this.#list(), 0], items([64, 0]))
  }

  #flush(): void {
    if (this.#filled === 0) return
    const rows = this.#filled / this.#recordBytes
    const columns = this.#recordBytes
    const turned = new Uint8Array(this.#filled)
    for (let column = 0, to = 0; column < columns; column += 1) {
      for (let row = 0, from = column; row < rows; row += 1, from += columns, to += 1) {
        turned[to] = this.#buffer[from] as number
      }
    }
    const bytes = deflateSync(turned, { level: LEVEL })
    const head = items(
      [8, 0x44],
      [8, 0x54],
      [8, 1],
      [8, 0],
      [32, columns],
      [64, turned.length],
      [64, bytes.length],
    )
    this.#blocks.push(this.#out.block('DZ', [], Buffer.concat([head, bytes])))
    this.#filled = 0
  }

  #list(): number {
    if (this.#blocks.length === 0) return 0
    const list = this.#out.block(
      'DL',
      [0, ...this.#blocks],
      items([32, 1], [32, this.#blocks.length], [64, this.#buffer.length]),
    )
    return this.#out.block('HL', [list], items([16, 1], [8, 1], [8, 0], [32, 0]))
  }

  /** The time, then the frame with its parts; returns the first channel. */
  #channels(): number {
    const out = this.#out
    const { name, dataBytes } = this.#kind
    const size = this.#recordBytes - 8
    let part =
      dataBytes === 0
        ? 0
        : channel(out, `${name}.DataBytes`, { bits: dataBytes * 8, byte: HEAD, type: BYTES })
    for (const { name: own, ...place } of parts.toReversed()) {
      part = channel(out, `${name}.${own}`, { ...place, next: part })
    }
    const frame = channel(out, name, { byte: 8, bits: size * 8, type: BYTES, parts: part })
    const unit = out.text('s')
    return channel(out, 'Timestamp', {
      byte: 0,
      bits: 64,
      type: SIGNED,
      next: frame,
      unit,
      isTime: true,
    })
  }
}
