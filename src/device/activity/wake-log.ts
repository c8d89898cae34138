/** The last times that the vehicle woke up, was parked or was noticed, oldest first. */
import type { WakeEntry } from './options.ts'

const MAX_ENTRIES = 200

export class WakeLog {
  #entries: WakeEntry[] = []

  get entries(): readonly WakeEntry[] {
    return this.#entries
  }

  add(entry: WakeEntry): void {
    this.#entries = [...this.#entries.slice(1 - MAX_ENTRIES), entry]
  }
}
