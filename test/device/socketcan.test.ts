/**
 * SocketCAN through stand-ins of its tools, found on the path as the real ones are: `candump` prints
 * what the test writes into a pipe, `canplayer` writes down what it is given, `ip` prints a file.
 */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint } from '../../src/device/governor/permit.ts'
import { candumpArguments, playerLine } from '../../src/device/socketcan/can-tools.ts'
import { ControllerWatch } from '../../src/device/socketcan/controller-watch.ts'
import { errorReport } from '../../src/device/socketcan/error-frame.ts'
import {
  type InterfaceState,
  interfaceProblem,
  interfaceState,
} from '../../src/device/socketcan/interface-state.ts'
import {
  createSocketcanSource,
  type SocketcanOptions,
} from '../../src/device/socketcan/socketcan.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import type { Transmitter } from '../../src/model/transmit.ts'
import { until } from '../support/gateway-process.ts'

const test = suite('SocketCAN')

const folder = mkdtempSync(join(tmpdir(), 'odograph-can-'))
const oldPath = process.env.PATH
const at = (name: string) => join(folder, name)

function tool(name: string, script: string): void {
  writeFileSync(at(name), `#!/bin/sh\n${script}\n`)
  chmodSync(at(name), 0o755)
}

/** What a controller with a driver of its own looks like. */
function link(options: { up?: boolean; modes?: string[]; state?: string; restart?: number } = {}) {
  const { up = true, modes = ['LISTEN-ONLY'], state = 'ERROR-ACTIVE', restart = 100 } = options
  const data = { ctrlmode: modes, state, restart_ms: restart, bittiming: { bitrate: 500_000 } }
  const flags = ['NOARP', ...(up ? ['UP', 'LOWER_UP'] : []), 'ECHO']
  return [{ ifname: 'can0', flags, linkinfo: { info_kind: 'can', info_data: data } }]
}

test.before(() => {
  process.env.PATH = `${folder}${delimiter}${oldPath}`
})

test.before.each(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  tool('ip', `cat ${at('link.json')}`)
  tool('candump', `echo "$@" > ${at('candump.args')}\nexec tail -n +1 -f ${at('bus.log')}`)
  tool('canplayer', `echo "$@" > ${at('canplayer.args')}\nexec cat >> ${at('sent.log')}`)
  writeFileSync(at('bus.log'), '')
  writeFileSync(at('sent.log'), '')
  writeFileSync(at('link.json'), JSON.stringify(link()))
})

test.after(() => {
  process.env.PATH = oldPath
  rmSync(folder, { recursive: true, force: true })
})

class Listener {
  readonly frames: CanFrame[] = []
  readonly issues: Issue[] = []
  readonly health: SourceHealth[] = []
  readonly states: string[] = []
  transmitter: Transmitter | undefined
  readonly source

  constructor(options: Partial<SocketcanOptions> = {}) {
    this.source = createSocketcanSource(
      { id: 'bus', interface: 'can0', ...options },
      { backOff: { firstMs: 30, maxMs: 60 } },
    )
    this.source.start({
      frame: (frame) => this.frames.push({ ...frame, data: frame.data.slice(0, frame.length) }),
      issue: (issue) => this.issues.push(issue),
      health: (health) => this.health.push(health),
      busState: (state) => this.states.push(state),
      end: () => undefined,
      transmitter: (transmitter) => {
        this.transmitter = transmitter
      },
    })
  }

  get last(): SourceHealth | undefined {
    return this.health.at(-1)
  }

  async reaches(state: string): Promise<void> {
    await until(`${state}, not ${this.last?.detail}`, () => this.last?.state === state)
  }
}

