/**
 * A stored record as the CloudEvent that leaves the gateway: that of the REST history, with its
 * place in the journal. Every lane, every encoding and every reader of batches share it.
 */
import { type StatusEvent, statusEvent } from '../model/cloud-event.ts'
import type { StoredRecord } from '../model/record.ts'
import type { Vehicle } from '../model/vehicle.ts'

/**
 * The event with the `sequence` extension of CloudEvents: the record's place in the journal. The
 * extension asks for a text that sorts like the number, hence the leading zeros; holes are where
 * the records of other vehicles are.
 */
export interface SequencedEvent extends StatusEvent {
  sequence: string
}

/** As many digits as the greatest whole number that a double holds exactly. */
const SEQUENCE_DIGITS = 16

export function sequencedEvent(record: StoredRecord, vehicle: Vehicle): SequencedEvent {
  return { ...statusEvent(record, vehicle), sequence: sequenceOf(record.seq) }
}

export function sequenceOf(seq: number): string {
  return String(seq).padStart(SEQUENCE_DIGITS, '0')
}
