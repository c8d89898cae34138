/**
 * Which gateways call a feed: when last, what came of it, what they say of themselves. For the health
 * of the feed and for where a gateway stands; bounded, because anybody can make up an EUI.
 */
import type { LoraGateway } from '../../model/lora.ts'
import { isoTime, type Millis } from '../../model/time.ts'

/** What a gateway says of itself, since it last did. */
export interface GatewayStat {
  time?: Millis
  /** Where the gateway stands, degrees. */
  latitude?: number
  longitude?: number
  /** m. */
  altitude?: number
  received?: number
  /** With a right checksum. */
  ok?: number
  forwarded?: number
  /** Of what it sent here. */
  acknowledgedPercent?: number
  downlinks?: number
  sent?: number
  /** °C. */
  temperature?: number
}

export interface GatewayReport {
  /** EUI, upper-case hex. */
  id: string
  lastSeen: Millis
  /** Frames handed on, and refused by reason. */
  frames: number
  crc: number
  malformed: number
  stat?: GatewayStat
  /** What it is, in its own words. */
  model?: string
}

const LIMIT = 64
const NAMED = 4

export class GatewayBook {
  readonly #reports = new Map<string, GatewayReport>()

  /** The report of one that calls now, to be counted in. */
  seen(id: string, now: Millis): GatewayReport {
    const report = this.#reports.get(id) ?? { id, lastSeen: now, frames: 0, crc: 0, malformed: 0 }
    report.lastSeen = now
    // The first of the map is who was silent for longest.
    this.#reports.delete(id)
    makeRoom(this.#reports)
    this.#reports.set(id, report)
    return report
  }

  /** For a frame that it heard. */
  gateway(report: GatewayReport): LoraGateway {
    const { latitude, longitude } = report.stat ?? {}
    const place = latitude === undefined || longitude === undefined ? {} : { latitude, longitude }
    return { id: report.id, ...place }
  }

  reports(): GatewayReport[] {
    return [...this.#reports.values()].reverse().map((report) => ({ ...report }))
  }

  /** Who was heard last, in words. */
  sentence(): string {
    const reports = this.reports()
    if (reports.length === 0) return 'no gateway has called yet'
    const named = reports.slice(0, NAMED).map(reportText)
    const more = reports.length > NAMED ? [`and ${reports.length - NAMED} more`] : []
    return [...named, ...more].join('; ')
  }
}

function makeRoom(reports: Map<string, GatewayReport>): void {
  const [oldest] = reports.keys()
  if (reports.size >= LIMIT && oldest !== undefined) reports.delete(oldest)
}

function reportText(report: GatewayReport): string {
  const { id, lastSeen, frames, crc, malformed, stat, model } = report
  // No `… s ago`: it is read later than it is written.
  const last = `${isoTime(lastSeen).slice(0, 19)}Z`
  const parts = [`gateway ${id}${model === undefined ? '' : ` (${model})`} last called at ${last}`]
  parts.push(`${frames} frames`)
  if (crc > 0) parts.push(`${crc} with a wrong checksum`)
  if (malformed > 0) parts.push(`${malformed} malformed`)
  if (stat !== undefined) parts.push(statText(stat))
  return parts.join(', ')
}

/** Of a `stat`, in words. */
export function statText(stat: GatewayStat): string {
  const parts: string[] = []
  if (stat.received !== undefined) parts.push(`it received ${stat.received}`)
  if (stat.ok !== undefined) parts.push(`${stat.ok} of them with a right checksum`)
  if (stat.forwarded !== undefined) parts.push(`forwarded ${stat.forwarded}`)
  if (stat.acknowledgedPercent !== undefined) {
    parts.push(`${stat.acknowledgedPercent} % of its messages were answered`)
  }
  if (stat.temperature !== undefined) parts.push(`${stat.temperature} °C`)
  return parts.length === 0 ? 'it says nothing of itself' : parts.join(', ')
}
