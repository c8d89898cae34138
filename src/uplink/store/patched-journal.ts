/**
 * A damaged journal whose header or list of tables is lost, as a copy that has those of a new journal:
 * every journal that began with the present version has its tables at the same pages. Of another one
 * nothing comes out, for its rows do not fit the tables that would be read. The layout of page 1 and
 * of inner pages is that of the SQLite file format (sqlite.org/fileformat2.html, 1.3 and 1.6).
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import type { Database } from '../../database/sqlite.ts'

const PAGE = 4096
const HEADER = 100
/** A page that only points to others; in their midst the list of tables has no rows. */
const INNER_TABLE = 5
const CHANGES = 24
const PAGES_OF_FILE = 28
const FREE_PAGES = 32
const VALID_FOR = 92
const SUFFIXES = ['', '-wal', '-shm']

export function patchedPath(path: string): string {
  return `${path}.patched`
}

export function removePatched(path: string): void {
  for (const suffix of SUFFIXES) rmSync(patchedPath(path) + suffix, { force: true })
}

/** Makes the copy. Throws where there is no room for it. */
export function patchJournal(path: string, fresh: Database): string {
  const patched = patchedPath(path)
  removePatched(path)
  copyFileSync(path, patched)
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${patched}-wal`)
  const file = openSync(patched, 'r+')
  try {
    for (const [number, page] of schemaPages(fresh)) {
      if (number === 1) adaptHeader(page, Math.ceil(statSync(patched).size / PAGE))
      writeSync(file, page, 0, PAGE, (number - 1) * PAGE)
    }
  } finally {
    closeSync(file)
  }
  return patched
}

function adaptHeader(page: Buffer, pages: number): void {
  page.writeUInt32BE(pages, PAGES_OF_FILE)
  page.fill(0, FREE_PAGES, FREE_PAGES + 8)
  page.copy(page, VALID_FOR, CHANGES, CHANGES + 4)
}

/** The pages that the list of tables stands on, by number from 1. */
function schemaPages(fresh: Database): Map<number, Buffer> {
  fresh.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const file = openSync(String(fresh.prepare('PRAGMA database_list').get()?.file), 'r')
  try {
    const pages = new Map<number, Buffer>()
    const waiting = [1]
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      const page = Buffer.alloc(PAGE)
      readSync(file, page, 0, PAGE, (number - 1) * PAGE)
      pages.set(number, page)
      waiting.push(...childrenOf(page, number === 1 ? HEADER : 0))
    }
    return pages
  } finally {
    closeSync(file)
  }
}

function childrenOf(page: Buffer, start: number): number[] {
  if (page[start] !== INNER_TABLE) return []
  const children = [page.readUInt32BE(start + 8)]
  for (let cell = 0; cell < page.readUInt16BE(start + 3); cell += 1) {
    children.push(page.readUInt32BE(page.readUInt16BE(start + 12 + 2 * cell)))
  }
  return children
}
