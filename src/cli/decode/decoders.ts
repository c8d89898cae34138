/** From `--what` to a decoder that emits the lines of that kind. */
import { readFileSync } from 'node:fs'
import { findProfile } from '../../config/profile.ts'
import { BusDecoder, type BusDecoderOptions } from '../../decoder/bus-decoder.ts'
import { compileDbc, type DbcDecoder } from '../../decoder/dbc/compile.ts'
import { dbcText, parseDbc } from '../../decoder/dbc/parse.ts'
import { problemsOf } from '../../decoder/profile/check.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { Profile } from '../../model/profile.ts'
import type { CommandIo } from '../command.ts'
import { activityFrames } from './activity.ts'
import type { DecoderOptions, FrameDecoder } from './frame-decoder.ts'
import { didOf, idText, readingLine, seconds, tapKinds } from './kinds.ts'
import type { DecodePlace, Emit } from './line.ts'

/** Kinds whose signals a DBC file defines. */
const dbcKinds = ['dbc', 'uds_dbc']

const ACTIVITY = 'activity'

export const kindNames: readonly string[] = [
  'readings',
  ...Object.keys(tapKinds),
  ACTIVITY,
  ...dbcKinds,
]

/** Throws `usage` where options do not go together, and what the files named by them throw. */
export function decoderOf(options: DecoderOptions): FrameDecoder {
  const { what, dbc, place, emit } = options
  if (dbcKinds.includes(what) !== (dbc !== undefined)) {
    const detail = `goes with --what ${dbcKinds.join(' or ')}, and the other way round`
    throw new OdographError('usage', '--dbc FILE', detail)
  }
  if (what === ACTIVITY) return activityFrames(options, profileOf(options))
  if (dbc === undefined) {
    const taps = isTapKind(what) ? tapKinds[what](place, emit) : {}
    return busDecoders(options, taps)
  }
  const decoder = loadDbc(dbc, options.io)
  return what === 'dbc' ? dbcFrames(decoder, place, emit) : dbcMessages(decoder, options)
}

function isTapKind(what: string): what is keyof typeof tapKinds {
  return Object.hasOwn(tapKinds, what)
}

function busDecoders(options: DecoderOptions, taps: BusDecoderOptions['taps']): FrameDecoder {
  const { what, place, emit, issues } = options
  const profile = profileOf(options)
  const decoders: BusDecoder[] = []
  const add = (index: number) => {
    const decoder = new BusDecoder({
      bus: place.bus,
      reading: what === 'readings' ? (reading) => emit(readingLine(reading)) : () => undefined,
      issue: issues.add,
      ...(taps === undefined ? {} : { taps }),
      ...(profile === undefined ? {} : { profile }),
    })
    decoders[index] = decoder
    return decoder
  }
  return {
    frame: (frame) => (decoders[frame.bus] ?? add(frame.bus)).frame(frame),
    end() {
      for (const decoder of decoders) decoder?.end()
    },
  }
}

function profileOf({ profile: named, io }: DecoderOptions): Profile | undefined {
  if (named === undefined) return undefined
  const profile = findProfile(named)
  for (const { path, text } of problemsOf(profile)) {
    io.stderr.write(`${named}: ${path.join('.')}: ${text}\n`)
  }
  return profile
}

function loadDbc(file: string, io: CommandIo): DbcDecoder {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new OdographError('file-unreadable', file, messageOf(error), error)
  }
  const { dbc, problems } = parseDbc(dbcText(bytes))
  for (const { line, column, text } of problems) {
    io.stderr.write(`${file}:${line}:${column}: ${text}\n`)
  }
  if (dbc.messages.length === 0) {
    throw new OdographError('dbc-invalid', file, 'has no message (BO_) that could be used')
  }
  return compileDbc(dbc)
}

/** A DBC file's messages as they are on the bus, one frame each. */
function dbcFrames(decoder: DbcDecoder, place: DecodePlace, emit: Emit): FrameDecoder {
  return {
    frame(frame) {
      const id = idText(frame)
      const ts = seconds(frame.time)
      decoder.decode(frame, (_message, { name, choices }, raw, value, unit) => {
        const text = choices?.get(raw) ?? choices?.get(Number(raw))
        emit({
          n: place.n,
          ts,
          id,
          signal: name,
          value: Number(value),
          unit,
          ...(text === undefined ? {} : { text }),
        })
      })
    },
    end: () => undefined,
  }
}

/** A DBC file's messages as they leave ISO-TP, under the identifier of their frames. */
function dbcMessages(decoder: DbcDecoder, options: DecoderOptions): FrameDecoder {
  const { place, emit } = options
  return busDecoders(options, {
    isotp({ id, extended, data }, time) {
      const message = { id, extended, length: data.length, data }
      decoder.decode(message, (_message, { name, multiplexer }, _raw, value, unit) => {
        // Service and identifier, which the line has as `did`.
        if (multiplexer) return
        const line = { n: place.n, ts: seconds(time), id: idText(message), did: didOf(data) }
        emit({ ...line, signal: name, value: Number(value), unit })
      })
    },
  })
}
