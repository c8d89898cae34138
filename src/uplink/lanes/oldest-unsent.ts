/** When the oldest unsent record was received. Asked every second, read from the store less often. */
import type { Clock } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import type { LaneStore } from './lane-store.ts'

const KEPT_MS = 10_000

export class OldestUnsent {
  readonly #store: Pick<LaneStore, 'read'>
  readonly #clock: Clock
  #known: { after: number; readAt: Millis; received: Millis | undefined } | undefined

  constructor(store: Pick<LaneStore, 'read'>, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Of the first record behind a place. Throws what the store throws. */
  after(place: number): Millis | undefined {
    const now = this.#clock.monotonic()
    const known = this.#known
    if (known !== undefined && (known.after === place || now - known.readAt < KEPT_MS)) {
      return known.received
    }
    const received = this.#store.read(place, 1)[0]?.receivedAt
    this.#known = { after: place, readAt: now, received }
    return received
  }
}
