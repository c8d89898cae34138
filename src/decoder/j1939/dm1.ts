/**
 * DM1 and DM2 (J1939-73 as public knowledge): active and previously active trouble codes.
 *
 *   byte 1   lamps, two bits each from bit 1: protect, amber warning, red stop, malfunction (MIL)
 *   byte 2   how they flash, same order: 0 slow (1 Hz), 1 fast (2 Hz), 2 reserved, 3 steady
 *   then per code 4 bytes: SPN bits 0–7 · SPN 8–15 · SPN 16–18 in bits 8–6, FMI in 5–1 ·
 *   conversion method in bit 8, occurrence count in 7–1
 *
 * SPN 0 with FMI 0, and a code of all ones, mean: no code.
 */
export type Lamp = 'off' | 'on' | 'on_slow_flash' | 'on_fast_flash' | 'not_available'

export interface TroubleCode {
  spn: number
  fmi: number
  /** How often it occurred; 127 is not available. */
  oc: number
  /** Conversion method bit: 0 is the current one (version 4). */
  cm: number
}

export interface ActiveCodes {
  lamps: { pl: Lamp; awl: Lamp; rsl: Lamp; mil: Lamp }
  dtcs: TroubleCode[]
}

export const PGN_DM1 = 65226

const flashing: readonly Lamp[] = ['on_slow_flash', 'on_fast_flash', 'not_available', 'on']

function lamp(state: number, flash: number): Lamp {
  if (state === 0) return 'off'
  if (state !== 1) return 'not_available'
  return flashing[flash] as Lamp
}

/** Undefined for a length that is neither one frame nor lamps and whole codes. */
export function decodeDm1(data: Uint8Array, length: number): ActiveCodes | undefined {
  if (length < 6 || (length !== 8 && (length - 2) % 4 !== 0)) return undefined
  const states = data[0] as number
  const flashes = data[1] as number
  const at = (shift: number) => lamp((states >> shift) & 3, (flashes >> shift) & 3)
  const dtcs: TroubleCode[] = []
  for (let i = 2; i + 4 <= length; i += 4) {
    const code = codeAt(data, i)
    if (code !== undefined) dtcs.push(code)
  }
  return { lamps: { pl: at(0), awl: at(2), rsl: at(4), mil: at(6) }, dtcs }
}

function codeAt(data: Uint8Array, i: number): TroubleCode | undefined {
  const third = data[i + 2] as number
  const fourth = data[i + 3] as number
  const spn = (data[i] as number) | ((data[i + 1] as number) << 8) | ((third >> 5) << 16)
  const fmi = third & 0x1f
  if (spn === 0 && fmi === 0) return undefined
  if (spn === 0x7ffff && fmi === 0x1f) return undefined
  return { spn, fmi, oc: fourth & 0x7f, cm: fourth >> 7 }
}
