/**
 * What the lanes of a sink and the journal know of each other: how far each lane is, and how records
 * are read, one by one for the live lane and in encoded batches for the backlog lane.
 */
import type { StoredRecord } from '../../model/record.ts'
import type { Millis } from '../../model/time.ts'

/** The places after `from` up to and with `to`. */
export interface PlaceRange {
  from: number
  to: number
}

/** How far the lanes of one sink are. */
export interface LaneState {
  /** The last place that is acknowledged or was handed over to the backlog. */
  live: number
  /** Handed over and not acknowledged: disjoint, ascending, none of it after `live`. */
  backlog: PlaceRange[]
}

/** What the lanes need of the journal. `sink` names the reader, so that each has its own lanes. */
export interface LaneStore {
  /** The greatest place that is committed; 0 where none is. */
  newest(): number
  /** The last place that stands in sealed history, where `read` does not look; 0 where none does. */
  sealedUpTo(): number
  /** Committed records with a greater `seq`, ascending, as far as they are not sealed. */
  read(afterSeq: number, limit: number): StoredRecord[]
  /**
   * The last place behind `afterSeq` whose record was received before `from` or after `to`;
   * undefined where there is none. Asked for the newest minute: looks from the newest downwards.
   */
  lastReceivedOutside(afterSeq: number, from: Millis, to: Millis): number | undefined
  /** Undefined where the sink is new. */
  lanes(sink: string): LaneState | undefined
  /** Durable, and as a whole, when it returns. */
  saveLanes(sink: string, state: LaneState): void
}

export interface BatchLimit {
  records: number
  /** Of a payload; a single record may be greater. */
  bytes: number
}

/** Records of one vehicle, as one message. */
export interface Batch {
  vehicle: string
  payload: Uint8Array
  contentType: string
  /** Records in it. */
  count: number
  /** Where they stand, and when the first of them was measured. */
  span: { firstSeq: number; lastSeq: number; firstTime: Millis }
}

export interface BacklogPart {
  /** One a vehicle, in any order; none where nothing is left of the places. */
  batches: Batch[]
  /** The place up to which the batches cover everything; after `from`. */
  last: number
  /** Records that go into no batch, for their vehicle is not configured any more. */
  leftOut?: { vehicle: string; count: number }[]
}

/** Reads and encodes what is behind `from` up to `to`, or the first part of it. */
export interface BacklogReader {
  next(from: number, to: number, limit: BatchLimit): Promise<BacklogPart>
}
