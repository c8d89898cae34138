/** The statistics of one bus as `odograph stats` tells them; the shape of `--json`. */
import { pageOf, pgnOf, sourceOf } from '../../decoder/can-id.ts'
import { groupName } from '../../decoder/j1939/group-name.ts'
import { describeName, nameOf } from '../../decoder/j1939/name.ts'
import {
  type BusStatistics,
  type IdStatistics,
  likelyBitrate,
} from '../../decoder/statistics/bus-statistics.ts'
import { isoTime, MICROS_PER_SECOND, microsToMillis } from '../../model/time.ts'
import { hex, idText } from '../decode/kinds.ts'

export interface BusReport {
  bus: string
  /** Times as RFC 3339; the recording's own, which may count from its start. */
  first: string | null
  last: string | null
  /** Seconds. */
  duration: number
  frames: number
  remote: number
  errors: number
  fd: number
  framesPerSecond: number
  bitrate: number
  /** Whether the bit rate was given, or is the slowest usual one that fits. */
  bitrateGiven: boolean
  /** Shares of the bit rate, 0 to 1: over the whole recording, and in its busiest second. */
  load: number
  peakLoad: number
  /** Stretches of a second and more without a frame. */
  gaps: number
  longestGap: { start: string; seconds: number } | null
  /** Messages that steady rhythms lack; an estimate. */
  missing: number
  setBack: number
  ids: IdReport[]
  groups: GroupReport[]
  sources: SourceReport[]
}

export interface IdReport {
  id: string
  count: number
  length: string
  /** Seconds between two of them: mean, least and most. */
  period: number | null
  minPeriod: number | null
  maxPeriod: number | null
  missing: number
}

export interface GroupReport {
  pgn: number
  label: string | null
  name: string | null
  count: number
  sources: number[]
}

export interface SourceReport {
  address: number
  count: number
  groups: number
  /** The NAME claimed for it, as it was sent, and what it says. */
  name: string | null
  identity: object | null
}

export interface ReportOptions {
  name: string
  statistics: BusStatistics
  names: ReadonlyMap<number, Uint8Array>
  bitrate: number | undefined
}

export function busReport({ name, statistics, names, bitrate: given }: ReportOptions): BusReport {
  const { first, last, duration, frames, remote, errors, fd, longestGap } = statistics
  const seconds = duration / MICROS_PER_SECOND
  const bitrate = given ?? likelyBitrate(statistics)
  const ids = [...statistics.ids.values()]
  const bits = statistics.nominalBits + statistics.dataBits
  return {
    bus: name,
    first: first === undefined ? null : timeText(first),
    last: first === undefined ? null : timeText(last),
    duration: seconds,
    frames,
    remote,
    errors,
    fd,
    framesPerSecond: seconds === 0 ? 0 : rounded(frames / seconds),
    bitrate,
    bitrateGiven: given !== undefined,
    load: seconds === 0 ? 0 : rounded(bits / seconds / bitrate),
    peakLoad: rounded(statistics.peakBits / bitrate),
    gaps: statistics.gaps,
    longestGap:
      longestGap === undefined
        ? null
        : {
            start: timeText(longestGap.start),
            seconds: longestGap.length / MICROS_PER_SECOND,
          },
    missing: ids.reduce((sum, { missing }) => sum + missing, 0),
    setBack: statistics.setBack,
    ids: ids.map(idReport).sort((a, b) => b.count - a.count),
    groups: groupReports(ids),
    sources: sourceReports(ids, names),
  }
}

function idReport(known: IdStatistics): IdReport {
  const { count, minLength, maxLength, minPeriod, maxPeriod, period, missing } = known
  const some = count > 1
  return {
    id: idText(known),
    count,
    length: minLength === maxLength ? `${minLength}` : `${minLength}–${maxLength}`,
    period: some ? period / MICROS_PER_SECOND : null,
    minPeriod: some ? minPeriod / MICROS_PER_SECOND : null,
    maxPeriod: some ? maxPeriod / MICROS_PER_SECOND : null,
    missing,
  }
}

/** Identifiers of the J1939 pages. */
function isGroup({ id, extended }: IdStatistics): boolean {
  return extended && pageOf(id) < 2
}

function groupReports(ids: readonly IdStatistics[]): GroupReport[] {
  const groups = new Map<number, GroupReport>()
  for (const known of ids.filter(isGroup)) {
    const pgn = pgnOf(known.id)
    const { label = null, name = null } = groupName(pgn) ?? {}
    const group = groups.get(pgn) ?? { pgn, label, name, count: 0, sources: [] }
    group.count += known.count
    const source = sourceOf(known.id)
    if (!group.sources.includes(source)) group.sources.push(source)
    groups.set(pgn, group)
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

function sourceReports(
  ids: readonly IdStatistics[],
  names: ReadonlyMap<number, Uint8Array>,
): SourceReport[] {
  const sources = new Map<number, { count: number; groups: Set<number> }>()
  for (const known of ids.filter(isGroup)) {
    const address = sourceOf(known.id)
    const source = sources.get(address) ?? { count: 0, groups: new Set() }
    source.count += known.count
    source.groups.add(pgnOf(known.id))
    sources.set(address, source)
  }
  return [...sources]
    .sort(([a], [b]) => a - b)
    .map(([address, { count, groups }]) => {
      const claimed = names.get(address)
      return {
        address,
        count,
        groups: groups.size,
        name: claimed === undefined ? null : hex(claimed),
        identity: claimed === undefined ? null : describeName(nameOf(claimed)),
      }
    })
}

function timeText(time: number): string {
  return isoTime(microsToMillis(time))
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
