/**
 * Control units as the poller knows them: by the identifier they answer with. 7E8–7EF are asked 8
 * lower, 18DAF1xx with the addresses swapped (ISO 15765-4).
 */
import type { CanAddress } from '../../model/profile.ts'
import { FUNCTIONAL, FUNCTIONAL_EXTENDED } from '../governor/addresses.ts'

/** The engine's control unit: what most vehicles know most of. */
const ENGINE = 0x7e8
const ENGINE_EXTENDED = 0x18daf110
/** Without the priority, which a control unit may choose. */
const IDENTITY = 0x3ffffff

export function everybody(extended: boolean): CanAddress {
  return { id: extended ? FUNCTIONAL_EXTENDED : FUNCTIONAL, extended }
}

/** How a control unit is asked that answered so. */
export function requestAddress({ id, extended }: CanAddress): CanAddress {
  return { id: extended ? 0x18da00f1 | ((id & 0xff) << 8) : id - 8, extended }
}

/** How it answers that is asked so. */
export function answerAddress({ id, extended }: CanAddress): CanAddress {
  return { id: extended ? 0x18daf100 | ((id >> 8) & 0xff) : id + 8, extended }
}

export function isSameAddress(one: CanAddress, other: CanAddress): boolean {
  if (one.extended !== other.extended) return false
  return one.extended ? (one.id & IDENTITY) === (other.id & IDENTITY) : one.id === other.id
}

/** The name of a control unit, from the identifier of its answers. */
export function unitName({ id }: CanAddress): string {
  return id.toString(16).toUpperCase()
}

/** The engine first, then by number. */
export function byRank(one: CanAddress, other: CanAddress): number {
  return rankOf(one) - rankOf(other)
}

function rankOf({ id, extended }: CanAddress): number {
  return id === (extended ? ENGINE_EXTENDED : ENGINE) ? -1 : id
}
