/** How far the lanes of each sink are in what the journal holds (lanes/lane-store.ts). */
import type { Database, Statement } from '../../database/sqlite.ts'
import type { LaneState } from '../lanes/lane-store.ts'

export class LaneStates {
  readonly #find: Statement
  readonly #save: Statement
  readonly #all: Statement

  constructor(database: Database) {
    this.#find = database.prepare('SELECT live, backlog FROM lane WHERE sink = ?')
    this.#save = database.prepare('INSERT OR REPLACE INTO lane VALUES (?, ?, ?)')
    this.#all = database.prepare('SELECT live, backlog FROM lane')
  }

  /** Undefined for a sink that never was. */
  lanes(sink: string): LaneState | undefined {
    const row = this.#find.get(sink)
    return row === undefined ? undefined : stateOf(row.live, row.backlog)
  }

  saveLanes(sink: string, { live, backlog }: LaneState): void {
    this.#save.run(sink, live, JSON.stringify(backlog))
  }

  /** The place up to which every sink has all; without sinks, nobody waits for anything. */
  sentUpTo(): number {
    const places = this.#all.all().map((row) => {
      const { live, backlog } = stateOf(row.live, row.backlog)
      return backlog[0]?.from ?? live
    })
    return places.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...places)
  }
}

function stateOf(live: unknown, backlog: unknown): LaneState {
  return { live: Number(live), backlog: JSON.parse(String(backlog)) as LaneState['backlog'] }
}
