/**
 * `odograph decode FILE`: a recording as JSON lines, one result a line, through the same decoders as
 * live data. `n` counts the data frames of the file from 0, `ts` is in seconds as recorded. What
 * could not be decoded is told on standard error, by kind.
 */
import { readFileSync } from 'node:fs'
import { BusDecoder } from '../decoder/bus-decoder.ts'
import { compileDbc } from '../decoder/dbc/compile.ts'
import { dbcText, parseDbc } from '../decoder/dbc/parse.ts'
import { readCapture } from '../device/capture/capture-file.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import type { CanFrame } from '../model/frame.ts'
import { IssueCounter, issueTexts } from '../model/issue.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { type DecodePlace, idText, readingLine, seconds, tapKinds } from './decode-kinds.ts'
import { LineWriter } from './lines.ts'

type FrameDecoder = (frame: CanFrame) => void
type Emit = (line: object) => void

export async function decode(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    { what: { type: 'string' }, dbc: { type: 'string' } },
    ['FILE'],
  )
  const what = values.what ?? (values.dbc === undefined ? 'readings' : 'dbc')
  const kinds = ['readings', ...Object.keys(tapKinds), 'dbc']
  if (!kinds.includes(what)) {
    throw new OdographError('usage', `--what ${what}`, `unknown; use one of ${kinds.join(', ')}`)
  }
  if ((what === 'dbc') !== (values.dbc !== undefined)) {
    throw new OdographError('usage', '--dbc FILE', 'goes with --what dbc, and the other way round')
  }
  const out = new LineWriter(io.stdout)
  const issues = new IssueCounter()
  const place: DecodePlace = { n: -1, bus: '' }
  const emit: Emit = (line) => out.line(JSON.stringify(line))
  const decoder =
    values.dbc === undefined
      ? busDecoders(what, place, emit, issues)
      : dbcDecoder(values.dbc, place, emit, io)
  const result = await readCapture(
    positionals[0] as string,
    {
      frame(frame, buses) {
        if (frame.error || frame.remote) return
        place.n += 1
        place.bus = buses[frame.bus] ?? ''
        decoder(frame)
      },
      issue: issues.add,
    },
    { signal: io.signal, afterChunk: () => out.pressure() },
  )
  await out.flushed()
  io.stderr.write(`${result.frames} data frames (${result.format})\n`)
  for (const [code, count] of issues.counts) {
    const newest = issues.newest.get(code)
    io.stderr.write(
      `${count} × ${issueTexts[code]} — last: ${newest?.at} ${newest?.detail ?? ''}\n`,
    )
  }
  return 0
}

function busDecoders(
  what: string,
  place: DecodePlace,
  emit: Emit,
  issues: IssueCounter,
): FrameDecoder {
  const decoders: BusDecoder[] = []
  const taps = what in tapKinds ? tapKinds[what as keyof typeof tapKinds](place, emit) : {}
  const add = (index: number) => {
    const decoder = new BusDecoder({
      bus: place.bus,
      reading: what === 'readings' ? (reading) => emit(readingLine(reading)) : () => undefined,
      issue: issues.add,
      taps,
    })
    decoders[index] = decoder
    return decoder
  }
  return (frame) => (decoders[frame.bus] ?? add(frame.bus)).frame(frame)
}

function dbcDecoder(file: string, place: DecodePlace, emit: Emit, io: CommandIo): FrameDecoder {
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
  const decoder = compileDbc(dbc)
  return (frame) => {
    const id = idText(frame)
    const ts = seconds(frame.time)
    decoder.decode(frame, (_message, signal, _raw, value, unit) => {
      const number = typeof value === 'bigint' ? Number(value) : value
      emit({ n: place.n, ts, id, signal: signal.name, value: number, unit })
    })
  }
}
