/**
 * Freeze frames, taken when a trouble code became active (J1939-73 as public knowledge). DM4 and
 * DM25 hold one after another: a byte that counts the bytes after it, the trouble code, data.
 *
 * The data of DM4, as far as the length reaches; what follows is the maker's:
 *   byte 1      engine torque mode (SPN 899), bits 4–1
 *   byte 2      boost pressure (SPN 102)
 *   bytes 3–4   engine speed (SPN 190)
 *   byte 5      engine load (SPN 92)
 *   byte 6      coolant temperature (SPN 110)
 *   bytes 7–8   vehicle speed (SPN 84)
 * The data of DM25 stand as the sender's DM24 lists them, so they stay bytes here.
 *
 * One frame of five zeros and three times FF means: none stored.
 */
import { isFilled } from './bytes.ts'
import { measured } from './measured.ts'
import { slots } from './slots.ts'
import {
  CODE_BYTES,
  type SpnVersion,
  type VersionedCode,
  versionedCodeAt,
} from './trouble-codes.ts'

/** What was measured; undefined is not available, or was not stored. */
export interface FrozenValues {
  torqueMode: number | undefined
  /** kPa. */
  boostPressure: number | undefined
  /** rpm. */
  engineSpeed: number | undefined
  /** %. */
  engineLoad: number | undefined
  /** °C. */
  coolantTemperature: number | undefined
  /** km/h. */
  vehicleSpeed: number | undefined
}

export interface FreezeFrame {
  dtc: VersionedCode
  /** What stands behind the code. */
  data: Uint8Array
}

export interface Dm4 {
  kind: 'DM4'
  frames: (FreezeFrame & { values: FrozenValues })[]
}

export interface Dm25 {
  kind: 'DM25'
  frames: FreezeFrame[]
}

const TORQUE_MODE_NOT_AVAILABLE = 0x0f

function frozenValues(data: Uint8Array): FrozenValues {
  const mode = (data[0] ?? TORQUE_MODE_NOT_AVAILABLE) & 0x0f
  return {
    torqueMode: mode === TORQUE_MODE_NOT_AVAILABLE ? undefined : mode,
    boostPressure: measured(data, 1, slots.pressureByte2),
    engineSpeed: measured(data, 2, slots.rotationWord),
    engineLoad: measured(data, 4, slots.loadByte),
    coolantTemperature: measured(data, 5, slots.temperatureByte),
    vehicleSpeed: measured(data, 6, slots.speedWord),
  }
}

/** Undefined where the lengths do not lead from frame to frame to the end. */
export function decodeDm4(
  data: Uint8Array,
  length: number,
  version: SpnVersion | undefined,
): Dm4 | undefined {
  const found = freezeFrames(data, length, version)
  const frames = found?.map((frame) => ({ ...frame, values: frozenValues(frame.data) }))
  return frames === undefined ? undefined : { kind: 'DM4', frames }
}

/** Undefined where the lengths do not lead from frame to frame to the end. */
export function decodeDm25(
  data: Uint8Array,
  length: number,
  version: SpnVersion | undefined,
): Dm25 | undefined {
  const frames = freezeFrames(data, length, version)
  return frames === undefined ? undefined : { kind: 'DM25', frames }
}

function freezeFrames(
  data: Uint8Array,
  length: number,
  version: SpnVersion | undefined,
): FreezeFrame[] | undefined {
  if (length === 8 && isFilled(data, 0, 5, 0) && isFilled(data, 5, 8, 0xff)) return []
  const frames: FreezeFrame[] = []
  let at = 0
  while (at < length && !isPadding(data, at, length)) {
    const end = at + 1 + (data[at] as number)
    if (end > length || end < at + 1 + CODE_BYTES) return undefined
    const dtc = versionedCodeAt(data, at + 1, version)
    if (dtc !== undefined) frames.push({ dtc, data: data.slice(at + 1 + CODE_BYTES, end) })
    at = end
  }
  return frames
}

/** A single frame is filled up to eight bytes with ones. */
function isPadding(data: Uint8Array, at: number, length: number): boolean {
  return length === 8 && isFilled(data, at, length, 0xff)
}
