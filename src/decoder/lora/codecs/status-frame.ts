/**
 * The Odograph status frame: what a vehicle's tracker can say in one LoRaWAN payload, for people who
 * build trackers. Two kinds: the short one has 11 bytes and fits every data rate of every region
 * (the smallest payload is that of DR0 in US915 and of DR2 under the dwell times of AS923); the long
 * one has at most 31. Any application port. Version 1.
 *
 * All numbers are little endian; signed ones are two's complement. A quantity is
 * raw × step + offset. The raw number in the column "unknown" says that the tracker does not know:
 * it is sent instead of 0 or of an old value. Raw numbers beyond "up to" are reserved, and read as
 * unknown. Latitude and longitude are known both or not at all, and are those of a current fix.
 *
 *   byte 0 of both   bits 7–4  version: 1
 *                    bits 3–2  ignition: 0 off · 1 on · 3 unknown (2 is reserved)
 *                    bits 1–0  kind: 1 short · 2 long (0 and 3 are reserved)
 *
 *   short, 11 bytes  at  type  step                   up to          unknown
 *   latitude          1  i24   90/8388608 °           ±8388607       -8388608  00 00 80
 *   longitude         4  i24   180/8388608 °          ±8388607       -8388608  00 00 80
 *   speed             7  u8    1 km/h                 254            255       FF
 *   odometer          8  u24   0.1 km                 16777214       16777215  FF FF FF
 *
 *   long, to 31      at  type  step                   up to          unknown
 *   latitude          1  i32   0.0000001 °            ±900000000     00 00 00 80
 *   longitude         5  i32   0.0000001 °            ±1800000000    00 00 00 80
 *   speed             9  u16   0.1 km/h               65534          FF FF
 *   heading          11  u8    1.5 ° from north       239            FF
 *   odometer         12  u32   0.1 km                 4294967294     FF FF FF FF
 *   supply voltage   16  u16   0.001 V                65534          FF FF
 *   fuel             18  u8    0.5 % of the tank      200            FF
 *   age              19  u16   1 s                    65534          FF FF
 *   ambient temp     21  i8    1 °C                   -127 to 127    80
 *   coolant temp     22  u8    1 °C, offset -40 °C    254            FF
 *   engine speed     23  u16   1 rpm                  65534          FF FF
 *   engine hours     25  u24   0.1 h                  16777214       FF FF FF
 *   state of charge  28  u8    0.5 %                  200            FF
 *   altitude         29  i16   1 m                    -32767…32767   00 80
 *
 * A long frame may end after any of its fields (after byte 0 at the earliest): what it leaves out is
 * unknown. It must not end within one. The supply voltage is the vehicle's, not that of a cell
 * of the tracker. The age is how long before it was sent the newest of the rest was measured;
 * unknown, and in a short frame, it is taken for 0.
 *
 * Later versions of the format change the number in byte 0, and are refused by this one. Bytes after
 * the 31st of a long frame are left to additions, and not read.
 */
import type { DecodedPayload, DecodeResult, LoraPayload } from '../../../model/lora.ts'
import type { NativeCodec } from './layout.ts'
import { viewOf } from './layout.ts'

/** What a frame says; what is absent is unknown. */
export interface StatusFrameValues {
  ignition?: boolean
  /** Degrees. */
  latitude?: number
  longitude?: number
  /** km/h. */
  speed?: number
  /** Degrees from north. */
  heading?: number
  /** km. */
  odometer?: number
  /** The vehicle's, V. */
  supplyVoltage?: number
  /** 0 to 1. */
  fuelPercentRemaining?: number
  /** s from the measurement to the transmission. */
  ageSeconds?: number
  /** °C. */
  ambientTemp?: number
  coolantTemp?: number
  /** rpm. */
  engineSpeed?: number
  /** h. */
  engineHours?: number
  /** Of the traction battery, 0 to 1. */
  soc?: number
  /** m. */
  altitude?: number
}

export type StatusFrameVariant = 'short' | 'long'

type NumberName = Exclude<keyof StatusFrameValues, 'ignition'>

interface FrameField {
  name: NumberName
  bytes: 1 | 2 | 3 | 4
  isSigned?: true
  /** value = raw × times ÷ per + offset */
  times?: number
  per?: number
  offset?: number
  /** The greatest raw number; of signed ones, the smallest is its negative. */
  most: number
  /** Decimals that the step deserves. */
  decimals?: number
}

const I24 = 2 ** 23 - 1

const shortFields: readonly FrameField[] = [
  { name: 'latitude', bytes: 3, isSigned: true, times: 90, per: 2 ** 23, most: I24, decimals: 6 },
  { name: 'longitude', bytes: 3, isSigned: true, times: 180, per: 2 ** 23, most: I24, decimals: 6 },
  { name: 'speed', bytes: 1, most: 254 },
  { name: 'odometer', bytes: 3, per: 10, most: 16_777_214 },
]

const longFields: readonly FrameField[] = [
  { name: 'latitude', bytes: 4, isSigned: true, per: 10_000_000, most: 900_000_000 },
  { name: 'longitude', bytes: 4, isSigned: true, per: 10_000_000, most: 1_800_000_000 },
  { name: 'speed', bytes: 2, per: 10, most: 65_534 },
  { name: 'heading', bytes: 1, times: 3, per: 2, most: 239 },
  { name: 'odometer', bytes: 4, per: 10, most: 4_294_967_294 },
  { name: 'supplyVoltage', bytes: 2, per: 1000, most: 65_534 },
  { name: 'fuelPercentRemaining', bytes: 1, per: 200, most: 200 },
  { name: 'ageSeconds', bytes: 2, most: 65_534 },
  { name: 'ambientTemp', bytes: 1, isSigned: true, most: 127 },
  { name: 'coolantTemp', bytes: 1, offset: -40, most: 254 },
  { name: 'engineSpeed', bytes: 2, most: 65_534 },
  { name: 'engineHours', bytes: 3, per: 10, most: 16_777_214 },
  { name: 'soc', bytes: 1, per: 200, most: 200 },
  { name: 'altitude', bytes: 2, isSigned: true, most: 32_767 },
]

