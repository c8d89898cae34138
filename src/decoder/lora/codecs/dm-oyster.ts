/**
 * Digital Matter Oyster (also Yabby of its first generation), a tracker with batteries of its own.
 * Little endian. After the maker's published decoder ("Oyster LoRaWAN Integration").
 *
 *   port 1  position, 11 bytes · port 4  the same in 9 bytes, to 3 m, 45° and 5 km/h
 *   port 2  acknowledgement of a downlink · port 3  statistics since its batteries were changed
 *
 * A failed fix repeats the last position. `batV` is the tracker's own.
 */
import type { DecodedPayload, DecodeResult, LoraPayload } from '../../../model/lora.ts'
import type { NativeCodec, PortLayouts } from './layout.ts'
import { readByPort } from './layout.ts'

const layouts: PortLayouts = {
  1: {
    label: 'a position',
    lengths: [11],
    rows: [
      { name: 'latitude', at: 0, as: 'i32', per: 10_000_000 },
      { name: 'longitude', at: 4, as: 'i32', per: 10_000_000 },
      { name: 'inTrip', at: 8, as: 'u8', mask: 0x01, isFlag: true },
      { name: 'fixFailed', at: 8, as: 'u8', mask: 0x02, isFlag: true },
      { name: 'heading', at: 8, as: 'u8', mask: 0xfc, times: 45, per: 8 },
      { name: 'speed', at: 9, as: 'u8' },
      { name: 'batV', at: 10, as: 'u8', per: 40 },
    ],
  },
  2: {
    label: 'an acknowledgement',
    lengths: [3],
    rows: [
      { name: 'sequence', at: 0, as: 'u8', mask: 0x7f },
      { name: 'accepted', at: 0, as: 'u8', mask: 0x80, isFlag: true },
      { name: 'firmwareMajor', at: 1, as: 'u8' },
      { name: 'firmwareMinor', at: 2, as: 'u8' },
    ],
  },
  3: {
    label: 'the statistics',
    lengths: [11],
    rows: [
      { name: 'initialBatV', at: 0, as: 'u8', mask: 0x0f, plus: 40, per: 10, absent: 0 },
      { name: 'txCount', at: 0, as: 'u16', mask: 0x7ff0, times: 32 },
      { name: 'tripCount', at: 1, as: 'u32', mask: 0xfff80, times: 32 },
      { name: 'gpsSuccesses', at: 3, as: 'u16', mask: 0x3ff0, times: 32 },
      { name: 'gpsFails', at: 4, as: 'u16', mask: 0x3fc0, times: 32 },
      { name: 'aveGpsFixS', at: 5, as: 'u16', mask: 0x7fc0 },
      { name: 'aveGpsFailS', at: 6, as: 'u16', mask: 0xff80 },
      { name: 'aveGpsFreshenS', at: 8, as: 'u8' },
      { name: 'wakeupsPerTrip', at: 9, as: 'u8', mask: 0x7f },
      { name: 'uptimeWeeks', at: 9, as: 'u16', mask: 0xff80 },
    ],
  },
  4: {
    label: 'a short position',
    lengths: [9],
    rows: [
      { name: 'latitude', at: 0, as: 'i24', times: 256, per: 10_000_000 },
      { name: 'longitude', at: 3, as: 'i24', times: 256, per: 10_000_000 },
      { name: 'heading', at: 6, as: 'u8', mask: 0x07, times: 45 },
      { name: 'speed', at: 6, as: 'u8', mask: 0xf8, times: 5 },
      { name: 'batV', at: 7, as: 'u8', per: 40 },
      { name: 'inTrip', at: 8, as: 'u8', mask: 0x01, isFlag: true },
      { name: 'fixFailed', at: 8, as: 'u8', mask: 0x02, isFlag: true },
      { name: 'manDown', at: 8, as: 'u8', mask: 0x04, isFlag: true },
    ],
  },
}

export const dmOyster: NativeCodec = { name: 'dm-oyster', decode }

function decode(payload: LoraPayload): DecodeResult {
  const read = readByPort('dm-oyster', layouts, payload)
  if ('error' in read) return read
  const { fields, warnings } = read
  const decoded: DecodedPayload = { fields, warnings }
  if (fields.fixFailed === true) decoded.isPositionStale = true
  return { decoded }
}