test('frames come with the time of the kernel, and the tool is asked for what is wanted', async () => {
  const filters = [
    { extended: true, id: 0x18fef100, mask: 0x3ffff00 },
    { extended: false, id: 0x7e8, mask: 0x7f8 },
  ]
  const listener = new Listener({ filters })
  await listener.reaches('running')
  assert.match(listener.last?.detail ?? '', /can0 at 500 kbit\/s, listen-only/)
  appendFileSync(at('bus.log'), '(1700000000.123456) can0 18FEF100#0102030405060708\n')
  appendFileSync(at('bus.log'), '(1700000000.200000) can0 7E8#0341')
  await until('a frame', () => listener.frames.length === 1)
  appendFileSync(at('bus.log'), '0C00\n')
  await until('the other frame', () => listener.frames.length === 2)
  const [first, second] = listener.frames
  assert.is(first?.time, 1_700_000_000_123_456)
  assert.is(first?.id, 0x18fef100)
  assert.equal([...(second?.data ?? [])], [3, 0x41, 0x0c, 0])
  assert.is(
    readFileSync(at('candump.args'), 'utf8').trim(),
    '-L -d can0,98FEF100:83FFFF00,7E8:800007F8,#FFFFFFFF',
  )
  assert.is(listener.transmitter, undefined)
  assert.not(existsSync(at('canplayer.args')))
  await listener.source.stop()
  assert.is(listener.last?.state, 'stopped')
  assert.equal(listener.issues, [])
})

test('what may ask sends through one tool that stays, out of permits alone', async () => {
  writeFileSync(at('link.json'), JSON.stringify(link({ modes: [] })))
  const listener = new Listener({ listenOnly: false })
  await until('a transmitter', () => listener.transmitter !== undefined)
  const used: string[] = []
  const permit = (isGood: boolean) =>
    mint({
      frame: { id: 0x7df, extended: false, data: Uint8Array.of(2, 1, 12) },
      ...{ waitMs: 50, responders: 0, isGood: () => isGood, used: () => used.push('x') },
    })
  assert.equal(await listener.transmitter?.send(permit(true)), { kind: 'sent' })
  assert.is((await listener.transmitter?.send(permit(false)))?.kind, 'failed')
  assert.is((await listener.transmitter?.send({ waitMs: 1, responders: 0 }))?.kind, 'failed')
  await until('a line', () => readFileSync(at('sent.log'), 'utf8') !== '')
  assert.is(readFileSync(at('sent.log'), 'utf8'), '(0.000000) can0 7DF#02010C\n')
  assert.is(readFileSync(at('canplayer.args'), 'utf8').trim(), '-t -x can0=can0')
  assert.is(used.length, 1)
  const transmitter = listener.transmitter
  await listener.source.stop()
  assert.is(listener.transmitter, undefined)
  assert.is((await transmitter?.send(permit(true)))?.kind, 'failed')
})

