/** Questions to a u-blox receiver, one at a time, with what it answers and how long that may take. */
import type { Millis } from '../../model/time.ts'
import type { OpenPort } from '../serial/port.ts'
import type { After } from '../supervisor.ts'
import { ubxFrame } from './ubx-frame.ts'
import { ubx } from './ubx-messages.ts'

export type Acknowledged = 'done' | 'refused' | 'silent'

const PATIENCE_MS: Millis = 1200
/** A frame may fall victim to whatever else is on the line. */
const TRIES = 2

interface Waiting {
  /** Undefined: not what is waited for. */
  answer: (type: number, payload: Uint8Array) => unknown
  resolve: (answer: unknown) => void
}

export class UbxLink {
  readonly #port: Pick<OpenPort, 'write'>
  readonly #after: After
  #waiting: Waiting | undefined
  #isClosed = false

  constructor(port: Pick<OpenPort, 'write'>, after: After) {
    this.#port = port
    this.#after = after
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** A frame has come. */
  frame(type: number, payload: Uint8Array): void {
    const answer = this.#waiting?.answer(type, payload)
    if (answer !== undefined) this.#settle(answer)
  }

  /** Sets something. */
  async set(type: number, payload: readonly number[]): Promise<Acknowledged> {
    const answer = await this.#ask(type, payload, (heard, told) => acknowledged(type, heard, told))
    return answer === 'done' || answer === 'refused' ? answer : 'silent'
  }

  /** Reads something; undefined where it is not told. */
  async poll(type: number): Promise<Uint8Array | undefined> {
    const answer = await this.#ask(type, [], (heard, told) => {
      if (heard === type) return told.slice()
      return acknowledged(type, heard, told) === 'refused' ? 'refused' : undefined
    })
    return answer instanceof Uint8Array ? answer : undefined
  }

  /** What is waited for is given up. Idempotent. */
  close(): void {
    this.#isClosed = true
    this.#settle(undefined)
  }

  async #ask(
    type: number,
    payload: readonly number[],
    answer: Waiting['answer'],
  ): Promise<unknown> {
    for (let left = TRIES; left > 0 && !this.#isClosed; left -= 1) {
      const answered = new Promise<unknown>((resolve) => {
        this.#waiting = { answer, resolve }
      })
      const cancel = this.#after(PATIENCE_MS, () => this.#settle(undefined))
      // A line that is gone says so itself.
      this.#port.write(ubxFrame(type, payload)).catch(() => this.close())
      const heard = await answered
      cancel()
      if (heard !== undefined) return heard
    }
    return undefined
  }

  #settle(answer: unknown): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(answer)
  }
}

function acknowledged(
  asked: number,
  type: number,
  payload: Uint8Array,
): 'done' | 'refused' | undefined {
  if (type !== ubx.ackAck && type !== ubx.ackNak) return undefined
  if ((payload[0] ?? 0) * 256 + (payload[1] ?? 0) !== asked) return undefined
  return type === ubx.ackAck ? 'done' : 'refused'
}
