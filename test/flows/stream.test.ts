/**
 * The one stream that all nodes share: gateways that die and come back, deploys of all kinds, flows that
 * are too slow, answers that are none. In a real Node-RED, at a scripted gateway.
 */
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { until } from '../support/gateway-process.ts'
import { type FlowNode, NodeRed, sink, tab } from '../support/node-red.ts'
import { ScriptedGateway } from '../support/scripted-gateway.ts'
import { startSupportWorker } from '../support/source-workers.ts'

const test = suite('the shared stream')

let gateway: ScriptedGateway
let red: NodeRed
const escaped: unknown[] = []

test.before(async () => {
  process.on('unhandledRejection', (error) => escaped.push(error))
  process.on('uncaughtException', (error) => escaped.push(error))
  red = await NodeRed.start()
})

test.after(async () => {
  await red.stop()
})

test.before.each(async () => {
  gateway = new ScriptedGateway()
  await gateway.start()
  gateway.snapshot = [{ name: 'speed', value: 50 }]
  red.clear()
})

test.after.each(async () => {
  await red.deploy([])
  await gateway.stop()
  assert.equal(escaped, [])
})

const credentials = { gw: { token: 'token' }, gw2: { token: 'token' } }
const gw = (id = 'gw', url = gateway.url) => ({ id, type: 'odograph-gateway', url })

function node(type: string, settings: object = {}): FlowNode {
  return { id: 'in', type: `odograph-${type}`, gateway: 'gw', wires: [['sink']], ...settings }
}

const deploy = (...nodes: FlowNode[]) => red.deploy([gw(), ...tab(...nodes, sink())], credentials)

const values = (id = 'sink') => red.to(id).map(({ payload }) => payload)

const connected = (id = 'in') => red.status(id, ({ fill }) => fill === 'green')

const streams = (count: number) =>
  until(`${count} streams`, () => gateway.streams.size === count || undefined)

test('the gateway is killed and comes back: what has changed is sent, and nothing twice', async () => {
  await deploy(node('signal-in'))
  await red.message('sink')
  await gateway.stop()
  await red.status('in', ({ fill }) => fill === 'red')
  gateway.snapshot = [
    { name: 'speed', value: 50 },
    { name: 'odometer', value: 1200 },
  ]
  await gateway.start()
  await red.message('sink', ({ topic }) => topic === 'odometer')
  gateway.signals({ name: 'speed', value: 51 })
  await red.message('sink', ({ payload }) => payload === 51)
  assert.equal(values(), [50, 1200, 51])
  assert.is(red.statusOf('in')?.fill, 'green')
  const warnings = red.logged.filter(({ id }) => id === 'in')
  assert.is(warnings.length, 1, JSON.stringify(warnings))
  assert.match(String(warnings[0]?.msg), /cannot be reached/)
})

test('ten deploys, one connection', async () => {
  const nodes = ['a', 'b', 'c'].map((id) => ({ ...node('signal-in'), id }))
  const events = { ...node('event-in'), id: 'd' }
  for (let i = 0; i < 10; i += 1) {
    await deploy(...nodes, events, node('trip-in'))
    await connected('in')
    await streams(1)
  }
  assert.is(gateway.opened, 10)
})

test('a node that is added is told what is known, and the others do not notice', async () => {
  await deploy(node('signal-in'))
  await red.message('sink')
  const late = { ...node('signal-in'), id: 'late', wires: [['other']] }
  const flow = tab(node('signal-in'), late, sink(), sink('other'))
  await red.deploy([gw(), ...flow], credentials, 'nodes')
  assert.is((await red.message('other')).payload, 50)
  assert.is((await connected('late')).fill, 'green')
  assert.is(gateway.opened, 1)
  assert.equal(values(), [50])
  await red.deploy([gw(), ...tab(late, sink('other'))], credentials, 'nodes')
  gateway.signals({ name: 'speed', value: 60 })
  await red.message('other', ({ payload }) => payload === 60)
  assert.is(gateway.opened, 1)
})

test('the last node gone, the stream is closed', async () => {
  await deploy(node('signal-in'))
  await streams(1)
  await red.deploy([gw(), ...tab(sink())], credentials)
  await streams(0)
})

test('several gateways at once, each with a stream of its own', async () => {
  const second = new ScriptedGateway()
  await second.start()
  second.snapshot = [{ name: 'speed', value: 90 }]
  const other = { ...node('signal-in'), id: 'in2', gateway: 'gw2', wires: [['sink2']] }
  const flow = tab(node('signal-in'), other, sink(), sink('sink2'))
  await red.deploy([gw(), gw('gw2', second.url), ...flow], credentials)
  assert.is((await red.message('sink')).payload, 50)
  assert.is((await red.message('sink2')).payload, 90)
  await second.stop()
})

