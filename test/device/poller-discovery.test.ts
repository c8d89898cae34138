import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { announced, bitmapOf, judge } from '../../src/device/poller/answers.ts'
import { parseSnapshot } from '../../src/device/poller/support.ts'
import {
  type CarUnit,
  carCatalogue,
  engine,
  otherItem,
  PolledBench,
  pidItem,
} from '../support/polled-car.ts'

const test = suite('poller: discovery')

const gearbox: CarUnit = { answers: 0x7ea, pids: { 13: '00', 5: '28', 164: '00000000' } }

/** To whom what was asked. */
function asked(bench: PolledBench): string[] {
  return bench.car.sent.map(({ hex, request }) => `${request.to.id.toString(16)} ${hex}`)
}

function discoveryOf(bench: PolledBench): string[] {
  return bench.car.sent
    .filter(({ request }) => request.cause.startsWith('discovery'))
    .map(({ hex, request }) => `${request.to.id.toString(16)} ${hex}`)
}

test('bitmaps are followed only where the one before announces them', async () => {
  const bench = new PolledBench([engine({ pids: { 12: '0000', 47: '00', 70: '28' } })])
  await bench.drive(5)
  assert.equal(discoveryOf(bench).slice(0, 5), [
    '7df 0100',
    '7e0 0100',
    '7e0 0120',
    '7e0 0140',
    '7e0 0900',
  ])
  assert.not(asked(bench).some((line) => line.endsWith(' 0160')))
  assert.equal(bench.poller.snapshot()?.support.units[0]?.pids, [0x0c, 0x2f, 0x46])
  assert.equal(bench.poller.snapshot()?.support.units[0]?.infos, [2, 4])
})

test('each PID is asked of the control unit that has it, of the engine before others', async () => {
  const catalogue = [...carCatalogue(), pidItem(0xa4, 4, ['gear'])]
  const bench = new PolledBench([gearbox, engine({ several: 'refused' })], { catalogue })
  await bench.drive(60)
  const values = asked(bench).filter((line) => / 01(0D|A4)$/.test(line))
  assert.equal([...new Set(values)].sort(), ['7e0 010D', '7e2 01A4'])
  const all = bench.car.sent.filter(({ request }) => request.to.id === 0x7df)
  assert.is(all.length, 2, 'all of them are asked at the start, and once more for latecomers')
})

test('a control unit that was not awake yet at the start is found half a minute later', async () => {
  const bench = new PolledBench([gearbox])
  await bench.drive(20)
  assert.is(bench.poller.snapshot()?.support.units.length, 1)
  bench.car.units = [gearbox, engine()]
  bench.forget()
  await bench.advance(30)
  assert.is(bench.discovered, 2)
  const found = bench.poller.snapshot()?.support.units.map(({ answers }) => answers.id)
  assert.equal(found, [0x7ea, 0x7e8])
  assert.ok(asked(bench).includes('7e0 010D'), 'what both have is asked of the engine now')
  assert.not(
    discoveryOf(bench).some((line) => line.startsWith('7e2')),
    'what is known is kept',
  )
})

test('where nobody answers the second time, what is known stays', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(29)
  const known = bench.poller.snapshot()
  bench.car.isAsleep = true
  await bench.advance(3)
  bench.car.isAsleep = false
  await bench.advance(30)
  assert.equal(bench.poller.snapshot(), known)
  assert.is(bench.discovered, 1)
  assert.ok(
    asked(bench)
      .slice(-20)
      .some((line) => line.includes('0D')),
  )
})

test('trouble codes are asked of every control unit', async () => {
  const bench = new PolledBench([engine(), { ...gearbox, codes: '00' }])
  await bench.drive(30)
  for (const line of ['7e0 03', '7e2 03', '7e0 0A', '7e2 0A']) {
    assert.ok(asked(bench).includes(line), line)
  }
})

test('29 bits are tried where nobody answers on 11', async () => {
  const bench = new PolledBench([engine({ answers: 0x18daf110 })])
  await bench.drive(20)
  assert.equal(asked(bench).slice(0, 3), ['7df 0100', '18db33f1 0100', '18da10f1 0100'])
  assert.ok(asked(bench).includes('18da10f1 010D'))
  assert.is(bench.poller.snapshot()?.support.extended, true)
})

test('where nobody answers it is asked in turns with growing pauses, and told once', async () => {
  const bench = new PolledBench([])
  await bench.drive(3600)
  const times = bench.car.sent.map(({ at }) => at)
  assert.ok(times.length > 60 && times.length < 135, `${times.length} requests in an hour`)
  assert.equal(asked(bench).slice(0, 4), ['7df 0100', '18db33f1 0100', '7df 0100', '18db33f1 0100'])
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  const [first = 0, second = 0, third = 0] = pauses.filter((pause) => pause > 1000)
  assert.ok(second > first && third > second, pauses.slice(0, 8).join())
  assert.is(bench.silent, 1)
  assert.is(bench.poller.snapshot(), undefined)
})

