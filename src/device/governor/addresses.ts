/**
 * Who is asked by which identifier, and by which one it answers (ISO 15765-4): 7E0–7E7 answer 8
 * higher, 18DAxxF1 with the addresses swapped; 7DF and 18DB33F1 ask all of them.
 */
import type { BusRequest } from '../../model/bus-request.ts'
import type { CanAddress } from '../../model/profile.ts'

export const FUNCTIONAL = 0x7df
export const FUNCTIONAL_EXTENDED = 0x18db33f1
/** J1939 address of everybody. */
export const GLOBAL = 255

export function isFunctional({ kind, to }: BusRequest): boolean {
  if (kind === 'pgn') return to.id === GLOBAL
  return to.id === (to.extended ? FUNCTIONAL_EXTENDED : FUNCTIONAL)
}

/** The one identifier that a physical request is answered with. */
export function answerIdOf({ to, from }: BusRequest): number {
  if (from !== undefined) return from.id
  return to.extended ? 0x18da0000 | 0xf100 | ((to.id >> 8) & 0xff) : to.id + 8
}

/** Whether a frame can be an answer to the request, by its identifier. */
export function isAnswer(request: BusRequest, id: number, extended: boolean): boolean {
  if (extended !== request.to.extended) return false
  if (!isFunctional(request)) return sameButPriority(id, answerIdOf(request), extended)
  return extended ? (id & 0x3ffff00) === 0xdaf100 : id >= 0x7e8 && id <= 0x7ef
}

function sameButPriority(id: number, other: number, extended: boolean): boolean {
  return extended ? (id & 0x3ffffff) === (other & 0x3ffffff) : id === other
}

/** Where flow control for an answer goes: to the one that sent it. */
export function flowControlAddress(request: BusRequest, answerId: number): CanAddress {
  if (!isFunctional(request)) return request.to
  const { extended } = request.to
  return { extended, id: extended ? 0x18da00f1 | ((answerId & 0xff) << 8) : answerId - 8 }
}

export const ALL_UNITS = 'all'

/** Control units as the budgets know them: by what they are asked with. */
export function unitOf(request: BusRequest): string {
  const { kind, to } = request
  return isFunctional(request) ? ALL_UNITS : `${kind} ${to.id.toString(16)}`
}

/** Whether an identifier is one that only a tester sends. */
export function isTesterId(id: number, extended: boolean): boolean {
  if (!extended) return id === FUNCTIONAL || (id & 0x7f8) === 0x7e0
  return (id & 0x3ffffff) === (FUNCTIONAL_EXTENDED & 0x3ffffff) || (id & 0x3ff00ff) === 0xda00f1
}
