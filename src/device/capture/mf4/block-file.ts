/**
 * The blocks of an MDF 4 file, as the ASAM standard's public descriptions have them.
 *
 * The file starts with 64 bytes that are no block:
 *
 *    0  8  `MDF     `, or `UnFinMF ` if the writer had no time to finish
 *    8  8  version as text, `4.11    `
 *   16  8  program
 *   28  2  version as a number, 411
 *   60  2  what an unfinished file lacks, as bits: 1 cycle counters, 4 length of the last DT,
 *          8 of the last RD, 16 the last DL, 32 sizes of VLSD groups, 64 offsets of VLSD values
 *
 * All else are blocks, anywhere, linked by their places. All numbers are little-endian:
 *
 *    0  4  `##` and two letters
 *    8  8  length of the block
 *   16  8  number of links n
 *   24 8n  links: places in the file, 0 for none
 *   ..     data
 *
 *   HD  at 64; the recording           links 0 first DG; data 0 start (ns, 8 bytes)
 *   DG  data group: records            links 0 next, 1 first CG, 2 data; data 0 size of record ids
 *   CG  channel group: kind of record  links 0 next, 1 first CN, 3 SI; data 0 record id (8),
 *                                      16 flags (2), 24 bytes of data (4), 28 of invalidation (4)
 *   CN  channel: field of a record     links 0 next, 1 parts, 2 name, 4 CC, 5 signal data;
 *                                      data 0 type, 1 what it counts, 2 data type, 3 bit, 4 byte,
 *                                      8 bits, 12 flags, 16 invalidation bit
 *   SI  source                         links 0 name; data 0 type (2 bus), 1 bus (2 CAN)
 *   CC  conversion, in `conversion.ts`; TX text; DT, SD, DV, DZ, DL, LD, HL in `data-blocks.ts`
 *
 * Nothing here throws for what stands in the file: a block that cannot be is an issue.
 */
import type { IssueCode, IssueSink } from '../../../model/issue.ts'
import type { RandomFile } from '../format.ts'

export const HEADER_BYTES = 24
const FIRST_BLOCK = 64
const MAX_TEXT = 4096
/** Small reads are served from windows that overlap by half. */
const WINDOW = 64 * 1024
const STEP = WINDOW / 2
/** No block that tells of the records is longer. */
const MAX_BLOCK = STEP
const WINDOWS = 32
/** How often the same data may be linked. */
const SHARED = 4

export interface BlockHeader {
  address: number
  /** Two letters. */
  type: string
  length: number
  linkCount: number
}

export interface Block extends BlockHeader {
  links: number[]
  /** What follows the links. */
  data: DataView
}

/** 64 bits unsigned; beyond 2^53 not exact, which no place and no length of a file is. */
export function uint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x100000000 + view.getUint32(at, true)
}

export class BlockFile {
  readonly size: number
  /** How far in the file data were read. */
  position = 0
  /** Bits of the first 64 bytes; undefined if the file was finished. */
  unfinished: number | undefined
  readonly #file: RandomFile
  readonly #at: string
  readonly #issue: IssueSink
  readonly #windows = new Map<number, Uint8Array>()
  #budget: number

  constructor(file: RandomFile, at: string, issue: IssueSink) {
    this.#file = file
    this.#at = at
    this.#issue = issue
    this.size = file.size
    this.#budget = SHARED * file.size
  }

  report(code: IssueCode, where: number | string, detail: string): void {
    const place = typeof where === 'number' ? `byte ${where}` : where
    this.#issue({ code, at: `${this.#at}: ${place}`, detail, time: 0 })
  }

  /** Whether so many more bytes of data may be read; not without end where links go in circles. */
  spend(bytes: number): boolean {
    this.#budget -= bytes
    return this.#budget >= 0
  }

  /** Shorter only at the end of the file. */
  async bytes(offset: number, length: number): Promise<Uint8Array> {
    if (length > STEP) return await this.#file.read(offset, length)
    const index = Math.floor(offset / STEP)
    let window = this.#windows.get(index)
    if (window === undefined) {
      window = await this.#file.read(index * STEP, WINDOW)
      const oldest = this.#windows.keys().next()
      if (this.#windows.size >= WINDOWS && !oldest.done) this.#windows.delete(oldest.value)
      this.#windows.set(index, window)
    }
    const start = offset - index * STEP
    return window.subarray(start, start + length)
  }

  /** Undefined, without an issue, where no block stands. */
  async header(address: number): Promise<BlockHeader | undefined> {
    if (!(address >= FIRST_BLOCK && address + HEADER_BYTES <= this.size)) return undefined
    const bytes = await this.bytes(address, HEADER_BYTES)
    if (bytes.length < HEADER_BYTES || bytes[0] !== 0x23 || bytes[1] !== 0x23) return undefined
    const view = viewOf(bytes)
    const type = String.fromCharCode(view.getUint8(2), view.getUint8(3))
    return { address, type, length: uint64(view, 8), linkCount: uint64(view, 16) }
  }

  /** A block that is read whole. Undefined where it is none of these types or damaged: an issue. */
  async block(
    address: number,
    types: readonly string[],
    most = MAX_BLOCK,
  ): Promise<Block | undefined> {
    const header = await this.header(address)
    if (header === undefined || !types.includes(header.type)) {
      const code = address + HEADER_BYTES > this.size ? 'file-truncated' : 'block-malformed'
      this.report(code, address, `no ${types.join(' or ')} block`)
      return undefined
    }
    const { length, linkCount } = header
    if (length > most || HEADER_BYTES + 8 * linkCount > length) {
      this.report('block-malformed', address, `${header.type} of ${length} bytes`)
      return undefined
    }
    const bytes = await this.bytes(address, length)
    if (bytes.length < length) {
      this.report('file-truncated', address, `${header.type} is not whole`)
      return undefined
    }
    const view = viewOf(bytes)
    const links: number[] = []
    for (let i = 0; i < linkCount; i += 1) links.push(uint64(view, HEADER_BYTES + 8 * i))
    const start = HEADER_BYTES + 8 * linkCount
    return {
      ...header,
      links,
      data: new DataView(view.buffer, view.byteOffset + start, length - start),
    }
  }

  /** A text; empty where there is none. */
  async text(address: number | undefined): Promise<string> {
    if (!address) return ''
    const header = await this.header(address)
    if (header?.type !== 'TX' || header.length < HEADER_BYTES) return ''
    const length = Math.min(header.length - HEADER_BYTES, MAX_TEXT)
    const bytes = await this.bytes(address + HEADER_BYTES, length)
    const end = bytes.indexOf(0)
    return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8')
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
