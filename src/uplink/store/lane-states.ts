/** How far the lanes of each sink are in what the journal holds (lanes/lane-store.ts). */
import type { Database, Statement } from '../../database/sqlite.ts'
import type { Millis } from '../../model/time.ts'
import type { LaneState } from '../lanes/lane-store.ts'

export class LaneStates {
  readonly #find: Statement
  readonly #save: Statement
  readonly #outside: Statement

  constructor(database: Database) {
    this.#find = database.prepare('SELECT live, backlog FROM lane WHERE sink = ?')
    this.#save = database.prepare('INSERT OR REPLACE INTO lane VALUES (?, ?, ?)')
    this.#outside = database.prepare(
      `SELECT seq FROM record WHERE seq > ? AND received NOT BETWEEN ? AND ?
       ORDER BY seq DESC LIMIT 1`,
    )
  }

  /** Undefined where the sink is new. */
  lanes(sink: string): LaneState | undefined {
    const row = this.#find.get(sink)
    if (row === undefined) return undefined
    return { live: Number(row.live), backlog: JSON.parse(String(row.backlog)) }
  }

  saveLanes(sink: string, { live, backlog }: LaneState): void {
    this.#save.run(sink, live, JSON.stringify(backlog))
  }

  lastReceivedOutside(afterSeq: number, from: Millis, to: Millis): number | undefined {
    const row = this.#outside.get(afterSeq, from, to)
    return row && Number(row.seq)
  }
}
