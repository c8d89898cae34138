/** How far each sink has come with the records, lane by lane (table `lane`). */
import type { Database, Statement } from '../../database/sqlite.ts'

/** Places of records, `from` exclusive. */
export interface LaneRange {
  from: number
  to: number
}

export interface LaneState {
  /** Every record up to here is acknowledged or stands in the backlog. */
  live: number
  /** Ascending and apart from each other. */
  backlog: LaneRange[]
}

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
  return { live: Number(live), backlog: JSON.parse(String(backlog)) as LaneRange[] }
}