test('a control unit that answers only what all are asked is asked so', async () => {
  const bench = new PolledBench([engine({ onlyFunctional: true })])
  await bench.drive(60)
  const speeds = bench.car.sent.filter(({ hex }) => hex === '010D')
  assert.ok(speeds.length > 40, String(speeds.length))
  assert.ok(speeds.every(({ request }) => request.to.id === 0x7df))
  assert.is(speeds[0]?.request.responders, undefined)
})

test('a control unit that is busy for a moment is discovered nevertheless', async () => {
  const busy = engine({ others: { '0120': '7F0121' } })
  const bench = new PolledBench([busy])
  await bench.drive(2)
  busy.others = {}
  await bench.advance(20)
  assert.ok(bench.poller.snapshot()?.support.units[0]?.pids.includes(0xa6))
})

test('a vehicle that falls silent in the middle is not half discovered', async () => {
  const bench = new PolledBench([engine()])
  bench.activity('driving')
  await bench.clock.advance(200)
  bench.car.isAsleep = true
  await bench.advance(4)
  bench.car.isAsleep = false
  await bench.advance(20)
  assert.ok(bench.poller.snapshot()?.support.units[0]?.pids.includes(0xa6))
  assert.is(bench.discovered, 1)
})

test('what was found is kept, and verified by one question at the next start', async () => {
  const first = new PolledBench([engine(), gearbox])
  await first.drive(30)
  assert.is(first.discovered, 1)
  const snapshot: unknown = JSON.parse(JSON.stringify(first.poller.snapshot()))
  const second = new PolledBench([engine(), gearbox], { snapshot })
  await second.drive(3)
  assert.equal(discoveryOf(second), ['7df 0100'])
  assert.is(asked(second)[1], '7e0 010D')
  assert.is(second.discovered, 0)
  assert.equal(second.poller.snapshot(), snapshot)
})

test('a control unit that is missing for once does not make another vehicle', async () => {
  const first = new PolledBench([engine(), gearbox])
  await first.drive(30)
  const second = new PolledBench([engine()], { snapshot: first.poller.snapshot() })
  await second.drive(10)
  assert.equal(discoveryOf(second), ['7df 0100'])
})

test('questions that were dead stay dead over a start, but for one try', async () => {
  const catalogue = [...carCatalogue(), otherItem('did', '22DEAD', { to: 0x7e0 })]
  const first = new PolledBench([engine()], { catalogue })
  await first.drive(300)
  const tries = first.car.times('22DEAD').length
  assert.ok(tries > 2)
  const second = new PolledBench([engine()], { catalogue, snapshot: first.poller.snapshot() })
  await second.drive(60)
  assert.is(second.car.times('22DEAD').length, 1)
})

test('another vehicle is discovered anew', async () => {
  const catalogue = [...carCatalogue(), otherItem('did', '220101', { to: 0x7e0 })]
  const first = new PolledBench([engine()], { catalogue })
  await first.drive(30)
  const other = engine({
    pids: { 13: '00', 47: '80' },
    others: { '220101': '62010100' },
  })
  const second = new PolledBench([other], { catalogue, snapshot: first.poller.snapshot() })
  await second.drive(40)
  assert.is(second.discovered, 1)
  assert.equal(second.poller.snapshot()?.support.units[0]?.pids, [0x0d, 0x2f])
  const values = second.car.sent.filter(({ hex, request }) => {
    return hex.startsWith('01') && !request.cause.startsWith('discovery')
  })
  assert.equal([...new Set(values.map(({ hex }) => hex))].sort(), ['010D', '010D2F', '012F'])
  assert.ok(second.car.times('220101').length >= 2, 'what the other one did not know is asked')
})

test('a vehicle of which no control unit is known is another one', async () => {
  const first = new PolledBench([engine()])
  await first.drive(30)
  const other = engine({ answers: 0x18daf110 })
  const second = new PolledBench([other], { snapshot: first.poller.snapshot() })
  await second.drive(10)
  const support = second.poller.snapshot()?.support
  assert.equal(
    support?.units.map(({ answers }) => answers),
    [{ id: 0x18daf110, extended: true }],
  )
  assert.ok(second.car.sent.slice(2).every(({ request }) => request.to.extended))
})

test('an answer is judged by its service, its sender and its code', () => {
  const from = { id: 0x7e8, extended: false }
  const answer = (hex: string, id = 0x7e8) => ({
    from: { id, extended: id > 0x7ff },
    data: Uint8Array.from(Buffer.from(hex, 'hex')),
    time: 0,
  })
  for (const [hex, verdict] of [
    ['410D00', 'positive'],
    ['7F0112', 'negative'],
    ['7F0121', 'later'],
    ['7F0178', 'later'],
    ['7F0912', 'silent'],
    ['490D00', 'silent'],
    ['', 'silent'],
  ] as const) {
    assert.is(judge(1, [answer(hex)], from).verdict, verdict, hex)
  }
  assert.is(judge(1, [answer('410D00', 0x7e9)], from).verdict, 'silent')
  assert.is(judge(1, [answer('7F0112'), answer('410D00')], from).verdict, 'positive')
  const extended = { id: 0x18daf110, extended: true }
  assert.is(judge(1, [answer('410D00', 0x1cdaf110)], extended).verdict, 'positive')
})

