/**
 * UDS on the bus (ISO 14229-1): answers of services 22 (data) and 19 (trouble codes), refusals, and
 * of everything else that it is known. A request is never a value, whatever its bytes; nor is the
 * answer of a service that changes something.
 *
 * WWH-OBD (ISO 27145) and SAE J1979-2 are the same services with standard identifiers.
 */
import { NEGATIVE, negativeResponse, services } from '../obd/negative.ts'
import type { ResponseSinks } from '../obd/sinks.ts'
import { decodeIdentifiers } from './data-identifiers.ts'
import { decodeUdsTroubleCodes } from './trouble-codes.ts'

const POSITIVE = 0x40
const READ_DATA = 0x22
const READ_CODES = 0x19

/** Decodes one message; `data[0 .. length-1]` is it. */
export function decodeUds(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  switch (data[0]) {
    case NEGATIVE:
      negativeResponse(data, length, sinks)
      return
    case POSITIVE + READ_DATA:
      decodeIdentifiers(data, length, sinks)
      return
    case POSITIVE + READ_CODES:
      decodeUdsTroubleCodes(data, length, sinks)
      return
  }
}

/** What a message is, by its first byte; undefined for none of a known service. */
export function udsKind(
  first: number,
): { kind: 'request' | 'response' | 'refusal'; service: string } | undefined {
  if (first === NEGATIVE) return { kind: 'refusal', service: 'refusal' }
  const asked = services[first]
  if (asked !== undefined) return { kind: 'request', service: asked }
  const answered = services[first - POSITIVE]
  return answered === undefined ? undefined : { kind: 'response', service: answered }
}
