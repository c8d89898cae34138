import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SlcanParser } from '../../src/device/serial/slcan-parser.ts'
import {
  encodeLine,
  SlcanAdapter,
  type SlcanAdapterOptions,
} from '../../src/device/simulator/slcan-adapter.ts'
import { steadyFrame } from '../../src/device/simulator/steady-traffic.ts'
import { frameOf, newFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'

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

test.run()
