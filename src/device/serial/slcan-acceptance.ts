/**
 * The acceptance filter behind SLCAN's `M` (code) and `m` (mask; a 1 means "does not matter"): 32 bits that
 * adapters read in three ways.
 *
 *   dual    SJA1000 with two filters (data sheet; Lawicel CAN232, CANUSB), either passes. Each: the upper 16
 *           of 29 bits, or 11 bits, RTR and a nibble of data. The other nibble of filter 1 lies in the last
 *           four bits of filter 2
 *   single  SJA1000 or TWAI with one filter (WiCAN): 29 bits, RTR, 2 idle; or 11 bits, RTR, 4 idle, data
 *   simple  CANable firmware with answers: bit 31 is 1 for 11 bits, the identifier stands below
 *
 * Nothing that is wanted is ever left out, and data and RTR never matter.
 */
import type { FrameFilter } from '../../model/transmit.ts'
import { isCovered, mergeOf, mergeTo, type Pattern, passing } from '../frame-filters.ts'

export type AcceptanceMode = 'dual' | 'single' | 'simple'

export const acceptanceModes: readonly AcceptanceMode[] = ['dual', 'single', 'simple']

export interface Acceptance {
  mode: AcceptanceMode
  /** As the registers have them, 32 bits without sign. */
  code: number
  mask: number
}

/** The commands that let everything through; the state after power-up. */
export const passAll: readonly string[] = ['mFFFFFFFF', 'M00000000']

const DUAL_STANDARD = 0xffe0
const LAST_NIBBLE = 0x000f
const STANDARD_BIT = 0x80000000

/** Undefined where nothing could be left out. */
export function acceptanceOf(
  wanted: readonly FrameFilter[],
  mode: AcceptanceMode,
): Acceptance | undefined {
  if (wanted.length === 0) return undefined
  if (mode === 'dual') return dual(wanted)
  const place = mode === 'single' ? single : simple
  const { code, care } = wanted.map(place).reduce(mergeOf)
  return care === 0 ? undefined : { mode, code, mask: ~care >>> 0 }
}

/** The commands that set it, while the channel is closed; the mask first, as some want it. */
export function commandsOf({ code, mask }: Acceptance): string[] {
  return [`m${register(mask)}`, `M${register(code)}`]
}

/** Whether such a frame passes; its data does not matter. */
export function isPassed(id: number, extended: boolean, { mode, code, mask }: Acceptance): boolean {
  const exact = { id, extended, mask: extended ? 0x1fffffff : 0x7ff }
  const fits = (place: Pattern, registers: number, ignored: number) =>
    ((place.code ^ registers) & place.care & ~ignored) === 0
  if (mode === 'single') return fits(single(exact), code, mask)
  if (mode === 'simple') return fits(simple(exact), code, mask)
  const place = half(exact)
  return fits(place, code >>> 16, mask >>> 16) || fits(place, code & 0xffff, mask & 0xffff)
}

/** Both halves; the first has the upper 16 bits. */
function dual(wanted: readonly FrameFilter[]): Acceptance | undefined {
  const [a, b = a] = mergeTo(wanted.map(half), 2, mergeOf, halfCost) ?? []
  if (a === undefined || b === undefined) return undefined
  const standard = wanted.filter(({ extended }) => !extended).map(half)
  const one = arranged(a, b, standard)
  const other = arranged(b, a, standard)
  const [first, second] = sum(other) < sum(one) ? other : one
  if (first.care === 0 || second.care === 0) return undefined
  const code = ((first.code << 16) | second.code) >>> 0
  return { mode: 'dual', code, mask: ~((first.care << 16) | second.care) >>> 0 }
}

/** No data may matter to a frame of 11 bits that needs the first half to pass. */
function arranged(
  first: Pattern,
  second: Pattern,
  standard: readonly Pattern[],
): [Pattern, Pattern] {
  const isFree = standard.every((one) => isCovered(one, second) || !isCovered(one, first))
  if (isFree) return [first, second]
  const care = second.care & ~LAST_NIBBLE
  return [first, { care, code: second.code & care }]
}

function sum([first, second]: [Pattern, Pattern]): number {
  return halfCost(first) + halfCost(second)
}

/** Shares of the 29-bit and of the 11-bit identifiers. */
function halfCost({ care }: Pattern): number {
  return passing(care, 16) / 0x10000 + passing(care & DUAL_STANDARD, 11) / 0x800
}

function half({ id, mask, extended }: FrameFilter): Pattern {
  const care = extended ? (mask >>> 13) & 0xffff : (mask & 0x7ff) << 5
  return { code: (extended ? id >>> 13 : id << 5) & care, care }
}

function single({ id, mask, extended }: FrameFilter): Pattern {
  const shift = extended ? 3 : 21
  const care = (mask << shift) >>> 0
  return { code: ((id << shift) & care) >>> 0, care }
}

function simple({ id, mask, extended }: FrameFilter): Pattern {
  const kind = extended ? 0 : STANDARD_BIT
  return { code: ((id & mask) | kind) >>> 0, care: (mask | STANDARD_BIT) >>> 0 }
}

function register(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0')
}
