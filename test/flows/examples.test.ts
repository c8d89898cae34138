/**
 * The example flows: what the Flow Library asks of them, and each imported, deployed and producing
 * messages without an error in a real Node-RED, at a real gateway with simulated vehicles.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  Command,
  Folder,
  freePort,
  type RunningGateway,
  startGateway,
  until,
} from '../support/gateway-process.ts'
import { type FlowNode, type Msg, NodeRed } from '../support/node-red.ts'

const test = suite('example flows')

const root = fileURLToPath(new URL('../../flows/', import.meta.url))
const pack = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const types = Object.keys(pack['node-red'].nodes).map((set) => `odograph-${set}`)

interface Example {
  name: string
  nodes: FlowNode[]
  /** It needs nodes that are no part of Node-RED. */
  isDashboard: boolean
}

const examples: Example[] = readdirSync(`${root}examples`, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => ({
    name: basename(file, '.json'),
    nodes: JSON.parse(readFileSync(`${root}examples/${file}`, 'utf8')),
    isDashboard: file.includes('dashboard'),
  }))

const plain = examples.filter(({ isDashboard }) => !isDashboard)

/** Of Node-RED itself. */
const core = new Set(
  [
    'inject',
    'debug',
    'complete',
    'catch',
    'status',
    'function',
    'switch',
    'change',
    'template',
    'join',
  ].concat(['file', 'http request', 'comment', 'tab', 'junction', 'delay', 'global-config']),
)

test('N02: every node is in an example', () => {
  const used = new Set(plain.flatMap(({ nodes }) => nodes.map(({ type }) => type)))
  assert.equal(
    types.filter((type) => !used.has(type)),
    [],
  )
})

