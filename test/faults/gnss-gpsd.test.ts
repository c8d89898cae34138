/** The gpsd of the system, fed by the simulated receiver through a pseudo-terminal. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createGpsdSource } from '../../src/device/gnss/gpsd-source.ts'
import { type GnssFault, nmeaSentences } from '../../src/device/simulator/gnss.ts'
import { type AdapterLine, openPty } from '../../src/device/simulator/pty.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { GnssTime, Source, SourceHealth } from '../../src/model/ports.ts'
import { until } from '../support/mqtt-fixtures.ts'
import { freePort } from '../support/mqtt-mosquitto.ts'
import { hasProgram, testWhere } from '../support/needs.ts'

const test = suite('the real gpsd')

const START = Date.UTC(2026, 6, 23, 12)
/** gpsd takes a while to find out what talks there. */
const PATIENCE_MS = 40_000
/** A second of the receiver; faster than time, so that the test is. */
const STEP_MS = 150

/** North by about 11 m a second, which is 40 km/h. */
const course = {
  at: (time: number) => ({
    latitude: 45 + (time / 1e6 - START / 1000) * 0.0001,
    longitude: -9.25,
    heading: 0.5,
    speed: 40,
  }),
}

class Bench {
  faults: GnssFault[] = []
  readonly measured: [signal: string, value: number][] = []
  readonly times: GnssTime[] = []
  readonly issues: Issue[] = []
  readonly health: SourceHealth[] = []
  readonly folder = mkdtempSync(join(tmpdir(), 'odograph-gpsd-'))
  readonly receiver = join(this.folder, 'receiver')
  #line: AdapterLine | undefined
  #daemon: ChildProcess | undefined
  #source: Source | undefined
  #timer: NodeJS.Timeout | undefined
  #second = 0
  #port = 0

  async start(device?: string): Promise<void> {
    this.#line = await openPty(this.receiver, () => undefined)
    this.#timer = setInterval(() => {
      const time = (START + this.#second * 1000) * 1000
      this.#second += 1
      const text = nmeaSentences(course, time, { faults: new Set(this.faults) }).join('')
      this.#line?.write(Buffer.from(text, 'latin1'))
    }, STEP_MS)
    this.#port = await freePort()
    await this.daemon()
    const options = { id: 'gnss', address: `127.0.0.1:${this.#port}`, device }
    this.#source = createGpsdSource(options, { backOff: { firstMs: 50, maxMs: 50 } })
    this.#source.start({
      frame: () => undefined,
      issue: (issue) => this.issues.push(issue),
      health: (health) => this.health.push(health),
      end: () => undefined,
      time: (fix) => this.times.push(fix),
      measured: (signal, value) => this.measured.push([signal, Number(value)]),
    })
  }

  async daemon(): Promise<void> {
    const args = ['-N', '-n', '-b', '-S', `${this.#port}`, this.receiver]
    this.#daemon = spawn('gpsd', args, { stdio: 'ignore' })
    await until('gpsd listens', () => answers(this.#port))
  }

  async kill(): Promise<void> {
    const daemon = this.#daemon
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
    const exited = once(daemon, 'exit')
    daemon.kill('SIGKILL')
    await exited
  }

  of(signal: string): number[] {
    return this.measured.filter(([name]) => name === signal).map(([, value]) => value)
  }

  async places(count: number): Promise<void> {
    const wanted = this.of('latitude').length + count
    await until(`${count} places`, () => this.of('latitude').length >= wanted, PATIENCE_MS)
  }

  /** Until the receiver has said something so often, and gpsd has heard it. */
  async seconds(count: number): Promise<void> {
    const end = this.#second + count
    await until(`${count} seconds of the receiver`, () => this.#second >= end, PATIENCE_MS)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#source?.stop()
    await this.kill()
    await this.#line?.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.destroy())
    socket.once('error', () => resolve(false))
    socket.once('close', (hadError) => resolve(!hadError))
  })
}

const there = [hasProgram('gpsd') && hasProgram('socat'), 'gpsd and socat'] as [boolean, string]

function withGpsd(name: string, run: (bench: Bench) => Promise<void>): void {
  testWhere(test, there, name, async () => {
    const bench = new Bench()
    try {
      await run(bench)
    } finally {
      await bench.end()
    }
  })
}

withGpsd(
  'places, height, speed, course, quality and time come through as they were sent',
  async (bench) => {
    await bench.start()
    await bench.places(8)
    await until('the quality', () => bench.of('nsat').length > 0, PATIENCE_MS)
    for (const latitude of bench.of('latitude')) {
      const seconds = (latitude - 45) / 0.0001
      assert.ok(Math.abs(seconds - Math.round(seconds)) < 0.05, `${latitude} was never sent`)
    }
    assert.ok(bench.of('longitude').every((value) => Math.abs(value + 9.25) < 1e-6))
    assert.ok(bench.of('speed').every((value) => Math.abs(value - 40) < 0.1))
    assert.ok(bench.of('altitude').every((value) => Math.abs(value - 122) < 0.5))
    assert.is(bench.of('heading').at(-1), 0.5)
    assert.is(bench.of('nsat').at(-1), 9)
    assert.is(bench.of('hdop').at(-1), 0.9)
    for (const { utc } of bench.times) assert.ok(utc >= START && (utc - START) % 1000 === 0)
    await until('the sentence', () => bench.health.at(-1)?.detail.includes('3D') === true)
    assert.match(bench.health.at(-1)?.detail ?? '', /3D, 9 satellites, HDOP 0\.9$/)
    assert.equal(bench.issues, [])
  },
)

withGpsd('a fix that is lost ends the places, and they go on with the next', async (bench) => {
  await bench.start()
  await bench.places(3)
  for (const fault of ['no-fix', 'stale', 'null-island'] as const) {
    bench.faults = [fault]
    await until(
      `no fix, with ${fault}`,
      () => /no fix/.test(bench.health.at(-1)?.detail ?? ''),
      PATIENCE_MS,
    )
    const before = bench.of('latitude').length
    await bench.seconds(8)
    assert.is(bench.of('latitude').length, before, fault)
    bench.faults = []
    await bench.places(3)
  }
  assert.ok(bench.of('latitude').every((value) => value >= 45 && value < 45.1))
})

withGpsd('gpsd may die and come back', async (bench) => {
  await bench.start()
  await bench.places(2)
  await bench.kill()
  await until('it is missed', () => bench.health.at(-1)?.state === 'waiting')
  assert.match(bench.health.at(-1)?.detail ?? '', /tried again/)
  await bench.daemon()
  await bench.places(2)
  assert.is(bench.health.at(-1)?.reopened, 1)
})

withGpsd('the configured receiver is heard, by its path', async (bench) => {
  await bench.start(bench.receiver)
  await bench.places(2)
})

withGpsd('one that gpsd does not have is told of, and no other is heard', async (bench) => {
  await bench.start('/dev/ttyACM7')
  await until(
    'the sentence',
    () => bench.health.at(-1)?.detail.includes('no receiver /dev/ttyACM7') === true,
    PATIENCE_MS,
  )
  await bench.seconds(20)
  assert.equal(bench.measured, [])
})

test.run()
