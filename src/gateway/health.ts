/** What each part says of itself, put together; what somebody has to look at comes as sentences. */
import type { GatewayHealth, ProcessReport, SourceReport } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import type { MqttUplink } from '../uplink/mqtt/publisher.ts'
import type { Exports } from './exports.ts'
import type { FrameRates } from './frame-rates.ts'
import type { Sinks } from './sinks.ts'
import type { Storage } from './storage.ts'
import type { TrueTime } from './true-time.ts'

export interface HealthParts {
  version: string
  upMs: Millis
  /** What was found wrong at the start. */
  findings: readonly string[]
  time: Pick<TrueTime, 'health'>
  sources: readonly { report(): SourceReport }[]
  storage: Pick<Storage, 'health' | 'findings'>
  /** Undefined: it is switched off. */
  mqtt: Pick<MqttUplink, 'health'> | undefined
  sinks: Pick<Sinks, 'health'> | undefined
  exports?: Pick<Exports, 'findings'>
  /** Now, in ms since 1970. */
  now: Millis
  rates?: Pick<FrameRates, 'of'>
  process?: ProcessReport
}

export function gatewayHealth(parts: HealthParts): GatewayHealth {
  const time = parts.time.health()
  const uplink = parts.mqtt?.health()
  const mqtt =
    uplink === undefined
      ? { state: 'off', detail: 'MQTT is switched off', unsent: 0 }
      : { ...uplink, ...ageOf(uplink.lanes.oldestUnsent, parts.now) }
  const sources = parts.sources.map((source) => {
    const report = source.report()
    return { ...report, ...parts.rates?.of(report.id, report.buses.length) }
  })
  const sinks = (parts.sinks?.health() ?? []).map(({ oldestUnsent, ...sink }) => ({
    ...sink,
    ...ageOf(oldestUnsent, parts.now),
  }))
  const findings = [
    ...parts.findings,
    ...sources.filter(({ state }) => state === 'waiting').map((s) => `${s.id}: ${s.detail}`),
    ...parts.storage.findings(),
    ...(time.trust === 'none' ? [time.detail] : []),
    ...(isRefused(mqtt.state) ? [`MQTT: ${mqtt.detail}`] : []),
    ...sinks.filter(({ state }) => isRefused(state)).map((s) => `Sink ${s.name}: ${s.detail}`),
    ...(parts.exports?.findings() ?? []),
  ]
  return {
    status: findings.length === 0 ? 'ok' : 'degraded',
    findings,
    version: parts.version,
    uptimeSeconds: Math.floor(parts.upMs / 1000),
    clockTrust: time.trust,
    clock: time,
    sources,
    store: parts.storage.health(),
    mqtt,
    sinks,
    ...(parts.process === undefined ? {} : { process: parts.process }),
  }
}

function ageOf(received: Millis | undefined, now: Millis): { oldestUnsentSeconds?: number } {
  if (received === undefined) return {}
  return { oldestUnsentSeconds: Math.max(0, Math.round((now - received) / 1000)) }
}

/** It comes again until somebody changes something. */
function isRefused(state: string): boolean {
  return state === 'refused' || state === 'parked'
}
