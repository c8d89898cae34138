/**
 * The data of a group, or of a VLSD channel, piece by piece. A link to data leads to one block of
 * data or to a list of them, which are one run of bytes; records may lie across their borders.
 *
 *   DT, SD, DV  the bytes (of records, of signal data, of records without invalidation bytes)
 *   DZ  deflated: data 0 type of block it was (2), 2 way: 0 deflate, 1 transposed and deflated;
 *       4 columns (4), 8 bytes of data (8), 16 bytes deflated (8), 24 the bytes (zlib, RFC 1950).
 *       Transposed: rows of so many columns were written column by column; what is no whole row
 *       follows as it was.
 *   DL  list: links 0 next, then the blocks; data 4 number of blocks (4)
 *   LD  the same with data 0 flags (4); number of blocks at 4; invalidation blocks follow the data
 *   HL  head of a list of deflated blocks: links 0 first DL
 *
 * In an unfinished file the last block of data goes on to the end of the file whatever its length
 * says, and blocks that the last list does not name yet follow one another.
 */
import { constants, inflateSync } from 'node:zlib'
import { messageOf } from '../../../model/errors.ts'
import { type Block, type BlockFile, HEADER_BYTES, viewOf } from './block-file.ts'

/** What is read of a block at a time, unless it must be inflated whole. */
export const SLICE = 256 * 1024
const ZIP_HEADER = 24
/** Writers deflate up to 4 MiB at a time. */
const MAX_INFLATED = 64 * 1024 * 1024
/** Two million blocks. */
const MAX_LIST = 16 * 1024 * 1024
const UNFINISHED_LIST = 16

const plain = new Set(['DT', 'SD', 'DV', 'RD'])
const lists = ['DL', 'LD', 'HL']

/** One block of data. */
export interface Segment {
  /** Where its bytes lie in the file, and how many there are. */
  from: number
  stored: number
  /** Bytes of data; may be more than there are where the file is cut. */
  length: number
  deflated: boolean
  /** 0 if not transposed. */
  columns: number
}

/** The blocks of data behind a link, in order, as far as they can be found. */
export async function* segmentsOf(
  file: BlockFile,
  link: number,
  mayGoOn: boolean,
): AsyncGenerator<Segment> {
  let end = 0
  for await (const address of addressesOf(file, link)) {
    const segment = await segmentAt(file, address)
    if (segment === undefined) continue
    if (!file.spend(HEADER_BYTES + segment.stored)) return circle(file, address)
    yield segment
    end = aligned(segment.from + segment.stored)
  }
  if (!mayGoOn || end === 0 || ((file.unfinished ?? 0) & UNFINISHED_LIST) === 0) return
  while ((await isData(file, end)) && file.spend(HEADER_BYTES)) {
    const segment = await segmentAt(file, end)
    if (segment === undefined || !file.spend(segment.stored)) return
    yield segment
    end = aligned(segment.from + segment.stored)
  }
}

async function* addressesOf(file: BlockFile, link: number): AsyncGenerator<number> {
  for (let address = link; address !== 0; ) {
    const header = await file.header(address)
    if (header === undefined || !lists.includes(header.type)) {
      yield address
      return
    }
    if (!file.spend(header.length)) return circle(file, address)
    const list = await file.block(address, lists, MAX_LIST)
    if (list === undefined) return
    if (list.type !== 'HL') for (const data of entriesOf(list)) if (data !== 0) yield data
    address = list.links[0] ?? 0
  }
}

function entriesOf({ type, links, data }: Block): number[] {
  const count = data.byteLength >= 8 ? data.getUint32(4, true) : 0
  return type === 'DL' ? links.slice(1) : links.slice(1, 1 + count)
}

function circle(file: BlockFile, address: number): void {
  file.report('block-malformed', address, 'blocks of data are linked more than once')
}

function aligned(address: number): number {
  return Math.ceil(address / 8) * 8
}

async function isData(file: BlockFile, address: number): Promise<boolean> {
  const type = (await file.header(address))?.type
  return type === 'DT' || type === 'DV' || type === 'DZ'
}

