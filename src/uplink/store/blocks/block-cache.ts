/** Blocks that were read last, opened: neighbouring reads fall into the same ones. */
import type { Database, Statement } from '../../../database/sqlite.ts'
import type { BatchView } from '../../columns/batch-view.ts'
import { dataOf, openBlock } from './sealed-block.ts'

/** An open block of an hour takes about a megabyte. */
const MAX_OPEN = 8

export class BlockCache {
  readonly #data: Statement
  /** The one read longest ago first. */
  readonly #open = new Map<number, BatchView>()

  constructor(database: Database) {
    this.#data = database.prepare('SELECT data FROM block WHERE num = ?')
  }

  /** Undefined if there is no such block any more. Throws `store-failed` for a damaged one. */
  open(num: number): BatchView | undefined {
    const known = this.#open.get(num)
    this.#open.delete(num)
    const data = known === undefined ? dataOf(this.#data.get(num)) : undefined
    const view = known ?? (data === undefined ? undefined : openBlock(data))
    if (view === undefined) return undefined
    this.#open.set(num, view)
    const [oldest] = this.#open.keys()
    if (this.#open.size > MAX_OPEN && oldest !== undefined) this.#open.delete(oldest)
    return view
  }
}
