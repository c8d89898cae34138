/**
 * Uplinks that were taken already, so that one which a network server delivers twice (a retry, a
 * broker's repeat, two of its own copies) counts once: by who sent it, its counter and its payload.
 */
import { createHash } from 'node:crypto'
import type { LoraUplink } from '../../../model/lora.ts'
import type { Millis } from '../../../model/time.ts'

const FOR_MS: Millis = 86_400_000
const LIMIT = 10_000
/** Without a counter, the same payload at the same moment is the same. */
const MOMENT_MS: Millis = 1000

export class SeenUplinks {
  /** When each was on the air; in the order of arrival. */
  readonly #times = new Map<string, Millis>()

  /** A session that began anew has its counters again: those of a day ago are news. */
  isNew(uplink: LoraUplink): boolean {
    const time = this.#times.get(keyOf(uplink))
    return time === undefined || Math.abs(uplink.receivedAt - time) > FOR_MS
  }

  remember(uplink: LoraUplink): void {
    const key = keyOf(uplink)
    this.#times.delete(key)
    this.#times.set(key, uplink.receivedAt)
    const [oldest] = this.#times.keys()
    if (this.#times.size > LIMIT && oldest !== undefined) this.#times.delete(oldest)
  }

  /** Times from `since` on were wrong by `delta`. */
  shift(delta: Millis, since: Millis): void {
    for (const [key, time] of this.#times) {
      if (time >= since) this.#times.set(key, time + delta)
    }
  }
}

function keyOf({ devEui, deviceId, devAddr, fCnt, payload, receivedAt }: LoraUplink): string {
  const hash = createHash('sha256').update(payload).digest('base64url')
  const counter = fCnt ?? `at ${Math.floor(receivedAt / MOMENT_MS)}`
  return `${devEui ?? deviceId} ${devAddr ?? ''} ${counter} ${hash}`
}
