/**
 * Rows of a table whose inner pages are lost: every leaf page of the file is looked at by itself. A
 * row belongs to the table that has as many columns. Pages that are free may still hold rows that
 * were removed; they say nothing else than they did. Layout: sqlite.org/fileformat2.html, 1.6, 2.1.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Row, SqlValue } from '../../database/sqlite.ts'

const PAGE = 4096
const LEAF = 13
const CELLS = 8
/** What of a row stands on its leaf (fileformat2, 1.6): the most, and the least of a longer one. */
const MOST = PAGE - 35
const LEAST = Math.floor(((PAGE - 12) * 32) / 255) - 23
/** A block of an hour has some hundred thousand bytes. */
const MAX_PAYLOAD = 16_000_000

type Page = (number: number) => Buffer

/** `columns`: of the table, in its order; `rowid`: the one that is the row's number. */
export function* strayRows(
  path: string,
  columns: readonly string[],
  rowid: string | undefined,
): Generator<Row> {
  const file = openSync(path, 'r')
  try {
    const page: Page = (number) => {
      const bytes = Buffer.alloc(PAGE)
      readSync(file, bytes, 0, PAGE, (number - 1) * PAGE)
      return bytes
    }
    const pages = Math.floor(fstatSync(file).size / PAGE)
    for (let number = 2; number <= pages; number += 1) {
      const leaf = page(number)
      if (leaf[0] !== LEAF) continue
      const cells = Math.min(leaf.readUInt16BE(3), (PAGE - CELLS) / 2)
      for (let cell = 0; cell < cells; cell += 1) {
        const row = rowAt(leaf, leaf.readUInt16BE(CELLS + 2 * cell), page, columns, rowid)
        if (row !== undefined) yield row
      }
    }
  } finally {
    closeSync(file)
  }
}

function rowAt(
  leaf: Buffer,
  start: number,
  page: Page,
  columns: readonly string[],
  rowid: string | undefined,
): Row | undefined {
  try {
    const [size, afterSize] = varint(leaf, start)
    const [place, at] = varint(leaf, afterSize)
    if (size > MAX_PAYLOAD) return undefined
    const payload = payloadAt(leaf, at, size, page)
    const values = payload === undefined ? undefined : valuesOf(payload, columns.length)
    if (values === undefined) return undefined
    const row: Row = { place }
    for (const [index, name] of columns.entries()) {
      row[name] = name === rowid ? place : (values[index] as SqlValue)
    }
    return row
  } catch {
    // Offsets that lead out of the page: no row.
    return undefined
  }
}

function payloadAt(leaf: Buffer, at: number, size: number, page: Page): Buffer | undefined {
  if (size <= MOST) return at + size <= PAGE ? leaf.subarray(at, at + size) : undefined
  const fitting = LEAST + ((size - LEAST) % (PAGE - 4))
  const local = fitting <= MOST ? fitting : LEAST
  const parts = [leaf.subarray(at, at + local)]
  let next = leaf.readUInt32BE(at + local)
  for (let left = size - local; left > 0; left -= PAGE - 4) {
    if (next === 0) return undefined
    const overflow = page(next)
    parts.push(overflow.subarray(4, 4 + Math.min(left, PAGE - 4)))
    next = overflow.readUInt32BE(0)
  }
  return next === 0 ? Buffer.concat(parts) : undefined
}

/** Undefined where it is not a row of so many columns, or does not end with its last value. */
function valuesOf(payload: Buffer, columns: number): SqlValue[] | undefined {
  const [end, first] = varint(payload, 0)
  const types: number[] = []
  for (let at = first; at < end; ) {
    const [type, next] = varint(payload, at)
    types.push(type)
    at = next
  }
  if (types.length !== columns) return undefined
  const values: SqlValue[] = []
  let at = end
  for (const type of types) {
    const length = lengthOf(type)
    if (at + length > payload.length) return undefined
    values.push(decoded(payload, at, length, type))
    at += length
  }
  return at === payload.length ? values : undefined
}

function lengthOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2)
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? Number.NaN
}

function decoded(payload: Buffer, at: number, length: number, type: number): SqlValue {
  if (type === 0) return null
  if (type === 7) return payload.readDoubleBE(at)
  if (type === 8 || type === 9) return type - 8
  if (type === 6) return Number(payload.readBigInt64BE(at))
  if (type < 6) return payload.readIntBE(at, length)
  const bytes = payload.subarray(at, at + length)
  return type % 2 === 0 ? Uint8Array.from(bytes) : bytes.toString('utf8')
}

function varint(bytes: Buffer, start: number): [value: number, next: number] {
  let value = 0
  for (let at = start; at < start + 8; at += 1) {
    const byte = bytes.readUInt8(at)
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, at + 1]
  }
  throw new RangeError('a number of more than 56 bits')
}
