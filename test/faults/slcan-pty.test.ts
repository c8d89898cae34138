/** The SLCAN source over a real pseudo-terminal with the real serial port package. */
import { existsSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { simulate } from '../../src/cli/simulate.ts'
import { openPort } from '../../src/device/serial/port.ts'
import { openPty } from '../../src/device/simulator/pty.ts'
import { createSteadyTraffic, steadyFrame } from '../../src/device/simulator/steady-traffic.ts'
import { OdographError } from '../../src/model/errors.ts'
import { newFrame } from '../../src/model/frame.ts'
import { testWith } from '../support/needs.ts'
import { SlcanLine, SourceProbe, until } from '../support/slcan-line.ts'

const test = suite('slcan over a pseudo-terminal')

/** Runs with an adapter that is plugged in; leaves nothing behind. */
function withLine(
  name: string,
  run: (line: SlcanLine, probe: SourceProbe) => Promise<void>,
  options: { silenceSeconds?: number } = {},
): void {
  testWith(test, 'socat', name, async () => {
    const line = new SlcanLine()
    const probe = new SourceProbe(line.path, options)
    try {
      await line.plugIn()
      await run(line, probe)
    } finally {
      await probe.source.stop()
      await line.end()
    }
  })
}

/** Sends numbered frames and checks that exactly these arrive, in order. */
async function exchange(line: SlcanLine, probe: SourceProbe, count: number): Promise<void> {
  const numbers: number[] = []
  probe.onFrame = ({ data }) => numbers.push(Buffer.from(data).readUInt32LE(0))
  const frame = newFrame()
  for (let number = 0; number < count; number++) line.adapter.frame(steadyFrame(frame, number))
  line.adapter.flush()
  await until(`${count} frames`, () => numbers.length >= count)
  assert.equal(
    numbers,
    Array.from({ length: count }, (_, number) => number),
  )
}

withLine('the channel is opened listen-only and frames arrive exactly', async (line, probe) => {
  probe.start()
  await until('running', () => probe.state === 'running')
  assert.equal(line.adapter.commands, ['C', 'V', 'S5', 'L', 'F'])
  await exchange(line, probe, 5000)
  assert.equal(probe.issues, [])
  await probe.source.stop()
  await until('closed', () => line.adapter.state === 'closed')
  assert.equal(line.adapter.transmitted, [])
})

withLine('line noise, cut lines and stray BELs cost no frame', async (line, probe) => {
  probe.start()
  await until('running', () => probe.state === 'running')
  for (const fault of ['garbage', 'split', 'bel'] as const) line.adapter.faults.add(fault)
  await exchange(line, probe, 5000)
  assert.ok(probe.issues.some(({ code }) => code === 'line-malformed'))
  assert.ok(probe.issues.some(({ code }) => code === 'adapter-refused'))
  assert.is(probe.state, 'running')
})

withLine('an adapter without listen-only is left closed, and it says so', async (line, probe) => {
  line.adapter.refuse.add('L')
  probe.start()
  await until('waiting', () => probe.state === 'waiting')
  await until('a second attempt', () => line.adapter.commands.filter((c) => c === 'L').length > 1)
  assert.match(probe.detail, 'does not offer listen-only')
  assert.not(line.adapter.commands.includes('O'))
  assert.is(line.adapter.state, 'closed')
})

withLine('unplugged and plugged in again and again, it always comes back', async (line, probe) => {
  probe.start()
  for (let round = 0; round < 8; round++) {
    await until(`running in round ${round}`, () => probe.state === 'running')
    await exchange(line, probe, 100)
    await line.unplug()
    await until(`noticed in round ${round}`, () => probe.state === 'waiting')
    await line.plugIn()
  }
  await until('running at last', () => probe.state === 'running')
  assert.is(probe.told.at(-1)?.reopened, 8)
})

withLine('unplugged amid full traffic, it comes back', async (line, probe) => {
  probe.start()
  for (let round = 0; round < 4; round++) {
    await until(`running in round ${round}`, () => probe.state === 'running')
    const traffic = createSteadyTraffic({ id: 'load', rate: 20_000 })
    traffic.start({
      frame: (frame) => line.adapter.frame(frame),
      issue: () => undefined,
      health: () => undefined,
      end: () => undefined,
    })
    const before = probe.frames
    await until('frames', () => probe.frames > before + 2000)
    await line.unplug()
    await until(`noticed in round ${round}`, () => probe.state === 'waiting')
    await traffic.stop()
    await line.plugIn()
  }
  await until('running at last', () => probe.state === 'running')
  await exchange(line, probe, 100)
})

withLine(
  'a path that leads to another device is noticed without any event',
  async (line, probe) => {
    const other = new SlcanLine()
    try {
      await other.plugIn()
      probe.start()
      await until('running', () => probe.state === 'running')
      // The first device stays as it is, silent and open: only the link changes.
      unlinkSync(line.path)
      await until('noticed', () => probe.told.some(({ detail }) => detail.includes('has vanished')))
      symlinkSync(other.path, line.path)
      await until('running on the other', () => other.adapter.state === 'listen')
      await until('running', () => probe.state === 'running')
      await exchange(other, probe, 100)
    } finally {
      await probe.source.stop()
      await other.end()
    }
  },
)

withLine(
  'an adapter that hangs is noticed, and opened again when it answers',
  async (line, probe) => {
    probe.start()
    await until('running', () => probe.state === 'running')
    line.adapter.faults.add('silent')
    await until('noticed', () => probe.detail.includes('has stopped answering'))
    line.adapter.faults.delete('silent')
    line.adapter.restart()
    await until('open', () => line.adapter.state === 'listen')
    await until('running', () => probe.state === 'running')
    await exchange(line, probe, 100)
  },
  { silenceSeconds: 0.4 },
)

testWith(test, 'socat', 'a port that does not exist is waited for and then opened', async () => {
  const line = new SlcanLine()
  const probe = new SourceProbe(line.path)
  try {
    probe.start()
    await until('waiting', () => probe.state === 'waiting')
    assert.match(probe.detail, 'there is no such serial port')
    assert.match(probe.detail, line.path)
    await line.plugIn()
    await until('running', () => probe.state === 'running')
    await exchange(line, probe, 100)
  } finally {
    await probe.source.stop()
    await line.end()
  }
})

withLine(
  'a port that is open elsewhere is busy, and opened once it is free',
  async (line, probe) => {
    const holder = await openPort({
      path: line.path,
      baudRate: 115_200,
      data: () => undefined,
      closed: () => undefined,
    })
    probe.start()
    await until('waiting', () => probe.state === 'waiting')
    assert.match(probe.detail, 'in use by another process')
    await holder.close()
    await until('running', () => probe.state === 'running')
  },
)

testWith(test, 'socat', 'a file that is no serial port is an error that names it', async () => {
  const open = openPort({
    path: '/dev/null',
    baudRate: 115_200,
    data: () => undefined,
    closed: () => undefined,
  })
  const failure = await open.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.instance(failure, OdographError)
  assert.is((failure as OdographError).code, 'port-failed')
  assert.is((failure as OdographError).subject, '/dev/null')
})

testWith(
  test,
  'socat',
  'a pseudo-terminal where none can be is an error that names it',
  async () => {
    const failure = await openPty('/nowhere/at/all', () => undefined).then(
      () => undefined,
      (error: unknown) => error,
    )
    assert.instance(failure, OdographError)
    assert.is((failure as OdographError).subject, '/nowhere/at/all')
  },
)

testWith(test, 'socat', 'a pseudo-terminal never takes the place of a file', async () => {
  const line = new SlcanLine()
  try {
    writeFileSync(line.path, 'precious')
    const failure = await line.plugIn().then(
      () => undefined,
      (error: unknown) => error,
    )
    assert.instance(failure, OdographError)
    assert.is(readFileSync(line.path, 'utf8'), 'precious')
    unlinkSync(line.path)
    symlinkSync('/dev/pts/99999', line.path)
    await line.plugIn()
  } finally {
    await line.end()
  }
})

testWith(test, 'socat', 'the command is an adapter with a vehicle behind it', async () => {
  const line = new SlcanLine()
  const probe = new SourceProbe(line.path)
  const stop = new AbortController()
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const io = { stdout, stderr, signal: stop.signal }
  try {
    const ended = simulate(['slcan', '--link', line.path, '--fault', 'split', '--seed', '3'], io)
    await until('ready', () => stdout.readableLength > 0)
    assert.is(stdout.read().toString(), `ready ${line.path}\n`)
    probe.start()
    await until('frames', () => probe.frames > 50)
    stop.abort()
    assert.is(await ended, 0)
    assert.match(stderr.read().toString(), `port: ${line.path}`)
  } finally {
    stop.abort()
    await probe.source.stop()
    await line.end()
  }
})

for (const args of [[], ['elm'], ['slcan', '--fault', 'fire'], ['slcan', '--rate', '-1']]) {
  test(`the command refuses: simulate ${args.join(' ')}`, async () => {
    const io = { stdout: new PassThrough(), stderr: new PassThrough(), signal: AbortSignal.abort() }
    const failure = await simulate(args, io).then(
      () => undefined,
      (error: unknown) => error,
    )
    assert.instance(failure, OdographError)
    assert.is((failure as OdographError).code, 'usage')
  })
}

withLine('16,000 frames a second arrive without loss', async (line, probe) => {
  probe.start()
  await until('running', () => probe.state === 'running')
  const count = 48_000
  let expected = 0
  let wrong = 0
  probe.onFrame = ({ data }) => {
    if (Buffer.from(data.buffer, 0, 4).readUInt32LE(0) !== expected) wrong += 1
    expected += 1
  }
  const traffic = createSteadyTraffic({ id: 'load', rate: 16_000, limit: count })
  traffic.start({
    frame: (frame) => line.adapter.frame(frame),
    issue: () => undefined,
    health: () => undefined,
    end: () => undefined,
  })
  await until('all frames', () => expected >= count)
  await traffic.stop()
  assert.is(expected, count)
  assert.is(wrong, 0)
  assert.equal(probe.issues, [])
})

testWith(
  test,
  'socat',
  'a hundred times unplugged, nothing is lost and nothing piles up',
  async () => {
    const line = new SlcanLine()
    const probe = new SourceProbe(line.path, {}, { firstMs: 10, maxMs: 50 })
    const held = () => process.getActiveResourcesInfo().sort().join(' ')
    let first: string | undefined
    try {
      probe.start()
      for (let round = 0; round < 100; round++) {
        await line.plugIn()
        await until(`running in round ${round}`, () => probe.state === 'running')
        await exchange(line, probe, 5)
        first ??= held()
        // Looking after the device comes and goes; only what stays counts.
        await until(`as little as at first in round ${round}`, () => held() === first)
        await line.unplug()
        await until(`noticed in round ${round}`, () => probe.state === 'waiting')
      }
      assert.is(probe.frames, 500)
      assert.is(probe.told.at(-1)?.reopened, 99)
      assert.equal(line.adapter.transmitted, [])
    } finally {
      await probe.source.stop()
      await line.end()
    }
  },
)

testWith(test, 'socat', 'nothing is left when all is stopped', async () => {
  const line = new SlcanLine()
  const probe = new SourceProbe(line.path)
  await line.plugIn()
  probe.start()
  await until('running', () => probe.state === 'running')
  await probe.source.stop()
  await probe.source.stop()
  await line.end()
  assert.not(existsSync(line.path))
  const handles = process
    .getActiveResourcesInfo()
    .filter((name) => /Timeout|Process|TTY/.test(name))
  assert.ok(handles.length <= 1, handles.join(', '))
})

test.run()
