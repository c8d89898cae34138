/**
 * Sends what permits let out through an SLCAN adapter: `t` and three digits, or `T` and eight, the
 * length and the data. Adapters answer `z` or `Z`, CR alone, BEL where their queue is full, or nothing
 * at all, which is found out and then not waited for.
 */
import type { OutgoingFrame, Permit, SendResult, Transmitter } from '../../model/transmit.ts'
import { redeem } from '../governor/permit.ts'
import type { SlcanLink } from './slcan-link.ts'

/** So many frames without any answer, and the adapter is taken for one that gives none. */
const UNANSWERED = 3

export class SlcanAsking implements Transmitter {
  readonly flowControl = 'gateway'
  readonly #link: SlcanLink
  #unanswered = 0
  #hasAnswered = false
  #isClosed = false
  readonly #hasStatus: () => boolean
  /** Frames in a row that the adapter did not take. */
  #refusals = 0

  constructor(link: SlcanLink, hasStatus: () => boolean) {
    this.#link = link
    this.#hasStatus = hasStatus
  }

  get refusals(): number {
    return this.#refusals
  }

  /** The channel was opened anew, and with it the controller started again. */
  renewed(): void {
    this.#refusals = 0
  }

  close(): void {
    this.#isClosed = true
  }

  /** Never rejects. */
  send(permit: Permit): Promise<SendResult> {
    return this.#link.inTurn(() => this.#send(permit))
  }

  async #send(permit: Permit): Promise<SendResult> {
    if (this.#isClosed || this.#link.hasEnded) {
      return { kind: 'failed', reason: 'adapter', detail: 'the channel is not open' }
    }
    const frame = redeem(permit)
    if (frame === undefined) {
      return { kind: 'failed', reason: 'permit', detail: 'the permit is not good any more' }
    }
    try {
      this.#link.expectEcho(frame)
      return await this.#transmit(lineOf(frame))
    } catch {
      // The line was lost; the session ends by itself.
      return { kind: 'failed', reason: 'adapter', detail: 'the line was lost' }
    }
  }

  async #transmit(line: string): Promise<SendResult> {
    if (!this.#hasAnswered && this.#unanswered >= UNANSWERED) {
      this.#link.send(`${line}\r`)
      return { kind: 'sent' }
    }
    const reply = await this.#link.ask(line, 'sent', 'ack')
    if (reply?.kind === 'refused') return this.#refused()
    this.#refusals = 0
    if (reply !== undefined) this.#hasAnswered = true
    else if (this.#hasAnswered) {
      return { kind: 'failed', reason: 'adapter', detail: 'it did not acknowledge the frame' }
    } else this.#unanswered += 1
    return { kind: 'sent' }
  }

  /** Its queue is full, or its controller is off the bus: the flags tell the governor. */
  async #refused(): Promise<SendResult> {
    this.#hasAnswered = true
    this.#refusals += 1
    if (this.#hasStatus()) await this.#link.ask('F', 'status')
    return { kind: 'failed', reason: 'bus', detail: 'the adapter took no frame (BEL)' }
  }
}

export function lineOf({ id, extended, data }: OutgoingFrame): string {
  const digits = id
    .toString(16)
    .toUpperCase()
    .padStart(extended ? 8 : 3, '0')
  const hex = Buffer.from(data).toString('hex').toUpperCase()
  return `${extended ? 'T' : 't'}${digits}${data.length}${hex}`
}
