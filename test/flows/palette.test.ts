/** Every node in a real, headless Node-RED, at a real gateway with a simulated vehicle. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  Command,
  Folder,
  freePort,
  odograph,
  type RunningGateway,
  startGateway,
  until,
} from '../support/gateway-process.ts'
import { type FlowNode, type Msg, NodeRed, sink, tab } from '../support/node-red.ts'

const test = suite('palette')

const folder = new Folder()
let gateway: RunningGateway
let adapter: Command
let red: NodeRed
let credentials: Record<string, object>

test.before(async () => {
  const port = await freePort()
  const tcp = ['--tcp', `127.0.0.1:${port}`]
  adapter = new Command(['simulate', 'elm327', ...tcp])
  folder.commands.push(adapter)
  await until('the adapter', () => adapter.stdout.includes('ready') || undefined)
  const config = `
records: { onChange: 0.5 }
vehicles:
  - { id: truck, tokenId: "17" }
  - { id: car, tokenId: "18" }
  - { id: box, tokenId: "20" }
sources:
  - { id: sim0, type: simulator, vehicle: truck }
  - { id: obd, type: elm327, vehicle: car, port: "tcp://127.0.0.1:${port}", listenOnly: false }
`
  gateway = await startGateway(folder, ['--config', folder.file('odograph.yaml', config)])
  red = await NodeRed.start()
  credentials = { gw: { token: gateway.token } }
})

test.after(async () => {
  await red.stop()
  await gateway.command.stop()
  await adapter.stop()
  folder.remove()
})

test.before.each(() => red.clear())

const gw = () => ({ id: 'gw', type: 'odograph-gateway', url: gateway.url })

/** Deploys one node of the palette with a sink behind each output. */
async function deploy(type: string, settings: object, outputs = 1): Promise<void> {
  const wires = Array.from({ length: outputs }, (_, i) => [i === 0 ? 'sink' : `sink${i}`])
  const node = { id: 'node', type: `odograph-${type}`, gateway: 'gw', vehicle: 'truck', wires }
  const sinks = wires.map(([id = '']) => sink(id))
  await red.deploy([gw(), ...tab({ ...node, ...settings } as FlowNode, ...sinks)], credentials)
}

async function ask(msg: Msg = {}): Promise<Msg> {
  const before = red.to('sink').length
  red.send('node', msg)
  return await until('an answer', () => {
    if (red.errors.length > 0) throw new Error(red.errors.join('; '))
    return red.to('sink')[before]
  })
}

test('every set of nodes loads', async () => {
  const ours = (await red.sets()).filter(({ module }) => module.includes('odograph'))
  assert.equal(
    ours.filter(({ err, enabled }) => err !== undefined || !enabled),
    [],
  )
  assert.is(ours.length, 13)
})

test('signal in sends present values at the start, then changes', async () => {
  await deploy('signal-in', { signals: 'speed, engineSpeed' })
  const first = await red.message('sink', ({ topic }) => topic === 'speed')
  assert.is(typeof first.payload, 'number')
  assert.is(first.unit, 'km/h')
  assert.is(first.quality, 'ok')
  assert.is(first.source, 'sim0')
  assert.is(first.vehicle, '17')
  assert.ok(Date.parse(String(first.time)) > Date.now() - 60_000)
  const changed = await red.message(
    'sink',
    ({ topic, payload }) => topic === 'engineSpeed' && payload !== first.payload,
  )
  assert.is(changed.unit, 'rpm')
  assert.equal([...new Set(red.to('sink').map(({ topic }) => topic))].sort(), [
    'engineSpeed',
    'speed',
  ])
  assert.is(red.statusOf('node')?.fill, 'green')
  assert.equal(red.errors, [])
})

