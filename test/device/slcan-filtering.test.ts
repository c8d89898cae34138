/** Filters of SLCAN adapters, found out by experiment; the load of the line that makes them worth it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  acceptanceModes,
  acceptanceOf,
  commandsOf,
  isPassed,
  passAll,
} from '../../src/device/serial/slcan-acceptance.ts'
import { LineLoad } from '../../src/device/serial/slcan-load.ts'
import type { BusModel } from '../../src/device/simulator/bus-model.ts'
import type { SlcanDialectName } from '../../src/device/simulator/slcan-adapter-dialects.ts'
import { isAccepted } from '../../src/device/simulator/slcan-adapter-filter.ts'
import { type FrameSink, frameOf } from '../../src/model/frame.ts'
import type { Micros } from '../../src/model/time.ts'
import type { FrameFilter } from '../../src/model/transmit.ts'
import { seeded } from '../decoder/dbc-reference.ts'
import { SlcanBench } from '../support/slcan-bench.ts'

const test = suite('SLCAN filters')

const OBD: FrameFilter = { extended: false, id: 0x700, mask: 0x700 }
const ENGINE: FrameFilter = { extended: true, id: 0xf00400, mask: 0x3ffff00 }
const wanted = [OBD, ENGINE]

/** Periods by identifier; eight digits are 29 bits. */
const traffic: Readonly<Record<string, number>> = {
  '0CF00400': 50,
  '7E8': 500,
  '100': 20,
  '18FEF121': 100,
  '18EBFF03': 30,
}

/** A bus on which every identifier comes with its period, from `from` on. */
class PeriodicBus implements BusModel {
  readonly bitrate = 500_000
  readonly extendedDiagnostics = false
  isAsleep = false
  readonly #periods: Readonly<Record<string, number>>
  #last: Micros | undefined

  constructor(periods: Readonly<Record<string, number>> = traffic) {
    this.#periods = periods
  }

  send(): void {
    // Nobody listens.
  }

  voltage(): number {
    return 12.6
  }

  isAwake(): boolean {
    return !this.isAsleep
  }