async function segmentAt(file: BlockFile, address: number): Promise<Segment | undefined> {
  const header = await file.header(address)
  if (header?.type === 'DZ') return await deflatedAt(file, address)
  if (header === undefined || !plain.has(header.type)) {
    const isCut = address + HEADER_BYTES > file.size
    file.report(isCut ? 'file-truncated' : 'block-malformed', address, 'no block of data')
    return undefined
  }
  const from = address + HEADER_BYTES
  const rest = file.size - from
  let length = Math.max(0, header.length - HEADER_BYTES)
  if (file.unfinished !== undefined && (await isOpenEnded(file, from + length))) length = rest
  if (length > rest) file.report('file-truncated', address, `${header.type} is not whole`)
  return { from, stored: Math.min(length, rest), length, deflated: false, columns: 0 }
}

/** Whether what follows a block is neither a block nor the end of the file. */
async function isOpenEnded(file: BlockFile, end: number): Promise<boolean> {
  const next = aligned(end)
  return next !== aligned(file.size) && (await file.header(next)) === undefined
}

async function deflatedAt(file: BlockFile, address: number): Promise<Segment | undefined> {
  const view = viewOf(await file.bytes(address + HEADER_BYTES, ZIP_HEADER))
  const from = address + HEADER_BYTES + ZIP_HEADER
  if (view.byteLength < ZIP_HEADER) {
    file.report('file-truncated', address, 'DZ is not whole')
    return undefined
  }
  const way = view.getUint8(2)
  const length = Number(view.getBigUint64(8, true))
  const stored = Number(view.getBigUint64(16, true))
  if (way > 1 || length > MAX_INFLATED || stored > MAX_INFLATED) {
    file.report('block-malformed', address, `DZ: way ${way}, ${stored} bytes for ${length}`)
    return undefined
  }
  if (stored > file.size - from) file.report('file-truncated', address, 'DZ is not whole')
  const columns = way === 1 ? view.getUint32(4, true) : 0
  return { from, stored: Math.min(stored, file.size - from), length, deflated: true, columns }
}

/** A piece of data; a number stands for so many bytes that cannot be read. */
export type Piece = Uint8Array | number

export async function* piecesOf(
  file: BlockFile,
  link: number,
  mayGoOn: boolean,
): AsyncGenerator<Piece> {
  for await (const segment of segmentsOf(file, link, mayGoOn)) {
    let done = 0
    if (segment.deflated) {
      const bytes = await inflated(file, segment)
      file.position = segment.from + segment.stored
      if (bytes !== undefined) yield bytes
      done = bytes?.length ?? 0
    }
    while (!segment.deflated && done < segment.stored) {
      const slice = await file.bytes(segment.from + done, Math.min(SLICE, segment.stored - done))
      if (slice.length === 0) break
      done += slice.length
      file.position = segment.from + done
      yield slice
    }
    if (done < segment.length) yield segment.length - done
  }
}

/** The data of a deflated block; of a cut one what there is; undefined for a damaged one. */
export async function inflated(file: BlockFile, segment: Segment): Promise<Uint8Array | undefined> {
  const stored = await file.bytes(segment.from, segment.stored)
  try {
    const bytes = inflateSync(stored, {
      maxOutputLength: Math.max(segment.length, 1),
      finishFlush: constants.Z_SYNC_FLUSH,
    })
    if (segment.columns === 0) return bytes
    // Of columns that are not whole no row can be made.
    if (bytes.length === segment.length) return inRows(bytes, segment.columns)
    file.report('file-truncated', segment.from, 'transposed DZ is not whole')
  } catch (error) {
    file.report('block-malformed', segment.from, `DZ: ${messageOf(error)}`)
  }
  return undefined
}

function inRows(bytes: Uint8Array, columns: number): Uint8Array {
  const rows = Math.floor(bytes.length / columns)
  const result = new Uint8Array(bytes.length)
  let from = 0
  for (let column = 0; column < columns && rows > 0; column += 1) {
    for (let row = 0, to = column; row < rows; row += 1, to += columns) {
      result[to] = bytes[from] as number
      from += 1
    }
  }
  result.set(bytes.subarray(from), from)
  return result
}
