/**
 * What a network server's events become, however they come: uplinks that are news go on, once; all
 * else is told as what it is. An uplink counts as delivered when whoever takes it has stored it.
 */
import type { LoraFeedEvents, LoraReject, LoraUplink } from '../../../model/lora.ts'
import type { Millis } from '../../../model/time.ts'
import { SeenUplinks } from './seen-uplinks.ts'
import type { ServerMessage } from './server-message.ts'

export interface ServerDeskOptions {
  /** Whether uplinks that the server made up for a test are taken. */
  simulated: boolean
  /** What an earlier run has taken already. */
  seen?: Iterable<LoraUplink>
}

export class ServerDesk {
  readonly #simulated: boolean
  readonly #seen: SeenUplinks
  #events: LoraFeedEvents | undefined
  #uplinks = 0

  constructor({ simulated, seen = [] }: ServerDeskOptions) {
    this.#simulated = simulated
    this.#seen = new SeenUplinks()
    for (const uplink of seen) this.#seen.remember(uplink)
  }

  get uplinks(): number {
    return this.#uplinks
  }

  open(events: LoraFeedEvents): void {
    this.#events = events
  }

  close(): void {
    this.#events = undefined
  }

  /**
   * A sentence about what became of it; undefined: it was taken. Throws where an uplink could not be
   * stored: it has to come again.
   */
  take(messages: readonly ServerMessage[]): string | undefined {
    let answer: string | undefined
    for (const message of messages) answer = this.#one(message) ?? answer
    return answer
  }

  shift(delta: Millis, since: Millis): void {
    this.#seen.shift(delta, since)
  }

  #one(message: ServerMessage): string | undefined {
    const events = this.#events
    if (events === undefined) throw new Error('the source is not running')
    if ('uplink' in message) return this.#uplink(message.uplink, events)
    if ('reject' in message) return this.#reject(message.reject, events)
    if ('ignored' in message) return message.ignored
    events.notice(message.notice)
    return undefined
  }

  #uplink(uplink: LoraUplink, events: LoraFeedEvents): string | undefined {
    const { source, receivedAt: time, devEui, deviceId } = uplink
    const who = {
      ...(devEui !== undefined && { devEui }),
      ...(deviceId !== undefined && { deviceId }),
    }
    if (uplink.simulated === true && !this.#simulated) {
      return this.#reject({ reason: 'simulated', source, time, ...who }, events)
    }
    if (!this.#seen.isNew(uplink)) {
      // The server has sent it again because nobody said that it came; that is said now.
      this.#reject({ reason: 'duplicate', source, time, ...who }, events)
      return undefined
    }
    events.uplink(uplink)
    this.#seen.remember(uplink)
    this.#uplinks += 1
    return undefined
  }

  #reject(reject: LoraReject, events: LoraFeedEvents): string {
    events.reject(reject)
    return reject.detail ?? reject.reason
  }
}