test('signal get answers with a value, its age and quality', async () => {
  await deploy('signal-get', { signals: 'odometer' })
  const msg = await ask({ payload: 'go', keep: 'me' })
  assert.is(typeof msg.payload, 'number')
  assert.is(msg.topic, 'odometer')
  assert.is(msg.unit, 'km')
  assert.is(msg.quality, 'ok')
  assert.ok(Number(msg.age) < 300)
  assert.is(msg.keep, 'me')
})

test('signal get says absent, never a bare nothing', async () => {
  await deploy('signal-get', { signals: 'soc' })
  const msg = await ask({})
  assert.is(msg.payload, null)
  assert.is(msg.quality, 'absent')
})

test('signal get of several has the values, and all that is known beside them', async () => {
  await deploy('signal-get', {})
  const { payload, signals } = await ask({ topic: 'speed, soc' })
  assert.equal(Object.keys(payload as object), ['speed'])
  const all = signals as Record<string, { quality: string; label: string }>
  assert.is(all.soc?.quality, 'absent')
  assert.is(all.speed?.label, 'Speed')
})

test('a signal that there is none of is an error that names those there are', async () => {
  await deploy('signal-get', { signals: 'sped' })
  red.send('node', {})
  await until('the error', () => red.errors.length > 0)
  assert.match(red.errors[0] ?? '', /sped\. Accepted: odometer, speed/)
  assert.is(red.statusOf('node')?.text, '@odograph/node-red-odograph/gateway:short.bad-input')
})

test('history gives the records of a window, in order', async () => {
  await deploy('history', { back: '10m', signals: 'speed, odometer', limit: 5 })
  await until('records', async () => {
    const { body } = await gateway.get('/v1/vehicle/17/history')
    return (body as { hits: { total: { value: number } } }).hits.total.value > 5 || undefined
  })
  const { payload, count } = await ask({})
  const records = payload as { time: string; speed?: number; id: string }[]
  assert.is(records.length, 5)
  assert.is(count, 5)
  const times = records.map(({ time }) => time)
  assert.equal(times, [...times].sort())
  assert.ok(records.some(({ speed }) => typeof speed === 'number'))
  assert.is(records[0]?.id.length, 27)
})

test('history one by one is a sequence that join understands', async () => {
  await deploy('history', { back: '10m', limit: 3, output: 'messages', order: 'desc' })
  red.send('node', { payload: 1, keep: 'me' })
  await until('three messages', () => red.to('sink').length === 3 || undefined)
  const parts = red.to('sink').map(({ parts }) => parts as { index: number; count?: number })
  assert.equal(
    parts.map(({ index, count }) => [index, count]),
    [
      [0, undefined],
      [1, undefined],
      [2, 3],
    ],
  )
  assert.ok(red.to('sink').every(({ keep }) => keep === 'me'))
})

test('history takes its window from the message, and says what it cannot take', async () => {
  await deploy('history', {})
  const { payload } = await ask({ from: Date.now() - 3_600_000, to: new Date() })
  assert.ok((payload as object[]).length > 0)
  assert.equal((await ask({ from: '2020-01-01', to: '2020-01-02' })).payload, [])
  red.send('node', { from: 'yesterday' })
  await until('the error', () => red.errors.length > 0)
  assert.match(red.errors[0] ?? '', /msg\.from yesterday/)
})

test('distance is that of each day, or in all', async () => {
  await deploy('distance', { timeZone: 'UTC' })
  const { payload, unit } = await ask({})
  const today = (payload as { date: string; distance: number }[]).at(-1)
  assert.is(today?.date, new Date().toISOString().slice(0, 10))
  assert.is(unit, 'km')
  await deploy('distance', { what: 'total' })
  assert.ok(Number((await ask({})).payload) >= 0)
})

