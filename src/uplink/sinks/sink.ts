/**
 * A sink: a far side that takes what the lanes hand over, such as a webhook or a folder. It keeps
 * nothing: what it did not take stays in the journal, and the lane comes again. Each sink has its
 * own place in the journal under its `name`.
 */
import type { Clock, Logger } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import { DeliveryError, type FailureKind, type Timers } from '../outbox-port.ts'

export type SinkLane = 'live' | 'backlog' | 'events'

/** Where the content of a message stands in the journal. */
export interface SinkSpan {
  firstSeq: number
  lastSeq: number
  /** Time of the first of them. */
  firstTime: Millis
}

export interface SinkMessage {
  vehicle: string
  lane: SinkLane
  contentType: string
  /** `deflate` is the zlib format (RFC 1950), as HTTP has it (RFC 9110, 8.4.1.2). */
  contentEncoding?: 'deflate'
  payload: Uint8Array
  /** Records or events in it. */
  count: number
  /** The same for the same content: tells the far side that a message is a repetition. */
  key: string
  /** Gives a file its name; without it the name is made of `key` and the day of writing. */
  span?: SinkSpan
}

export interface SinkHealth {
  /** `idle` and `sending` are well; `waiting` passes by itself, `refused` needs somebody. */
  state: 'stopped' | 'idle' | 'sending' | 'offline' | 'waiting' | 'refused'
  /** A sentence for people, without secrets. */
  detail: string
}

export interface Sink {
  readonly name: string
  /** Returns at once; never throws for what the world does. Idempotent. */
  start(): void
  /** Waits a moment for what is being delivered, then gives it up. Idempotent. */
  stop(): Promise<void>
  /**
   * Resolves when the far side has it durably. Rejects with a `DeliveryError`, at once where it
   * cannot be reached. Messages of one vehicle and lane go one after the other; those behind one
   * that failed fail like it, so that none overtakes it.
   */
  deliver(message: SinkMessage): Promise<void>
  health(): SinkHealth
  /** Told now, and whenever it changes, whether the sink can be reached; returns what ends it. */
  watch(told: (reachable: boolean) => void): () => void
}

/** What every sink is given beside its settings. */
export interface SinkContext {
  /** Id of the gateway. */
  gateway: string
  clock: Clock
  logger: Logger
  timers?: Timers
}

/** What the far side said about how to come again. */
export interface DeliveryAdvice {
  /** The message is too large for it: a smaller one may be taken. */
  split?: true
  /** Not before so many milliseconds. */
  afterMs?: number
}

/** A failure with advice; a lane that does not know of the advice does right by its `kind`. */
export class AdvisedError extends DeliveryError {
  readonly advice: DeliveryAdvice

  constructor(kind: FailureKind, reason: string, advice: DeliveryAdvice) {
    super(kind, reason)
    this.advice = advice
  }
}

/** The advice that came with a failure; empty where there was none. */
export function adviceOf(error: unknown): DeliveryAdvice {
  return error instanceof AdvisedError ? error.advice : {}
}
