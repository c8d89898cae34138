/** The kinds of decoding, each a function of a message: what it says, and what could not be decoded. */
import { readFileSync } from 'node:fs'
import { bytesOf, framesOf, type InputFrame } from './frame-text.ts'
import type { Message } from './node-red.ts'
import {
  BusDecoder,
  compileDbc,
  compileFieldMap,
  dbcText,
  type Frame,
  frameOf,
  issueTexts,
  mapFields,
  messageEvents,
  nativeCodecs,
  parseDbc,
  signals,
} from './odograph-library.js'
import { messageOf, PaletteError } from './palette-error.ts'

/** A value, as a message has it beside its `payload`. */
export interface Decoded {
  topic: string
  payload: unknown
  unit?: string
  quality?: string
  time?: string
  source?: string
  [property: string]: unknown
}

export interface Problem {
  code: string
  detail: string
}

export interface Result {
  values: Decoded[]
  problems: Problem[]
}

export type Decode = (msg: Message) => Result

export const codecNames: readonly string[] = [...nativeCodecs.keys()]

/** J1939 and OBD-II: keeps what is not whole yet, a decoder a bus. */
export function vehicleDecoding(): Decode {
  const buses = new Map<string, BusDecoder>()
  let result: Result = { values: [], problems: [] }
  const decoderOf = (bus: string) => {
    const known = buses.get(bus)
    if (known !== undefined) return known
    const decoder = new BusDecoder({
      bus,
      reading({ signal, value, quality, time, source }) {
        const unit = signals[signal]?.unit ?? ''
        const iso = new Date(time / 1000).toISOString()
        result.values.push({
          topic: signal,
          payload: value ?? null,
          unit,
          quality,
          time: iso,
          source,
        })
      },
      issue: ({ code, detail }) =>
        result.problems.push({ code, detail: `${issueTexts[code] ?? code}: ${detail}` }),
    })
    buses.set(bus, decoder)
    return decoder
  }
  return (msg) => {
    const now = Date.now()
    result = { values: [], problems: [] }
    for (const frame of framesOf(msg.payload)) {
      const bus = frame.bus ?? (typeof msg.bus === 'string' ? msg.bus : 'can')
      decoderOf(bus).frame(libraryFrame(frame, msg, now))
    }
    return result
  }
}

/** The file is read once. Throws `bad-setting`. */
export function dbcDecoding(path: string): Decode {
  const decoder = compileDbc(dbcOf(path))
  return (msg) => {
    const result: Result = { values: [], problems: [] }
    const now = Date.now()
    for (const frame of framesOf(msg.payload)) {
      const made = libraryFrame(frame, msg, now)
      const time = new Date(made.time / 1000).toISOString()
      const isKnown = decoder.decode(made, (message, signal, _raw, value, unit) => {
        const said = unit === null ? {} : { unit }
        result.values.push({
          topic: signal.name,
          payload: plain(value),
          ...said,
          message: message.name,
          time,
        })
      })
      if (isKnown) continue
      const id = frame.id
        .toString(16)
        .toUpperCase()
        .padStart(frame.extended ? 8 : 3, '0')
      result.problems.push({
        code: 'unknown-message',
        detail: `${id} is in no message of the file`,
      })
    }
    return result
  }
}

/** No message can hold a BigInt for long: it is no JSON. */
function plain(value: number | bigint): number | string {
  return typeof value === 'bigint' ? String(value) : value
}

function dbcOf(path: string): object {
  try {
    const { dbc } = parseDbc(dbcText(readFileSync(path)))
    if (dbc.messages.length > 0) return dbc
  } catch (error) {
    throw new PaletteError('bad-setting', { setting: 'dbc', value: messageOf(error) })
  }
  throw new PaletteError('bad-setting', { setting: 'dbc', value: `${path}: no message in it` })
}

/** A payload of a tracker: the signals that its fields are, and the fields in `msg.fields`. */
export function loraDecoding(name: string): Decode {
  const codec = nativeCodecs.get(name)
  if (codec === undefined) throw new PaletteError('bad-setting', { setting: 'codec', value: name })
  const map = compileFieldMap({})
  return (msg) => {
    const fPort = Number(msg.fPort ?? 1)
    const time = Date.now()
    const decoded = codec.decode({ bytes: bytesOf(msg.payload), fPort, time })
    if ('error' in decoded) return { values: [], problems: [{ code: name, detail: decoded.error }] }
    const { fields, warnings } = decoded.decoded
    const mapped = mapFields(decoded.decoded, map, { receivedAt: time })
    const values = mapped.readings.map(({ signal, value, time: measured }) => ({
      ...{
        topic: signal,
        payload: value,
        unit: signals[signal]?.unit ?? '',
        quality: 'ok',
        fields,
      },
      ...{ time: new Date(measured).toISOString(), source: name },
    }))
    const dropped = mapped.dropped.map(({ path, why }) => `${path}: ${why}`)
    const said = [...dropped, ...warnings, ...mapped.warnings]
    return { values, problems: said.map((detail) => ({ code: name, detail })) }
  }
}

/** What a gateway publishes over MQTT, batches included: a value for each CloudEvent. */
export function batchDecoding(): Decode {
  return ({ payload }) => {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : bytesOf(payload)
    const values = eventsOf(bytes).map((event) => ({
      topic: String(event.subject ?? ''),
      payload: event.data,
      time: String(event.time ?? ''),
      event,
    }))
    return { values, problems: [] }
  }
}

function eventsOf(bytes: Uint8Array): Record<string, unknown>[] {
  try {
    return messageEvents(bytes)
  } catch (error) {
    throw new PaletteError('bad-input', { what: messageOf(error), accepted: 'odograph/+/records' })
  }
}

function libraryFrame(frame: InputFrame, msg: Message, now: number): Frame {
  const told = frame.time ?? Date.parse(String(msg.time ?? ''))
  const time = Number.isFinite(told) ? told : now
  const { id, data, extended, remote, fd } = frame
  return frameOf(id, data, { extended, remote, fd, time: Math.round(time * 1000) })
}