test('frames come raw, and decode makes of them what the gateway does', async () => {
  const frames = { id: 'node', type: 'odograph-frame-in', gateway: 'gw', vehicle: 'truck' }
  const decode = { id: 'decode', type: 'odograph-decode', wires: [['sink'], ['sink1']] }
  const flow = tab(
    { ...frames, pgns: '61444', changes: true, wires: [['decode', 'raw']] } as FlowNode,
    ...[decode, sink('raw'), sink(), sink('sink1')],
  )
  await red.deploy([gw(), ...flow], credentials)
  const { payload, topic, bus } = await red.message('raw')
  const frame = payload as { canid: number; ext: boolean; dlc: number; data: Buffer }
  assert.is((frame.canid >> 8) & 0xffff, 61444)
  assert.is(frame.canid.toString(16).toUpperCase().padStart(8, '0'), topic)
  assert.is(frame.ext, true)
  assert.is(frame.dlc, frame.data.length)
  assert.is(bus, 'sim0')
  const speed = await red.message('sink', (msg) => msg.topic === 'engineSpeed')
  const raw = frame.data.readUInt16LE(3) / 8
  assert.ok(Math.abs(Number(speed.payload) - raw) < 500)
  assert.is(speed.unit, 'rpm')
})

test('a value of a flow becomes a signal, in the status and the records', async () => {
  await deploy('record-out', { signal: 'ambientTemp', vehicle: 'box', source: 'cabin' })
  red.send('node', { payload: 21.5 })
  await until('done', () => red.completed.some(({ id, error }) => id === 'node' && !error))
  const { body } = await gateway.get('/v1/vehicle/20/status-raw')
  const raw = body as Record<string, { value: number }>
  assert.is(raw.ambientTemp?.value, 21.5)
  const found = await until('a record', async () => {
    const records = (await gateway.get('/v1/vehicle/20/records?signals=ambientTemp')).body
    return (records as { data: { ambientTemp?: number } }[]).find(
      ({ data }) => data.ambientTemp === 21.5,
    )
  })
  assert.is(found.data.ambientTemp, 21.5)
  assert.is(red.statusOf('node')?.text, '1')
})

test('a value that cannot be is refused, and the message is told so', async () => {
  await deploy('record-out', {})
  red.send('node', { payload: { speed: 900 } })
  await until('the error', () => red.errors.length > 0)
  assert.match(red.errors[0] ?? '', /is 900, and speed can be from 0 to 300 km\/h/)
  red.send('node', { payload: null, topic: 'speed' })
  await until('the second', () => red.errors.length > 1)
  assert.match(red.errors[1] ?? '', /Accepted: 12\.6, true/)
})

test('request asks the vehicle through the governor', async () => {
  await until('the adapter is there', async () => {
    const { body } = await gateway.get('/v1/gateway/health')
    const { sources } = body as { sources: { id: string; state: string }[] }
    return sources.find(({ id }) => id === 'obd')?.state === 'running' || undefined
  })
  await deploy('request', { vehicle: 'car', kind: 'pid', number: '0D' })
  const answered = await until('an answer', async () => {
    red.clear()
    red.send('node', {})
    await until('anything', () => red.completed.some(({ id }) => id === 'node'))
    return red.to('sink')[0]
  })
  const [answer] = answered.payload as { controlUnit: string; data: Buffer }[]
  assert.is(answer?.data.subarray(0, 2).toString('hex'), '410d')
  assert.match(String(answer?.controlUnit), /^7E/)
})

test('a request that is refused is an error with the reason', async () => {
  await deploy('request', { kind: 'pgn', number: '65253' })
  red.send('node', {})
  await until('the error', () => red.errors.length > 0)
  assert.match(red.errors[0] ?? '', /refused it: Refused: /)
})

test('command tells health and status, and asks for signals faster', async () => {
  await deploy('command', { command: 'health' })
  assert.is(((await ask({})).payload as { version: string }).version, '0.1.0')
  await deploy('command', { command: 'status' })
  assert.is(typeof ((await ask({})).payload as { odometer: number }).odometer, 'number')
  await deploy('command', { command: 'faster', vehicle: 'car' })
  assert.equal((await ask({ payload: ['speed'] })).payload, ['speed'])
  await deploy('command', { command: 'export' })
  red.send('node', {})
  await until('the error', () => red.errors.length > 0)
  assert.match(red.errors[0] ?? '', /refused it/)
})

