/**
 * Dragino TrackerD (and, by its first ten bytes, LGT-92), big endian. After Dragino's user manual,
 * "Uplink payload".
 *
 *   port 2  latitude, longitude, alarm and battery, flags, humidity, temperature: 15 bytes
 *   port 3  without humidity and temperature: 11 bytes · port 7  alarm, battery, flags: 3 bytes
 *   port 4  a stored position: latitude, longitude, year (2), month, day, hour, minute, second
 *
 * Without a fix it sends 0/0, or nothing but ones. `batV` is the tracker's own, `tempC` inside of it.
 */
import type { DecodedPayload, DecodeResult, LoraPayload } from '../../../model/lora.ts'
import type { Millis } from '../../../model/time.ts'
import type { FieldRow, NativeCodec, PortLayouts } from './layout.ts'
import { readByPort } from './layout.ts'

const position: readonly FieldRow[] = [
  { name: 'latitude', at: 0, as: 'i32', per: 1_000_000, absent: -1 },
  { name: 'longitude', at: 4, as: 'i32', per: 1_000_000, absent: -1 },
]

function state(start: number): readonly FieldRow[] {
  return [
    { name: 'alarm', at: start, as: 'u8', mask: 0x40, isFlag: true },
    { name: 'batV', at: start, as: 'u16', mask: 0x3fff, per: 1000 },
    { name: 'ledOn', at: start + 2, as: 'u8', mask: 0x20, isFlag: true },
    { name: 'moving', at: start + 2, as: 'u8', mask: 0x10, isFlag: true },
  ]
}

const layouts: PortLayouts = {
  2: {
    label: 'a position',
    lengths: [15],
    orMore: true,
    isBigEndian: true,
    rows: [
      ...position,
      ...state(8),
      { name: 'humidity', at: 11, as: 'u16', per: 10 },
      { name: 'tempC', at: 13, as: 'i16', per: 10 },
    ],
  },
  3: {
    label: 'a position',
    lengths: [11],
    orMore: true,
    isBigEndian: true,
    rows: [...position, ...state(8)],
  },
  4: { label: 'a stored position', lengths: [15], isBigEndian: true, rows: position },
  7: { label: 'the state', lengths: [3], isBigEndian: true, rows: state(0) },
}

export const draginoTrackerd: NativeCodec = { name: 'dragino-trackerd', decode }

function decode(payload: LoraPayload): DecodeResult {
  const read = readByPort('dragino-trackerd', layouts, payload)
  if ('error' in read) return read
  const { fields, warnings } = read
  const decoded: DecodedPayload = { fields, warnings }
  if (payload.fPort !== 7 && (fields.latitude === undefined || fields.longitude === undefined)) {
    warnings.push('it has no position')
  }
  if (payload.fPort !== 4) return { decoded }
  const time = storedTime(payload.bytes)
  if (time !== undefined) return { decoded: { ...decoded, time } }
  // A stored position without a time cannot be told from where the vehicle is now.
  warnings.push('the time of the stored position is no date')
  return { decoded: { ...decoded, isPositionStale: true } }
}

function storedTime(bytes: Uint8Array): Millis | undefined {
  const [high = 0, low = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes.slice(8)
  const year = high * 256 + low
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(time)
  const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isSame && year >= 2000 && hour < 24 && minute < 60 && second < 60 ? time : undefined
}