test('a bitmap has four bytes and the number that was asked for', () => {
  const of = (hex: string, base: number) => bitmapOf(Uint8Array.from(Buffer.from(hex, 'hex')), base)
  assert.equal(of('410080000001', 0), Uint8Array.of(0x80, 0, 0, 1))
  assert.is(of('4100800000', 0), undefined)
  assert.is(of('412080000001', 0), undefined)
  assert.is(bitmapOf(undefined, 0), undefined)
  assert.equal(announced(Uint8Array.of(0x80, 0, 0, 1), 0x20), [0x21, 0x40])
})

test('the vehicle is recognised again after each waking up', async () => {
  const bench = new PolledBench([engine()])
  await bench.drive(20)
  bench.activity('parked')
  await bench.advance(600)
  bench.car.units = [engine({ pids: { 13: '00', 12: '0000' } })]
  bench.forget()
  await bench.drive(10)
  assert.is(asked(bench)[0], '7df 0100')
  assert.equal(bench.poller.snapshot()?.support.units[0]?.pids, [0x0c, 0x0d])
})

test('profile identifiers are asked where nobody answers service 01', async () => {
  const catalogue = [
    ...carCatalogue(),
    otherItem('did', '220101', { to: 0x7e4, response: { id: 0x7ec, extended: false } }),
  ]
  const battery: CarUnit = { answers: 0x7ec, others: { '220101': '620101FF' } }
  const bench = new PolledBench([battery], { catalogue })
  await bench.drive(300)
  assert.ok(bench.car.times('220101').length >= 9)
  assert.is(bench.car.sent.find(({ hex }) => hex === '220101')?.request.from?.id, 0x7ec)
  assert.is(bench.silent, 0)
})

test('a catalogue of addresses alone needs no discovery', async () => {
  const catalogue = [otherItem('pgn', 'ECFE00', { to: 255 })]
  const bench = new PolledBench([], { catalogue })
  bench.car.refusal = ({ kind }) =>
    kind === 'pgn'
      ? {
          kind: 'answered',
          answers: [{ from: { id: 0x18feec00, extended: true }, data: new Uint8Array(0), time: 0 }],
        }
      : { kind: 'silent' }
  await bench.drive(100)
  assert.is(bench.poller.report().discovery, 'not needed')
  assert.ok(bench.outcomes.length >= 3 && bench.outcomes.every((kind) => kind === 'answered'))
})

test('a group that everybody refuses is asked less and less often, one that somebody has is not', async () => {
  const counts = [true, false].map(async (isRefused) => {
    const bench = new PolledBench([], { catalogue: [otherItem('pgn', 'ECFE00', { to: 255 })] })
    const refusal = {
      ...{ from: { id: 0x18e8ff00, extended: true }, data: new Uint8Array(0), time: 0 },
      isRefusal: true as const,
    }
    const comes = { from: { id: 0x18feec00, extended: true }, data: refusal.data, time: 0 }
    bench.car.refusal = () => ({
      kind: 'answered',
      answers: isRefused ? [refusal, refusal] : [refusal, comes],
    })
    await bench.drive(2000)
    return bench.outcomes.length
  })
  const [refused = 0, answered = 0] = await Promise.all(counts)
  assert.ok(refused < answered / 2, `${refused} and ${answered}`)
})

const unit = {
  asked: { id: 0x7e0, extended: false },
  answers: { id: 0x7e8, extended: false },
  isPhysical: true,
  bitmap: '00000000',
  pids: [13],
  multi: false,
}
const good = { version: 1, support: { extended: false, units: [unit] }, dead: {} }

const damaged: [what: string, value: unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', 'snapshot'],
  ['another version', { ...good, version: 2 }],
  ['no units', { ...good, support: { extended: false, units: [] } }],
  ['no list of units', { ...good, support: { extended: false, units: {} } }],
  ['no width', { ...good, support: { units: [unit] } }],
  ['half a unit', { ...good, support: { extended: false, units: [unit, { asked: 1 }] } }],
  [
    'a PID beyond a byte',
    { ...good, support: { extended: false, units: [{ ...unit, pids: [256] }] } },
  ],
  [
    'an identifier beyond 11 bits',
    {
      ...good,
      support: { extended: false, units: [{ ...unit, asked: { id: 0x800, extended: false } }] },
    },
  ],
]

for (const [what, value] of damaged) {
  test(`${what} is no snapshot, and everything is found out anew`, async () => {
    assert.is(parseSnapshot(value), undefined)
    const bench = new PolledBench([engine()], { snapshot: value })
    await bench.drive(5)
    assert.is(bench.discovered, 1)
  })
}

test('of a snapshot nothing is taken but what belongs to it', () => {
  const parsed = parseSnapshot({ ...good, dead: { a: 3, b: 'x', c: -1 }, more: 1 })
  assert.equal(parsed, { ...good, dead: { a: 3 } })
})

test.run()
