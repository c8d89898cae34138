/**
 * Writes Vector BLF: objects in deflated containers of 128 KiB, times in nanoseconds since the start
 * of the recording, which is the first frame's time in whole milliseconds. The header at the start
 * of the file is written again at the end, when its numbers are known.
 */
import { deflateSync } from 'node:zlib'
import { OdographError } from '../../../model/errors.ts'
import type { CanFrame } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { BusChannels } from '../bus-channels.ts'
import { codeOfLength } from '../fd-lengths.ts'
import { type CaptureOutput, countLeft, type Writer } from '../format.ts'
import { CONTAINER_HEADER, DEFLATED, FILE_HEADER, FILE_SIGNATURE, START } from './blf-reader.ts'
import { SIGNATURE } from './object-run.ts'
import {
  BASE_BYTES,
  EXTENDED,
  FLAG_NANOS,
  fdFlags,
  HEADER_BYTES,
  objectTypes,
  REMOTE,
} from './objects.ts'
import { writeSystemTime } from './system-time.ts'

const CONTAINER = 128 * 1024
const LEVEL = 6
const MAX_CHANNEL = 0xffff
const MESSAGE_BYTES = HEADER_BYTES + 16
const ERROR_BYTES = HEADER_BYTES + 32
const FD_BYTES = HEADER_BYTES + 84
const END = 56

type Patch = NonNullable<CaptureOutput['patch']>

export class BlfWriter implements Writer {
  readonly left = new Map<string, number>()
  readonly #output: CaptureOutput
  readonly #patch: Patch
  readonly #channels: BusChannels
  readonly #bytes = new Uint8Array(CONTAINER)
  readonly #view = new DataView(this.#bytes.buffer)
  #filled = 0
  #inflated = FILE_HEADER
  #count = 0
  #start: Micros | undefined
  #last: Micros = 0

  private constructor(output: CaptureOutput, patch: Patch) {
    this.#output = output
    this.#patch = patch
    this.#channels = new BusChannels(1, MAX_CHANNEL, this.left)
  }

  /** Throws `usage` where the output is no file. */
  static open(output: CaptureOutput): BlfWriter {
    const { patch } = output
    if (patch === undefined) {
      throw new OdographError('usage', 'blf', 'can only be written to a file, not to a pipe')
    }
    const writer = new BlfWriter(output, patch.bind(output))
    output.write(writer.#header())
    return writer
  }

  frame(frame: CanFrame, bus: string): void {
    this.#start ??= Math.floor(frame.time / 1000) * 1000
    this.#last = Math.max(this.#last, frame.time)
    const channel = this.#channels.channel(bus)
    if (frame.error) this.#error(frame, channel)
    else if (frame.fd) this.#fd(frame, channel)
    else this.#classic(frame, channel)
  }

  end(): void {
    this.#flush()
    this.#patch(0, this.#header())
  }

  #classic(frame: CanFrame, channel: number): void {
    const at = this.#object(objectTypes.message, MESSAGE_BYTES, frame.time)
    this.#view.setUint16(at, channel, true)
    this.#view.setUint8(at + 2, (frame.sent ? 1 : 0) | (frame.remote ? REMOTE : 0))
    this.#view.setUint8(at + 3, frame.length)
    this.#view.setUint32(at + 4, identifier(frame), true)
    if (!frame.remote) this.#data(frame, at + 8, 8)
  }

  #fd(frame: CanFrame, channel: number): void {
    const at = this.#object(objectTypes.fdMessage, FD_BYTES, frame.time)
    const view = this.#view
    view.setUint16(at, channel, true)
    view.setUint8(at + 2, frame.sent ? 1 : 0)
    view.setUint8(at + 3, codeOfLength(frame.length))
    view.setUint32(at + 4, identifier(frame), true)
    view.setUint8(
      at + 13,
      fdFlags.fd | (frame.brs ? fdFlags.brs : 0) | (frame.esi ? fdFlags.esi : 0),
    )
    view.setUint8(at + 14, frame.length)
    this.#data(frame, at + 20, 64)
  }

  #error(frame: CanFrame, channel: number): void {
    const at = this.#object(objectTypes.errorExt, ERROR_BYTES, frame.time)
    this.#view.setUint16(at, channel, true)
    this.#view.setUint8(at + 12, Math.min(frame.length, 8))
    this.#view.setUint32(at + 16, identifier(frame), true)
    this.#data(frame, at + 24, 8)
  }

  #data(frame: CanFrame, at: number, most: number): void {
    this.#bytes.set(frame.data.subarray(0, Math.min(frame.length, most)), at)
  }

  /** Begins an object, zero but for its header; returns where its own part is. */
  #object(type: number, size: number, time: Micros): number {
    if (this.#filled + size > CONTAINER) this.#flush()
    const at = this.#filled
    const view = this.#view
    this.#bytes.fill(0, at, at + size)
    this.#bytes.set(SIGNATURE, at)
    view.setUint16(at + 4, HEADER_BYTES, true)
    view.setUint16(at + 6, 1, true)
    view.setUint32(at + 8, size, true)
    view.setUint32(at + 12, type, true)
    view.setUint32(at + 16, FLAG_NANOS, true)
    const since = time - (this.#start ?? time)
    if (since < 0) countLeft(this.left, 'time before that of the first frame')
    view.setBigUint64(at + 24, BigInt(Math.max(0, since)) * 1000n, true)
    this.#filled += size
    this.#count += 1
    return at + HEADER_BYTES
  }

  #flush(): void {
    if (this.#filled === 0) return
    const bytes = deflateSync(this.#bytes.subarray(0, this.#filled), { level: LEVEL })
    const head = new Uint8Array(CONTAINER_HEADER)
    const view = new DataView(head.buffer)
    head.set(SIGNATURE)
    view.setUint16(4, BASE_BYTES, true)
    view.setUint16(6, 1, true)
    view.setUint32(8, CONTAINER_HEADER + bytes.length, true)
    view.setUint32(12, objectTypes.container, true)
    view.setUint16(16, DEFLATED, true)
    view.setUint32(24, this.#filled, true)
    this.#output.write(head)
    this.#output.write(bytes)
    // As many bytes as the size leaves over, which is how all readers count.
    this.#output.write(new Uint8Array(bytes.length % 4))
    this.#inflated += CONTAINER_HEADER + this.#filled
    this.#filled = 0
  }

  #header(): Uint8Array {
    const head = new Uint8Array(FILE_HEADER)
    const view = new DataView(head.buffer)
    head.set(Buffer.from(FILE_SIGNATURE))
    view.setUint32(4, FILE_HEADER, true)
    head.set([5, 0, 0, 0, 2, 6, 8, 1], 8)
    view.setBigUint64(16, BigInt(Math.max(this.#output.length, FILE_HEADER)), true)
    view.setBigUint64(24, BigInt(this.#inflated), true)
    view.setUint32(32, this.#count, true)
    if (this.#start === undefined) return head
    writeSystemTime(view, START, this.#start)
    writeSystemTime(view, END, this.#last)
    return head
  }
}

function identifier(frame: CanFrame): number {
  return frame.extended ? frame.id + EXTENDED : frame.id
}
