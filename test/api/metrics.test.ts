/** What `/metrics` says: strictly the text format, and every name in the README with its meaning. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { metricsText } from '../../src/api/views/metrics.ts'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { parsePrometheus } from '../support/prometheus-text.ts'

const test = suite('metrics')

const lag = { p50Ms: 0.5, p99Ms: 12, maxMs: 30 }
const waiting = { state: 'waiting', detail: '', unsent: 3, oldestUnsentSeconds: 90 }

/** One in which there is something of everything. */
const full: GatewayHealth = {
  status: 'degraded',
  findings: ['Something is wrong.'],
  version: '1.2.3',
  uptimeSeconds: 60,
  clockTrust: 'network',
  sources: [
    {
      ...{ id: 'can "0"\\\n', type: 'slcan', vehicle: 'truck', buses: ['can0'], state: 'running' },
      ...{ detail: '', since: 0, frames: 7, reopened: 1, framesPerSecond: 512.5, busLoad: 0.28 },
      issues: [{ code: 'implausible', text: '', count: 2, newest: '' }],
      rejects: [{ reason: 'mic', text: '', count: 4, newest: '' }],
    },
    {
      ...{ id: 'second', type: 'gvret', buses: ['a', 'b'], state: 'waiting', detail: '' },
      ...{ since: 0, frames: 0, reopened: 0, issues: [] },
    },
  ],
  store: { records: 5, bytes: 4096, uncommitted: 1, commit: { lastMs: 3.5, p99Ms: 41 } },
  mqtt: waiting,
  sinks: [{ name: 'hook', state: 'ok', detail: '', unsent: 0 }],
  process: { rssBytes: 1e8, heapBytes: 3e7, openFiles: 40, handles: 12, loop: lag },
}

test('it is the text format, and its values arrive', () => {
  const families = parsePrometheus(metricsText(full))
  const value = (name: string, labels: Record<string, string> = {}) =>
    families
      .get(name)
      ?.samples.find((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels))?.value
  assert.is(value('odograph_clock_trust'), 2)
  assert.is(value('odograph_commit_p99_seconds'), 0.041)
  assert.is(value('odograph_event_loop_lag_max_seconds'), 0.03)
  assert.is(value('odograph_unsent_oldest_seconds', { sink: 'mqtt' }), 90)
  assert.is(value('odograph_unsent_oldest_seconds', { sink: 'hook' }), 0)
  assert.is(value('odograph_source_bus_load_ratio', { source: 'can "0"\\\n' }), 0.28)
  assert.is(value('odograph_source_bus_load_ratio', { source: 'second' }), undefined)
  assert.is(value('odograph_rejects_total', { source: 'can "0"\\\n', reason: 'mic' }), 4)
})

test('counters end in _total, units are base units', () => {
  for (const [name, { type }] of parsePrometheus(metricsText(full))) {
    assert.is(name.endsWith('_total'), type === 'counter', name)
    assert.not.match(name, /_(ms|millis|milliseconds|kb|mb|percent)(_|$)/)
  }
})

test('the README explains every name, and no other', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const told = [...text.matchAll(/^\| `odograph_(\w+)/gm)].map(([, name]) => `odograph_${name}`)
  assert.equal(told.toSorted(), [...parsePrometheus(metricsText(full)).keys()].toSorted())
})

test('the parser of these tests takes nothing that is not the format', () => {
  const head = '# HELP a b\n# TYPE a gauge\n'
  const wrong = {
    'a 1\n': 'no TYPE',
    [`${head}a 1`]: 'no line end',
    [`${head}a 1\na 1\n`]: 'twice',
    [`${head}a one\n`]: 'no number',
    [`${head}a{x="\\q"} 1\n`]: 'wrong escape',
    [`${head}a{x="1",x="2"} 1\n`]: 'a label twice',
    [head]: 'no sample',
    [`${head}a 1\n${head}a{x="1"} 1\n`]: 'a family twice',
    '# TYPE a gauge\na 1\n': 'no HELP',
  }
  for (const [source, why] of Object.entries(wrong)) {
    assert.throws(() => parsePrometheus(source), undefined, why)
  }
})

test.run()
