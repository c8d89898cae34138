/**
 * SLOTs: how a raw J1939 parameter becomes a quantity — width, resolution, offset, unit — and the
 * indicator ranges at the top of every width (J1939-71 as public knowledge):
 *
 *   width      parameter specific   reserved   error      not available
 *   2–7 bits   –                    –          all ones−1 all ones
 *   8 bits     FB                   FC–FD      FE         FF
 *   16 bits    FBxx                 FCxx–FDxx  FExx       FFxx
 *   32 bits    FBxxxxxx             FC…–FD…    FExxxxxx   FFxxxxxx
 *
 * Every width above 8 bits follows its top byte. Ranges are computed from the width, never written.
 */
import type { Scale } from '../quantity.ts'

export interface Slot extends Scale {
  readonly bits: number
}

function slot(bits: number, num: number, den: number, offset: number, unit: string): Slot {
  return { bits, num, den, offset, unit }
}

export const slots = {
  /** 0.4 % per bit, 0 to 100 %. */
  percentByte: slot(8, 2, 5, 0, '%'),
  /** 1 % per bit, 0 to 250 %. */
  loadByte: slot(8, 1, 1, 0, '%'),
  /** 1 °C per bit from −40 °C. */
  temperatureByte: slot(8, 1, 1, -40, '°C'),
  /** 1/32 °C per bit from −273 °C. */
  temperatureWord: slot(16, 1, 32, -273, '°C'),
  /** 0.5 kPa per bit. */
  barometerByte: slot(8, 1, 2, 0, 'kPa'),
  /** 0.05 V per bit. */
  voltageWord: slot(16, 1, 20, 0, 'V'),
  /** 1/8 rpm per bit. */
  rotationWord: slot(16, 1, 8, 0, 'rpm'),
  /** 1/256 km/h per bit. */
  speedWord: slot(16, 1, 256, 0, 'km/h'),
  /** 0.05 h per bit. */
  hoursDouble: slot(32, 1, 20, 0, 'h'),
  /** 1/8 km per bit. */
  distanceDouble: slot(32, 1, 8, 0, 'km'),
  /** 5 m per bit. */
  fineDistanceDouble: slot(32, 5, 1, 0, 'm'),
  /** 10⁻⁷ degrees per bit from −210°. */
  positionDouble: slot(32, 1, 10_000_000, -210, '°'),
} as const satisfies Record<string, Slot>

export type SpnStatus = 'ok' | 'na' | 'error' | 'specific' | 'reserved'

/** Smallest raw value that is no measurement any more. */
export function indicatorStart(bits: number): number {
  return bits < 8 ? 2 ** bits - 2 : 0xfb * 2 ** (bits - 8)
}

/** What a raw value of this width means. One bit carries no indicator. */
export function statusOf(raw: number, bits: number): SpnStatus {
  if (bits === 1) return 'ok'
  if (raw < indicatorStart(bits)) return 'ok'
  if (bits < 8) return raw === 2 ** bits - 1 ? 'na' : 'error'
  const top = Math.floor(raw / 2 ** (bits - 8))
  if (top === 0xff) return 'na'
  if (top === 0xfe) return 'error'
  return top === 0xfb ? 'specific' : 'reserved'
}
