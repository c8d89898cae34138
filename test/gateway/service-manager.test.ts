/** What systemd is told: by the real program to a real datagram socket, and when. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ServiceManager } from '../../src/gateway/service-manager.ts'
import { VitalSigns } from '../../src/gateway/vital-signs.ts'
import { Folder, startGateway, until } from '../support/gateway-process.ts'
import { HandClock } from '../support/hand-clock.ts'
import { silent } from '../support/journal-records.ts'
import { hasProgram, testWhere } from '../support/needs.ts'

const test = suite('service manager')

const watched = { NOTIFY_SOCKET: '/run/none', WATCHDOG_USEC: '30000000' }

function managed(environment: Record<string, string>, failure: () => string | undefined) {
  const clock = new HandClock()
  const told: string[] = []
  const errors: string[] = []
  const manager = new ServiceManager({
    environment,
    failure,
    status: () => 'one of\none runs',
    logger: { ...silent, error: (_fields: object, text: string) => void errors.push(text) },
    timers: clock,
    notify: async (assignments) => void told.push(assignments.join(' ')),
  })
  return { clock, told, errors, manager }
}

test('it says ready once, that it lives at a third of the time, and that it stops', async () => {
  const { clock, told, manager } = managed(watched, () => undefined)
  manager.ready()
  manager.ready()
  await clock.advance(20_000)
  await manager.stopping()
  manager.ready()
  await clock.advance(60_000)
  const lives = 'WATCHDOG=1 STATUS=one of one runs'
  const stops = 'STOPPING=1 STATUS=stores what there is, and stops'
  assert.equal(told, ['READY=1 STATUS=one of one runs', lives, lives, lives, stops])
})

test('what hangs does not say that it lives, until it turns again', async () => {
  let failure: string | undefined
  const { clock, told, errors, manager } = managed(watched, () => failure)
  manager.ready()
  await clock.advance(0)
  failure = 'the loop has not turned for 20 s'
  await clock.advance(30_000)
  assert.is(told.length, 2)
  assert.equal(errors, [`systemd is not told that the gateway lives: ${failure}`])
  failure = undefined
  await clock.advance(10_000)
  assert.is(told.length, 3)
})

test('nobody is told where there is nobody, and nothing is pinged that nobody waits for', async () => {
  const cases: [environment: Record<string, string>, told: number][] = [
    [{}, 0],
    [{ WATCHDOG_USEC: '30000000' }, 0],
    [{ NOTIFY_SOCKET: '/run/none' }, 1],
    [{ ...watched, WATCHDOG_PID: '1' }, 1],
    [{ ...watched, WATCHDOG_PID: String(process.pid) }, 4],
  ]
  for (const [environment, count] of cases) {
    const { clock, told, manager } = managed(environment, () => undefined)
    manager.ready()
    await clock.advance(20_000)
    assert.is(told.length, count, JSON.stringify(environment))
  }
})

test('a loop that does not turn hangs; one that turns, whatever comes of it, lives', async () => {
  const clock = new HandClock()
  const signs = new VitalSigns(() => clock.monotonic())
  signs.expect('the writer', 10_000)
  await clock.advance(9000)
  assert.is(signs.failure(), undefined)
  signs.beat('the writer')
  await clock.advance(9000)
  assert.is(signs.failure(), undefined)
  await clock.advance(2000)
  assert.is(signs.failure(), 'the writer has not turned for 11 s')
  signs.beat('the writer')
  assert.is(signs.failure(), undefined)
})

const LISTEN = `import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
while True: print(listener.recv(4096).decode(), flush=True)`

/** Stands in for systemd: takes datagrams. */
class Listener {
  readonly folder = mkdtempSync(join(tmpdir(), 'odograph-notify-'))
  readonly socket = join(this.folder, 'notify')
  told = ''
  readonly #child = spawn('/usr/bin/env', ['python3', '-c', LISTEN, this.socket], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })

  async start(): Promise<void> {
    this.#child.stdout.on('data', (text) => {
      this.told += text
    })
    await until('the socket', () => existsSync(this.socket))
  }

  stop(): void {
    this.#child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const programs: [boolean, string] = [
  hasProgram('systemd-notify') && hasProgram('python3'),
  'systemd-notify and python3',
]

testWhere(test, programs, 'a gateway tells systemd through the real program', async () => {
  const folder = new Folder()
  const listener = new Listener()
  try {
    await listener.start()
    const env = { NOTIFY_SOCKET: listener.socket, WATCHDOG_USEC: '900000' }
    const { command } = await startGateway(folder, ['--demo'], { env })
    await until('three pings', () => listener.told.split('WATCHDOG=1').length > 3)
    assert.match(listener.told, /^READY=1\nSTATUS=1 of 1 sources running/m, listener.told)
    // Stopped in the middle, it cannot say that it lives.
    command.child.kill('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 600))
    const hanging = listener.told
    await new Promise((resolve) => setTimeout(resolve, 900))
    assert.is(listener.told, hanging)
    command.child.kill('SIGCONT')
    await command.stop('SIGTERM')
    await until('its end', () => listener.told.includes('STOPPING=1'))
  } finally {
    listener.stop()
    folder.remove()
  }
})

test.run()
