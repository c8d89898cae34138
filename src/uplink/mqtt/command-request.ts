/**
 * A request as it came: a JSON object with, all optional, `id` (a text that tells repeats), `expires`
 * and the parameters of the command. `expires` is a time (RFC 3339, or seconds since 1970) or, below
 * 1,000,000,000, so many seconds from its arrival; MQTT 5's message expiry counts from there, too.
 */
import { createHash } from 'node:crypto'
import type { Millis } from '../../model/time.ts'
import { CommandError } from './command-answer.ts'
import type { IncomingMessage } from './subscriptions.ts'

export interface CommandRequest {
  id?: string
  parameters: Readonly<Record<string, unknown>>
  /** Tells whether another request with the same id asks the same. */
  digest: string
}

export interface Now {
  wall: Millis
  monotonic: Millis
  /** Whether the wall time is worth anything. */
  isTrusted: boolean
}

export const MAX_PAYLOAD_BYTES = 64 * 1024
const MAX_ID_LENGTH = 128
const FIRST_EPOCH_SECOND = 1_000_000_000
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** The object of the payload. Throws `malformed` or `too-large`. */
export function readObject(payload: Buffer): Record<string, unknown> {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new CommandError('too-large', `a request has at most ${MAX_PAYLOAD_BYTES} bytes`)
  }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    throw new CommandError('malformed', 'a request is a JSON object, {} at least, in UTF-8')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new CommandError('malformed', 'a request is a JSON object, {} at least')
}

/** Undefined where there is none. Throws `malformed`. */
export function readId({ id }: Record<string, unknown>): string | undefined {
  if (id === undefined) return undefined
  if (typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH) return id
  throw new CommandError('malformed', `id must be a text of 1 to ${MAX_ID_LENGTH} characters`)
}

/** Throws `malformed`, `expired` or `clock-unknown`. */
export function readRequest(
  body: Record<string, unknown>,
  message: IncomingMessage,
  now: Now,
): CommandRequest {
  const { id: _, expires, ...parameters } = body
  const id = readId(body)
  const { messageExpiryInterval } = message
  const left = Math.min(
    expires === undefined ? Infinity : timeLeft(expires, now),
    messageExpiryInterval === undefined ? Infinity : messageExpiryInterval * 1000,
  )
  if (left <= 0) throw new CommandError('expired')
  const digest = createHash('sha256').update(JSON.stringify(parameters)).digest('base64')
  return {
    ...(id === undefined ? {} : { id }),
    parameters,
    digest,
  }
}

function timeLeft(expires: unknown, now: Now): Millis {
  if (typeof expires === 'number' && expires >= 0 && expires < FIRST_EPOCH_SECOND) {
    return expires * 1000
  }
  const at = instant(expires)
  if (at === undefined) {
    throw new CommandError(
      'malformed',
      'expires must be a time with a zone (2026-01-25T13:00:00Z) or a number of seconds',
    )
  }
  if (!now.isTrusted) throw new CommandError('clock-unknown')
  return at - now.wall
}

/** Undefined for what is no instant. */
export function instant(value: unknown): Millis | undefined {
  if (typeof value === 'number') {
    return Number.isFinite(value) && value >= FIRST_EPOCH_SECOND ? value * 1000 : undefined
  }
  if (typeof value !== 'string' || !TIME.test(value)) return undefined
  const time = Date.parse(value)
  return Number.isNaN(time) ? undefined : time
}
