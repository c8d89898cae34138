/**
 * Tells another tester's frames from our own, which some adapters and drivers give back. Two testers
 * at once mix up each other's answers, so where there is another, ours is silent. Times are
 * monotonic milliseconds.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Millis } from '../../model/time.ts'
import type { OutgoingFrame } from '../../model/transmit.ts'
import { isTesterId } from './addresses.ts'
import { OUR_ADDRESS } from './frames.ts'

/** A frame that has not come back by then never will. */
const ECHO_MS: Millis = 1000
/** More cannot be on their way back. */
const KEPT = 32

interface Own {
  frame: OutgoingFrame
  time: Millis
}

export class OwnFrames {
  readonly #frames: Own[] = []

  wentOut(frame: OutgoingFrame, time: Millis): void {
    this.#frames.push({ frame, time })
    if (this.#frames.length > KEPT) this.#frames.shift()
  }

  /** Whether this is one of ours that comes back; each comes back once. */
  isEcho(frame: CanFrame, now: Millis): boolean {
    const index = this.#frames.findIndex((own) => now - own.time <= ECHO_MS && isSame(own, frame))
    if (index < 0) return false
    this.#frames.splice(index, 1)
    return true
  }
}

/** Hot. Whether a frame can only come from a tester. */
export function isTesterFrame({ id, extended, error, remote, sent }: CanFrame): boolean {
  if (error || remote || sent) return false
  return isTesterId(id, extended) || (extended && (id & 0xff) === OUR_ADDRESS)
}

function isSame({ frame: own }: Own, frame: CanFrame): boolean {
  if (own.id !== frame.id || own.extended !== frame.extended) return false
  return own.data.every((byte, index) => index >= frame.length || byte === frame.data[index])
}
