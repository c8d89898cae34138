import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasRealTimeClock } from '../../src/uplink/time/board.ts'
import { NetworkEvidence } from '../../src/uplink/time/evidence.ts'
import { SystemWatch, type TrustSetting } from '../../src/uplink/time/system-watch.ts'
import type { SystemTime } from '../../src/uplink/time/time-keeper.ts'
import {
  type RunResult,
  systemTimeWorld,
  type TimeWorld,
} from '../../src/uplink/time/time-world.ts'
import { settled } from '../support/hand-clock.ts'

const START = Date.UTC(2026, 2, 1)
const MARK = '/run/systemd/timesync/synchronized'
const CHRONY =
  '0A2B3C4D,10.43.60.77,3,1772323200.1,0.00001,0.00002,0.00003,-1.2,0.01,0.02,0.03,0.004,64.2'

/** A machine made of files and of what programs answer. */
class Machine implements TimeWorld {
  elapsed = 0
  /** What the system clock is ahead of the true time. */
  ahead = 0
  files: Record<string, string> = { '/proc/uptime': '100.00 90.00' }
  marked: number | undefined
  answers: Record<string, string | RunResult> = {}
  readonly asked: string[] = []

  wall = () => START + this.elapsed + this.ahead
  monotonic = () => this.elapsed
  read = (path: string) => this.files[path]
  exists = (path: string) => path in this.files
  modified = (path: string) => (path === MARK ? this.marked : undefined)
  run = async (program: string, args: readonly string[]): Promise<RunResult> => {
    this.asked.push([program, ...args].join(' '))
    const answer = this.answers[program]
    if (answer === undefined) return { state: 'absent', output: '' }
    return typeof answer === 'string' ? { state: 'done', output: answer } : answer
  }
}

test('a mark of timesyncd is enough: no program is asked', async () => {
  const machine = new Machine()
  machine.marked = START - 20_000
  assert.is(await new NetworkEvidence(machine).witness(), 'systemd-timesyncd')
  assert.equal(machine.asked, [])
})

const notMarked: [name: string, marked: number][] = [
  ['of an earlier boot', START - 3600_000],
  ['of the future: the clock was set back since', START + 3600_000],
]
for (const [name, marked] of notMarked) {
  test(`a mark ${name} is none`, async () => {
    const machine = new Machine()
    machine.marked = marked
    assert.is(await new NetworkEvidence(machine).witness(), undefined)
  })
}

const answers: [program: string, output: string, isSynchronised: boolean][] = [
  ['timedatectl', 'yes\n', true],
  ['timedatectl', 'no\n', false],
  ['timedatectl', '', false],
  ['chronyc', `${CHRONY},Normal\n`, true],
  ['chronyc', `${CHRONY},Insert second\n`, true],
  ['chronyc', `${CHRONY},Not synchronised\n`, false],
  ['chronyc', `${CHRONY.replace('0A2B3C4D', '7F7F0101')},Normal\n`, false],
  ['chronyc', `${CHRONY.replace('0A2B3C4D,10.43.60.77,3', '00000000,,0')},Normal\n`, false],
  ['chronyc', '506 Cannot talk to daemon\n', false],
  ['adjtimex', '         mode: 0\n       status: 8193\n return value = 0\n', true],
  ['adjtimex', '       status: 64\n return value = 5 (clock not synchronized)\n', false],
  ['adjtimex', '       status: 65\n', false],
  ['adjtimex', 'nothing\n', false],
  ['ntpq', 'associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,\n', true],
  ['ntpq', 'associd=0 status=c016 leap_alarm, sync_unspec, 1 event, restart,\n', false],
]
for (const [program, output, isSynchronised] of answers) {
  const does = isSynchronised ? 'is believed' : 'says nothing'
  test(`${program} that answers ${JSON.stringify(output.slice(-40))} ${does}`, async () => {
    const machine = new Machine()
    machine.answers[program] = output
    const witness = await new NetworkEvidence(machine).witness()
    assert.is(witness, isSynchronised ? program : undefined)
  })
}

test('a program that is not there is looked for once, one that fails again', async () => {
  const machine = new Machine()
  machine.answers.chronyc = { state: 'failed', output: `${CHRONY},Normal` }
  const evidence = new NetworkEvidence(machine)
  assert.is(await evidence.witness(), undefined)
  assert.is(machine.asked.length, 4)
  assert.is(await evidence.witness(), undefined)
  assert.equal(machine.asked.slice(4), ['chronyc -c -n tracking'])
})

