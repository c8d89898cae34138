/** The trouble codes of every vehicle, kept in the journal from one run to the next. */
import { type DtcCheckpoint, DtcKeeper } from '../decoder/vehicle/dtc-keeper.ts'
import type { SentFrame } from '../model/bus-request.ts'
import type { TroubleCodeReader } from '../model/ports.ts'
import type { Micros } from '../model/time.ts'
import type { Journal } from '../uplink/store/journal.ts'

const PART = 'dtc'

export class TroubleCodes implements TroubleCodeReader {
  readonly #journal: Journal
  readonly #keepers = new Map<string, DtcKeeper>()

  constructor(journal: Journal) {
    this.#journal = journal
  }

  of(vehicle: string): DtcKeeper {
    const known = this.#keepers.get(vehicle)
    if (known !== undefined) return known
    const keeper = new DtcKeeper({
      vehicle,
      // What was kept is what a keeper of an earlier run gave.
      initial: this.#journal.kept(PART, vehicle) as DtcCheckpoint | undefined,
      event: (event) => this.#journal.event(event),
      changed: () => this.#keep(vehicle, keeper),
    })
    this.#keepers.set(vehicle, keeper)
    return keeper
  }

  troubleCodes(vehicle: string): ReturnType<DtcKeeper['report']> {
    return this.of(vehicle).report()
  }

  /** A question tells what an answer is to be compared with. */
  sent(frame: SentFrame): void {
    this.of(frame.vehicle).sent(frame)
  }

  tick(time: Micros): void {
    for (const keeper of this.#keepers.values()) keeper.tick(time)
  }

  /** What was stamped from `since` on was wrong by `delta`. */
  shift(delta: Micros, since: Micros): void {
    for (const keeper of this.#keepers.values()) keeper.shift(delta, since)
  }

  /** When each was last told is kept at the end only: it changes all the time. */
  keepAll(): void {
    for (const [vehicle, keeper] of this.#keepers) this.#keep(vehicle, keeper)
  }

  #keep(vehicle: string, keeper: DtcKeeper): void {
    this.#journal.keep(PART, vehicle, keeper.checkpoint())
  }
}
