import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { AdapterClock } from '../../src/device/serial/adapter-clock.ts'
import { type PortFacts, type PortOptions, portError } from '../../src/device/serial/port.ts'
import { createSlcanSource, type SlcanOptions } from '../../src/device/serial/slcan.ts'
import { lineCapacity } from '../../src/device/serial/slcan-texts.ts'
import { SlcanAdapter, type SlcanAdapterOptions } from '../../src/device/simulator/slcan-adapter.ts'
import { OdographError } from '../../src/model/errors.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { SourceHealth } from '../../src/model/ports.ts'
import { HandClock, settled } from '../support/hand-clock.ts'

const test = suite('slcan source')

/** The source on a line of the test's own, with the simulated adapter behind it and a cranked clock. */
function bench(
  options: Partial<SlcanOptions> = {},
  adapterOptions: Partial<SlcanAdapterOptions> = {},
) {
  const clock = new HandClock()
  const frames: { id: number; time: number }[] = []
  const issues: Issue[] = []
  const told: SourceHealth[] = []
  let port: PortOptions | undefined
  let opens = 0
  let isOpen = false
  const adapter = new SlcanAdapter({
    ...adapterOptions,
    write: (bytes) => port?.data(bytes.slice()),
  })
  const source = createSlcanSource(
    { id: 'can0', port: '/dev/ttyACM0', bitrate: 250_000, ...options },
    {
      clock,
      after: clock.after,
      random: () => 0.5,
      open: async (given) => {
        assert.not(isOpen, 'opened twice')
        port = given
        opens += 1
        isOpen = true
        return {
          path: given.path,
          device: given.path,
          write: async (bytes) => adapter.receive(bytes),
          close: async () => {
            isOpen = false
            port = undefined
          },
        }
      },
    },
  )
  const start = async () => {
    source.start({
      frame: ({ id, time }) => frames.push({ id, time }),
      issue: (issue) => issues.push(issue),
      health: (health) => told.push(health),
      end: () => assert.unreachable(),
    })
    await clock.advance(100)
  }
  return {
    clock,
    adapter,
    source,
    frames,
    issues,
    told,
    start,
    state: () => told.at(-1)?.state,
    detail: () => told.at(-1)?.detail ?? '',
    opens: () => opens,
    isOpen: () => isOpen,
    inject: (text: string) => port?.data(Buffer.from(text, 'latin1')),
    lose: () => port?.closed('/dev/ttyACM0: the device was disconnected'),
    stop: async () => {
      const stopped = source.stop()
      await clock.advance(1000)
      await stopped
      assert.is(clock.waiting, 0, 'a timer is left')
      assert.not(isOpen, 'the port is left open')
    },
  }
}

test('the channel is opened listen-only, in order, and closed at the end', async () => {
  const b = bench()
  await b.start()
  assert.equal(b.adapter.commands, ['C', 'V', 'S5', 'L', 'F'])
  assert.is(b.state(), 'running')
  assert.match(b.detail(), /ttyACM0 at 250 kbit\/s, listen-only$/)
  await b.stop()
  assert.is(b.adapter.state, 'closed')
  assert.is(b.adapter.commands.at(-1), 'C')
})

for (const [index, bitrate] of [10, 20, 50, 100, 125, 250, 500, 800, 1000].entries()) {
  test(`${bitrate} kbit/s is S${index}`, async () => {
    const b = bench({ bitrate: bitrate * 1000 })
    await b.start()
    assert.is(b.adapter.speed, index)
    await b.stop()
  })
}

test('a bit rate without a command is a configuration error that names the source', () => {
  const make = () => createSlcanSource({ id: 'can7', port: '/dev/ttyACM0', bitrate: 83_333 })
  assert.throws(
    make,
    (error: unknown) =>
      error instanceof OdographError && error.code === 'config-invalid' && error.subject === 'can7',
  )
})

test('an adapter without listen-only stays closed, and the way out is named', async () => {
  const b = bench({}, { refuse: ['L'] })
  await b.start()
  await b.clock.advance(120_000)
  assert.is(b.state(), 'waiting')
  assert.match(b.detail(), 'does not offer listen-only')
  assert.match(b.detail(), 'listenOnly: false')
  assert.not(b.adapter.commands.includes('O'))
  assert.is(b.adapter.state, 'closed')
  assert.ok(b.issues.some(({ code }) => code === 'adapter-refused'))
  b.adapter.refuse.clear()
  await b.clock.advance(40_000)
  assert.is(b.adapter.state, 'listen', 'it is tried again')
  await b.stop()
})

test('listenOnly: false opens a normal node and says what that means', async () => {
  const b = bench({ listenOnly: false })
  await b.start()
  assert.is(b.adapter.state, 'open')
  assert.not(b.adapter.commands.includes('L'))
  assert.match(b.detail(), 'acknowledges')
  await b.stop()
})

