/**
 * For programs that receive what a gateway sends, over MQTT, by webhook or as files: any payload of
 * its lanes as the CloudEvents in it. Published as `odograph/batch`. Pure: bytes in, events out.
 */
import { inflateSync } from 'node:zlib'
import { messageOf } from '../model/errors.ts'
import { batchEvents } from './columns/batch-events.ts'
import { BATCH_FORMAT, invalid } from './columns/batch-format.ts'
import { plainOf, readCbor } from './columns/strict-cbor.ts'
import type { SequencedEvent } from './sequenced-event.ts'

export { batchEvents } from './columns/batch-events.ts'
export type { SequencedEvent } from './sequenced-event.ts'

/** What a payload may be inflated to. */
const MOST_BYTES = 64 * 1024 * 1024

const ZLIB = 0x78
const texts = new TextDecoder('utf-8', { fatal: true })

/**
 * The events of one payload, in its order: one CloudEvent or an array of them in JSON or CBOR, or the
 * columnar batch; each also as a zlib stream. The bytes tell which it is, for MQTT 3.1.1 has no
 * content type. Throws `batch-invalid`.
 */
export function messageEvents(payload: Uint8Array): SequencedEvent[] {
  const bytes = payload[0] === ZLIB ? inflated(payload) : payload
  const [first] = bytes
  if (first === 0x5b || first === 0x7b) return eventsOf(parsed(bytes))
  const value = readCbor(bytes)
  if (value instanceof Map && value.get('format') === BATCH_FORMAT) return batchEvents(bytes)
  return eventsOf(plainOf(value))
}

function inflated(payload: Uint8Array): Uint8Array {
  try {
    return inflateSync(payload, { maxOutputLength: MOST_BYTES })
  } catch (error) {
    throw invalid(`it cannot be inflated (${messageOf(error)})`)
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(texts.decode(bytes))
  } catch (error) {
    throw invalid(`it is no JSON (${messageOf(error)})`)
  }
}

function eventsOf(value: unknown): SequencedEvent[] {
  const events = Array.isArray(value) ? value : [value]
  for (const event of events) {
    if (typeof event?.id !== 'string' || typeof event.specversion !== 'string') {
      throw invalid('it holds something that is no CloudEvent')
    }
  }
  return events
}
