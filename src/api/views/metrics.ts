/**
 * The state of the gateway for Prometheus (text format 0.0.4). Nothing of a vehicle: its sources and what
 * they bring, what is stored, what is still to be sent.
 */
import type { GatewayHealth, SourceReport } from '../../model/ports.ts'

interface Metric {
  name: string
  kind: 'gauge' | 'counter'
  help: string
  samples: [labels: Record<string, string>, value: number][]
}

export function metricsText(health: GatewayHealth): string {
  return metricsOf(health).map(textOf).join('')
}

const TRUSTS = ['none', 'rtc', 'network', 'gnss']
const MS = 1000

function metricsOf({ version, status, findings, ...health }: GatewayHealth): Metric[] {
  const { sources, store, mqtt, sinks = [], uptimeSeconds } = health
  const each = (value: (source: (typeof sources)[number]) => number): Metric['samples'] =>
    sources.map((source) => [{ source: source.id }, value(source)])
  const issues = sources.flatMap(({ id, issues: told }) =>
    told.map(({ code, count }): Metric['samples'][number] => [{ source: id, code }, count]),
  )
  const unsent = [{ name: 'mqtt', ...mqtt }, ...sinks]
  const rejects = sources.flatMap(({ id, rejects: told = [] }) =>
    told.map(({ reason, count }): Metric['samples'][number] => [{ source: id, reason }, count]),
  )
  const trust = TRUSTS.indexOf(health.clockTrust)
  return [
    gauge('info', 'The version that runs.', [[{ version }, 1]]),
    gauge('up', '1: all is well; 0: something is wrong.', [[{}, status === 'ok' ? 1 : 0]]),
    gauge('findings', 'Sentences about what is wrong.', [[{}, findings.length]]),
    gauge('uptime_seconds', 'Since the start.', [[{}, uptimeSeconds]]),
    gauge('store_records', 'Records in the journal.', [[{}, store.records]]),
    gauge('store_bytes', 'Bytes that the journal takes.', [[{}, store.bytes]]),
    gauge('clock_trust', '0: the time is not known; 1: RTC; 2: network; 3: satellites.', [
      [{}, Math.max(trust, 0)],
    ]),
    gauge('store_uncommitted', 'Records that wait for a commit.', [[{}, store.uncommitted]]),
    ...commitMetrics(store),
    gauge(
      'unsent',
      'Records that a sink does not have yet.',
      unsent.map((sink) => [{ sink: sink.name }, sink.unsent]),
    ),
    gauge(
      'unsent_oldest_seconds',
      'Age of the oldest record that a sink does not have yet; 0: it has all.',
      unsent.map((sink) => [{ sink: sink.name }, sink.oldestUnsentSeconds ?? 0]),
    ),
    gauge(
      'source_running',
      '1: frames come in.',
      each(({ state }) => (state === 'running' ? 1 : 0)),
    ),
    counter(
      'source_frames_total',
      'Frames that came in.',
      each(({ frames }) => frames),
    ),
    counter(
      'source_reopened_total',
      'Times it had to be opened again.',
      each(({ reopened }) => reopened),
    ),
    gauge(
      'source_frames_per_second',
      'Frames a second, of the last ten.',
      known(sources, ({ framesPerSecond }) => framesPerSecond),
    ),
    gauge(
      'source_bus_load_ratio',
      'Share of the bus that its frames take, an estimate.',
      known(sources, ({ busLoad }) => busLoad),
    ),
    counter('issues_total', 'What could not be read or done.', issues),
    counter('rejects_total', 'LoRa uplinks that had no effect.', rejects),
    ...processMetrics(health.process),
  ]
}

function commitMetrics({ commit }: GatewayHealth['store']): Metric[] {
  if (commit === undefined) return []
  const { lastMs, p99Ms } = commit
  return [
    gauge('commit_last_seconds', 'What the last commit took.', [[{}, lastMs / MS]]),
    gauge('commit_p99_seconds', 'What 99 of the last 100 commits took at most.', [
      [{}, p99Ms / MS],
    ]),
  ]
}

function processMetrics(report: GatewayHealth['process']): Metric[] {
  if (report === undefined) return []
  const { rssBytes, heapBytes, openFiles, handles, loop } = report
  return [
    gauge('process_resident_memory_bytes', 'Memory of the gateway.', [[{}, rssBytes]]),
    gauge('process_heap_bytes', 'Memory that its objects take.', [[{}, heapBytes]]),
    gauge('process_open_fds', 'Files, sockets and devices that are open.', [[{}, openFiles]]),
    gauge('process_handles', 'Timers, sockets and requests under way.', [[{}, handles]]),
    gauge('event_loop_lag_p50_seconds', 'How late half of the timers came.', [
      [{}, loop.p50Ms / MS],
    ]),
    gauge('event_loop_lag_p99_seconds', 'How late 99 of 100 timers came at most.', [
      [{}, loop.p99Ms / MS],
    ]),
    gauge('event_loop_lag_max_seconds', 'How late the latest timer came.', [[{}, loop.maxMs / MS]]),
  ]
}

/** Samples of the sources of which a figure is known. */
function known(
  sources: readonly SourceReport[],
  value: (source: SourceReport) => number | undefined,
): Metric['samples'] {
  return sources.flatMap((source): Metric['samples'] => {
    const found = value(source)
    return found === undefined ? [] : [[{ source: source.id }, found]]
  })
}

function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, kind: 'gauge', help, samples }
}

function counter(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, kind: 'counter', help, samples }
}

function textOf({ name, kind, help, samples }: Metric): string {
  if (samples.length === 0) return ''
  const lines = samples.map(([labels, value]) => `odograph_${name}${labelsOf(labels)} ${value}\n`)
  return `# HELP odograph_${name} ${escapedHelp(help)}\n# TYPE odograph_${name} ${kind}\n${lines.join('')}`
}

function labelsOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
