/**
 * `odograph stats FILE`: what a recording holds, bus by bus: load, rates, gaps, missing messages,
 * parameter groups and identifiers, and who sends.
 */
import { BusDecoder } from '../decoder/bus-decoder.ts'
import { BusStatistics } from '../decoder/statistics/bus-statistics.ts'
import { readCapture } from '../device/capture/capture-file.ts'
import { OdographError } from '../model/errors.ts'
import { IssueCounter } from '../model/issue.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { tellIssues } from './issues.ts'
import { ProgressBar } from './progress.ts'
import { type BusReport, busReport } from './stats/report.ts'
import { reportLines } from './stats/text.ts'

interface Bus {
  name: string
  statistics: BusStatistics
  decoder: BusDecoder
  /** The newest NAME claimed per address. */
  names: Map<number, Uint8Array>
}

export async function stats(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    { bitrate: { type: 'string' }, json: { type: 'boolean', default: false } },
    ['FILE'],
  )
  const bitrate = bitrateOf(values.bitrate)
  const issues = new IssueCounter()
  const buses: Bus[] = []
  const add = (index: number, names: readonly string[]) => {
    const bus = newBus(names[index] ?? '', issues)
    buses[index] = bus
    return bus
  }
  const bar = new ProgressBar(io.stderr)
  const { format } = await readCapture(
    positionals[0] as string,
    {
      frame(frame, names) {
        const bus = buses[frame.bus] ?? add(frame.bus, names)
        bus.statistics.frame(frame)
        bus.decoder.frame(frame)
      },
      issue: issues.add,
      progress: (done, total) => bar.update(done, total),
    },
    { signal: io.signal },
  )
  bar.clear()
  for (const bus of buses) bus?.decoder.end()
  const reports = buses.filter(Boolean).map((bus) => busReport({ ...bus, bitrate }))
  if (values.json)
    io.stdout.write(`${JSON.stringify(document(format, reports, issues), null, 2)}\n`)
  else {
    io.stdout.write(`${reportLines(format, reports).join('\n')}\n`)
    tellIssues(issues, io)
  }
  return 0
}

function newBus(name: string, issues: IssueCounter): Bus {
  const names = new Map<number, Uint8Array>()
  return {
    name,
    names,
    statistics: new BusStatistics(),
    decoder: new BusDecoder({
      bus: name,
      reading: () => undefined,
      issue: issues.add,
      taps: { claim: (_name, { source, data }) => names.set(source, data) },
    }),
  }
}

function document(format: string, buses: BusReport[], { counts }: IssueCounter): object {
  return { format, buses, issues: Object.fromEntries(counts) }
}

function bitrateOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const bitrate = Number(text)
  if (Number.isInteger(bitrate) && bitrate >= 5000 && bitrate <= 8_000_000) return bitrate
  throw new OdographError('usage', `--bitrate ${text}`, 'use bits per second, for example 250000')
}
