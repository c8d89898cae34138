/** What goes on on the buses of a vehicle, as somebody who looks at it sees it. */
import type { Millis } from './time.ts'

export interface BusReport {
  /** Since when it is counted: since somebody looks. */
  since: Millis
  buses: BusActivity[]
  ids: BusIdentifier[]
}

export interface BusActivity {
  bus: string
  frames: number
  errors: number
  /** Of the last seconds. */
  perSecond: number
  /** Share of the bit rate, 0 to 1; absent until there is a second to look at. */
  load?: number
  /** bit/s, and whether it is a guess. */
  bitrate: number
  assumed: boolean
  /** Identifiers beyond those that are listed. */
  others: number
}

export interface BusIdentifier {
  bus: string
  id: number
  extended: boolean
  count: number
  /** ms between two, on average; absent until there were two. */
  period?: Millis
  /** How many its rhythm lacks; an estimate. */
  missing: number
  /** Of the newest frame. */
  data: Uint8Array
  time: Millis
  /** J1939: what the identifier says. */
  pgn?: number
  source?: number
  destination?: number
  /** Name of the group or of what it is. */
  name?: string
  /** What the newest frame says. */
  values: { label: string; value: number | string; unit: string }[]
}

export interface BusReader {
  bus(vehicle: string): BusReport
}
