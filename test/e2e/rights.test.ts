/** Claiming, revoking and HTTPS with the real command: a process of its own, and the command line beside it. */
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Command, Folder, freePort, odograph, until } from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'

const test = suite('rights of a running gateway')

interface Running {
  command: Command
  url: string
  port: number
  data: string
}

async function run(folder: Folder, port: number, ...args: string[]): Promise<Running> {
  const data = join(folder.path, 'data')
  const mqtt = `127.0.0.1:${await freePort()}`
  const command = new Command(['run', '--data', data, '--mqtt-listen', mqtt, ...args])
  folder.commands.push(command)
  const url = await until('ready', () => {
    if (command.child.exitCode !== null) throw new Error(`run ended: ${command.stderr}`)
    return /^ready (https?:\S+)$/m.exec(command.stdout)?.[1]
  })
  return { command, url, port, data }
}

/** The status, or undefined where nobody listens. */
async function statusAt(host: string, port: number, path: string, token = '') {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(`http://${host}:${port}${path}`, { headers }).catch(() => undefined)
  await response?.body?.cancel()
  return response?.status
}

const VEHICLES = '/v1/gateway/vehicles'

test('a new gateway is open to others once a token was made on it, and stays so', async () => {
  const folder = new Folder()
  try {
    const port = await freePort()
    const listen = ['--listen', `0.0.0.0:${port}`]
    const first = await run(folder, port, ...listen)
    assert.is(first.url, `http://127.0.0.1:${port}`)
    assert.is(await statusAt('127.0.0.1', port, VEHICLES), 401)
    assert.is(await statusAt('127.0.0.2', port, VEHICLES), undefined, 'loopback alone')
    const code = (await odograph('claim', '--data', first.data)).stdout.trim()
    assert.ok(first.command.stderr.includes(code), 'the code stands in the log')
    const token = (await odograph('token', 'create', '--user', '--data', first.data)).stdout.trim()
    await until('open', async () => (await statusAt('127.0.0.2', port, VEHICLES, token)) === 200)
    assert.is((await odograph('claim', '--data', first.data)).code, 1)
    const listed = await odograph('token', 'list', '--json', '--data', first.data)
    const { id } = JSON.parse(listed.stdout)
    assert.is((await odograph('token', 'revoke', id, '--data', first.data)).code, 0)
    assert.is(await statusAt('127.0.0.2', port, VEHICLES, token), 401)
    await first.command.stop()
    const second = await run(folder, port, ...listen)
    assert.is(second.url, `http://0.0.0.0:${port}`)
    assert.is(await statusAt('127.0.0.2', port, VEHICLES, token), 401, 'revoked for good')
    await second.command.stop()
  } finally {
    folder.remove()
  }
})

test('the demo is open from the start, with the printed token', async () => {
  const folder = new Folder()
  try {
    const port = await freePort()
    const gateway = await run(folder, port, '--demo', '--listen', `0.0.0.0:${port}`)
    assert.is(gateway.url, `http://0.0.0.0:${port}`)
    const token = await until('the link', () => /#token=(\S+)/.exec(gateway.command.stderr)?.[1])
    assert.is(await statusAt('127.0.0.2', port, VEHICLES, token), 200)
    await gateway.command.stop()
  } finally {
    folder.remove()
  }
})

testWith(test, 'openssl', 'with api.tls the gateway serves HTTPS', async () => {
  const folder = new Folder()
  try {
    const port = await freePort()
    const config = join(folder.path, 'config.yaml')
    writeFileSync(config, `api: { listen: '127.0.0.1:${port}', tls: true }\n`)
    const gateway = await run(folder, port, '--config', config)
    assert.is(gateway.url, `https://127.0.0.1:${port}`)
    const options = { host: '127.0.0.1', port, path: '/health', rejectUnauthorized: false }
    const status = await new Promise((resolve, reject) => {
      const asked = request({ ...options, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asked.on('error', reject)
      asked.end()
    })
    assert.is(status, 200)
    assert.is(await statusAt('127.0.0.1', port, '/health'), 400, 'plain HTTP')
    const { code } = await gateway.command.stop()
    assert.is(code, 0)
  } finally {
    folder.remove()
  }
})

test.run()
