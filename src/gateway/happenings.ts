/** What happens to the vehicles, told at once to who listens; the journal keeps it beside. */
import type { VehicleEvent } from '../model/event.ts'
import type { LiveEvents } from '../model/ports.ts'

export class Happenings implements LiveEvents {
  readonly #listeners = new Set<(event: VehicleEvent) => void>()

  subscribe(listener: (event: VehicleEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(event: VehicleEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
