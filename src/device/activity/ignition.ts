/** An input wired to the ignition; it stays as it was told last. */
import type { Millis } from '../../model/time.ts'

export class Ignition {
  /** Undefined: there is none, or it cannot be read. */
  isOn: boolean | undefined
  changedAt: Millis = 0

  set(isOn: boolean | undefined, now: Millis): void {
    if (isOn === this.isOn) return
    this.isOn = isOn
    this.changedAt = now
  }
}
