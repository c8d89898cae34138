/**
 * Who has which address on a bus, from what its control units say about it (J1939-81 as public
 * knowledge):
 *
 *   PGN 60928   address claim: the NAME (8 bytes); from address 254 it is "cannot claim"
 *   PGN 65240   commanded address: a NAME (8 bytes), and the address that it is to take
 *
 * Two NAMEs that claim one address: the lower one keeps it. The owner answers a challenge within
 * 250 ms; one that does not is gone, and its challenger has the address. A command changes nothing
 * until the unit claims. At most one NAME per address is kept, and one that challenges it.
 */
import type { Micros } from '../../model/time.ts'
import { GLOBAL_ADDRESS } from '../can-id.ts'
import { isLower, NAME_BYTES, type Name, nameOf } from './name.ts'

export const PGN_ADDRESS_CLAIM = 60928
export const PGN_COMMANDED_ADDRESS = 65240

export const NULL_ADDRESS = 254
const ANSWER_TIME: Micros = 250_000

export type ClaimOutcome =
  /** The address was free, or its owner had not answered. */
  | 'claimed'
  /** The owner says so once more. */
  | 'confirmed'
  /** A higher NAME had the address and loses it. */
  | 'won'
  /** A lower NAME has the address. */
  | 'challenged'
  /** The unit has no address. */
  | 'cannot_claim'

export interface AddressClaim {
  source: number
  name: Name
  outcome: ClaimOutcome
}

export interface AddressCommand {
  name: Name
  /** Where the unit is now, if it is known. */
  from: number | undefined
  to: number
}

interface Owner {
  name: Name
  challenger: Name | undefined
  challengedAt: Micros
}

/** Undefined for a message that is no address claim. */
export function claimedName(source: number, data: Uint8Array, length: number): Name | undefined {
  return length === NAME_BYTES && source !== GLOBAL_ADDRESS ? nameOf(data) : undefined
}

export class AddressTable {
  readonly #owners = new Map<number, Owner>()
  readonly #addresses = new Map<string, number>()

  /** An address claim; undefined for what is none. */
  claim(source: number, data: Uint8Array, length: number, time: Micros): AddressClaim | undefined {
    const name = claimedName(source, data, length)
    if (name === undefined) return undefined
    this.#settle(source, time)
    this.#release(name, source)
    if (source === NULL_ADDRESS) return { source, name, outcome: 'cannot_claim' }
    return { source, name, outcome: this.#contend(source, name, time) }
  }

  /** A commanded address; undefined for what is none. */
  command(data: Uint8Array, length: number): AddressCommand | undefined {
    if (length !== NAME_BYTES + 1) return undefined
    const to = data[NAME_BYTES] as number
    if (to >= NULL_ADDRESS) return undefined
    const name = nameOf(data)
    return { name, from: this.#addresses.get(name.text), to }
  }

  /** The NAME that has an address at this time. */
  nameAt(address: number, time: Micros): Name | undefined {
    this.#settle(address, time)
    return this.#owners.get(address)?.name
  }

  /** All addresses that are taken at this time, in no order. */
  *entries(time: Micros): Generator<[address: number, name: Name]> {
    for (const address of [...this.#owners.keys()]) {
      const name = this.nameAt(address, time)
      if (name !== undefined) yield [address, name]
    }
  }

  #contend(address: number, name: Name, time: Micros): ClaimOutcome {
    const owner = this.#owners.get(address)
    if (owner === undefined) {
      this.#own(address, name)
      return 'claimed'
    }
    if (owner.name.text === name.text) {
      owner.challenger = undefined
      return 'confirmed'
    }
    if (isLower(name, owner.name)) {
      this.#addresses.delete(owner.name.text)
      this.#own(address, name)
      return 'won'
    }
    if (owner.challenger === undefined) owner.challengedAt = time
    owner.challenger = name
    return 'challenged'
  }

  /** An owner that has not answered its challenger in time has lost its address. */
  #settle(address: number, time: Micros): void {
    const owner = this.#owners.get(address)
    if (owner?.challenger === undefined || time - owner.challengedAt <= ANSWER_TIME) return
    this.#addresses.delete(owner.name.text)
    this.#own(address, owner.challenger)
  }

  #own(address: number, name: Name): void {
    this.#owners.set(address, { name, challenger: undefined, challengedAt: 0 })
    this.#addresses.set(name.text, address)
  }

  /** A NAME has one address at most, and challenges for one at most: all but `kept` are freed. */
  #release({ text }: Name, kept: number): void {
    const own = this.#addresses.get(text)
    if (own !== undefined && own !== kept) {
      const challenger = this.#owners.get(own)?.challenger
      this.#owners.delete(own)
      this.#addresses.delete(text)
      if (challenger !== undefined) this.#own(own, challenger)
    }
    for (const [address, owner] of this.#owners) {
      if (address !== kept && owner.challenger?.text === text) owner.challenger = undefined
    }
  }
}
