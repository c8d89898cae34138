/**
 * What the outbox and its two ends know of each other: the journal before it, the far side behind
 * it, and the timers that both are driven by.
 */
import type { StoredRecord } from '../model/record.ts'

/** What has a place in the journal: a record, an event. */
export interface Placed {
  seq: number
}

/** What the lane needs of the journal. `sink` names the reader, so that each has its own cursor. */
export interface OutboxStore<T extends Placed = StoredRecord> {
  /** Committed records with a greater `seq`, ascending. */
  read(afterSeq: number, limit: number): T[]
  /** The `seq` up to which everything is acknowledged; 0 at first. */
  cursor(sink: string): number
  saveCursor(sink: string, seq: number): void
  /** Committed records behind the saved cursor. */
  unsent(sink: string): number
}

/** What a lane asks where it is not alone on its way out. `wake` tells it that an answer has changed. */
export interface LaneRules<T extends Placed> {
  /** Whether anything may be sent now, and then whether this may be. */
  may?(next?: T): boolean
  /** The place up to which nothing is this lane's any more; asked with the last place it has sent. */
  staleUpTo?(position: number): number
  /** Takes over what is behind `from` up to `to`; durable when it returns. Throws where it cannot be. */
  cede?(from: number, to: number): void
  /** The lane has sent or settled something. */
  moved?(): void
}

/** Timers, passed in. `after` returns what cancels it. */
export interface Timers {
  after(delayMs: number, run: () => void): () => void
}

export const systemTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/**
 * Why a record was not delivered: `offline` (the lane waits for `connected`), `retry` (again soon,
 * backing off), `refused` (again only slowly: somebody has to change something first).
 */
export type FailureKind = 'offline' | 'retry' | 'refused'

/** How `deliver` rejects; any other rejection counts as `retry`. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  readonly kind: FailureKind

  constructor(kind: FailureKind, reason: string) {
    super(reason)
    this.kind = kind
  }
}
