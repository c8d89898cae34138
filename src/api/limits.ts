/** How much of the server one client, or all of them together, may hold. */
import type { Millis } from '../model/time.ts'

export interface ConnectionLimits {
  /** Open at once, with up to 1,200 live streams. When there are more, those without a request make room; else it is 503. */
  connections: number
  /** For the head of a request to arrive. */
  headersMs: Millis
  /** For a whole request to arrive. */
  requestMs: Millis
  /** Between two requests of a connection. */
  keepAliveMs: Millis
  /** Without a byte in either direction while an answer is under way. */
  silenceMs: Millis
  /** How often it is looked for requests that take too long to arrive. */
  checkMs: Millis
}

export const connectionLimits: ConnectionLimits = {
  connections: 1500,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 30_000,
  silenceMs: 120_000,
  checkMs: 2000,
}

export const MAX_HEADER_BYTES = 16 * 1024
export const MAX_BODY_BYTES = 64 * 1024
