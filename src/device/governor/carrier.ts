/**
 * Carries one exchange out through an adapter: lets the request out by a permit, flow control for its
 * answers too, and waits until it is over. Whether it may go out is asked once more when it does: an
 * adapter may be slow, and the vehicle parked meanwhile.
 */
import type { SentKind } from '../../model/bus-request.ts'
import type { Clock } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import type { OutgoingFrame, SendResult, Transmitter } from '../../model/transmit.ts'
import type { After } from '../supervisor.ts'
import { answerIdOf, flowControlAddress, isFunctional } from './addresses.ts'
import type { Exchange } from './exchange.ts'
import { flowControlFrame, requestFrame } from './frames.ts'
import { mint } from './permit.ts'

export interface CarrierOptions {
  exchange: Exchange
  transmitter: Transmitter
  clock: Clock
  after: After
  waitMs: Millis
  /** What the request counts as in the log. */
  kind: SentKind
  /** Asked at the moment of sending. */
  mayGoOut: () => boolean
  /** Told of every frame at the moment it goes out. */
  wentOut: (frame: OutgoingFrame, kind: SentKind) => void
}

/** From the permit to the moment of sending. */
const PERMIT_MS: Millis = 2000
/** An adapter that has not answered for so long beyond the wait is given up. */
const ADAPTER_MS: Millis = 8000

export class Carrier {
  readonly exchange: Exchange
  readonly #options: CarrierOptions
  #isOver = false
  #wake: () => void = () => undefined

  constructor(options: CarrierOptions) {
    this.exchange = options.exchange
    this.#options = options
  }

  /** Resolves when the exchange is over; once, and never rejects. */
  async run(): Promise<SendResult> {
    const { exchange, clock, waitMs } = this.#options
    const result = await this.#send()
    if (result.kind === 'sent' && !this.#isOver) {
      exchange.sent(clock.monotonic(), waitMs)
      await this.#answers()
    } else this.#isOver = true
    return result
  }

  /** Something came: it is looked whether the exchange is over. */
  wake(): void {
    this.#wake()
  }

  /** Ends it now; nothing more goes out. */
  cancel(): void {
    this.#isOver = true
    this.#wake()
  }

  /** The sender of a first frame waits for our flow control; some adapters send it by themselves. */
  owe(answerId: number): void {
    const { exchange, transmitter, wentOut, clock } = this.#options
    if (this.#isOver) return
    const frame = flowControlFrame(flowControlAddress(exchange.request, answerId))
    if (transmitter.flowControl === 'adapter') {
      wentOut(frame, 'flow-control')
      return
    }
    const deadline = clock.monotonic() + PERMIT_MS
    const permit = mint({
      frame,
      waitMs: 0,
      responders: 0,
      isGood: () => !this.#isOver && clock.monotonic() <= deadline,
      used: (used) => wentOut(used, 'flow-control'),
    })
    void transmitter.send(permit)
  }

  #send(): Promise<SendResult> {
    const { exchange, transmitter, waitMs, kind, mayGoOut, wentOut, clock } = this.#options
    const { request } = exchange
    const deadline = clock.monotonic() + PERMIT_MS
    const isToOne = request.kind === 'diagnostic' && !isFunctional(request)
    const permit = mint({
      frame: requestFrame(request),
      waitMs,
      responders: isToOne ? 1 : (request.responders ?? 0),
      answerId: isToOne ? answerIdOf(request) : undefined,
      isGood: () => !this.#isOver && clock.monotonic() <= deadline && mayGoOut(),
      used: (frame) => wentOut(frame, kind),
    })
    return this.#patiently(transmitter.send(permit), waitMs + ADAPTER_MS)
  }

  /** An adapter that hangs must not hang us, and one that is gone neither. */
  #patiently(result: Promise<SendResult>, limitMs: Millis): Promise<SendResult> {
    return new Promise((resolve) => {
      const done = (value: SendResult) => {
        cancel()
        resolve(value)
      }
      const give = (detail: string) => done({ kind: 'failed', reason: 'adapter', detail })
      const cancel = this.#options.after(limitMs, () => give('the adapter does not come back'))
      this.#wake = () => {
        if (this.#isOver) give('the adapter was closed')
      }
      void result.then(done)
    })
  }

  /** Until everybody has answered, or the time is over. */
  #answers(): Promise<void> {
    const { exchange, clock, after } = this.#options
    return new Promise((resolve) => {
      let cancel: () => void = () => undefined
      const look = () => {
        cancel()
        const left = exchange.deadline - clock.monotonic()
        if (left > 0 && !exchange.isComplete && !this.#isOver) {
          cancel = after(left, look)
          return
        }
        this.#isOver = true
        resolve()
      }
      this.#wake = look
      look()
    })
  }
}
