/** A first configuration: by flags, by questions, and the gateway started with it. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { config } from '../../src/cli/config.ts'
import { type InitWorld, init, initIn } from '../../src/cli/init.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { FoundAdapter } from '../../src/gateway/adapter-scout.ts'
import { OdographError } from '../../src/model/errors.ts'
import { type Ran, runCommand } from '../support/command-run.ts'
import { DoctorBench } from '../support/doctor-bench.ts'
import { Folder, startGateway, until } from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'

const test = suite('init')

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

async function inFolder(work: (folder: Folder, file: string) => Promise<void>): Promise<void> {
  const folder = new Folder()
  try {
    await work(folder, join(folder.path, 'odograph.yaml'))
  } finally {
    folder.remove()
  }
}

/** Somebody at a terminal who answers each question, by a part of it. */
function answering(answers: readonly (readonly [RegExp, string])[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin })
  const rest = [...answers]
  const shown = { text: '', asked: '' }
  const stdout = new PassThrough()
  stdout.on('data', (chunk) => {
    shown.text += chunk
    shown.asked += chunk
    const [question, answer] = rest[0] ?? []
    if (question === undefined || answer === undefined || !question.test(shown.asked)) return
    rest.shift()
    shown.asked = ''
    setImmediate(() => stdin.write(`${answer}\r`))
  })
  return { stdin, stdout, shown, left: () => rest }
}

const nothing: InitWorld = { ports: async () => [], interfaces: async () => [] }

function withInterfaces(...names: string[]): InitWorld {
  const found = names.map(
    (name): FoundAdapter => ({
      ...{ path: name, says: 'CAN interface of this system, up', type: 'socketcan' },
      source: { id: name, type: 'socketcan', interface: name },
    }),
  )
  return { ...nothing, interfaces: async () => found }
}

async function checked(file: string): Promise<void> {
  const ran = await runCommand(config, ['check', file])
  assert.is(ran.out, `${file}: valid\n`)
}

