/**
 * Digital Matter G62, a tracker wired to 12/24 V vehicles. Little endian. After the maker's
 * published decoder ("G62 LoRaWAN Integration") as it stands in chirpstack-device-profiles.
 *
 *   port 1  full data: 17 bytes, or 19 and more with a time
 *   port 2  its first 11 bytes · port 3  the rest: 6 bytes, or 8 and more with a time
 *   port 4  run time and distance · port 5  acknowledgement of a downlink
 *
 * `vExt` is the vehicle's supply, `batV` the tracker's own cell, `tempC` inside of it, `distanceKm`
 * the distance that the tracker counted: the vehicle's odometer only where it was set to that.
 */
import type { DecodedPayload, DecodeResult, LoraPayload } from '../../../model/lora.ts'
import type { Millis } from '../../../model/time.ts'
import type { FieldRow, NativeCodec, PortLayouts } from './layout.ts'
import { readByPort } from './layout.ts'

/** Its times are s since 1970 modulo this; the number itself means: not known. */
const TIME_MODULUS = 65_535
/** A device's clock may be ahead by so much, s. */
const AHEAD = 1800

const part1: readonly FieldRow[] = [
  {
    name: 'tripType',
    at: 0,
    as: 'u8',
    mask: 0x03,
    texts: ['None', 'Ignition', 'Movement', 'Run Detect'],
  },
  { name: 'vExtGood', at: 0, as: 'u8', mask: 0x04, isFlag: true },
  { name: 'gpsCurrent', at: 0, as: 'u8', mask: 0x08, isFlag: true },
  { name: 'latitude', at: 0, as: 'i32', mask: ~0x0f, isInPlace: true, per: 10_000_000 },
  { name: 'ignition', at: 4, as: 'u8', mask: 0x01, isFlag: true },
  { name: 'digIn1', at: 4, as: 'u8', mask: 0x02, isFlag: true },
  { name: 'digIn2', at: 4, as: 'u8', mask: 0x04, isFlag: true },
  { name: 'digOut', at: 4, as: 'u8', mask: 0x08, isFlag: true },
  { name: 'longitude', at: 4, as: 'i32', mask: ~0x0f, isInPlace: true, per: 10_000_000 },
  { name: 'heading', at: 8, as: 'u8', times: 2 },
  { name: 'speed', at: 9, as: 'u8' },
  { name: 'batV', at: 10, as: 'u8', per: 50 },
]

function part2(start: number): readonly FieldRow[] {
  return [
    { name: 'vExt', at: start, as: 'u16', per: 1000 },
    { name: 'vAin', at: start + 2, as: 'u16', per: 1000 },
    { name: 'tempC', at: start + 4, as: 'i8' },
    { name: 'gpsAccM', at: start + 5, as: 'u8' },
    { name: 'timestamp', at: start + 6, as: 'u16', absent: TIME_MODULUS },
  ]
}

const layouts: PortLayouts = {
  1: { label: 'full data', lengths: [17, 19], orMore: true, rows: [...part1, ...part2(11)] },
  2: { label: 'the first part of the data', lengths: [11], rows: part1 },
  3: { label: 'the second part of the data', lengths: [6, 8], orMore: true, rows: part2(0) },
  4: {
    label: 'the odometer',
    lengths: [8],
    rows: [
      { name: 'runtimeS', at: 0, as: 'u32' },
      { name: 'distanceKm', at: 4, as: 'u32', per: 100 },
    ],
  },
  5: {
    label: 'an acknowledgement',
    lengths: [3],
    rows: [
      { name: 'sequence', at: 0, as: 'u8', mask: 0x7f },
      { name: 'accepted', at: 0, as: 'u8', mask: 0x80, isFlag: true },
      { name: 'firmwareMajor', at: 1, as: 'u8' },
      { name: 'firmwareMinor', at: 2, as: 'u8' },
    ],
  },
}

export const dmG62: NativeCodec = { name: 'dm-g62', decode }

function decode(payload: LoraPayload): DecodeResult {
  const read = readByPort('dm-g62', layouts, payload)
  if ('error' in read) return read
  const { timestamp, ...fields } = read.fields
  const decoded: DecodedPayload = { fields, warnings: read.warnings }
  if (typeof timestamp === 'number') decoded.time = g62Time(timestamp, payload.time)
  if (fields.gpsCurrent === false) decoded.isPositionStale = true
  return { decoded }
}

/** The last such time before the reception, which the device's clock may be ahead of. */
export function g62Time(timestamp: number, receivedAt: Millis): Millis {
  const latest = Math.round(receivedAt / 1000) + AHEAD
  const into = latest % TIME_MODULUS
  const start = latest - into
  return (into > timestamp ? start + timestamp : start - TIME_MODULUS + timestamp) * 1000
}
