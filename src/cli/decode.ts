/**
 * `odograph decode FILE`: a recording through the same decoders as live data, one result a line, as
 * JSON lines, CSV or a table. `n` counts the data frames of the file from 0, `ts` is in seconds as
 * recorded. What could not be decoded is told on standard error, by kind.
 */
import { readCapture } from '../device/capture/capture-file.ts'
import { createPlayback } from '../device/capture/playback.ts'
import { OdographError } from '../model/errors.ts'
import type { CanFrame } from '../model/frame.ts'
import { type Issue, IssueCounter } from '../model/issue.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { decoderOf, kindNames } from './decode/decoders.ts'
import { filterOf, filterOptions } from './decode/filter.ts'
import type { FrameDecoder } from './decode/frame-decoder.ts'
import type { DecodePlace, Emit } from './decode/line.ts'
import { LiveTable } from './decode/live-table.ts'
import { outputOf } from './decode/output.ts'
import { tellIssues } from './issues.ts'
import { LineWriter } from './lines.ts'
import { speedOf } from './speed.ts'

const REDRAW_MS = 250
const CLEAR = '\u001b[H\u001b[J'

export async function decode(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    {
      what: { type: 'string' },
      dbc: { type: 'string' },
      profile: { type: 'string' },
      format: { type: 'string', default: 'jsonl' },
      watch: { type: 'boolean', default: false },
      speed: { type: 'string', default: '1' },
      ...filterOptions,
    },
    ['FILE'],
  )
  const what = values.what ?? (values.dbc === undefined ? 'readings' : 'dbc')
  if (!kindNames.includes(what)) {
    const detail = `unknown; use one of ${kindNames.join(', ')}`
    throw new OdographError('usage', `--what ${what}`, detail)
  }
  const file = positionals[0] as string
  const filter = filterOf(values)
  const issues = new IssueCounter()
  const place: DecodePlace = { n: -1, bus: '', id: 0, extended: false }
  const make = (emit: Emit) => {
    const chosen: Emit = (line) => {
      if (filter(line, place)) emit(line)
    }
    const { dbc, profile } = values
    return placed(decoderOf({ what, dbc, profile, place, emit: chosen, issues, io }), place)
  }
  if (values.watch) await watch(file, speedOf(values.speed), make, issues, io)
  else await print(file, values.format, make, issues, io)
  tellIssues(issues, io)
  return 0
}

type Make = (emit: Emit) => Placed

interface Placed {
  frame(frame: CanFrame, buses: readonly string[]): void
  end(): void
}

/** Data frames only, each with its place. */
function placed(decoder: FrameDecoder, place: DecodePlace): Placed {
  return {
    frame(frame, buses) {
      if (frame.error || frame.remote) return
      place.n += 1
      place.bus = buses[frame.bus] ?? ''
      place.id = frame.id
      place.extended = frame.extended
      decoder.frame(frame)
    },
    end: () => decoder.end(),
  }
}

async function print(
  file: string,
  form: string,
  make: Make,
  issues: IssueCounter,
  io: CommandIo,
): Promise<void> {
  const out = new LineWriter(io.stdout)
  const output = outputOf(form, out)
  const decoder = make((line) => output.line(line))
  const { frames, format } = await readCapture(
    file,
    { frame: decoder.frame, issue: issues.add },
    { signal: io.signal, afterChunk: () => out.pressure() },
  )
  decoder.end()
  output.end()
  await out.flushed()
  io.stderr.write(`${frames} data frames (${format})\n`)
}

/** The table, drawn anew while the recording runs at its speed; on no terminal only at the end. */
async function watch(
  file: string,
  speed: number | 'max',
  make: Make,
  issues: IssueCounter,
  io: CommandIo,
): Promise<void> {
  const table = new LiveTable()
  const decoder = make((line) => table.take(line))
  const draw = () => {
    const { columns = 120, rows = 40 } = io.stdout
    const lines = table.lines(columns).slice(0, rows - 1)
    io.stdout.write(`${CLEAR}${lines.join('\n')}\n`)
  }
  const isTerminal = io.stdout.isTTY === true
  const timer = isTerminal ? setInterval(draw, REDRAW_MS) : undefined
  try {
    await played(file, speed, decoder, issues.add, io.signal)
  } finally {
    clearInterval(timer)
  }
  decoder.end()
  if (isTerminal) draw()
  else io.stdout.write(`${table.lines().join('\n')}\n`)
}

function played(
  file: string,
  speed: number | 'max',
  decoder: Placed,
  issue: (issue: Issue) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const source = createPlayback({ id: 'watch', path: file, speed, retry: false, onError: reject })
    const stop = () => {
      source.stop().then(resolve, reject)
    }
    signal.addEventListener('abort', stop, { once: true })
    source.start({
      frame: (frame) => decoder.frame(frame, source.buses),
      issue,
      health: () => undefined,
      end: stop,
    })
  })
}
