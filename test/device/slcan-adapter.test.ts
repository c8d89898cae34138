import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SlcanParser } from '../../src/device/serial/slcan-parser.ts'
import { SlcanAdapter, type SlcanAdapterOptions } from '../../src/device/simulator/slcan-adapter.ts'
import { isAccepted } from '../../src/device/simulator/slcan-adapter-filter.ts'
import { encodeLine } from '../../src/device/simulator/slcan-adapter-frame.ts'
import { steadyFrame } from '../../src/device/simulator/steady-traffic.ts'
import { frameOf, newFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import { SmallBus, type SmallBusOptions } from '../support/small-bus.ts'

const test = suite('slcan adapter simulator')

function adapterWith(options: Omit<SlcanAdapterOptions, 'write'> = {}) {
  const chunks: Uint8Array[] = []
  const adapter = new SlcanAdapter({ ...options, write: (bytes) => chunks.push(bytes.slice()) })
  const output = () => Buffer.concat(chunks.splice(0)).toString('latin1')
  /** Sends one command and returns the answer. */
  const ask = (command: string) => {
    adapter.receive(Buffer.from(`${command}\r`))
    return output()
  }
  return { adapter, ask, output, chunks }
}

test('commands are acknowledged or refused as the state of the channel asks for', () => {
  const { adapter, ask } = adapterWith()
  const dialogue: [string, string][] = [
    ['', '\r'],
    ['C', '\x07'],
    ['L', '\x07'],
    ['S9', '\x07'],
    ['S5', '\r'],
    ['Z1', '\r'],
    ['Z2', '\x07'],
    ['V', 'V1013\r'],
    ['N', 'NA001\r'],
    ['F', '\x07'],
    ['L', '\r'],
    ['S6', '\x07'],
    ['O', '\x07'],
    ['F', 'F00\r'],
    ['t1230', '\x07'],
    ['C', '\r'],
    ['O', '\r'],
    ['t1230', 'z\r'],
    ['T000001230', 'Z\r'],
    ['Q', '\x07'],
  ]
  for (const [command, answer] of dialogue) assert.is(ask(command), answer, command)
  assert.is(adapter.state, 'open')
  assert.is(adapter.speed, 5)
})

test('frames go out only while the channel is open', () => {
  const { adapter, ask, output } = adapterWith()
  const frame = frameOf(0x18fef100, [1, 2, 0xab])
  adapter.frame(frame)
  assert.is(output(), '')
  ask('S5')
  ask('L')
  adapter.frame(frame)
  adapter.frame(frameOf(0x7ff, []))
  adapter.frame(frameOf(0x123, [0, 0], { remote: true }))
  assert.is(output(), 'T18FEF10030102AB\rt7FF0\rr1232\r')
  ask('C')
  adapter.frame(frame)
  assert.is(output(), '')
})

test('time stamps are the milliseconds of the minute', () => {
  const { adapter, ask, output } = adapterWith()
  for (const command of ['S5', 'Z1', 'L']) ask(command)
  adapter.frame(frameOf(0x100, [1], { time: 61_234_567 }))
  assert.is(output(), 't1001' + '01' + '04D2\r')
})

test('an overflow is told once', () => {
  const { adapter, ask } = adapterWith()
  ask('S5')
  ask('L')
  adapter.overflow()
  assert.is(ask('F'), 'F01\r')
  assert.is(ask('F'), 'F00\r')
})

test('chosen commands can be refused', () => {
  const { adapter, ask } = adapterWith({ refuse: ['L'] })
  ask('S5')
  assert.is(ask('L'), '\x07')
  assert.is(adapter.state, 'closed')
})

test('an adapter without acknowledgements obeys all the same', () => {
  const { adapter, ask, output } = adapterWith({ faults: ['noack'] })
  assert.is(ask('S5') + ask('V') + ask('L'), '')
  assert.is(adapter.state, 'listen')
  adapter.frame(frameOf(1, []))
  assert.is(output(), 't0010\r')
})

test('a hanging adapter says nothing until it recovers', () => {
  const { adapter, ask, output } = adapterWith()
  ask('S5')
  ask('L')
  adapter.faults.add('silent')
  assert.is(ask('V'), '')
  adapter.frame(frameOf(1, []))
  assert.is(output(), '')
  adapter.faults.delete('silent')
  assert.is(ask('V'), 'V1013\r')
})

test('whatever is garbled, cut or interrupted, the parser gets every frame', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { adapter, ask, chunks } = adapterWith({ seed, faults: ['garbage', 'split', 'bel'] })
    ask('S8')
    ask('L')
    chunks.length = 0
    const count = 500
    const frame = newFrame()
    for (let number = 0; number < count; number++) adapter.frame(steadyFrame(frame, number))
    adapter.flush()
    const numbers: number[] = []
    const issues: Issue[] = []
    let refusals = 0
    const parser = new SlcanParser({
      at: 'test',
      frame: ({ data }) => numbers.push(Buffer.from(data).readUInt32LE(0)),
      issue: (issue) => issues.push(issue),
      reply: () => {
        refusals += 1
      },
    })
    for (const chunk of chunks) parser.push(chunk, 0)
    assert.equal(
      numbers,
      Array.from({ length: count }, (_, number) => number),
    )
    assert.ok(issues.length > 10 && refusals > 10)
    assert.ok(chunks.some((chunk) => chunk.at(-1) !== 0x0d))
  }
})