test('a refused bit rate keeps the channel closed', async () => {
  const b = bench({}, { refuse: ['S'] })
  await b.start()
  assert.is(b.state(), 'waiting')
  assert.match(b.detail(), 'refuses the bit rate 250000')
  assert.not(b.adapter.commands.includes('L'))
  await b.stop()
})

test('a channel that was left open is closed first', async () => {
  const b = bench()
  for (const command of ['S8', 'O']) b.adapter.receive(Buffer.from(`${command}\r`))
  await b.start()
  assert.is(b.adapter.speed, 5)
  assert.is(b.adapter.state, 'listen')
  await b.stop()
})

test('an adapter that answers nothing is opened all the same, and that is said', async () => {
  const b = bench({}, { faults: ['noack'] })
  await b.start()
  await b.clock.advance(3000)
  assert.is(b.state(), 'running')
  assert.match(b.detail(), 'did not acknowledge')
  b.adapter.frame(frameOf(0x123, [1]))
  assert.is(b.frames.length, 1)
  await b.stop()
})

test('frames that come with the answer to the opening are received', async () => {
  const b = bench()
  const { adapter } = b
  const receive = adapter.receive.bind(adapter)
  adapter.receive = (bytes) => {
    receive(bytes)
    if (Buffer.from(bytes).toString() === 'L\r') adapter.frame(frameOf(0x111, [1]))
  }
  await b.start()
  assert.equal(
    b.frames.map(({ id }) => id),
    [0x111],
  )
  await b.stop()
})

test('every command that is ever sent is on the list of those that transmit nothing', async () => {
  const b = bench({ silenceSeconds: 2, timestamps: true })
  await b.start()
  b.adapter.frame(frameOf(0x123, [1]))
  await b.clock.advance(60_000)
  b.lose()
  await b.clock.advance(60_000)
  await b.stop()
  assert.equal(new Set(b.adapter.commands), new Set(['C', 'V', 'S5', 'Z1', 'L', 'F']))
  assert.equal(b.adapter.transmitted, [])
})

test('frames carry the time of their arrival, which small steps back do not undo', async () => {
  const b = bench()
  await b.start()
  const start = b.clock.now()
  b.inject('t1000\rt1010\r')
  await b.clock.advance(250)
  b.inject('t1020\r')
  assert.equal(
    b.frames.map(({ time }) => time - start * 1000),
    [0, 0, 250_000],
  )
  const now = b.clock.now.bind(b.clock)
  b.clock.now = () => now() - 2000
  b.inject('t1030\r')
  assert.is(b.frames.at(-1)?.time, (start + 250) * 1000)
  b.clock.now = () => now() - 3_600_000
  b.inject('t1040\r')
  assert.is(b.frames.at(-1)?.time, (start + 250 - 3_600_000) * 1000)
  await b.stop()
})

test('garbage, cut lines and BEL at any time leave the frames alone', async () => {
  const b = bench()
  await b.start()
  b.inject('\xff\x80\r')
  b.inject('t1002')
  b.inject('AABB\r\x07t1010\rT000')
  b.inject('\x07t1020\r')
  assert.equal(
    b.frames.map(({ id }) => id),
    [0x100, 0x101, 0x102],
  )
  assert.is(b.issues.filter(({ code }) => code === 'adapter-refused').length, 2)
  assert.is(b.issues.filter(({ code }) => code === 'line-malformed').length, 2)
  assert.is(b.state(), 'running')
  await b.stop()
})

test('an overflow of the adapter becomes an issue', async () => {
  const b = bench()
  await b.start()
  b.adapter.overflow()
  for (let second = 0; second < 12; second++) {
    b.adapter.frame(frameOf(1, []))
    await b.clock.advance(1000)
  }
  assert.equal(
    b.issues.map(({ code, detail }) => [code, detail]),
    [['adapter-overflow', 'status flags 01']],
  )
  await b.stop()
})

test('a quiet bus is silent, not broken, and runs again with its first frame', async () => {
  const b = bench()
  await b.start()
  await b.clock.advance(30_000)
  assert.is(b.state(), 'silent')
  assert.match(b.detail(), 'ignition is off')
  await b.clock.advance(8 * 3_600_000)
  assert.is(b.opens(), 1)
  assert.is(b.told.length, 3)
  b.adapter.frame(frameOf(1, []))
  await b.clock.advance(2000)
  assert.is(b.state(), 'running')
  await b.stop()
})

test('an adapter that hangs is opened again, until it answers', async () => {
  const b = bench()
  await b.start()
  b.adapter.faults.add('silent')
  await b.clock.advance(30_000)
  assert.ok(b.told.some(({ detail }) => detail.includes('has stopped answering')))
  await b.clock.advance(120_000)
  b.adapter.faults.delete('silent')
  b.adapter.restart()
  await b.clock.advance(120_000)
  b.adapter.frame(frameOf(1, []))
  assert.is(b.frames.length, 1)
  assert.is(b.adapter.state, 'listen')
  await b.stop()
})

