/**
 * What control units report about emissions (J1939-73 as public knowledge), little-endian:
 *
 *   DM19   20 bytes each: calibration verification number (4), calibration identification (16)
 *   DM20   ignition cycles (2), times the monitoring conditions were met (2), then 7 bytes per
 *          monitor: SPN (19 of 24 bits), numerator (2), denominator (2)
 *   DM21   distance with the MIL on, distance since the codes were cleared (km), engine minutes
 *          of the same two; 2 bytes each
 *   DM24   4 bytes per SPN, which stands as in a trouble code; byte 3 bit 1 freeze frame, bit 2
 *          data stream, bit 3 test results, each 0 where supported; byte 4 bytes in a freeze frame
 */
import { word24, word32 } from './bytes.ts'
import { count16 } from './measured.ts'
import { ALL_ONES_SPN, spnAt } from './trouble-codes.ts'

export interface Dm19 {
  kind: 'DM19'
  calibrations: { cvn: number | undefined; id: string | undefined }[]
}

export interface Dm20 {
  kind: 'DM20'
  ignitionCycles: number | undefined
  conditionsMet: number | undefined
  ratios: { spn: number; numerator: number | undefined; denominator: number | undefined }[]
}

export interface Dm21 {
  kind: 'DM21'
  /** km. */
  distanceWithMil: number | undefined
  /** km. */
  distanceSinceClear: number | undefined
  /** min. */
  minutesWithMil: number | undefined
  /** min. */
  minutesSinceClear: number | undefined
}

export interface SpnSupport {
  spn: number
  freezeFrame: boolean
  dataStream: boolean
  testResults: boolean
  /** Bytes in an expanded freeze frame. */
  bytes: number
}

export interface Dm24 {
  kind: 'DM24'
  spns: SpnSupport[]
}

export const CALIBRATION_BYTES = 20
export const RATIO_BYTES = 7
export const SUPPORT_BYTES = 4

export function decodeDm19(data: Uint8Array, length: number): Dm19 {
  const calibrations: Dm19['calibrations'] = []
  for (let at = 0; at < length; at += CALIBRATION_BYTES) {
    const cvn = word32(data, at)
    calibrations.push({
      cvn: cvn === 0xffffffff ? undefined : cvn,
      id: textOf(data.subarray(at + 4, at + CALIBRATION_BYTES)),
    })
  }
  return { kind: 'DM19', calibrations }
}

/** Printable characters, filled up with zeros, ones or blanks; anything else is no text. */
function textOf(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes).replace(/^[\0\xff ]+|[\0\xff ]+$/g, '')
  return /^[\x20-\x7e]+$/.test(text) ? text : undefined
}

export function decodeDm20(data: Uint8Array, length: number): Dm20 {
  const ratios: Dm20['ratios'] = []
  for (let at = 4; at < length; at += RATIO_BYTES) {
    ratios.push({
      spn: word24(data, at) & ALL_ONES_SPN,
      numerator: count16(data, at + 3),
      denominator: count16(data, at + 5),
    })
  }
  return {
    kind: 'DM20',
    ignitionCycles: count16(data, 0),
    conditionsMet: count16(data, 2),
    ratios,
  }
}

export function decodeDm21(data: Uint8Array): Dm21 {
  return {
    kind: 'DM21',
    distanceWithMil: count16(data, 0),
    distanceSinceClear: count16(data, 2),
    minutesWithMil: count16(data, 4),
    minutesSinceClear: count16(data, 6),
  }
}

export function decodeDm24(data: Uint8Array, length: number): Dm24 {
  const spns: SpnSupport[] = []
  for (let at = 0; at < length; at += SUPPORT_BYTES) {
    const spn = spnAt(data, at, 4)
    if (spn !== 0 && spn !== ALL_ONES_SPN) spns.push({ spn, ...supportAt(data, at + 2) })
  }
  return { kind: 'DM24', spns }
}

function supportAt(data: Uint8Array, at: number): Omit<SpnSupport, 'spn'> {
  const flags = data[at] as number
  return {
    freezeFrame: (flags & 1) === 0,
    dataStream: (flags & 2) === 0,
    testResults: (flags & 4) === 0,
    bytes: data[at + 1] as number,
  }
}