const VERSION = 1
const SHORT = { kind: 1, fields: shortFields }
const LONG = { kind: 2, fields: longFields }
const SHORT_LENGTH = 11
const LONG_LENGTH = 31
const IGNITION_UNKNOWN = 3

/** A value that does not fit into its field is sent as unknown; so is half a position. */
export function encodeStatusFrame(
  values: StatusFrameValues,
  variant: StatusFrameVariant,
): Uint8Array {
  const { kind, fields } = variant === 'short' ? SHORT : LONG
  const bytes: number[] = [(VERSION << 4) | (ignitionBits(values.ignition) << 2) | kind]
  let used = bytes.length
  const isHalf = fields.some(
    (field) => isCoordinate(field) && rawOf(values[field.name], field) === undefined,
  )
  for (const field of fields) {
    const raw = isHalf && isCoordinate(field) ? undefined : rawOf(values[field.name], field)
    const sent = raw ?? unknownOf(field)
    for (let index = 0; index < field.bytes; index += 1) {
      bytes.push(Math.floor(sent / 256 ** index) & 0xff)
    }
    if (raw !== undefined) used = bytes.length
  }
  return Uint8Array.from(variant === 'short' ? bytes : bytes.slice(0, used))
}

function isCoordinate({ name }: FrameField): boolean {
  return name === 'latitude' || name === 'longitude'
}

function ignitionBits(ignition: boolean | undefined): number {
  return ignition === undefined ? IGNITION_UNKNOWN : Number(ignition)
}

function rawOf(value: number | undefined, field: FrameField): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined
  const { name, times = 1, per = 1, offset = 0, most } = field
  let raw = Math.round(((value - offset) * per) / times)
  // 359.9° is nearer to north than to 358.5°; +90° of 24 bits is one step beyond its range.
  if (name === 'heading' && value >= 0 && value <= 360) raw %= most + 1
  if (most === I24 && Math.abs(raw) === most + 1) raw = Math.sign(raw) * most
  return raw > most || raw < leastOf(field) ? undefined : raw
}

function leastOf({ isSigned, most }: FrameField): number {
  return isSigned ? -most : 0
}

/** The pattern for "unknown": only the highest bit of signed numbers, all bits of the others. */
function unknownOf({ bytes, isSigned }: FrameField): number {
  return isSigned ? -(2 ** (bytes * 8 - 1)) : 2 ** (bytes * 8) - 1
}

export const odographStatus: NativeCodec = { name: 'odograph-status', decode }

function decode({ bytes, time }: LoraPayload): DecodeResult {
  const problem = headProblem(bytes)
  if (problem !== undefined) return { error: `odograph-status: ${problem}` }
  const head = bytes[0] as number
  const isShort = (head & 0x03) === SHORT.kind
  const decoded = readFields(bytes, isShort ? shortFields : longFields)
  const ignition = (head >> 2) & 0x03
  if (ignition === 2) decoded.warnings.push('the reserved ignition state 2 is taken for unknown')
  else if (ignition !== IGNITION_UNKNOWN) decoded.fields.ignition = ignition === 1
  const { ageSeconds } = decoded.fields
  if (typeof ageSeconds === 'number') decoded.time = time - ageSeconds * 1000
  return { decoded }
}

function headProblem(bytes: Uint8Array): string | undefined {
  const [head] = bytes
  if (head === undefined) return 'length 0: a status frame has 1 to 31 bytes'
  const version = head >> 4
  if (version !== VERSION) return `version ${version} is not known; known is ${VERSION}`
  const kind = head & 0x03
  if (kind !== SHORT.kind && kind !== LONG.kind) return `kind ${kind} is reserved`
  if (kind === SHORT.kind && bytes.length !== SHORT_LENGTH) {
    return `length ${bytes.length}: a short status frame has ${SHORT_LENGTH} bytes`
  }
  return undefined
}

function readFields(bytes: Uint8Array, rows: readonly FrameField[]): DecodedPayload {
  const view = viewOf(bytes)
  const fields: Record<string, unknown> = {}
  const warnings: string[] = []
  let at = 1
  for (const field of rows) {
    if (at === bytes.length) break
    if (at + field.bytes > bytes.length) {
      warnings.push(`truncated: the frame ends within ${field.name}; what came before it is kept`)
      break
    }
    const raw = readRaw(view, at, field)
    at += field.bytes
    if (raw === unknownOf(field)) continue
    if (raw > field.most || raw < leastOf(field)) {
      warnings.push(`the reserved ${field.name} ${raw} is taken for unknown`)
    } else fields[field.name] = scaled(raw, field)
  }
  if (bytes.length > LONG_LENGTH) {
    warnings.push(`${bytes.length - LONG_LENGTH} bytes after the frame are not read`)
  }
  return { fields, warnings }
}

function readRaw(view: DataView, at: number, { bytes, isSigned }: FrameField): number {
  let raw = 0
  for (let index = bytes - 1; index >= 0; index -= 1) raw = raw * 256 + view.getUint8(at + index)
  return isSigned && raw >= 2 ** (bytes * 8 - 1) ? raw - 2 ** (bytes * 8) : raw
}

function scaled(raw: number, { times = 1, per = 1, offset = 0, decimals }: FrameField): number {
  const value = (raw * times) / per + offset
  return decimals === undefined ? value : Number(value.toFixed(decimals))
}
