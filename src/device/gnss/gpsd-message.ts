/**
 * One line of gpsd, protocol 3: a JSON object with a `class`. What is taken of it follows the
 * documentation of the protocol (gpsd.io/gpsd_json.html) and has to hold from release 3.16 on.
 */
import { type Fix, isNowhere, movement, possible } from './fix.ts'

export type GpsdMessage =
  | { kind: 'version'; release: string; major: number }
  | { kind: 'devices'; paths: string[] }
  /** A valid fix. `utc`: ms since 1970. */
  | { kind: 'fix'; device: string; fix: Fix; dimensions: 2 | 3; utc?: number }
  /** No fix, or one that is no measurement. */
  | { kind: 'no-fix'; device: string }
  | { kind: 'sky'; device: string; fix: Fix }
  | { kind: 'error'; text: string }
  /** A class, or a part of one, that says nothing here. */
  | { kind: 'nothing' }
  | { kind: 'impossible' }
  | { kind: 'malformed' }

type Fields = Readonly<Record<string, unknown>>

/** Dead reckoning alone, a surveyed place, a simulation; 6 is satellites with dead reckoning. */
const NOT_MEASURED = [5, 7, 8]
const MPS = 3.6

const classes: Record<string, (fields: Fields) => GpsdMessage> = {
  VERSION: ({ release, proto_major: major }) => ({
    kind: 'version',
    release: textOf(release) ?? '',
    major: numberOf(major) ?? 0,
  }),
  DEVICES: devices,
  TPV: timePlaceVelocity,
  SKY: sky,
  ERROR: ({ message }) => ({ kind: 'error', text: textOf(message) ?? '' }),
}

export function parseGpsd(line: string): GpsdMessage {
  const fields = objectOf(line)
  const name = textOf(fields?.class)
  if (fields === undefined || name === undefined) return { kind: 'malformed' }
  return Object.hasOwn(classes, name) ? (classes[name]?.(fields) ?? nothing) : nothing
}

const nothing: GpsdMessage = { kind: 'nothing' }

function devices({ devices: list }: Fields): GpsdMessage {
  const paths = arrayOf(list).flatMap((device) => textOf(device.path) ?? [])
  return { kind: 'devices', paths }
}

function timePlaceVelocity(fields: Fields): GpsdMessage {
  const device = textOf(fields.device) ?? ''
  const mode = numberOf(fields.mode)
  const latitude = numberOf(fields.lat)
  const longitude = numberOf(fields.lon)
  if (mode !== 2 && mode !== 3) return { kind: 'no-fix', device }
  if (NOT_MEASURED.includes(numberOf(fields.status) ?? 0)) return { kind: 'no-fix', device }
  // Between the sentences of one moment it may know one half.
  if (latitude === undefined || longitude === undefined) return nothing
  if (isNowhere({ latitude, longitude })) return { kind: 'no-fix', device }
  const altitude = mode === 3 ? (numberOf(fields.altMSL) ?? numberOf(fields.alt)) : undefined
  const speed = numberOf(fields.speed)
  const fix = possible({
    ...{ latitude, longitude },
    ...(altitude === undefined ? {} : { altitude }),
    ...movement(speed === undefined ? undefined : speed * MPS, numberOf(fields.track)),
  })
  if (fix === undefined) return { kind: 'impossible' }
  const utc = timeOf(fields.time)
  return { kind: 'fix', device, fix, dimensions: mode, ...(utc === undefined ? {} : { utc }) }
}

/** `uSat` is told since release 3.23; before, the list marks those that are used. */
function sky(fields: Fields): GpsdMessage {
  const list = Array.isArray(fields.satellites) ? arrayOf(fields.satellites) : undefined
  const nsat = numberOf(fields.uSat) ?? list?.filter(({ used }) => used === true).length
  const hdop = numberOf(fields.hdop)
  const fix = possible({
    ...(nsat === undefined ? {} : { nsat }),
    ...(hdop === undefined ? {} : { hdop }),
  })
  return { kind: 'sky', device: textOf(fields.device) ?? '', fix: fix ?? {} }
}

/** ISO 8601 in UTC, as gpsd writes it; `Date` alone would take a year for a time as well. */
function timeOf(value: unknown): number | undefined {
  const text = textOf(value) ?? ''
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return undefined
  const utc = Date.parse(text)
  return Number.isNaN(utc) ? undefined : utc
}

function objectOf(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    // Told as malformed by who asked.
    return undefined
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function arrayOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
