/** Whether a record stands in a block already: a recording that is played again brings nothing new. */
import type { Database, Statement } from '../../../database/sqlite.ts'
import type { NewRecord } from '../../../model/record.ts'
import { BlockCache } from './block-cache.ts'

interface Range {
  num: number
  first: number
  last: number
}

export class SealedNumbers {
  readonly #find: Statement
  readonly #blocks: BlockCache
  /** Of the boots that records came from lately. */
  readonly #ranges = new Map<string, readonly Range[]>()
  #last: { num: number; ids: ReadonlySet<string> } | undefined

  constructor(database: Database) {
    this.#find = database.prepare(
      'SELECT num, first_number, last_number FROM block WHERE vehicle = ? AND boot = ?',
    )
    this.#blocks = new BlockCache(database)
  }

  holds({ id, vehicle, boot, number }: NewRecord): boolean {
    return this.#rangesOf(vehicle, boot).some(
      ({ num, first, last }) => number >= first && number <= last && this.#idsOf(num).has(id),
    )
  }

  /** Blocks have come or gone. */
  changed(): void {
    this.#ranges.clear()
    this.#last = undefined
  }

  #idsOf(num: number): ReadonlySet<string> {
    if (this.#last?.num === num) return this.#last.ids
    const view = this.#blocks.open(num)
    const ids = new Set(view?.records().map(({ id }) => id))
    this.#last = { num, ids }
    return ids
  }

  #rangesOf(vehicle: string, boot: string): readonly Range[] {
    const key = `${vehicle}\u0000${boot}`
    const known = this.#ranges.get(key)
    if (known !== undefined) return known
    const ranges = this.#find.all(vehicle, boot).map((row) => ({
      num: Number(row.num),
      first: Number(row.first_number),
      last: Number(row.last_number),
    }))
    this.#ranges.set(key, ranges)
    return ranges
  }
}