test('the same seed makes the same faults', () => {
  const run = () => {
    const { adapter, ask, output } = adapterWith({ seed: 5, faults: ['garbage', 'split'] })
    ask('S8')
    ask('L')
    const frame = newFrame()
    for (let number = 0; number < 100; number++) adapter.frame(steadyFrame(frame, number))
    return output()
  }
  assert.is(run(), run())
})

test('every length of CAN FD has its code', () => {
  const line = new Uint8Array(256)
  for (const [length, code] of [
    [8, '8'],
    [12, '9'],
    [64, 'F'],
  ] as const) {
    const frame = frameOf(0x123, new Uint8Array(length), { fd: true })
    const text = Buffer.from(line.subarray(0, encodeLine(frame, line))).toString()
    assert.is(text, `d123${code}${'00'.repeat(length)}\r`)
  }
})

function onBus(options: Partial<SlcanAdapterOptions> = {}, busOptions: SmallBusOptions = {}) {
  const bus = new SmallBus(busOptions)
  const session = adapterWith({ ...options, model: bus })
  let now = 1_790_000_000_000_000
  session.adapter.advance(now)
  const wait = (ms: number) => {
    now += ms * 1000
    session.adapter.advance(now)
    return session.output()
  }
  return { ...session, bus, wait }
}

test('what is sent reaches the bus, and the answers come as frames', () => {
  const { adapter, ask, wait, bus } = onBus()
  ask('S6')
  ask('O')
  assert.is(adapter.acknowledges, true)
  assert.is(ask('t7DF802010C0000000000'), 'z\r')
  assert.is(wait(20), 't7E8804410C1AF8000000\r')
  assert.equal(
    bus.received.map(({ id, data }) => [id, data[1], data[2]]),
    [[0x7df, 0x01, 0x0c]],
  )
  assert.is(ask('t7DF80201'), '\x07', 'too short')
  assert.is(ask('tZZZ0'), '\x07')
  assert.is(ask('t8000'), '\x07', 'no 11 bits')
  assert.is(ask('F'), 'F00\r')
  assert.is(adapter.onBus.length, 1)
})

test('listen-only puts nothing on the bus', () => {
  const { adapter, ask, bus } = onBus()
  ask('S6')
  ask('L')
  assert.is(ask('t7DF802010C0000000000'), '\x07')
  assert.is(adapter.acknowledges, false)
  assert.is(bus.received.length, 0)
})

test('a wrong bit rate hears nothing and has errors when it sends', () => {
  const { ask, wait, bus } = onBus({}, { traffic: { frame: frameOf(0x100, [1]), everyMs: 10 } })
  ask('S5')
  ask('O')
  assert.is(wait(100), '')
  ask('t7DF802010C0000000000')
  assert.is(ask('F'), 'F84\r')
  assert.is(bus.received.length, 0)
})

test('bus timing registers set a bit rate too', () => {
  for (const [command, isRight] of [
    ['s001C', true],
    ['s011C', false],
  ] as const) {
    const { ask, wait } = onBus({}, { traffic: { frame: frameOf(0x100, [1]), everyMs: 10 } })
    assert.is(ask(command), '\r')
    assert.is(ask('O'), '\r')
    assert.is(wait(10), isRight ? 't100101\r' : '')
  }
})

test('nobody awake means errors', () => {
  const { ask } = onBus({}, { awake: false })
  ask('S6')
  ask('O')
  ask('t7DF802010C0000000000')
  assert.is(ask('F'), 'F84\r')
})

test('bus-off and error warning are told by the flags', () => {
  const traffic = { frame: frameOf(0x100, [1]), everyMs: 10 }
  const { adapter, ask, wait, bus } = onBus({ faults: ['bus-off'] }, { traffic })
  ask('S6')
  ask('O')
  assert.is(wait(50), '')
  assert.is(ask('t7DF802010C0000000000'), '\x07')
  assert.is(ask('F'), 'FA4\r')
  assert.is(adapter.acknowledges, false)
  assert.is(bus.received.length, 0)
  adapter.faults.delete('bus-off')
  adapter.faults.add('error-warning')
  assert.is(ask('F'), 'F04\r')
  assert.is(wait(10), 't100101\r')
})