for (const refuse of [[], ['F'], ['F', 'V']]) {
  const without = refuse.length === 0 ? '' : ` (without ${refuse.join(' and ')})`
  test(`an adapter that restarted unnoticed is opened again after a while${without}`, async () => {
    const b = bench({}, { refuse })
    await b.start()
    b.adapter.restart()
    await b.clock.advance(90_000)
    assert.is(b.adapter.state, 'listen')
    await b.stop()
  })
}

test('an unplugged adapter is opened again', async () => {
  const b = bench()
  await b.start()
  for (let round = 1; round <= 20; round++) {
    b.lose()
    await settled()
    assert.is(b.state(), 'waiting')
    assert.match(b.detail(), 'disconnected')
    b.adapter.restart()
    await b.clock.advance(40_000)
    b.adapter.frame(frameOf(round, []))
    await b.clock.advance(2000)
    assert.is(b.frames.at(-1)?.id, round)
    assert.is(b.told.at(-1)?.reopened, round)
  }
  await b.stop()
})

test('stopping in the middle of the opening leaves the channel closed', async () => {
  for (let after = 0; after < 1600; after += 50) {
    const b = bench({}, { faults: ['noack'] })
    const started = b.start()
    await started
    await b.clock.advance(after)
    await b.stop()
    assert.is(b.adapter.state, 'closed', `after ${after} ms`)
  }
})

test('a serial line too slow for the bus is told of, a USB modem device is not', async () => {
  assert.is(lineCapacity(115_200, false), 426)
  const slow = bench({ port: '/dev/ttyUSB0' })
  await slow.start()
  assert.match(slow.detail(), '426 extended frames a second where a full bus has up to 1908')
  await slow.stop()
  const fast = bench({ port: '/dev/ttyUSB0', baud: 1_000_000 })
  await fast.start()
  assert.not.match(fast.detail(), 'baud')
  await fast.stop()
})

test('with time stamps, frames of one chunk keep the spacing that the adapter saw', async () => {
  const b = bench({ timestamps: true })
  await b.start()
  assert.ok(b.adapter.commands.includes('Z1'))
  b.inject('t1000EA58\r')
  await b.clock.advance(25)
  b.inject('t1010EA5A\rt10200005\rt10300011\r')
  const [first, ...rest] = b.frames.map(({ time }) => time)
  const gaps = rest.map((time) => Math.round((time - (first ?? 0)) / 1000))
  assert.equal(gaps, [2, 13, 25])
  await b.stop()
})

test('the adapter’s clock is never later than ours, and is found again when it was lost', () => {
  const clock = new AdapterClock()
  let last = 0
  for (let step = 0; step < 5000; step++) {
    const arrival = 1e15 + step * 10_000 + ((step * 7919) % 5000)
    const time = clock.timeOf((step * 10) % 60_000, arrival)
    assert.ok(time <= arrival && time > last && arrival - time < 6000)
    last = time
  }
  const late = 1e15 + 200_000_000
  assert.is(clock.timeOf(123, late), late)
  assert.is(clock.timeOf(-1, late + 5), late + 5)
})

const facts: PortFacts = {
  exists: true,
  accessible: true,
  group: 'dialout',
  user: 'odograph',
  others: [],
}

for (const [what, error, given, code, words] of [
  ['a missing port', 'ENOENT', { exists: false }, 'port-missing', /no other is plugged in/],
  [
    'a missing port beside others',
    'ENOENT',
    { exists: false, others: ['/dev/serial/by-id/usb-x'] },
    'port-missing',
    /plugged in now: \/dev\/serial\/by-id\/usb-x/,
  ],
  [
    'no permission',
    'EACCES',
    { accessible: false },
    'port-denied',
    /group dialout may; `sudo usermod -aG dialout odograph`/,
  ],
  [
    'no permission by a group',
    'EACCES',
    { accessible: false, group: 'root' },
    'port-denied',
    /udev/,
  ],
  [
    'a locked port',
    'Error Resource temporarily unavailable Cannot lock port',
    {},
    'port-busy',
    /another process/,
  ],
  [
    'anything else',
    'Error: Input/output error, cannot open /dev/ttyACM0',
    {},
    'port-failed',
    /\(Input\/output error/,
  ],
] as const) {
  test(`${what} is ${code}, with what would help`, () => {
    const failure = portError('/dev/ttyACM0', new Error(error), { ...facts, ...given })
    assert.is(failure.code, code)
    assert.is(failure.subject, '/dev/ttyACM0')
    assert.match(failure.message, words)
  })
}

test.run()
