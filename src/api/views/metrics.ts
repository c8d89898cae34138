/**
 * The state of the gateway for Prometheus (text format 0.0.4). Nothing of a vehicle: its sources and what
 * they bring, what is stored, what is still to be sent.
 */
import type { GatewayHealth } from '../../model/ports.ts'

interface Metric {
  name: string
  kind: 'gauge' | 'counter'
  help: string
  samples: [labels: Record<string, string>, value: number][]
}

export function metricsText(health: GatewayHealth): string {
  return metricsOf(health).map(textOf).join('')
}

function metricsOf({ version, status, findings, ...health }: GatewayHealth): Metric[] {
  const { sources, store, mqtt, sinks = [], uptimeSeconds } = health
  const each = (value: (source: (typeof sources)[number]) => number): Metric['samples'] =>
    sources.map((source) => [{ source: source.id }, value(source)])
  const issues = sources.flatMap(({ id, issues: told }) =>
    told.map(({ code, count }): Metric['samples'][number] => [{ source: id, code }, count]),
  )
  const unsent = [{ name: 'mqtt', ...mqtt }, ...sinks]
  return [
    gauge('info', 'The version that runs.', [[{ version }, 1]]),
    gauge('up', '1: all is well; 0: something is wrong.', [[{}, status === 'ok' ? 1 : 0]]),
    gauge('findings', 'Sentences about what is wrong.', [[{}, findings.length]]),
    gauge('uptime_seconds', 'Since the start.', [[{}, uptimeSeconds]]),
    gauge('store_records', 'Records in the journal.', [[{}, store.records]]),
    gauge('store_bytes', 'Bytes that the journal takes.', [[{}, store.bytes]]),
    gauge('store_uncommitted', 'Records that wait for a commit.', [[{}, store.uncommitted]]),
    gauge(
      'unsent',
      'Records that a sink does not have yet.',
      unsent.map((sink) => [{ sink: sink.name }, sink.unsent]),
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
    counter('issues_total', 'What could not be read or done.', issues),
  ]
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
  return `# HELP odograph_${name} ${help}\n# TYPE odograph_${name} ${kind}\n${lines.join('')}`
}

function labelsOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
