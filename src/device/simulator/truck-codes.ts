/**
 * Trouble codes of a simulated truck, and the diagnostic messages that tell them (J1939-73 as public
 * knowledge): DM1 active, DM2 previously active, DM4 freeze frames, DM5 readiness. Codes are switched
 * on and off while it runs.
 */
import { put, type TruckUnit } from './truck-groups.ts'
import type { TruckState } from './truck-state.ts'

export interface TruckCode {
  unit: TruckUnit
  spn: number
  fmi: number
  /** Amber unless said. */
  lamp?: TruckLamp
}

export type TruckLamp = 'protect' | 'amber' | 'red' | 'malfunction'

interface Kept extends TruckCode {
  isActive: boolean
  /** Times it became active. */
  count: number
  /** When it last did. */
  frozen: TruckState
}

/** The two bits of each lamp. */
const lampShift: Readonly<Record<TruckLamp, number>> = {
  protect: 0,
  amber: 2,
  red: 4,
  malfunction: 6,
}
const STEADY = 0xff
const MOST = 126
/** Heavy-duty OBD. */
const STANDARD = 20

export class TruckCodes {
  #kept: Kept[] = []

  /** A code becomes active. */
  raise(code: TruckCode, state: TruckState): void {
    const known = this.#find(code)
    if (known === undefined) {
      this.#kept.push({ ...code, isActive: true, count: 1, frozen: state })
    } else if (!known.isActive) {
      known.isActive = true
      known.count = Math.min(known.count + 1, MOST)
      known.frozen = state
    }
  }

  /** It is not seen any more: from now on it was active. */
  heal(code: Pick<TruckCode, 'unit' | 'spn' | 'fmi'>): void {
    const known = this.#find(code)
    if (known !== undefined) known.isActive = false
  }

  /** DM11 clears the active ones, DM3 those that were. */
  clear(unit: TruckUnit, isActive: boolean): void {
    this.#kept = this.#kept.filter((one) => one.unit !== unit || one.isActive !== isActive)
  }

  dm1(unit: TruckUnit): Uint8Array {
    return this.#list(unit, true)
  }

  dm2(unit: TruckUnit): Uint8Array {
    return this.#list(unit, false)
  }

  dm4(unit: TruckUnit): Uint8Array {
    const frames = this.#of(unit, true).map((code) => [12, ...codeBytes(code), ...frozen(code)])
    const bytes = frames.flat()
    return Uint8Array.from(bytes.length > 0 ? bytes : [0, 0, 0, 0, 0, 0xff, 0xff, 0xff])
  }

  dm5(unit: TruckUnit): Uint8Array {
    const [active, previous] = [this.#of(unit, true), this.#of(unit, false)]
    return Uint8Array.of(active.length, previous.length, STANDARD, 0x07, 0xa1, 0x1a, 0, 0)
  }

  #list(unit: TruckUnit, isActive: boolean): Uint8Array {
    const codes = this.#of(unit, isActive)
    const lit = this.#of(unit, true).map(({ lamp = 'amber' }) => 1 << lampShift[lamp])
    const lamps = lit.reduce((all, one) => all | one, 0)
    if (codes.length === 0) return Uint8Array.of(lamps, STEADY, 0, 0, 0, 0, 0xff, 0xff)
    const bytes = [lamps, STEADY, ...codes.flatMap(codeBytes)]
    return Uint8Array.from(bytes.length < 8 ? [...bytes, 0xff, 0xff] : bytes)
  }

  #of(unit: TruckUnit, isActive: boolean): Kept[] {
    return this.#kept.filter((one) => one.unit === unit && one.isActive === isActive)
  }

  #find({ unit, spn, fmi }: Pick<TruckCode, 'unit' | 'spn' | 'fmi'>): Kept | undefined {
    return this.#kept.find((one) => one.unit === unit && one.spn === spn && one.fmi === fmi)
  }
}

function codeBytes({ spn, fmi, count }: Kept): number[] {
  return [spn & 0xff, (spn >> 8) & 0xff, ((spn >> 16) << 5) | fmi, count]
}

/** Torque mode, boost (not measured), engine speed, load, coolant, speed. */
function frozen({ frozen: state }: Kept): number[] {
  const data = new Uint8Array(8).fill(0xff)
  put(data, 3, 2, state.engineSpeed * 8)
  put(data, 5, 1, state.engineLoad)
  put(data, 6, 1, state.coolantTemp + 40)
  put(data, 7, 2, state.speed * 256)
  return [...data]
}
