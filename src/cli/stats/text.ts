/** The report of `odograph stats` for people. */
import type { BusReport, GroupReport, IdReport, SourceReport } from './report.ts'

/** Rows of each table; the rest is in `--json`. */
const ROWS = 40

export function reportLines(format: string, buses: readonly BusReport[]): string[] {
  if (buses.length === 0) return [`${format}: no frames`]
  return buses.flatMap((bus, i) => [...(i === 0 ? [] : ['']), ...busLines(format, bus)])
}

function busLines(format: string, bus: BusReport): string[] {
  return [
    `${bus.bus} (${format})`,
    `  time      ${bus.first} – ${bus.last}, ${bus.duration.toFixed(3)} s`,
    `  frames    ${bus.frames} data, ${bus.remote} remote, ${bus.errors} error, ${bus.fd} CAN FD; ${bus.framesPerSecond.toFixed(1)} a second`,
    `  load      ${percent(bus.load)}, busiest second ${percent(bus.peakLoad)} of ${bus.bitrate / 1000} kbit/s${bus.bitrateGiven ? '' : ' (assumed; --bitrate says it)'}`,
    `  gaps      ${gapText(bus)}`,
    `  missing   ${bus.missing === 0 ? 'none' : `about ${bus.missing} messages that a steady rhythm lacks`}`,
    ...(bus.setBack === 0 ? [] : [`  clock     set back ${bus.setBack} times`]),
    ...section('sources', bus.sources, sourceRow),
    ...section('parameter groups', bus.groups, groupRow),
    ...section('identifiers', bus.ids, idRow),
  ]
}

function gapText({ gaps, longestGap }: BusReport): string {
  if (longestGap === null) return 'none of a second or more'
  return `${gaps} of a second or more, the longest ${longestGap.seconds.toFixed(3)} s at ${longestGap.start}`
}

function section<T>(title: string, rows: readonly T[], text: (row: T) => string): string[] {
  if (rows.length === 0) return []
  const shown = rows.slice(0, ROWS).map((row) => `    ${text(row)}`.trimEnd())
  const rest = rows.length - shown.length
  return ['', `  ${title} (${rows.length})`, ...shown, ...(rest > 0 ? [`    … ${rest} more`] : [])]
}

function sourceRow({ address, count, groups, name, identity }: SourceReport): string {
  const claimed = name === null ? '' : `NAME ${name} ${briefly(identity)}`
  return `${String(address).padStart(3)}  ${String(count).padStart(8)} frames  ${String(groups).padStart(3)} groups  ${claimed}`
}

function groupRow({ pgn, label, name, count, sources }: GroupReport): string {
  const from = sources.length > 6 ? `${sources.length} sources` : `from ${sources.join(', ')}`
  return `${String(pgn).padStart(6)}  ${String(count).padStart(8)}  ${(label ?? '?').padEnd(10)} ${name ?? ''} (${from})`
}

function idRow({ id, count, length, period, minPeriod, maxPeriod, missing }: IdReport): string {
  const rhythm = period === null ? '' : `every ${ms(period)} ms (${ms(minPeriod)}–${ms(maxPeriod)})`
  const lost = missing === 0 ? '' : `, about ${missing} missing`
  return `${id.padStart(8)}  ${String(count).padStart(8)}  ${length.padStart(5)} bytes  ${rhythm}${lost}`
}

function ms(seconds: number | null): string {
  return seconds === null ? '?' : (seconds * 1000).toFixed(1)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** The texts of a NAME, without its numbers. */
function briefly(identity: object | null): string {
  const texts = Object.values(identity ?? {}).filter((value) => typeof value === 'string')
  return texts.join(', ')
}