test('trouble in sends the codes that are set at the start', async () => {
  await until('codes', async () => {
    const { status, body } = await gateway.get('/v1/vehicle/18/dtcs')
    return (status === 200 && (body as { codes: object[] }).codes.length > 0) || undefined
  })
  await deploy('trouble-in', { onStart: true, vehicle: 'car' })
  const { topic, payload, state } = await red.message('sink')
  assert.is((payload as { code: string }).code, topic)
  assert.is(state, 'set')
})

test('what is wrong with the settings stands on the node, and nothing else suffers', async () => {
  const good = {
    id: 'good',
    type: 'odograph-signal-get',
    gateway: 'gw',
    vehicle: '17',
    signals: 'speed',
  }
  const nodes = [
    { id: 'n1', type: 'odograph-signal-in', gateway: '' },
    { id: 'n2', type: 'odograph-signal-in', gateway: 'wrong' },
    { id: 'n3', type: 'odograph-history', gateway: 'gw', back: 'some time' },
    { id: 'n4', type: 'odograph-signal-in', gateway: 'gw', when: 'sometimes' },
    { id: 'n5', type: 'odograph-decode', what: 'dbc', dbc: '/nowhere.dbc' },
    { id: 'n6', type: 'odograph-signal-in', gateway: 'gw', vehicle: 'bus' },
    { id: 'n7', type: 'odograph-signal-in', gateway: 'gw', vehicle: '' },
    { id: 'n8', type: 'odograph-signal-in', gateway: 'stranger', vehicle: '17' },
  ]
  const wrong = { id: 'wrong', type: 'odograph-gateway', url: 'gateway' }
  const stranger = { id: 'stranger', type: 'odograph-gateway', url: gateway.url }
  const flow = tab({ ...good, wires: [['sink']] }, sink(), ...nodes)
  const tokens = { ...credentials, wrong: { token: 'x' }, stranger: { token: 'x.y.z' } }
  await red.deploy([gw(), wrong, stranger, ...flow], tokens)
  const expected = [
    ...['no-gateway', 'bad-url', 'bad-setting', 'bad-setting', 'bad-setting'],
    ...['no-vehicle', 'which-vehicle', 'unauthorized'],
  ]
  for (const [i, code] of expected.entries()) {
    const key = `@odograph/node-red-odograph/gateway:short.${code}`
    await red.status(`n${i + 1}`, ({ text, fill }) => text === key && fill === 'red')
  }
  red.send('good', {})
  assert.is((await red.message('sink')).topic, 'speed')
  assert.match(
    red.logged.map(({ msg }) => msg).join('\n'),
    /several vehicles; choose one of: truck, car/,
  )
})

test('a privilege token is enough for its vehicle, and no more', async () => {
  const data = ['--data', `${folder.path}/data`]
  const made = await odograph('token', 'create', ...data, '--vehicle', '17', '--privileges', '1,6')
  const node = { id: 'node', type: 'odograph-signal-in', gateway: 'gw', wires: [['sink']] }
  const tokens = { gw: { token: made.stdout.trim() } }
  await red.deploy([gw(), ...tab(node, sink())], tokens)
  await red.message('sink', ({ topic }) => topic === 'speed')
  assert.not(red.to('sink').some(({ topic }) => topic === 'latitude'))
  const out = { id: 'out', type: 'odograph-record-out', gateway: 'gw' }
  await red.deploy([gw(), ...tab(out)], tokens)
  red.send('out', { topic: 'speed', payload: 3 })
  await until('the error', () => red.errors.length > 0)
  assert.match(red.errors[0] ?? '', /does not accept the token: .*2 \(commands\)/)
})

test.run()