test('flags alone make a configuration that passes the check, and the gateway runs with it', () =>
  inFolder(async (folder, file) => {
    const flags = ['--port', 'simulator', '--vehicle', 'van1', '--token-id', '42', '--yes']
    const ran = await runCommand(init, ['--config', file, ...flags])
    assert.is(ran.code, 0, ran.err)
    assert.match(ran.out, /odograph doctor --config/)
    await checked(file)
    assert.match(readFileSync(file, 'utf8'), /^ {4}# true: only listens/m, 'it has comments')
    const gateway = await startGateway(folder, ['--config', file])
    const vehicles = await gateway.get('/v1/gateway/vehicles')
    assert.is((vehicles.body as { tokenId: string }[])[0]?.tokenId, '42')
    const health = await gateway.get('/v1/gateway/health')
    assert.equal((health.body as { sources: { id: string }[] }).sources[0]?.id, 'sim0')
    await gateway.command.stop()
  }))

test('the password of the broker goes to a file that nobody else can read', () =>
  inFolder(async (folder, file) => {
    const broker = ['--mqtt', 'mqtts://bob:s3cr%40t@broker.example:8883', '--home-assistant']
    const ran = await runCommand(init, ['--config', file, '--port', 'simulator', ...broker])
    assert.is(ran.code, 0, ran.err)
    await checked(file)
    const text = readFileSync(file, 'utf8')
    assert.not.match(text + ran.out + ran.err, /s3cr/)
    const passwordFile = join(folder.path, 'mqtt-password')
    assert.is(readFileSync(passwordFile, 'utf8'), 's3cr@t\n')
    assert.is(statSync(passwordFile).mode & 0o777, 0o600)
    assert.is(statSync(file).mode & 0o777, 0o600)
    const { mqtt } = loadConfig({ file, environment: {} }).config
    assert.equal(
      [mqtt.url, mqtt.username, mqtt.homeAssistant],
      ['mqtts://broker.example:8883', 'bob', true],
    )
  }))

test('what is there is not written over without --force, and kept with it', () =>
  inFolder(async (folder, file) => {
    folder.file('odograph.yaml', '# mine\n')
    const args = ['--config', file, '--port', 'simulator', '--yes']
    try {
      await runCommand(init, args)
      assert.unreachable()
    } catch (error) {
      assert.is((error as OdographError).code, 'usage')
      assert.match((error as OdographError).message, /--force/)
    }
    assert.is(readFileSync(file, 'utf8'), '# mine\n')
    assert.is((await runCommand(init, [...args, '--force'])).code, 0)
    assert.is(readFileSync(`${file}.bak`, 'utf8'), '# mine\n')
    await checked(file)
  }))

const wrong: [args: string[], says: RegExp][] = [
  [['--vehicle', 'my van', '--port', 'simulator'], /letters, digits/],
  [['--listen', 'everywhere', '--port', 'simulator'], /HOST:PORT/],
  [['--mqtt', 'broker', '--port', 'simulator'], /mqtt:\/\/host/],
  [[], /no adapter is plugged in; --port simulator/],
  [['--port', '/dev/none', '--yes'], /\/dev\/none: there is no such serial port/],
]

for (const [args, says] of wrong) {
  test(`init ${args.join(' ')} writes nothing and says why`, () =>
    inFolder(async (_folder, file) => {
      let said = ''
      try {
        await runCommand((given, io) => initIn(given, io, nothing), ['--config', file, ...args])
      } catch (error) {
        assert.instance(error, OdographError)
        said = (error as OdographError).message
      }
      assert.match(said, says)
      assert.not.ok(existsSync(file))
    }))
}

test('a bit rate that no adapter has is told, and nothing is written', () =>
  inFolder(async (_folder, file) => {
    const world = withInterfaces('can0')
    const args = ['--config', file, '--bitrate', '7']
    const ran = await runCommand((given, io) => initIn(given, io, world), args)
    assert.is(ran.code, 1)
    assert.match(ran.err, /bitrate/)
    assert.not.ok(existsSync(file))
  }))

test('of several adapters one is chosen by its number, and the rest is asked', () =>
  inFolder(async (folder, file) => {
    const person = answering([
      [/1 {2}can0.*2 {2}can1.*3 {2}simulator.*Which adapter/s, '7'],
      [/a number from 1 to 3.*Which adapter/s, '2'],
      [/Name of the vehicle/, 'my van'],
      [/letters, digits.*Name of the vehicle/s, 'van1'],
      [/ask the vehicle/, 'yes'],
      [/API and the page/, ''],
      [/MQTT broker/, 'mqtts://broker.example'],
      [/User of the broker/, 'bob'],
      [/password/, 'hushhush'],
      [/Home Assistant/, 'yes'],
    ])
    const world = withInterfaces('can0', 'can1')
    const { stdin, stdout } = person
    const code = await runIn(['--config', file], world, { stdin, stdout })
    assert.is(code, 0, person.shown.text)
    assert.equal(person.left(), [])
    assert.not.match(person.shown.text, /hush/)
    await checked(file)
    const { sources, vehicles, mqtt } = loadConfig({ file, environment: {} }).config
    assert.is(vehicles[0]?.id, 'van1')
    const [source] = sources
    assert.is(source?.type === 'socketcan' && source.interface, 'can1')
    assert.is(source?.type === 'socketcan' && source.listenOnly, false)
    assert.is(mqtt.username, 'bob')
    assert.is(readFileSync(join(folder.path, 'mqtt-password'), 'utf8'), 'hushhush\n')
  }))

test('without an adapter it is said how to plug one in, and a simulated one is offered', () =>
  inFolder(async (_folder, file) => {
    const person = answering([
      [/plugged in.*simulated vehicle/s, 'yes'],
      [/Name of the vehicle/, ''],
      [/API and the page/, '127.0.0.1:8099'],
      [/MQTT broker/, ''],
      [/Home Assistant/, ''],
    ])
    const { stdin, stdout } = person
    assert.is(await runIn(['--config', file], nothing, { stdin, stdout }), 0, person.shown.text)
    const loaded = loadConfig({ file, environment: {} })
    assert.is(loaded.config.sources[0]?.type, 'simulator')
    assert.is(loaded.config.api.listen, '127.0.0.1:8099')
  }))

test('who ends the questions gets nothing written', () =>
  inFolder(async (_folder, file) => {
    const person = answering([[/Name of the vehicle/, '\x04']])
    const world = withInterfaces('can0')
    const { stdin, stdout } = person
    let name = ''
    try {
      await runIn(['--config', file], world, { stdin, stdout })
    } catch (error) {
      name = (error as Error).name
    }
    assert.is(name, 'AbortError')
    assert.not.ok(existsSync(file))
  }))

testWith(test, 'socat', 'an adapter at a port is asked what it is', async () => {
  const bench = await DoctorBench.create()
  try {
    const port = await bench.simulator('slcan')
    const file = join(bench.folder.path, 'new.yaml')
    const ran: Ran = await runCommand(init, [
      '--config',
      file,
      '--port',
      port,
      '--bitrate',
      '250000',
    ])
    assert.is(ran.code, 0, ran.err)
    await checked(file)
    const [source] = loadConfig({ file, environment: {} }).config.sources
    assert.equal(
      source?.type === 'slcan' && [source.port, source.baud, source.bitrate, source.listenOnly],
      [port, 115_200, 250_000, true],
    )
    assert.match(readFileSync(file, 'utf8'), /# SLCAN adapter \(version/)
  } finally {
    await bench.end()
  }
})

testWith(test, 'script', 'at a real terminal the shipped command asks, and writes', () =>
  inFolder(async (_folder, file) => {
    const line = `${process.execPath} ${MAIN} init --config ${file} --port simulator`
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let shown = ''
    child.stdout.on('data', (text) => {
      shown += text
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    for (const question of [/vehicle \[vehicle\]/, /listen \[/, /MQTT broker/, /Home Assistant/]) {
      await until(`it asks ${question}`, () => question.test(shown))
      child.stdin.write('\r')
    }
    assert.is(await ended, 0, shown)
    await checked(file)
  }),
)

async function runIn(
  args: string[],
  world: InitWorld,
  { stdin, stdout }: Pick<ReturnType<typeof answering>, 'stdin' | 'stdout'>,
): Promise<number> {
  const stderr = new PassThrough().resume()
  const signal = new AbortController().signal
  return await initIn(args, { stdin, stdout, stderr, signal, version: '0' }, world)
}

test.run()
