/**
 * What every part has to agree on about odometer readings: how far a vehicle can come, and the point
 * that a reading leaves in the journal.
 */
import type { Millis } from './time.ts'

const MAX_SPEED_KMH = 250
/** Two readings of one instrument may differ by this much at no distance (resolution, latency). */
const SLACK_KM = 2

/** A longer step must be confirmed, however long ago the last reading was. */
export const MAX_STEP_KM = 500

/** Whether a vehicle can have come so many km in so many hours. */
export function isDrivable(km: number, hours: number): boolean {
  return km >= 0 && km <= SLACK_KM + hours * MAX_SPEED_KMH
}

/** Why a reading does not count. */
export const odometerRejections = ['bogus', 'unit', 'backwards', 'jump'] as const

export type OdometerRejection = (typeof odometerRejections)[number]

/** A reading of one of the vehicle's instruments. */
export interface OdometerPoint {
  vehicle: string
  time: Millis
  /** The instrument: source, sender and definition. */
  series: string
  /** Trust in its definition: 0 is the most. */
  rank: number
  km: number
  /** A new cluster, a roll-over, a reset: nothing was driven between the reading before it and this. */
  segment?: true
  /** No reading of its series was there to check it by. */
  unchecked?: true
  /** The share that its distances may be wrong by, where they are estimates. */
  error?: number
  rejected?: OdometerRejection
}