  framesUntil(time: Micros, sink: FrameSink): void {
    const last = this.#last ?? time
    this.#last = time
    if (this.isAsleep) return
    for (const [text, everyMs] of Object.entries(this.#periods)) {
      const every = everyMs * 1000
      const extended = text.length === 8
      for (let at = (Math.floor(last / every) + 1) * every; at <= time; at += every) {
        sink(frameOf(Number.parseInt(text, 16), [1, 2, 3], { extended, time: at }))
      }
    }
  }
}

/** How often each identifier came since the last look. */
function counts(bench: SlcanBench): Record<string, number> {
  const found: Record<string, number> = {}
  for (const { id, extended } of bench.frames.splice(0)) {
    const text = id
      .toString(16)
      .toUpperCase()
      .padStart(extended ? 8 : 3, '0')
    found[text] = (found[text] ?? 0) + 1
  }
  return found
}

const unfiltered: Readonly<Record<string, number>> = {
  '0CF00400': 200,
  '7E8': 20,
  '100': 500,
  '18FEF121': 100,
  '18EBFF03': 333,
}

function isNear(found: Record<string, number>, expected: Readonly<Record<string, number>>): void {
  assert.equal(Object.keys(found).sort(), Object.keys(expected).sort())
  for (const [id, count] of Object.entries(expected)) {
    assert.ok(Math.abs((found[id] ?? 0) - count) <= 2, `${id}: ${found[id]} for ${count}`)
  }
}

for (const [dialect, known, seconds] of [
  ['lawicel', wanted, 26],
  ['usbtin', wanted, 26],
  // It has one filter, which cannot tell these two from the rest, and is found out as the second way.
  ['wican', [ENGINE], 86],
] as const satisfies readonly (readonly [SlcanDialectName, readonly FrameFilter[], number])[]) {
  test(`${dialect}: after a while only what is wanted comes, all of it`, async () => {
    const model = new PeriodicBus()
    const bench = new SlcanBench({ wanted: known }, { model, adapter: { dialect } })
    await bench.pass(5000)
    assert.equal(
      new Set(Object.keys(counts(bench))),
      new Set(Object.keys(traffic)),
      'all comes while it watches',
    )
    await bench.pass(seconds * 1000)
    counts(bench)
    await bench.pass(10_000)
    const { '0CF00400': engine = 0, '7E8': answers = 0, ...others } = counts(bench)
    isNear({ engine }, { engine: 200 })
    if (known.length > 1) isNear({ answers }, { answers: 20 })
    const rest = Object.values(others).reduce((sum, count) => sum + count, 0)
    assert.ok(rest < 934 / 2, `${rest} of 934 others still come`)
    assert.match(bench.detail, /its filters leave out/)
    assert.equal(bench.issues, [])
    await bench.stop()
    const { commands } = bench.adapter
    assert.equal(commands.slice(-3), ['C', ...passAll])
  })
}

test('an adapter that takes registers and filters nothing is left alone, and that is said', async () => {
  const model = new PeriodicBus()
  const bench = new SlcanBench({ wanted }, { model })
  bench.received = (bytes) => {
    if (/^[Mm]/.test(Buffer.from(bytes).toString())) bench.hear(Buffer.from('\r'))
    else bench.adapter.receive(bytes)
  }
  await bench.pass(120_000)
  assert.match(bench.detail, /were taken back/)
  assert.equal(
    bench.issues.map(({ code }) => code),
    ['adapter-refused'],
  )
  counts(bench)
  const before = bench.adapter.commands.length
  await bench.pass(10_000)
  isNear(counts(bench), unfiltered)
  assert.equal([...new Set(bench.adapter.commands.slice(before))], ['F'])
  await bench.stop()
})

test('an adapter that loses what is wanted gets its filters taken back', async () => {
  const model = new PeriodicBus()
  const bench = new SlcanBench({ wanted }, { model })
  // Whatever is set, it becomes a filter for one identifier of those that are wanted.
  bench.received = (bytes) => {
    const text = Buffer.from(bytes).toString()
    const isNarrow = /^[Mm]/.test(text) && !/FFFFFFFF|00000000/.test(text)
    const narrow = text.startsWith('m') ? 'm001F001F\r' : 'MFD00FD00\r'
    bench.adapter.receive(isNarrow ? Buffer.from(narrow) : bytes)
  }
  await bench.pass(300_000)
  assert.match(bench.detail, /were taken back/)
  assert.is(bench.health.at(-1)?.state, 'running')
  counts(bench)
  await bench.pass(10_000)
  isNear(counts(bench), unfiltered)
  await bench.stop()
})

test('an adapter that takes no registers is used without', async () => {
  const model = new PeriodicBus()
  const bench = new SlcanBench({ wanted }, { model, adapter: { refuse: ['m'] } })
  await bench.pass(5000)
  assert.is(bench.health.at(-1)?.state, 'running')
  assert.match(bench.detail, /takes no filters/)
  assert.equal(
    bench.issues.map(({ code }) => code),
    ['adapter-refused'],
  )
  await bench.stop()
})

test('adapters that answer nothing never get a register: to these, M is the mode of the bus', async () => {
  for (const dialect of ['canable', 'cantact'] as const) {
    const model = new PeriodicBus()
    const bench = new SlcanBench({ wanted }, { model, adapter: { dialect } })
    await bench.pass(40_000)
    assert.is(bench.health.at(-1)?.state, 'running', dialect)
    assert.not(bench.hasAcknowledged)
    assert.equal(
      bench.adapter.commands.filter((command) => /^m/i.test(command) && command !== 'M1'),
      [],
    )
    await bench.stop()
  }
})

test('where little would be left out, the channel stays as it is', async () => {
  const model = new PeriodicBus({ '7E8': 20, '7E9': 20, '0CF00400': 20 })
  const bench = new SlcanBench({ wanted }, { model })
  await bench.pass(60_000)
  assert.is(bench.adapter.commands.filter((command) => command === 'L').length, 1)
  await bench.stop()
})

test('on a bus that brings nothing that is wanted, all goes on coming', async () => {
  const model = new PeriodicBus({ '100': 20, '18FEF121': 50 })
  const bench = new SlcanBench({ wanted }, { model })
  await bench.pass(60_000)
  assert.is(bench.adapter.commands.filter((command) => command === 'L').length, 1)
  assert.is(Object.keys(counts(bench)).length, 2)
  assert.not.match(bench.detail, /filters/)
  await bench.stop()
})

test('after a long silence all comes again, until filters are proven anew', async () => {
  const model = new PeriodicBus()
  const bench = new SlcanBench({ wanted }, { model })
  await bench.pass(25_000)
  assert.match(bench.detail, /its filters leave out/)
  model.isAsleep = true
  await bench.pass(90_000)
  assert.is(bench.health.at(-1)?.state, 'silent')
  counts(bench)
  model.isAsleep = false
  await bench.pass(3000)
  assert.equal(new Set(Object.keys(counts(bench))), new Set(Object.keys(traffic)))
  await bench.pass(30_000)
  assert.match(bench.detail, /its filters leave out/)
  await bench.stop()
})

test('a bus that falls asleep during the trial is no reason to give up', async () => {
  const model = new PeriodicBus()
  const bench = new SlcanBench({ wanted }, { model })
  await bench.pass(11_000)
  model.isAsleep = true
  await bench.pass(100_000)
  model.isAsleep = false
  await bench.pass(40_000)
  assert.match(bench.detail, /its filters leave out/)
  assert.equal(bench.issues, [])
  await bench.stop()
})

test('without wanted frames no register is touched', async () => {
  const bench = new SlcanBench({ wanted: [] }, { model: new PeriodicBus() })
  await bench.pass(40_000)
  await bench.stop()
  assert.not(bench.adapter.commands.some((command) => /^m/i.test(command)))
})

test('whatever is wanted passes as each way reads its registers', () => {
  const random = seeded(7)
  const bits = () => Math.floor(random() * 2 ** 32)
  let kept = 0
  for (let round = 0; round < 2000; round++) {
    const filters = Array.from({ length: 1 + (bits() % 6) }, (): FrameFilter => {
      const extended = random() < 0.5
      const all = extended ? 0x1fffffff : 0x7ff
      const mask = random() < 0.5 ? all : (bits() & all) >>> 0
      return { extended, id: (bits() & all) >>> 0, mask }
    })
    for (const mode of acceptanceModes) {
      const acceptance = acceptanceOf(filters, mode)
      if (acceptance === undefined) continue
      kept += 1
      for (const { id, mask, extended } of filters) {
        const all = extended ? 0x1fffffff : 0x7ff
        const one = ((id & mask) | (bits() & ~mask & all)) >>> 0
        assert.ok(isPassed(one, extended, acceptance), `${mode} loses ${one.toString(16)}`)
      }
      if (mode === 'simple') continue
      const id = (bits() & 0x1fffffff) >>> 0
      const registers = { code: acceptance.code | 0, mask: acceptance.mask | 0, mode }
      const isThrough = isAccepted(frameOf(id, [bits() & 0xff], { extended: true }), registers)
      assert.is(isPassed(id, true, acceptance), isThrough, `${mode} ${id.toString(16)}`)
    }
  }
  assert.ok(kept > 1000)
})

test('the simple way has the kind in bit 31 and the identifier below', () => {
  const standard = acceptanceOf([{ extended: false, id: 0x100, mask: 0x7ff }], 'simple')
  assert.equal(standard && commandsOf(standard), ['m7FFFF800', 'M80000100'])
  const extended = acceptanceOf([{ extended: true, id: 0x18db0000, mask: 0x1fff0000 }], 'simple')
  assert.equal(extended && commandsOf(extended), ['m6000FFFF', 'M18DB0000'])
  const both = acceptanceOf(
    [
      { extended: false, id: 0x7e8, mask: 0x7ff },
      { extended: true, id: 0x18daf7e9, mask: 0x1fffffff },
    ],
    'simple',
  )
  assert.ok(both !== undefined && isPassed(0x7e8, false, both) && isPassed(0x18daf7e9, true, both))
  assert.not(both !== undefined && isPassed(0x100, false, both))
})

test('a line is full above nine tenths of what its baud rate carries, for five seconds', () => {
  const load = new LineLoad(115_200)
  let bytes = 0
  const pass = (fromSecond: number, seconds: number, rate: number) => {
    let news = 0
    for (let second = fromSecond; second < fromSecond + seconds; second++) {
      bytes += rate
      if (load.sample((second + 1) * 1000, bytes, Math.floor(bytes / 27))) news += 1
    }
    return news
  }
  load.sample(0, 0, 0)
  assert.is(pass(0, 4, 11_500), 0)
  assert.is(load.full, undefined, 'a burst is no load')
  assert.is(pass(4, 1, 11_500), 1)
  assert.is(load.full, 426)
  assert.is(pass(5, 20, 9800), 0)
  assert.is(pass(25, 10, 5000), 1)
  assert.is(load.full, undefined)
  assert.is(pass(35, 20, 10_000), 0)
})

test('USB and network have no baud rate that could be exceeded', () => {
  const load = new LineLoad(undefined)
  load.sample(0, 0, 0)
  assert.is(load.sample(10_000, 100_000_000, 1), false)
  assert.is(load.full, undefined)
})

for (const [device, isSlow] of [
  ['/dev/ttyUSB0', true],
  ['/dev/ttyACM0', false],
] as const) {
  test(`${device}: a full line is ${isSlow ? '' : 'not '}told of`, async () => {
    const model = new PeriodicBus({ '18FEF121': 1 })
    const bench = new SlcanBench({ baud: 115_200 }, { model, device })
    await bench.pass(12_000)
    const isTold = /the serial line is full with 1000 frames a second/.test(bench.detail)
    assert.is(isTold, isSlow, bench.detail)
    await bench.stop()
  })
}

test.run()