test('CAN FD is sent with and without the higher bit rate', () => {
  const { adapter, ask } = onBus({ dialect: 'canable2' })
  assert.is(ask('Y2'), '\r')
  assert.is(adapter.dataSpeed, 2_000_000)
  ask('S6')
  ask('O')
  assert.is(ask(`d1239${'00'.repeat(12)}`), 'z\r')
  assert.is(ask(`B18FEF100F${'AB'.repeat(64)}`), 'Z\r')
  assert.equal(
    adapter.onBus.map(({ id, length, fd, brs }) => [id, length, fd, brs]),
    [
      [0x123, 12, true, false],
      [0x18fef100, 64, true, true],
    ],
  )
})

test('the acceptance registers filter', () => {
  const ids = [0x7e8, 0x7e0, 0x100]
  // Dual mode, both filters the same: 7E8 to 7EF.
  const dual = { code: 0xfd00fd00 | 0, mask: 0x00ff00ff, mode: 'dual' } as const
  assert.equal(
    ids.map((id) => isAccepted(frameOf(id, [1]), dual)),
    [true, false, false],
  )
  // Only the first 16 bits of 29 count: 18FEF100 and its neighbours.
  const extended = { code: 0xc7f7c7f7 | 0, mask: 0, mode: 'dual' } as const
  const extendedIds = [0x18fef100, 0x18feff17, 0x18fec100]
  assert.equal(
    extendedIds.map((id) => isAccepted(frameOf(id, []), extended)),
    [true, true, false],
  )
  const single = { code: (0x18fef117 << 3) | 0, mask: 0x7, mode: 'single' } as const
  assert.ok(isAccepted(frameOf(0x18fef117, []), single))
  assert.not.ok(isAccepted(frameOf(0x18fef100, []), single))
  const standard = { code: 0x7e8 << 21, mask: 0x1fffff, mode: 'single' } as const
  assert.ok(isAccepted(frameOf(0x7e8, [0x55]), standard))
  assert.not.ok(isAccepted(frameOf(0x7e9, [0x55]), standard))
})

test('a filter set before opening is at work after it', () => {
  const traffic = { frame: frameOf(0x100, [1]), everyMs: 10 }
  const { ask, wait } = onBus({}, { traffic })
  assert.is(ask('MFD00FD00'), '\r')
  assert.is(ask('m00FF00FF'), '\r')
  assert.is(ask('M12'), '\x07')
  ask('S6')
  ask('O')
  assert.is(ask('m00000000'), '\x07', 'only while closed')
  ask('t7DF802010C0000000000')
  assert.is(wait(50), 't7E8804410C1AF8000000\r')
})

test('each dialect answers in its own way', () => {
  const request = 't7DF802010C0000000000'
  const answer = 't7E8804410C1AF8000000\r'
  const cases: [SlcanAdapterOptions['dialect'], [string, string][]][] = [
    [
      'usbtin',
      [
        ['V', 'V0100\r'],
        ['v', 'v0101\r'],
        ['N', 'NFFFF\r'],
        ['S6', '\r'],
        ['O', '\r'],
        [request, 'z\r'],
      ],
    ],
    [
      'wican',
      [
        ['V', 'V2011\r'],
        ['N', 'N43010123\r'],
        ['F', 'F00\r'],
        ['C', '\r'],
        ['S6', '\r'],
        ['O', '\r'],
        [request, '\r'],
        ['q', ''],
      ],
    ],
    [
      'canable',
      [
        ['V', 'f1c92ab github.com/simulated/canable2-fw.git\r'],
        ['L', ''],
        ['N', ''],
        ['S6', ''],
        ['O', ''],
        [request, ''],
      ],
    ],
    [
      'cantact',
      [
        ['C', ''],
        ['S6', ''],
        ['Y2', ''],
        ['O', ''],
        [request, ''],
      ],
    ],
  ]
  for (const [dialect = 'lawicel', steps] of cases) {
    const { ask, wait } = onBus({ dialect })
    for (const [command, reply] of steps) assert.is(ask(command), reply, `${dialect} ${command}`)
    assert.is(wait(20), answer, dialect)
  }
})

test('a CANable listens only after M1', () => {
  const { adapter, ask, bus } = onBus({ dialect: 'canable' })
  ask('S6')
  ask('M1')
  ask('O')
  assert.is(adapter.state, 'listen')
  ask('t7DF802010C0000000000')
  assert.is(bus.received.length, 0)
  for (const command of ['C', 'M0', 'O']) ask(command)
  assert.is(adapter.acknowledges, true)
})

test.run()
