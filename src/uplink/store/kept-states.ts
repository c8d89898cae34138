/**
 * The journal's part for what others of the gateway remember over a restart (trouble codes of a
 * vehicle, what a poller has found): the newest state of each, as JSON, written with the next commit.
 */
import type { Database, Statement } from '../../database/sqlite.ts'
import type { CommitPart } from './commit-part.ts'

export class KeptStates implements CommitPart {
  readonly #find: Statement
  readonly #save: Statement
  readonly #pending = new Map<string, { part: string; owner: string; state: string }>()

  constructor(database: Database) {
    this.#find = database.prepare('SELECT state FROM kept WHERE part = ? AND owner = ?')
    this.#save = database.prepare('INSERT OR REPLACE INTO kept VALUES (?, ?, ?)')
  }

  keep(part: string, owner: string, state: unknown): void {
    const key = `${part}\u0000${owner}`
    this.#pending.set(key, { part, owner, state: JSON.stringify(state) })
  }

  /** Undefined if there never was one. */
  kept(part: string, owner: string): unknown {
    const pending = this.#pending.get(`${part}\u0000${owner}`)?.state
    const text = pending ?? this.#find.get(part, owner)?.state
    return text === undefined ? undefined : JSON.parse(String(text))
  }

  isDue(): boolean {
    return this.#pending.size > 0
  }

  write(): void {
    for (const { part, owner, state } of this.#pending.values()) this.#save.run(part, owner, state)
  }

  written(): void {
    this.#pending.clear()
  }
}
