/**
 * Milesight AT101, an outdoor asset tracker. Channel, type, value; little endian. After Milesight's
 * user guide, "Communication protocol". Its port can be set (85 from the factory), so that any is
 * taken. An unknown item has no length: what came before it is kept.
 *
 *   01 75  battery, %                     03 67  temperature, 0.1 °C (2)
 *   04 88  latitude, longitude (4, 1e-6°; nothing but ones: none), motion and geofence (1)
 *   05 00  tilted                         06 D9  a Wi-Fi station: number, MAC (6), dBm, motion
 *   07 00  taken off                      83 67  temperature and its alarm (3)
 *   20 CE  a stored position: time (4, s), longitude (4), latitude (4)
 */
import type { DecodedPayload, DecodeResult, LoraPayload } from '../../../model/lora.ts'
import { isoTime } from '../../../model/time.ts'
import type { NativeCodec } from './layout.ts'
import { viewOf } from './layout.ts'

interface Item {
  label: string
  length: number
  read(view: DataView, at: number, fields: Record<string, unknown>): void
}

const motions = ['unknown', 'start', 'moving', 'stop'] as const
const geofences = ['inside', 'outside', 'unset', 'unknown'] as const
const NO_COORDINATE = -1
const MICRODEGREES = 1_000_000

const items: Readonly<Record<number, Item>> = {
  373: {
    label: 'battery',
    length: 1,
    read: (view, at, fields) => {
      fields.batteryPercent = view.getUint8(at)
    },
  },
  871: { label: 'temperature', length: 2, read: readTemperature },
  1160: { label: 'location', length: 9, read: readLocation },
  1280: {
    label: 'position of the device',
    length: 1,
    read: (view, at, fields) => {
      fields.tilted = view.getUint8(at) !== 0
    },
  },
  1753: { label: 'Wi-Fi station', length: 9, read: readStation },
  1792: {
    label: 'tamper state',
    length: 1,
    read: (view, at, fields) => {
      fields.takenOff = view.getUint8(at) !== 0
    },
  },
  8398: { label: 'stored position', length: 12, read: readStored },
  33639: {
    label: 'temperature alarm',
    length: 3,
    read: (view, at, fields) => {
      readTemperature(view, at, fields)
      fields.temperatureAlarm = view.getUint8(at + 2) !== 0
    },
  },
}

export const milesightAt101: NativeCodec = { name: 'milesight-at101', decode }

function decode({ bytes }: LoraPayload): DecodeResult {
  const view = viewOf(bytes)
  const fields: Record<string, unknown> = {}
  let at = 0
  let problem: string | undefined
  while (at < bytes.length && problem === undefined) {
    const item = at + 1 < bytes.length ? items[view.getUint16(at)] : undefined
    const start = at + 2
    if (at + 1 >= bytes.length) problem = `truncated: a single byte is left at ${at}`
    else if (item === undefined) problem = `unknown item ${hexOf(bytes, at)} at byte ${at}`
    else if (start + item.length > bytes.length) problem = `truncated: ${item.label} at byte ${at}`
    else {
      item.read(view, start, fields)
      at = start + item.length
    }
  }
  if (problem === undefined) return { decoded: { fields, warnings: [] } }
  if (at === 0) return { error: `milesight-at101: ${problem}` }
  const decoded: DecodedPayload = {
    fields,
    warnings: [`${problem}; what came before it is kept`],
  }
  return { decoded }
}

function hexOf(bytes: Uint8Array, at: number): string {
  return [...bytes.slice(at, at + 2)]
    .map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
    .join(' ')
}

function readTemperature(view: DataView, at: number, fields: Record<string, unknown>): void {
  fields.tempC = view.getInt16(at, true) / 10
}

function readLocation(view: DataView, at: number, fields: Record<string, unknown>): void {
  const latitude = view.getInt32(at, true)
  const longitude = view.getInt32(at + 4, true)
  if (latitude !== NO_COORDINATE || longitude !== NO_COORDINATE) {
    fields.latitude = latitude / MICRODEGREES
    fields.longitude = longitude / MICRODEGREES
  }
  const state = view.getUint8(at + 8)
  put(fields, 'motion', motions[state & 0x0f])
  put(fields, 'geofence', geofences[state >> 4])
}

function readStation(view: DataView, at: number, fields: Record<string, unknown>): void {
  const bytes = Array.from({ length: 6 }, (_, index) => view.getUint8(at + 1 + index))
  const station = {
    mac: bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(':'),
    rssi: view.getInt8(at + 7),
  }
  append(fields, 'wifi', station)
  put(fields, 'motion', motions[view.getUint8(at + 8) & 0x0f])
}

function readStored(view: DataView, at: number, fields: Record<string, unknown>): void {
  append(fields, 'history', {
    time: isoTime(view.getUint32(at, true) * 1000),
    longitude: view.getInt32(at + 4, true) / MICRODEGREES,
    latitude: view.getInt32(at + 8, true) / MICRODEGREES,
  })
}

function put(fields: Record<string, unknown>, name: string, value: string | undefined): void {
  if (value !== undefined) fields[name] = value
}

function append(fields: Record<string, unknown>, name: string, value: object): void {
  const list = fields[name]
  if (Array.isArray(list)) list.push(value)
  else fields[name] = [value]
}