test('works in a subflow', async () => {
  const inside = { id: 'inner', type: 'odograph-signal-in', z: 'sub', gateway: 'gw', wires: [[]] }
  const subflow = {
    ...{ id: 'sub', type: 'subflow', name: 'speed', in: [] },
    out: [{ x: 1, y: 1, wires: [{ id: 'inner', port: 0 }] }],
  }
  const use = { id: 'use', type: 'subflow:sub', wires: [['sink']] }
  await red.deploy([gw(), subflow, inside, ...tab(use, sink())], credentials)
  assert.is((await red.message('sink')).payload, 50)
})

test('a node behind it that throws harms nobody', async () => {
  const thrower = { id: 'f', type: 'function', func: 'throw new Error("no")', wires: [[]] }
  await deploy({ ...node('signal-in'), wires: [['f', 'sink']] }, thrower)
  await red.message('sink')
  gateway.signals({ name: 'speed', value: 51 })
  await red.message('sink', ({ payload }) => payload === 51)
})

test('each message is one of its own', async () => {
  const change = { id: 'f', type: 'function', func: 'msg.payload = -1; return msg', wires: [[]] }
  await deploy({ ...node('signal-in'), wires: [['f', 'sink']] }, change)
  await red.message('sink')
  await sleep(20)
  assert.equal(values(), [50])
})

test('without the present values at the start only changes are sent', async () => {
  await deploy(node('signal-in', { onStart: false }))
  await connected()
  gateway.signals({ name: 'speed', value: 50 })
  gateway.signals({ name: 'speed', value: 52 })
  await red.message('sink')
  assert.equal(values(), [52])
})

test('only as often as wanted, and then the newest', async () => {
  await deploy(node('signal-in', { interval: '0.4' }))
  await red.message('sink')
  for (const value of [51, 52, 53]) gateway.signals({ name: 'speed', value })
  await red.message('sink', ({ payload }) => payload === 53)
  assert.equal(values(), [50, 53])
})

test('less than the least change is none; back to where it was neither', async () => {
  await deploy(node('signal-in', { deadband: 5 }))
  await red.message('sink')
  for (const value of [52, 54, 56, 60, 61]) {
    gateway.signals({ name: 'speed', value })
    await sleep(20)
  }
  await red.message('sink', ({ payload }) => payload === 61)
  assert.equal(values(), [50, 56, 61])
})

test('every measurement, where that is wanted', async () => {
  await deploy(node('signal-in', { when: 'every' }))
  await red.message('sink')
  gateway.signals({ name: 'speed', value: 50, time: '2026-01-01T00:00:00Z' })
  await until('the second', () => values().length === 2 || undefined)
  assert.equal(values(), [50, 50])
})

test('what is old is sent only where it is asked for, and then without a value', async () => {
  const asked = { ...node('signal-in', { invalid: true }), id: 'all', wires: [['sink2']] }
  await deploy(node('signal-in'), asked, sink('sink2'))
  await red.message('sink2')
  gateway.signals({ name: 'speed', value: 50, quality: 'stale' })
  const stale = await red.message('sink2', ({ quality }) => quality === 'stale')
  assert.is(stale.payload, null)
  assert.is(stale.last, 50)
  // Back again with the same value: for the one it never went, for the other it is news.
  gateway.signals({ name: 'speed', value: 50 })
  await until('the return', () => values('sink2').length === 3 || undefined)
  assert.equal(values('sink2'), [50, null, 50])
  assert.equal(values(), [50])
})

const happened = [
  ['trip.end', { tripId: 't', distance: 12 }],
  ['trip.start', { tripId: 't2' }],
  ['dtc.set', { code: 'P0301' }],
  ['dtc.cleared', { code: 'P0301' }],
  ['geofence.enter', { geofence: 'depot' }],
] as const

for (const [type, settings, topics] of [
  ['trip-in', {}, ['trip.end']],
  ['trip-in', { when: 'both' }, ['trip.end', 'trip.start']],
  ['trouble-in', {}, ['P0301']],
  ['trouble-in', { when: 'both' }, ['P0301', 'P0301']],
  ['event-in', { types: 'geofence.enter,trip.start' }, ['trip.start', 'geofence.enter']],
  ['event-in', {}, happened.map(([name]) => name)],
] as [string, object, string[]][]) {
  test(`${type} ${JSON.stringify(settings)} tells of ${topics.join(', ')}`, async () => {
    await deploy(node(type, settings))
    await connected()
    for (const [name, data] of happened) gateway.event(name, data)
    await until('the events', () => values().length === topics.length || undefined)
    await sleep(30)
    assert.equal(
      red.to('sink').map(({ topic }) => topic),
      topics,
    )
    const [first] = red.to('sink')
    assert.is(typeof first?.event, 'string')
    assert.is(first?.vehicle, '17')
  })
}