const boards: [name: string, files: Record<string, string>, has: boolean][] = [
  ['a computer that is no Raspberry Pi', {}, true],
  ['a Raspberry Pi without a clock', { model: 'Raspberry Pi 4 Model B\0' }, false],
  [
    'a Raspberry Pi with a clock',
    { model: 'Raspberry Pi 3', rtc: '', shown: '1772323200\n' },
    true,
  ],
  [
    'a Raspberry Pi 5 without a battery',
    { model: 'Raspberry Pi 5', rtc: '', shown: '31\n' },
    false,
  ],
  ['a Raspberry Pi with a clock that is not shown', { model: 'Raspberry Pi 4', rtc: '' }, true],
]
const paths: Record<string, string> = {
  model: '/proc/device-tree/model',
  rtc: '/dev/rtc0',
  shown: '/sys/class/rtc/rtc0/since_epoch',
}
for (const [name, files, has] of boards) {
  test(`${name} ${has ? 'keeps' : 'does not keep'} time while it is off`, () => {
    const machine = new Machine()
    for (const [key, text] of Object.entries(files)) machine.files[paths[key] ?? key] = text
    assert.is(hasRealTimeClock(machine), has)
  })
}

function watchOf(machine: Machine, setting: TrustSetting = 'auto') {
  const told: SystemTime[] = []
  const { monotonic } = machine
  const watch = new SystemWatch({ setting, world: machine, monotonic, tell: (t) => told.push(t) })
  const pass = async (ms: number) => {
    for (const end = machine.elapsed + ms; machine.elapsed < end; ) {
      machine.elapsed += 250
      watch.tick()
      await settled()
    }
  }
  return { watch, told, pass }
}

test('a machine that is asked is asked every ten seconds, then every five minutes', async () => {
  const machine = new Machine()
  machine.answers.timedatectl = 'no'
  const { watch, told, pass } = watchOf(machine)
  assert.is(watch.first().trust, 'rtc')
  await pass(60_000)
  const asked = () => machine.asked.filter((line) => line.startsWith('timedatectl')).length
  assert.is(asked(), 6)
  machine.answers.timedatectl = 'yes'
  await pass(10_000)
  assert.is(told.at(-1)?.trust, 'network')
  assert.is(watch.witness, 'timedatectl')
  await pass(600_000)
  assert.is(asked(), 9)
})

test('a clock that is set is looked into at once, and not spoken of until then', async () => {
  const machine = new Machine()
  machine.answers.timedatectl = 'yes'
  const { told, pass } = watchOf(machine)
  await pass(20_000)
  assert.is(told.at(-1)?.trust, 'network')
  machine.answers.timedatectl = 'no'
  machine.ahead = 5000
  const before = told.length
  await pass(250)
  const since = told.slice(before)
  assert.ok(since.length > 0)
  assert.ok(since.every(({ trust }) => trust === 'rtc'))
})

test('where nothing at all is known the clock of a computer counts, that of a Pi does not', () => {
  const machine = new Machine()
  assert.is(watchOf(machine).watch.first().trust, 'rtc')
  machine.files['/proc/device-tree/model'] = 'Raspberry Pi Zero 2 W Rev 1.0\0'
  assert.is(watchOf(machine).watch.first().trust, 'none')
})

test('by configuration the clock is believed at once, or never', async () => {
  for (const [setting, trust] of [
    ['system', 'network'],
    ['gnss-only', 'none'],
  ] as const) {
    const machine = new Machine()
    machine.answers.timedatectl = 'yes'
    machine.marked = START
    const { watch, told, pass } = watchOf(machine, setting)
    assert.is(watch.first().trust, trust)
    await pass(30_000)
    assert.is(told.at(-1)?.trust, trust)
    assert.equal(machine.asked, [])
  }
})

test('of the real machine, files are read, programs run, and what is missing is said', async () => {
  const { read, modified, exists, run } = systemTimeWorld
  const folder = mkdtempSync(join(tmpdir(), 'odograph-test-'))
  try {
    const path = join(folder, 'mark')
    writeFileSync(path, 'x')
    utimesSync(path, START / 1000, START / 1000)
    assert.is(read(path), 'x')
    assert.is(modified(path), START)
    assert.is(exists(path), true)
    const missing = join(folder, 'missing')
    assert.equal([read(missing), modified(missing), exists(missing)], [undefined, undefined, false])
    assert.equal(await run(missing, []), { state: 'absent', output: '' })
    const print = ['-e', 'process.stdout.write(process.env.LC_ALL ?? "")']
    assert.equal(await run(process.execPath, print), { state: 'done', output: 'C' })
    assert.is((await run(process.execPath, ['-e', 'process.exit(3)'])).state, 'failed')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.run()
