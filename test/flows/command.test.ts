/** `odograph flows`: Node-RED with the palette, open to the owner of the gateway alone. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findNodeRed } from '../../src/gateway/flows/find-node-red.ts'
import {
  Command,
  Folder,
  freePort,
  odograph,
  type RunningGateway,
  startGateway,
  until,
} from '../support/gateway-process.ts'

const test = suite('odograph flows')

const installed = fileURLToPath(new URL('../../node_modules/node-red', import.meta.url))

let folder: Folder
let gateway: RunningGateway

test.before.each(() => {
  folder = new Folder()
})

test.after.each(async () => {
  await gateway?.command.stop()
  folder.remove()
})

const data = () => ['--data', join(folder.path, 'data')]

async function startFlows(...args: string[]): Promise<{ command: Command; url: string }> {
  const port = await freePort()
  const listen = ['--listen', `127.0.0.1:${port}`, '--node-red', installed]
  const command = new Command(['flows', ...data(), '--url', gateway.url, ...listen, ...args])
  folder.commands.push(command)
  const url = await until('ready', () => {
    if (command.child.exitCode !== null) throw new Error(command.stderr)
    return /^ready (\S+)$/m.exec(command.stdout)?.[1]
  })
  return { command, url }
}

async function get(url: string, token?: string): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token !== undefined) headers.authorization = `Bearer ${token}`
  return await fetch(url, { headers })
}

async function login(url: string, username: string, password: string): Promise<Response> {
  const body = {
    client_id: 'node-red-editor',
    grant_type: 'password',
    scope: '*',
    username,
    password,
  }
  return await fetch(`${url}auth/token`, { method: 'POST', body: new URLSearchParams(body) })
}

test('the editor opens for the owner of the gateway, and for nobody else', async () => {
  gateway = await startGateway(folder, ['--demo'])
  const { command, url } = await startFlows()
  assert.is((await get(`${url}flows`)).status, 401)
  assert.is((await get(`${url}flows`, 'x.y.z')).status, 401)
  assert.is((await get(`${url}flows`, gateway.token)).status, 200)
  const made = await odograph(
    ...['token', 'create', ...data(), '--vehicle', '17', '--privileges', '1,2,3,4,5,6,7,8'],
  )
  assert.is((await get(`${url}flows`, made.stdout.trim())).status, 401)
  assert.is((await login(url, 'owner', 'secret')).status, 403)
  assert.is((await login(url, 'somebody', gateway.token)).status, 403)
  const session = await login(url, 'owner', gateway.token)
  assert.is(session.status, 200)
  const { access_token: opened } = (await session.json()) as { access_token: string }
  assert.is((await get(`${url}flows`, opened)).status, 200)
  const nodes = (await (await get(`${url}nodes`, opened)).json()) as { module: string }[]
  assert.is(nodes.filter(({ module }) => module === '@odograph/node-red-odograph').length, 13)
  assert.not.match(command.stdout + command.stderr, /eyJ/, 'no token is printed into a log')
  assert.is((await command.stop('SIGTERM')).code, 0)
})

test('flows come to the gateway with a token of their own, kept for their owner alone', async () => {
  gateway = await startGateway(folder, ['--demo'])
  const first = await startFlows()
  const path = join(folder.path, 'data/flows/token')
  const token = readFileSync(path, 'utf8')
  assert.is(statSync(path).mode & 0o777, 0o600)
  assert.is(statSync(join(folder.path, 'data/flows/secret')).mode & 0o777, 0o600)
  const out = join(folder.path, 'out')
  const flow = [
    { id: 'tab', type: 'tab', label: 'Flow' },
    { id: 'gw', type: 'odograph-gateway', url: `\${ODOGRAPH_URL}` },
    {
      id: 'get',
      z: 'tab',
      type: 'odograph-signal-get',
      gateway: 'gw',
      signals: 'speed',
      wires: [['file']],
    },
    { id: 'go', z: 'tab', type: 'inject', once: true, onceDelay: 1, props: [], wires: [['get']] },
    {
      ...{ id: 'file', z: 'tab', type: 'file', filename: out, wires: [[]] },
      ...{ filenameType: 'str', overwriteFile: 'true', appendNewline: true },
    },
  ]
  const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' }
  const deployed = await fetch(`${first.url}flows`, {
    ...{
      method: 'POST',
      headers,
      body: JSON.stringify(flow.map((node) => (node.z ? { x: 1, y: 1, ...node } : node))),
    },
  })
  assert.is(deployed.status, 204)
  const value = await until('the value in the file', () => {
    return (existsSync(out) && readFileSync(out, 'utf8').trim()) || undefined
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${first.command.stderr}`)
  })
  assert.ok(Number.isFinite(Number(value)), value)
  await first.command.stop('SIGTERM')
  const second = await startFlows()
  assert.is(readFileSync(path, 'utf8'), token, 'it is the same at the next start')
  await second.command.stop('SIGTERM')
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    jti: string
  }
  await odograph('token', 'revoke', ...data(), jti)
  const third = await startFlows()
  assert.is.not(readFileSync(path, 'utf8'), token, 'a revoked one is made anew')
  await third.command.stop('SIGTERM')
})

test('with flows.start the gateway starts it, and again when it ends', async () => {
  const port = await freePort()
  const config = `flows: { start: true, listen: "127.0.0.1:${port}", nodeRed: ${installed} }\n`
  gateway = await startGateway(folder, ['--demo', '--config', folder.file('odograph.yaml', config)])
  const answers = () =>
    get(`http://127.0.0.1:${port}/flows`, gateway.token).then(
      ({ status }) => status === 200 || undefined,
      () => undefined,
    )
  await until('the editor', answers)
  const [, pid] = /Node-RED starts +pid=(\d+)/.exec(gateway.command.stderr) ?? []
  assert.ok(pid, gateway.command.stderr)
  process.kill(Number(pid), 'SIGKILL')
  await until(
    'its end is told',
    () => gateway.command.stderr.includes('Node-RED has ended') || undefined,
  )
  await until('the editor again', answers)
  assert.is((await gateway.command.stop()).code, 0)
  await until('the port is free', () =>
    get(`http://127.0.0.1:${port}/`).then(
      () => undefined,
      () => true,
    ),
  )
})

test('where Node-RED is missing, the gateway runs, and says what to install', async () => {
  const config = `flows: { start: true, nodeRed: ${folder.path} }\n`
  gateway = await startGateway(folder, ['--demo', '--config', folder.file('odograph.yaml', config)])
  await until('it is told', () => {
    return gateway.command.stderr.includes('npm install -g --unsafe-perm node-red') || undefined
  })
  assert.is((await gateway.get('/v1/gateway/health')).status, 200)
  const { code, stderr } = await odograph('flows', ...data(), '--node-red', folder.path)
  assert.is(code, 1)
  assert.match(stderr, /^odograph: Node-RED: there is none in .*; install it with: npm install/)
})

function install(version: string): string {
  const place = join(folder.path, `node-red-${version}`)
  mkdirSync(place)
  writeFileSync(join(place, 'package.json'), JSON.stringify({ version }))
  writeFileSync(join(place, 'red.js'), '')
  return place
}

for (const [version, nodeVersion, problem] of [
  ['4.1.15', '20.19.0', undefined],
  ['5.0.7', '22.9.0', undefined],
  ['5.0.7', '24.0.0', undefined],
  ['5.0.7', '20.20.2', /it needs Node\.js 22\.9 or later, and this is 20\.20\.2; use node-red@4/],
  ['4.0.9', '22.9.0', /the nodes need 4\.1 or later/],
] as const) {
  test(`Node-RED ${version} on Node.js ${nodeVersion} ${problem ? 'is refused' : 'is taken'}`, () => {
    const named = install(version)
    const find = () => findNodeRed({ named, folders: [], nodeVersion })
    if (problem === undefined) assert.is(find().version, version)
    else assert.throws(find, problem)
  })
}

test.run()
