/**
 * A request as the governor takes it in: a copy, read once, of plain values within their bounds. What
 * is judged is then what is sent, whatever the asker does with its object meanwhile.
 */
import type { BusRequest, Requester } from '../../model/bus-request.ts'
import type { CanAddress } from '../../model/profile.ts'

const MAX_DATA = 7
const MAX_TEXT = 200
const MAX_RESPONDERS = 15

/** Undefined for what is no request. Never throws, whatever it is given. */
export function copyOfRequest(request: BusRequest): BusRequest | undefined {
  try {
    return copy(request)
  } catch {
    // Something without the shape of a request, or with a getter that throws.
    return undefined
  }
}

function copy(request: BusRequest): BusRequest | undefined {
  const { kind, responders, waitMs } = request
  const to = addressOf(request.to)
  const from = request.from
  const answers = from === undefined ? undefined : addressOf(from)
  const data = Uint8Array.from(request.data)
  const isKnown = kind === 'diagnostic' || kind === 'pgn'
  if (!isKnown || to === undefined || data.length === 0 || data.length > MAX_DATA) return undefined
  if (from !== undefined && answers?.extended !== to.extended) return undefined
  return {
    kind,
    to,
    data,
    requester: requesterOf(request.requester),
    cause: textOf(request.cause),
    ...(answers === undefined ? {} : { from: answers }),
    ...(isCount(responders, MAX_RESPONDERS) ? { responders } : {}),
    ...(isCount(waitMs, Number.MAX_SAFE_INTEGER) && waitMs > 0 ? { waitMs } : {}),
  }
}

function addressOf({ id, extended }: CanAddress): CanAddress | undefined {
  if (typeof extended !== 'boolean' || !isCount(id, extended ? 0x1fffffff : 0x7ff)) return undefined
  return { id, extended }
}

function requesterOf({ kind, name, privileges }: Requester): Requester {
  const held = Array.isArray(privileges) ? [...privileges] : []
  return { kind, name: textOf(name), privileges: held }
}

/** One line of words, for the log. */
function textOf(text: string): string {
  return String(text)
    .replace(/[^\x20-\x7e\u00a0-\uffff]/g, ' ')
    .slice(0, MAX_TEXT)
}

function isCount(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max
}
