/** Builds BLF files object by object for tests; shares nothing with the writer. */
import { deflateSync } from 'node:zlib'

/** 2023-01-03 (a Tuesday) 17:42:47.648 */
export const HEADER_TIME = Date.UTC(2023, 0, 3, 17, 42, 47, 648) * 1000

export function fileHeader(laterHours = 0): Buffer {
  const head = Buffer.alloc(144)
  head.write('LOGG')
  head.writeUInt32LE(144, 4)
  const time = [2023, 1, 2, 3, 17 + laterHours, 42, 47, 648]
  for (const [i, part] of time.entries()) head.writeUInt16LE(part, 40 + 2 * i)
  return head
}

interface Header {
  flags: number
  time: bigint
  version?: 1 | 2
}

export function object(
  type: number,
  body: Uint8Array,
  { flags, time, version = 1 }: Header,
): Buffer {
  const head = Buffer.alloc(version === 1 ? 32 : 40)
  head.write('LOBJ')
  head.writeUInt16LE(head.length, 4)
  head.writeUInt16LE(version, 6)
  head.writeUInt32LE(head.length + body.length, 8)
  head.writeUInt32LE(type, 12)
  head.writeUInt32LE(flags, 16)
  head.writeBigUInt64LE(time, 24)
  return Buffer.concat([head, body])
}

export function container(content: Uint8Array, { deflate = true } = {}): Buffer {
  const bytes = deflate ? deflateSync(content) : content
  const head = Buffer.alloc(32)
  head.write('LOBJ')
  head.writeUInt16LE(16, 4)
  head.writeUInt16LE(1, 6)
  head.writeUInt32LE(32 + bytes.length, 8)
  head.writeUInt32LE(10, 12)
  head.writeUInt16LE(deflate ? 2 : 0, 16)
  head.writeUInt32LE(content.length, 24)
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 4)])
}

const counting = (length: number) => Buffer.from(Array.from({ length }, (_, i) => i + 1))

/** What follows the header, by kind of object. */
export const bodies = {
  message(channel: number, flags: number, code: number, id: number): Buffer {
    const body = Buffer.alloc(16)
    body.writeUInt16LE(channel)
    body.set([flags, code], 2)
    body.writeUInt32LE(id, 4)
    body.set(counting(8), 8)
    return body
  },

  errorExt(channel: number, code: number, id: number): Buffer {
    const body = Buffer.alloc(32)
    body.writeUInt16LE(channel)
    body.writeUInt8(code, 12)
    body.writeUInt32LE(id, 16)
    body.set(counting(8), 24)
    return body
  },

  fdError64(channel: number, id: number): Buffer {
    const body = Buffer.alloc(48)
    body.writeUInt8(channel)
    body.writeUInt32LE(id, 12)
    return body
  },

  fdMessage(
    channel: number,
    flags: number,
    code: number,
    id: number,
    fdFlags: number,
    bytes: number,
  ): Buffer {
    const body = Buffer.alloc(84)
    body.writeUInt16LE(channel)
    body.set([flags, code], 2)
    body.writeUInt32LE(id, 4)
    body.set([fdFlags, bytes], 13)
    body.set(counting(64), 20)
    return body
  },

  fdMessage64(
    channel: number,
    direction: number,
    code: number,
    id: number,
    flags: number,
    bytes: number,
  ): Buffer {
    const body = Buffer.alloc(40)
    body.set([channel, code, bytes])
    body.writeUInt32LE(id, 4)
    body.writeUInt32LE(flags, 12)
    body.writeUInt8(direction, 34)
    return Buffer.concat([body, counting(bytes)])
  },
}