for (const { name, nodes, isDashboard } of examples) {
  test(`${name}: explains itself, needs nothing else, and knows no secret`, () => {
    const tab = nodes.find(({ type }) => type === 'tab')
    assert.ok(String(tab?.info).length > 40)
    assert.ok(nodes.some(({ type, name: text }) => type === 'comment' && String(text).length > 10))
    const strange = nodes.filter(({ type }) => !core.has(type) && !types.includes(type))
    assert.ok(isDashboard || strange.length === 0, strange.map(({ type }) => type).join())
    if (isDashboard)
      assert.ok(nodes.some(({ type, modules }) => type === 'global-config' && modules))
    assert.not(nodes.some((node) => 'credentials' in node))
    for (const { id, wires } of nodes) {
      assert.match(id, /^[0-9a-f]{16}$/)
      for (const to of ((wires as string[][] | undefined) ?? []).flat()) {
        assert.ok(
          nodes.some((node) => node.id === to),
          `${id} leads nowhere`,
        )
      }
    }
    for (const host of JSON.stringify(nodes).matchAll(/https?:\/\/([^/:"\\]+)/g)) {
      assert.is(host[1], 'localhost')
    }
  })
}

test('no two examples share an id', () => {
  const ids = examples.flatMap(({ nodes }) => nodes.map(({ id }) => id))
  assert.is(new Set(ids).size, ids.length)
})

const folder = new Folder()
let gateway: RunningGateway
let adapter: Command
let red: NodeRed
let web: Server
const received: { url: string; body: string }[] = []

/** The page of the dashboard, where its module is to be had. */
const dashboard = dashboardFolder()

test.before(async () => {
  web = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push({ url: String(request.url), body })
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const port = await freePort()
  adapter = new Command(['simulate', 'elm327', '--tcp', `127.0.0.1:${port}`])
  folder.commands.push(adapter)
  await until('the adapter', () => adapter.stdout.includes('ready') || undefined)
  const config = `
records: { onChange: 0.5 }
vehicles:
  - { id: truck, tokenId: "17" }
  - { id: trailer, tokenId: "18" }
  - { id: car, tokenId: "19" }
  - { id: box, tokenId: "20" }
sources:
  - { id: sim0, type: simulator, vehicle: truck }
  - { id: sim1, type: simulator, vehicle: trailer }
  - { id: obd, type: elm327, vehicle: car, port: "tcp://127.0.0.1:${port}", listenOnly: false }
`
  gateway = await startGateway(folder, ['--config', folder.file('odograph.yaml', config)])
  process.env.ODOGRAPH_URL = gateway.url
  process.env.ODOGRAPH_TOKEN = gateway.token
  const extra = dashboard === undefined ? [] : [dashboard]
  red = await NodeRed.start({ editor: true, settings: { nodesDir: [PALETTE, ...extra] } })
})

test.after(async () => {
  delete process.env.ODOGRAPH_URL
  delete process.env.ODOGRAPH_TOKEN
  await red.stop()
  await gateway.command.stop()
  await adapter.stop()
  await new Promise((resolve) => web.close(resolve))
  folder.remove()
})

const PALETTE = fileURLToPath(new URL('../../dist/flows', import.meta.url))

function dashboardFolder(): string | undefined {
  try {
    const load = createRequire(process.env.ODOGRAPH_NODE_RED ?? import.meta.url)
    return load.resolve('@flowfuse/node-red-dashboard/package.json').replace(/\/package\.json$/, '')
  } catch {
    return undefined
  }
}

test('the import menu has all of them', async () => {
  const response = await fetch(`${red.url}/library/examples/flows/${pack.name}`)
  const listed = JSON.stringify(await response.json())
  for (const { name } of plain) assert.ok(listed.includes(`{"fn":"${name}"}`), name)
  assert.match(listed, /"dashboard \(needs @flowfuse node-red-dashboard\)"/)
})

/** What happens, to which node messages come, and what is said there. */
interface Run {
  vehicle: string
  env?: Record<string, string>
  /** Names of inject nodes that are pressed. */
  press?: string[]
  /** Names of debug nodes, and what comes there. */
  expect: Record<string, (msg: Msg) => boolean>
}

const webUrl = () => `http://127.0.0.1:${(web.address() as AddressInfo).port}`

const runs: Record<string, Run> = {
  '01': { vehicle: '17', expect: { value: ({ topic }) => topic === 'engineSpeed' } },
  '02': {
    vehicle: '17',
    press: ['Try it: parked at 11.7 V'],
    expect: {
      warning: ({ payload }) =>
        payload === 'The battery of the vehicle is low: 11.7 V while parked.',
    },
  },
  '03': {
    vehicle: '17',
    press: ['Try it: parked, 80 %', 'Try it: parked, 60 %'],
    expect: { 'fuel lost': ({ payload }) => (payload as { lost: number }).lost === 0.2 },
  },
  '04': {
    vehicle: '17',
    env: { FILE: `${folder.path}/daily.csv` },
    expect: {
      written: ({ payload }) => /^date,km\n\d{4}-\d\d-\d\d,\d+\.\d/.test(String(payload)),
    },
  },
  '05': {
    vehicle: '17',
    env: { WEBHOOK_URL: '' },
    press: ['Try it'],
    expect: {
      answer: ({ statusCode }) =>
        statusCode === 204 && received.some(({ body }) => body.includes('"type":"geofence.enter"')),
    },
  },
  '06': {
    vehicle: '19',
    expect: {
      notification: ({ payload }) => /^[PCBU]\w{4} .*is set, control unit /.test(String(payload)),
    },
  },
  '07': {
    vehicle: '17',
    env: { INFLUX_URL: '' },
    expect: {
      answer: ({ statusCode }) =>
        statusCode === 204 &&
        received.some(({ body }) =>
          /^vehicle,id=17,source=sim0 \w+=[-\d.]+ \d{13}\nvehicle,/m.test(body),
        ),
    },
  },
  '08': {
    vehicle: '',
    expect: {
      trailer: ({ payload, metres }) =>
        ['coupled', 'alone'].includes(String(payload)) && typeof metres === 'number',
    },
  },
  '09': {
    vehicle: '17',
    press: ['a line of candump'],
    expect: {
      raw: ({ payload }) => typeof (payload as { canid: number }).canid === 'number',
      values: ({ topic }) => topic === 'engineSpeed',
      odometer: ({ topic, payload }) => topic === 'odometer' && payload === 125_000,
    },
  },
  10: {
    vehicle: '19',
    press: ['ask now', 'every 10 s'],
    expect: {
      answers: ({ payload }) => (payload as { data: Buffer }[])[0]?.data[1] === 0x0d,
      'asked for faster': ({ payload }) => String(payload) === 'speed',
    },
  },
  11: {
    // One whose control units tell no temperature, for they are trusted more.
    vehicle: '20',
    expect: { 'what the gateway has': ({ payload }) => Number(payload) > 10 },
  },
  12: {
    vehicle: '17',
    press: ['Try it: the last hour'],
    expect: { trip: ({ payload }) => (payload as { records: number }).records > 3 },
  },
}

for (const example of plain) {
  const run = runs[example.name.slice(0, 2)]
  test(`${example.name}: imported, deployed, and it does what it says`, async () => {
    assert.ok(run, 'has no row in the table')
    await play(example, run)
  })
}

async function play(example: Example, run: Run): Promise<void> {
  red.clear()
  received.length = 0
  const nodes = example.nodes.map(
    (node): FlowNode => ({
      ...node,
      ...(node.vehicle === '' ? { vehicle: run.vehicle } : {}),
      ...(node.type === 'tab' ? { env: envOf(node, run) } : {}),
    }),
  )
  if (run.vehicle === '19') await untilAsking()
  await red.deploy(nodes)
  for (const name of run.press ?? []) {
    const inject = nodes.find((node) => node.type === 'inject' && node.name === name)
    assert.ok(inject, `no inject node ${name}`)
    red.send(String(inject?.id), {})
  }
  for (const [name, isIt] of Object.entries(run.expect)) {
    const debug = nodes.find((node) => node.type === 'debug' && node.name === name)
    assert.ok(debug, `no debug node ${name}`)
    await red.message(String(debug?.id), isIt)
  }
  assert.equal(red.errors, [])
}

function envOf(node: FlowNode, { env = {} }: Run): object[] {
  const own = (node.env ?? []) as { name: string; value: string; type: string }[]
  return own.map((one) => {
    const value = env[one.name]
    return value === undefined ? one : { ...one, value: value === '' ? webUrl() : value }
  })
}

/** The car is asked as soon as it is known to be awake. */
async function untilAsking(): Promise<void> {
  await until('the car tells its speed', async () => {
    const { body } = await gateway.get('/v1/vehicle/19/status-raw')
    return 'speed' in (body as object) || undefined
  })
}

for (const example of examples.filter(({ isDashboard }) => isDashboard)) {
  const name = `${example.name}: imported, deployed, and its page is served`
  if (dashboard === undefined) continue
  test(name, async () => {
    red.clear()
    const nodes = example.nodes.map(
      (node): FlowNode => ({
        ...node,
        ...(node.vehicle === '' ? { vehicle: '17' } : {}),
      }),
    )
    await red.deploy(nodes)
    const gauge = nodes.find((node) => node.type === 'ui-gauge' && node.name === 'Speed')
    assert.is(typeof (await red.message(String(gauge?.id))).payload, 'number')
    assert.is((await fetch(`${red.url}/dashboard/vehicle`)).status, 200)
    assert.equal(red.errors, [])
  })
}

test.run()
