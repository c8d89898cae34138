/**
 * Who answers (ISO 15765-4): 7E8–7EF with 11 bits, 18DAF1xx with 29 bits, xx being the control
 * unit. UDS may use any other pair of 11-bit identifiers too; by custom the answer is 8 higher.
 */
import { peerOf } from '../isotp.ts'

/** 18DAF1xx without its priority. */
const ANSWERS = 0xdaf100

export function isResponseId(id: number, extended: boolean): boolean {
  return extended ? (id & 0x3ffff00) === ANSWERS : id >= 0x7e8 && id <= 0x7ef
}

/** The identifier that a physical request to the sender of an answer has; undefined for no answer. */
export function requestIdOf(responseId: number, extended: boolean): number | undefined {
  if (!extended) return responseId & 8 ? peerOf(responseId, false) : undefined
  return isResponseId(responseId, true) ? peerOf(responseId, true) : undefined
}
