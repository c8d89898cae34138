import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  createPlayback,
  type PlaybackClock,
  type PlaybackOptions,
} from '../../src/device/capture/playback.ts'
import type { OdographError } from '../../src/model/errors.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { SourceHealth } from '../../src/model/ports.ts'

const test = suite('playback')

const folder = mkdtempSync(join(tmpdir(), 'odograph-playback-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** Time passes only where someone sleeps, or where a test says so. */
class TestClock implements PlaybackClock {
  elapsed = 0
  sleeps: number[] = []
  onSleep: () => void = () => undefined
  now = () => 1_700_000_000_000 + this.elapsed
  monotonic = () => this.elapsed
  sleep = async (duration: number) => {
    this.sleeps.push(duration)
    this.elapsed += duration
    this.onSleep()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

let written = 0
function fileOf(content: string): string {
  const path = join(folder, `${written++}.log`)
  writeFileSync(path, content)
  return path
}

function play(options: Partial<PlaybackOptions> & { path: string }) {
  const clock = new TestClock()
  const frames: { at: number; time: number; id: number; bus: string | undefined }[] = []
  const health: SourceHealth[] = []
  const issues: Issue[] = []
  const source = createPlayback({ id: 'trip', speed: 1, clock, ...options })
  let finish: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (finish = resolve))
  const start = () =>
    source.start({
      frame: ({ time, id, bus }) => {
        frames.push({ at: clock.elapsed, time, id, bus: source.buses[bus] })
      },
      issue: (issue) => issues.push(issue),
      health: (report) => health.push(report),
      end: finish,
    })
  return { clock, frames, health, issues, source, start, ended }
}

const ABSOLUTE =
  '(1600000000.000000) can0 100#\n(1600000000.500000) can1 101#\n(1600000010.500000) can0 102#\n'

test('at speed 1 each frame comes when it came in the recording, with its own time', async () => {
  const { frames, start, ended, source } = play({ path: fileOf(ABSOLUTE) })
  start()
  await ended
  await source.stop()
  assert.equal(frames, [
    { at: 0, time: 1_600_000_000_000_000, id: 0x100, bus: 'can0' },
    { at: 500, time: 1_600_000_000_500_000, id: 0x101, bus: 'can1' },
    { at: 10_500, time: 1_600_000_010_500_000, id: 0x102, bus: 'can0' },
  ])
  assert.equal(source.buses, ['can0', 'can1'])
})

test('at speed 10 a tenth of the time passes, and at the highest speed none', async () => {
  const tenfold = play({ path: fileOf(ABSOLUTE), speed: 10 })
  tenfold.start()
  await tenfold.ended
  assert.equal(
    tenfold.frames.map(({ at }) => at),
    [0, 50, 1050],
  )
  const unpaced = play({ path: fileOf(ABSOLUTE), speed: 'max' })
  unpaced.start()
  await unpaced.ended
  assert.equal(
    unpaced.frames.map(({ at }) => at),
    [0, 0, 0],
  )
  assert.equal(unpaced.clock.sleeps, [])
})

test('relative times are shifted to the start time, absolute ones are not', async () => {
  const path = fileOf('(5.000000) can0 100#\n(5.250000) can0 101#\n')
  const { frames, start, ended } = play({ path, startTime: 1_500_000_000_000 })
  start()
  await ended
  assert.equal(
    frames.map(({ time }) => time),
    [1_500_000_000_000_000, 1_500_000_000_250_000],
  )
  const absolute = play({ path: fileOf(ABSOLUTE), startTime: 1_500_000_000_000 })
  absolute.start()
  await absolute.ended
  assert.is(absolute.frames[0]?.time, 1_600_000_000_000_000)
})

test('without a start time relative times begin when the file was last written', async () => {
  const path = fileOf('t1230\rt1231AA\r')
  utimesSync(path, 1_400_000_000, 1_400_000_000)
  const { frames, start, ended } = play({ path, speed: 'max' })
  start()
  await ended
  assert.equal(
    frames.map(({ time }) => time),
    [1_400_000_000_000_000, 1_400_000_000_001_000],
  )
})

test('a clock that was set during the recording does not hold up the replay', async () => {
  const path = fileOf(
    '(10.000000) can0 100#\n(10.100000) can0 101#\n(1600000000.000000) can0 102#\n(1600000000.100000) can0 103#\n(1500000000.000000) can0 104#\n(1500000000.100000) can0 105#\n(1500000000.099900) can0 106#\n(1500000000.200000) can0 107#\n',
  )
  const { frames, start, ended } = play({ path })
  start()
  await ended
  assert.equal(
    frames.map(({ at }) => at),
    [0, 100, 100, 200, 200, 300, 300, 400],
  )
})

test('the health tells what is going on, and the end', async () => {
  const { health, start, ended, source } = play({ path: fileOf(ABSOLUTE) })
  start()
  await ended
  assert.equal([...new Set(health.map(({ state }) => state))], ['starting', 'running', 'finished'])
  assert.match(health.find(({ state }) => state === 'running')?.detail ?? '', 'at its own speed')
  assert.match(health.at(-1)?.detail ?? '', '3 frames')
  assert.is(health.at(-1)?.frames, 3)
  // Once a second while nothing else happens.
  assert.ok(health.filter(({ state }) => state === 'running').length >= 9)
  await source.stop()
  assert.is(health.at(-1)?.state, 'stopped')
})

test('a missing file is waited for, with its name, and played when it comes', async () => {
  const path = join(folder, 'late.log')
  const { clock, health, frames, start, ended } = play({ path, speed: 'max' })
  clock.onSleep = () => {
    if (clock.sleeps.length === 3) writeFileSync(path, ABSOLUTE)
  }
  start()
  await ended
  assert.equal(clock.sleeps, [5000, 5000, 5000])
  const waiting = health.find(({ state }) => state === 'waiting')
  assert.match(waiting?.detail ?? '', 'late.log: does not exist; trying again every 5 s')
  assert.is(frames.length, 3)
  assert.is(health.at(-1)?.state, 'finished')
  assert.is(health.at(-1)?.reopened, 3)
})

test('without retry a missing or unknown file is an error that is handed over once', async () => {
  for (const [path, code] of [
    [join(folder, 'never.log'), 'file-unreadable'],
    [folder, 'file-unreadable'],
    [fileOf('nothing\n'), 'file-unrecognised'],
  ] as const) {
    const error = await new Promise<OdographError>((resolve) => {
      const { start } = play({ path, retry: false, onError: resolve })
      start()
    })
    assert.is(error.code, code)
    assert.is(error.subject, path)
  }
})

test('progress and the summary are told to whoever asks', async () => {
  const progress: number[][] = []
  let total = 0
  const { start, ended } = play({
    path: fileOf(ABSOLUTE),
    onProgress: (...bytes) => progress.push(bytes),
    onSummary: (summary) => {
      total = summary.frames
    },
  })
  start()
  await ended
  assert.equal(progress.at(-1), [ABSOLUTE.length, ABSOLUTE.length])
  assert.is(total, 3)
})

test('a loop starts again, and its time never runs backwards', async () => {
  const { frames, clock, start, source } = play({ path: fileOf(ABSOLUTE), loop: true })
  await new Promise<void>((resolve) => {
    clock.onSleep = () => {
      if (frames.length >= 7) resolve()
    }
    start()
  })
  await source.stop()
  const times = frames.map(({ time }) => time - 1_600_000_000_000_000)
  assert.equal(times.slice(0, 6), [0, 500_000, 10_500_000, 10_501_000, 11_001_000, 21_001_000])
  assert.equal([...new Set(frames.map(({ bus }) => bus))], ['can0', 'can1'])
})

test('stop ends the waiting at once, may be called twice, and lets no frame follow', async () => {
  const { frames, clock, health, source, start } = play({ path: fileOf(ABSOLUTE) })
  await new Promise<void>((resolve) => {
    clock.onSleep = resolve
    start()
  })
  await Promise.all([source.stop(), source.stop()])
  await source.stop()
  const count = frames.length
  assert.ok(count < 3)
  await new Promise((resolve) => setImmediate(resolve))
  assert.is(frames.length, count)
  assert.equal(health.filter(({ state }) => state === 'stopped').length, 1)
  start()
  assert.is(frames.length, count)
})

test('stop ends a real wait for a missing file without waiting for it', async () => {
  const source = createPlayback({ id: 'trip', path: join(folder, 'never.log'), speed: 1 })
  await new Promise<void>((resolve) =>
    source.start({
      frame: () => undefined,
      issue: () => undefined,
      end: () => undefined,
      health: ({ state }) => state === 'waiting' && resolve(),
    }),
  )
  const begin = performance.now()
  await source.stop()
  assert.ok(performance.now() - begin < 4000)
})

test('at the highest speed the event loop still runs', async () => {
  let text = ''
  for (let line = 0; line < 200_000; line++)
    text += '(1600000000.000000) can0 18FEF100#0102030405060708\n'
  const source = createPlayback({ id: 'trip', path: fileOf(text), speed: 'max' })
  let turns = 0
  let running = true
  const turn = () => {
    turns++
    if (running) setImmediate(turn)
  }
  turn()
  let frames = 0
  await new Promise<void>((resolve) =>
    source.start({
      frame: () => frames++,
      issue: () => undefined,
      health: () => undefined,
      end: resolve,
    }),
  )
  running = false
  assert.is(frames, 200_000)
  assert.ok(turns > 20, `${turns} turns`)
})

test('a speed that is none is refused when the source is made', () => {
  for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => createPlayback({ id: 'trip', path: 'x', speed }),
      (error: OdographError) => error.code === 'config-invalid',
    )
  }
})

test.run()
