/** How far each sink has acknowledged what the journal holds. */
import type { Database, Statement } from '../../database/sqlite.ts'

export class Cursors {
  readonly #find: Statement
  readonly #save: Statement

  constructor(database: Database) {
    this.#find = database.prepare('SELECT seq FROM cursor WHERE sink = ?')
    this.#save = database.prepare('INSERT OR REPLACE INTO cursor VALUES (?, ?)')
  }

  /** The last place that a sink has acknowledged; 0 if none. */
  cursor(sink: string): number {
    return Number(this.#find.get(sink)?.seq ?? 0)
  }

  saveCursor(sink: string, seq: number): void {
    this.#save.run(sink, seq)
  }
}