test('a thousand signals a second into a slow flow: Node-RED goes on, and drops are counted', async () => {
  const rounds = 30
  const worker = startSupportWorker('flood-gateway.ts', { rounds })
  const [{ url }] = await once(worker, 'message')
  const busy = 'const end = Date.now() + 4; while (Date.now() < end) {} return msg'
  const slow = { id: 'slow', type: 'function', func: busy, wires: [['sink']] }
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const flow = tab({ ...node('signal-in'), wires: [['slow']] }, slow, sink())
  await red.deploy([gw('gw', url), ...flow], credentials)
  const [{ took, streams: held }] = await once(worker, 'message')
  delay.disable()
  assert.ok(took < rounds * 100 + 1000, `the gateway was held back: ${took} ms`)
  assert.is(held, 1)
  const last = (i: number) =>
    red.to('sink').findLast(({ topic }) => topic === `signal${i}`)?.payload
  await until('the newest of each', () => (last(0) === rounds && last(99) === rounds) || undefined)
  const status = await red.status('in', ({ text }) => /^\d+ dropped$/.test(text ?? ''))
  assert.ok(Number.parseInt(status.text ?? '', 10) > 100, status.text)
  assert.ok(red.statuses.length < 20, `${red.statuses.length} statuses`)
  assert.ok(delay.max / 1e6 < 1000, `Node-RED stood still for ${Math.round(delay.max / 1e6)} ms`)
  await worker.terminate()
})

test('frames that are more than a flow can take are dropped, counted, and bounded', async () => {
  const busy = 'const end = Date.now() + 2; while (Date.now() < end) {} return msg'
  const slow = { id: 'slow', type: 'function', func: busy, wires: [['sink']] }
  await deploy({ ...node('frame-in'), wires: [['slow']] }, slow)
  await until('the stream', () => gateway.streams.size === 1 || undefined)
  const time = new Date().toISOString()
  const frames = Array.from({ length: 2000 }, (_, i) => {
    return { time, bus: 'can0', id: '7E8', data: i.toString(16).padStart(4, '0') }
  })
  gateway.tell('frames', { frames, dropped: 7 })
  const status = await red.status('in', ({ text }) => text === '1007 dropped')
  assert.is(status.fill, 'yellow')
  await until('the last', () => {
    const data = red.to('sink').at(-1)?.payload as { data: Buffer } | undefined
    return data?.data.toString('hex') === '07cf' || undefined
  })
  assert.is(values().length, 1000)
})

test('what is no event, no JSON and no gateway is told, and tried again', async () => {
  await deploy(node('signal-in'))
  await red.message('sink')
  for (const stream of gateway.streams.keys()) stream.write('event: signals\ndata: {broken\n\n')
  await red.status('in', ({ fill }) => fill === 'red')
  await until('the second stream', () => gateway.opened === 2 || undefined)
  gateway.signals({ name: 'speed', value: 70 })
  await red.message('sink', ({ payload }) => payload === 70)
})

test('while the gateway is away readings wait with their times, and go when it is back', async () => {
  const url = gateway.url
  await deploy({ ...node('record-out', { signal: 'speed' }), wires: [] })
  await gateway.stop()
  for (const payload of [1, 2, 3]) red.send('in', { payload })
  await red.status('in', ({ text }) => text === '3 waiting')
  assert.is(red.completed.length, 0)
  gateway.answers.set('POST /v1/vehicle/17/readings', {
    body: { taken: [{}, {}, {}], refused: [] },
  })
  await gateway.start()
  assert.is(gateway.url, url)
  await until('all done', () => red.completed.length === 3 || undefined)
  const posts = gateway.requests.filter(({ method }) => method === 'POST')
  assert.is(posts.length, 1)
  const { readings } = JSON.parse(posts[0]?.body ?? '') as { readings: { value: number }[] }
  assert.equal(
    readings.map(({ value }) => value),
    [1, 2, 3],
  )
})

test('one reading that is wrong does not take the others with it', async () => {
  await deploy({ ...node('record-out'), wires: [] })
  await gateway.stop()
  red.send('in', { topic: 'speed', payload: 1 })
  red.send('in', { topic: 'nothing', payload: 2 })
  await red.status('in', ({ text }) => text === '2 waiting')
  const said = { code: 400, message: 'readings names no signal: nothing.' }
  gateway.answers.set('POST /v1/vehicle/17/readings', { status: 400, body: said })
  await gateway.start()
  await until('both told', () => red.completed.length === 2 || undefined)
  assert.is(gateway.requests.filter(({ method }) => method === 'POST').length, 3)
  assert.match(red.errors.join(), /names no signal: nothing/)
})

test('an answer that is none of a gateway is told with what it was', async () => {
  gateway.answers.set('GET /v1/vehicle/17/signals', { body: undefined })
  await deploy(node('signal-get', { vehicle: '17' }))
  red.send('in', {})
  await until('the error', () => red.errors.length > 0)
  assert.match(red.errors[0] ?? '', /is no Odograph gateway/)
})

test.run()