const problems: [what: string, link: unknown, listenOnly: boolean, says: RegExp][] = [
  [
    'down',
    link({ up: false }),
    true,
    /is down; `sudo ip link set can0 .*bitrate 500000 listen-only on/,
  ],
  [
    'a node that acknowledges',
    link({ modes: [] }),
    true,
    /not in listen-only mode .*listenOnly: false/,
  ],
  ['listen-only where it may ask', link(), false, /cannot send; .*listen-only off/],
  [
    'of another bit rate',
    [
      {
        ...link()[0],
        linkinfo: { info_kind: 'can', info_data: { bittiming: { bitrate: 250_000 } } },
      },
    ],
    true,
    /bit rate 250000 and not 500000; .*bitrate 500000 listen-only on/,
  ],
  ['off the bus for good', link({ state: 'BUS-OFF', restart: 0 }), true, /off the bus .*restart/],
]

for (const [what, state, listenOnly, says] of problems) {
  test(`an interface that is ${what} is not used, and the remedy is told`, async () => {
    writeFileSync(at('link.json'), JSON.stringify(state))
    const listener = new Listener({ listenOnly, bitrate: 500_000 })
    await listener.reaches('waiting')
    assert.match(listener.last?.detail ?? '', says)
    assert.not(existsSync(at('candump.args')))
    // It is used as soon as it is as it should be.
    writeFileSync(
      at('link.json'),
      JSON.stringify(link({ modes: listenOnly ? ['LISTEN-ONLY'] : [] })),
    )
    await listener.reaches('running')
    await listener.source.stop()
  })
}

test('a virtual bus has no mode, and one that starts again by itself may be off', () => {
  const state: InterfaceState = { name: 'can0', isUp: true, isVirtual: true, isListenOnly: false }
  assert.is(interfaceProblem(state, { listenOnly: true }), undefined)
  const real = { ...state, isVirtual: false, isListenOnly: true, controller: 'BUS-OFF' }
  assert.is(interfaceProblem({ ...real, restartMs: 100 }, { listenOnly: true }), undefined)
})

test('tools that are missing, and interfaces, are told of with what would help', async () => {
  tool('ip', 'echo "Device \\"can0\\" does not exist." >&2\nexit 1')
  const missing = new Listener()
  await missing.reaches('waiting')
  assert.match(missing.last?.detail ?? '', /no such CAN interface; .*config\.txt/)
  await missing.source.stop()
  const noIp = await interfaceState('can0', async () => {
    throw Object.assign(new Error('spawn ip ENOENT'), { code: 'ENOENT' })
  }).then(String, (error: Error) => error.message)
  assert.match(noIp, /sudo apt install iproute2/)
  const old = await interfaceState('can0', async () => 'no JSON').then(
    String,
    (error: Error) => error.message,
  )
  assert.match(old, /no such CAN interface/)
  tool('ip', `cat ${at('link.json')}`)
  tool('candump', 'echo "candump: cannot open: permission denied" >&2\nexit 1')
  const broken = new Listener()
  await broken.reaches('waiting')
  assert.match(broken.last?.detail ?? '', /candump has ended: candump: cannot open/)
  await broken.source.stop()
  process.env.PATH = folder
  rmSync(at('candump'))
  tool('ip', `/bin/cat ${at('link.json')}`)
  const none = new Listener()
  await none.reaches('waiting')
  process.env.PATH = `${folder}${delimiter}${oldPath}`
  assert.match(none.last?.detail ?? '', /candump is not installed: sudo apt install can-utils/)
  await none.source.stop()
})

test('a tool that dies is started again, and frames go on', async () => {
  tool('candump', `cat ${at('bus.log')}\nsleep 0.3`)
  writeFileSync(at('bus.log'), '(1700000000.000000) can0 123#00\n')
  const listener = new Listener()
  await until('frames of three runs', () => listener.frames.length >= 3)
  assert.ok((listener.last?.reopened ?? 0) >= 1)
  await listener.source.stop()
})

test('lost frames and errors of the controller are told of', async () => {
  writeFileSync(at('link.json'), JSON.stringify(link({ modes: [] })))
  const listener = new Listener({ listenOnly: false })
  await listener.reaches('running')
  for (const line of [
    '(1700000000.000000) can0 20000004#0008000000000000',
    '(1700000001.000000) can0 20000040#0000000000000000',
    '(1700000002.000000) can0 20000100#0000000000000000',
    '(1700000003.000000) can0 20000004#0001000000000000',
    `DROPCOUNT: dropped 5 CAN frames on 'can0' socket (total drops 5)`,
  ]) {
    appendFileSync(at('bus.log'), `${line}\n`)
  }
  await until('two issues', () => listener.issues.length === 2)
  assert.equal(
    listener.issues.map(({ code }) => code),
    ['adapter-overflow', 'adapter-overflow'],
  )
  assert.equal(listener.states, ['errors', 'off', 'ok'])
  assert.equal(listener.frames, [])
  await listener.source.stop()
})

test('while its controller is off the bus nothing is handed to it', async () => {
  writeFileSync(at('link.json'), JSON.stringify(link({ modes: [] })))
  const listener = new Listener({ listenOnly: false })
  await until('a transmitter', () => listener.transmitter !== undefined)
  appendFileSync(at('bus.log'), '(1700000001.000000) can0 20000040#0000000000000000\n')
  await until('off', () => listener.states.includes('off'))
  const result = await listener.transmitter?.send({ waitMs: 1, responders: 0 })
  assert.equal(result, { kind: 'failed', reason: 'bus', detail: 'the controller is off the bus' })
  await listener.source.stop()
})

test('a controller that is not well when it is opened is told of', async () => {
  writeFileSync(at('link.json'), JSON.stringify(link({ state: 'BUS-OFF' })))
  const listener = new Listener()
  await listener.reaches('running')
  assert.equal(listener.states, ['off'])
  await listener.source.stop()
})

test('frames without another error for a while are a controller that is well again', () => {
  const states: string[] = []
  const watch = new ControllerWatch('can0', {
    frame: () => undefined,
    issue: () => undefined,
    health: () => undefined,
    end: () => undefined,
    busState: (state) => states.push(state),
  })
  const passive = frameOf(0x004, [0, 0x10, 0, 0, 0, 0, 0, 0], { error: true })
  const up: InterfaceState = { name: 'can0', isUp: true, isVirtual: false, isListenOnly: true }
  watch.opened({ ...up, controller: 'ERROR-ACTIVE' }, 0)
  watch.errorFrame(passive, 1000)
  watch.heard(9000)
  watch.errorFrame(passive, 9500)
  watch.heard(15_000)
  assert.equal(states, ['errors'])
  watch.heard(19_500)
  watch.opened({ ...up, controller: 'BUS-OFF' }, 30_000)
  assert.ok(watch.isOff)
  watch.opened({ ...up, controller: 'ERROR-ACTIVE' }, 31_000)
  watch.opened({ ...up, controller: 'ERROR-WARNING' }, 32_000)
  assert.equal(states, ['errors', 'ok', 'off', 'ok', 'errors'])
})

test('a bus without frames is silent, and lively again with the next', async () => {
  const listener = new Listener({ silenceSeconds: 0.1 })
  await listener.reaches('silent')
  assert.match(listener.last?.detail ?? '', /no frame comes/)
  appendFileSync(at('bus.log'), '(1700000000.000000) can0 123#00\n')
  await listener.reaches('running')
  await listener.source.stop()
})

test('error frames are told by class', () => {
  const cases: [id: number, second: number, state: string | undefined, hasOverflow: boolean][] = [
    [0x040, 0, 'off', false],
    [0x100, 0, 'ok', false],
    [0x004, 0x01, undefined, true],
    [0x004, 0x02, undefined, true],
    [0x004, 0x04, 'errors', false],
    [0x004, 0x20, 'errors', false],
    [0x004, 0x11, 'errors', true],
    [0x004, 0x40, 'ok', false],
    [0x020, 0, 'errors', false],
    [0x088, 0, 'errors', false],
    [0x002, 0, undefined, false],
  ]
  for (const [id, second, state, hasOverflow] of cases) {
    const frame = frameOf(id, [0, second, 0, 0, 0, 0, 0, 0], { error: true })
    const report = errorReport(frame)
    assert.is(report.state, state, id.toString(16))
    assert.is(report.hasOverflow, hasOverflow)
  }
})

test('more filters than a socket takes are none, and a frame is a line with its digits', () => {
  const many = Array.from({ length: 513 }, (_, id) => ({ extended: false, id, mask: 0x7ff }))
  assert.equal(candumpArguments('can1', many), ['-L', '-d', 'can1,0:0,#FFFFFFFF'])
  assert.ok((candumpArguments('can1', many.slice(1))[2] ?? '').split(',').length === 514)
  const frame = { id: 0x18da10f1, extended: true, data: Uint8Array.of(0x02, 0xab) }
  assert.is(playerLine('can1', frame), '(0.000000) can1 18DA10F1#02AB\n')
  assert.is(playerLine('can1', { ...frame, id: 1, extended: false }), '(0.000000) can1 001#02AB\n')
})

test.run()
