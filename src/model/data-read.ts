/** Who was shown where a vehicle is or was, or which vehicle it is: a row of the audit log. */
import type { PageMark } from './ports.ts'
import type { Millis } from './time.ts'

export interface DataRead {
  time: Millis
  /** `jti` of the token; empty where it has none. */
  token: string
  /** `sub` of a user token; empty for a privilege token. */
  subject: string
  /** Network address that it was asked from. */
  address: string
  /** Method and path, with the names of its parameters: `GET /v1/vehicle/:tokenId/status`. */
  route: string
  /** Id of the vehicle. */
  vehicle: string
  /** `location` or `approximate location`, `identity`, or both, as the token may see them there. */
  what: string
}

export interface StoredRead extends DataRead {
  seq: number
  /** How often within a minute. */
  count: number
}

export interface ReadQuery {
  from: Millis
  /** Exclusive. */
  to: Millis
  limit: number
  after?: PageMark
}

export interface ReadLogReader {
  /** In order of time. What was read within the last minute is not there yet. */
  reads(query: ReadQuery): Promise<StoredRead[]>
}

export interface ReadLogWriter {
  /** Never throws. */
  read(read: DataRead): void
}
