/**
 * A tar archive in memory, as POSIX.1-1988 has it (ustar; `pax`, "ustar Interchange Format"): for each
 * file a header of 512 bytes and the content, filled up with zeros to a multiple of 512; two blocks of
 * zeros at the end. Numbers are octal text that ends in NUL.
 *
 *   0  name 100    100 mode 8    108 uid 8     116 gid 8     124 size 12   136 mtime 12 (s)
 * 148  checksum 8  156 type 1    157 link 100  257 magic 6   263 version 2  265 user 32
 *
 * The checksum is the sum of the bytes of the header, those of the checksum itself counted as blanks.
 */
import type { Millis } from '../../model/time.ts'

export interface TarFile {
  /** ASCII, at most 100 bytes. */
  name: string
  content: string
}

const BLOCK = 512
const NAME_BYTES = 100
const CHECKSUM_AT = 148

export function tarOf(files: readonly TarFile[], time: Millis): Buffer {
  const parts = files.flatMap(({ name, content }) => {
    const bytes = Buffer.from(content)
    const rest = (BLOCK - (bytes.length % BLOCK)) % BLOCK
    return [header(name, bytes.length, time), bytes, Buffer.alloc(rest)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

function header(name: string, size: number, time: Millis): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new RangeError(`${name} is too long for a name`)
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1')
  block.write(name, 0, 'latin1')
  octal(0o600, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(size, 124, 11)
  octal(Math.floor(time / 1000), 136, 11)
  block.fill(' ', CHECKSUM_AT, CHECKSUM_AT + 8)
  block.write('0', 156, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT, 'latin1')
  return block
}
