import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint, redeem } from '../../src/device/governor/permit.ts'
import type { BusRequest, Requester, RequestOutcome } from '../../src/model/bus-request.ts'
import { frameOf } from '../../src/model/frame.ts'
import { diagnostic, GovernedBus, group, hexOf, owner, poller } from '../support/governed-bus.ts'
import { settled } from '../support/hand-clock.ts'

const test = suite('governor')

/** What becomes of a request that nobody answers. */
async function asked(
  bus: GovernedBus,
  request: BusRequest,
  waitMs = 6000,
): Promise<RequestOutcome> {
  const outcome = bus.governor.request(request)
  await bus.clock.advance(waitMs)
  return outcome
}

function answersTo(outcome: RequestOutcome): number {
  return outcome.kind === 'answered' ? outcome.answers.length : 0
}

function reasonOf(outcome: RequestOutcome): string {
  return outcome.kind === 'refused' ? outcome.reason : outcome.kind
}

const allowed: [what: string, request: BusRequest, wire: string][] = [
  ['current data', diagnostic('010C'), '7e0#02010caaaaaaaaaa'],
  ['six PIDs at once', diagnostic('01040C0D0F1011'), '7e0#0701040c0d0f1011'],
  ['support of PIDs, of all', diagnostic('0100', 0x7df), '7df#020100aaaaaaaaaa'],
  ['a freeze frame', diagnostic('020C00'), '7e0#03020c00aaaaaaaa'],
  ['stored codes', diagnostic('03', 0x7df), '7df#0103aaaaaaaaaaaa'],
  ['monitor tests', diagnostic('0601'), '7e0#020601aaaaaaaaaa'],
  ['pending codes', diagnostic('07'), '7e0#0107aaaaaaaaaaaa'],
  ['the VIN', diagnostic('0902'), '7e0#020902aaaaaaaaaa'],
  ['permanent codes', diagnostic('0A'), '7e0#010aaaaaaaaaaaaa'],
  ['a data identifier', diagnostic('22F190', 0x7e7), '7e7#0322f190aaaaaaaa'],
  ['three data identifiers', diagnostic('22F190F18CF187'), '7e0#0722f190f18cf187'],
  ['codes by status mask', diagnostic('1902FF'), '7e0#031902ffaaaaaaaa'],
  ['a snapshot of a code', diagnostic('190412345601'), '7e0#06190412345601aa'],
  ['a profile’s control unit', diagnostic('220100', 0x7b3), '7b3#03220100aaaaaaaa'],
  ['29 bits, of all', diagnostic('0100', 0x18db33f1), '18db33f1#020100aaaaaaaaaa'],
  ['29 bits, of one', diagnostic('010C', 0x18da10f1), '18da10f1#02010caaaaaaaaaa'],
  ['a J1939 group', group(65260), '18eafff9#ecfe00'],
  ['a J1939 group of one', group(65253, poller, 0), '18ea00f9#e5fe00'],
  ['a configured group', group(65215), '18eafff9#bffe00'],
  ['clearing, by who may', diagnostic('04', 0x7df, owner), '7df#0104aaaaaaaaaaaa'],
  ['clearing by UDS', diagnostic('14FFFFFF', 0x7e0, owner), '7e0#0414ffffffaaaaaa'],
  ['clearing by J1939', group(65235, owner), '18eafff9#d3fe00'],
]

for (const [what, request, wire] of allowed) {
  test(`${what} may be asked`, async () => {
    const bus = new GovernedBus()
    assert.is((await asked(bus, request)).kind, 'silent')
    assert.equal(bus.wire.map(hexOf), [wire])
    assert.is(bus.log.length, 1)
    assert.is(bus.log[0]?.kind, /clearing/.test(what) ? 'privileged' : 'request')
  })
}

const never: [what: string, request: BusRequest][] = [
  ['a session', diagnostic('1003', 0x7e0, owner)],
  ['a reset', diagnostic('1101', 0x7e0, owner)],
  ['security access', diagnostic('2701', 0x7e0, owner)],
  ['communication control', diagnostic('280301', 0x7e0, owner)],
  ['writing a data identifier', diagnostic('2EF19041', 0x7e0, owner)],
  ['actuation', diagnostic('2F123403', 0x7e0, owner)],
  ['a routine', diagnostic('31010203', 0x7e0, owner)],
  ['a download', diagnostic('34', 0x7e0, owner)],
  ['memory by address', diagnostic('23110000', 0x7e0, owner)],
  ['tester present', diagnostic('3E00', 0x7e0, owner)],
  ['switching codes off', diagnostic('8502', 0x7e0, owner)],
  ['an on-board test of service 08', diagnostic('0801', 0x7e0, owner)],
  ['oxygen sensors of service 05', diagnostic('050101', 0x7e0, owner)],
  ['a positive response', diagnostic('410C', 0x7e0, owner)],
  ['nothing', diagnostic('', 0x7e0, owner)],
  ['current data of nothing', diagnostic('01', 0x7e0)],
  ['eight bytes', diagnostic('01040C0D0F101112')],
  ['codes with a parameter', diagnostic('0301')],
  ['permanent codes with a parameter', diagnostic('0A00')],
  ['two infotypes', diagnostic('090204')],
  ['a freeze frame without its number', diagnostic('020C')],
  ['half a data identifier', diagnostic('22F1')],
  ['a data identifier and a half', diagnostic('22F190F1')],
  ['a report of codes without a kind', diagnostic('19')],
  ['an unknown report of codes', diagnostic('1960')],
  ['a report with too few bytes', diagnostic('1902')],
  ['a report without an answer', diagnostic('1982FF')],
  ['clearing one group of codes', diagnostic('14000001', 0x7e0, owner)],
  ['clearing with a parameter', diagnostic('0400', 0x7e0, owner)],
  ['an answer’s identifier', diagnostic('010C', 0x7e8)],
  ['an identifier of the vehicle', diagnostic('010C', 0x123)],
  ['a control unit of no profile', diagnostic('220100', 0x7b4)],
  ['an address of another tester', diagnostic('010C', 0x18da10f2)],
  ['an answer with 29 bits', diagnostic('010C', 0x18daf110)],
  ['a J1939 frame as a diagnostic one', diagnostic('010C', 0x0cf00400)],
  ['an identifier that only looks right in 32 bits', diagnostic('010C', 0x18da10f1 + 2 ** 32)],
  ['an identifier that is no whole number', diagnostic('010C', 0x7e0 + 0.5)],
  ['an identifier below 0', diagnostic('010C', -1)],
  ['DM3 without being allowed to', group(65228)],
  ['a proprietary group', group(0xef00, owner)],
  ['a proprietary group of the second range', group(0xff12, owner)],
  ['a group that is not on the list', group(61444, owner)],
  ['a group beyond the pages', group(0x2feec, owner)],
  ['a group to no address', group(65260, owner, 256)],
]

for (const [what, request] of never) {
  test(`${what} is never sent`, async () => {
    const bus = new GovernedBus()
    const reason = reasonOf(await asked(bus, request))
    assert.ok(['not-allowed', 'privilege'].includes(reason), reason)
    assert.equal(bus.wire, [])
    assert.equal(bus.log, [])
  })
}

test('a configuration cannot allow a group that clears or is proprietary', async () => {
  const bus = new GovernedBus({ clearing: false, pgns: [65228, 65235, 0xef00, 0xff12, 0x1ef00] })
  for (const pgn of [65228, 65235, 0xef00, 0xff12, 0x1ef00]) {
    assert.is(reasonOf(await asked(bus, group(pgn, owner))), 'not-allowed', String(pgn))
  }
  assert.equal(bus.wire, [])
})

test('a profile cannot make an identifier outside diagnostics one that is asked', async () => {
  const ids = [0x000, 0x123, 0x6ff, 0x7e8, 0x7ef, 0x7f0, 0x7ff]
  const profileIds = ids.map((id) => ({ id, extended: false }))
  const extended = [0x0cf00400, 0x18fef100].map((id) => ({ id, extended: true }))
  const bus = new GovernedBus({ profileIds: [...profileIds, ...extended] })
  for (const { id, extended: is29 } of [...profileIds, ...extended]) {
    const request = diagnostic('22F190', id, owner, { to: { id, extended: is29 } })
    assert.is(reasonOf(await asked(bus, request)), 'not-allowed', id.toString(16))
  }
  assert.equal(bus.wire, [])
})

const malformed: unknown[] = [
  undefined,
  null,
  42,
  {},
  { ...diagnostic('010C'), to: undefined },
  { ...diagnostic('010C'), data: undefined },
  { ...diagnostic('010C'), requester: undefined },
  { ...diagnostic('010C'), kind: 'raw' },
  { ...diagnostic('010C'), to: { id: 0x7e0, extended: 'no' } },
  { ...diagnostic('010C'), from: { id: 0x800, extended: false } },
]

test('what is no request is refused and never throws', async () => {
  for (const request of malformed) {
    const bus = new GovernedBus()
    assert.is(reasonOf(await asked(bus, request as BusRequest)), 'not-allowed')
    assert.equal(bus.wire, [])
    assert.equal(bus.governor.report().refused, { 'not-allowed': 1 })
  }
})

test('clearing needs the configuration, the right to it and a vehicle that stands', async () => {
  const cases: [requester: Requester, clearing: boolean, stands: boolean, reason: string][] = [
    [owner, true, true, 'silent'],
    [owner, false, true, 'not-allowed'],
    [owner, true, false, 'moving'],
    [{ kind: 'api', name: 'x', privileges: [1, 3, 4] }, true, true, 'privilege'],
    [{ kind: 'command', name: 'x' }, true, true, 'privilege'],
    [{ kind: 'command', name: 'x', privileges: [2] }, true, true, 'silent'],
    [{ kind: 'mqtt', name: 'x', privileges: [2] }, true, true, 'silent'],
    [{ kind: 'flow', name: 'x', privileges: [2] }, true, true, 'silent'],
    [{ kind: 'gateway', name: 'x', privileges: [2] }, true, true, 'privilege'],
    [poller, true, true, 'privilege'],
  ]
  for (const request of [diagnostic('04', 0x7df), diagnostic('14FFFFFF'), group(65228)]) {
    for (const [requester, clearing, stands, reason] of cases) {
      const bus = new GovernedBus({ clearing })
      bus.facts.stands = stands
      assert.is(reasonOf(await asked(bus, { ...request, requester })), reason)
      assert.is(bus.wire.length, reason === 'silent' ? 1 : 0)
    }
  }
})

test('who is outside needs the right to commands even to read', async () => {
  for (const kind of ['api', 'mqtt', 'flow'] as const) {
    const bus = new GovernedBus()
    assert.is(
      reasonOf(await asked(bus, diagnostic('010C', 0x7e0, { kind, name: 'x' }))),
      'privilege',
    )
    const allowedTo: Requester = { kind, name: 'x', privileges: [2] }
    assert.is(reasonOf(await asked(bus, diagnostic('010C', 0x7e0, allowedTo))), 'silent')
  }
  const bus = new GovernedBus()
  const local: Requester = { kind: 'command', name: 'x' }
  assert.is(reasonOf(await asked(bus, diagnostic('010C', 0x7e0, local))), 'silent')
})

test('a listen-only source sends nothing, whatever adapter it has', async () => {
  const bus = new GovernedBus({ listenOnly: true })
  assert.is(reasonOf(await asked(bus, diagnostic('010C'))), 'listen-only')
  assert.equal(bus.wire, [])
})

test('nothing is sent while the vehicle is parked, not even what was under way', async () => {
  const bus = new GovernedBus()
  bus.facts.mayAsk = { ok: false, reason: 'parked', detail: 'engine off' }
  const outcome = await asked(bus, diagnostic('010C'))
  assert.equal(outcome, { kind: 'refused', reason: 'parked', detail: 'engine off' })
  assert.equal(bus.permits, [], 'the adapter hears nothing of it')
  bus.facts.mayAsk = { ok: true }
  bus.slowMs = 500
  const slow = bus.governor.request(diagnostic('010C'))
  await bus.clock.advance(100)
  bus.facts.mayAsk = { ok: false, reason: 'voltage', detail: '11.4 V' }
  await bus.clock.advance(1000)
  assert.equal(await slow, { kind: 'refused', reason: 'voltage', detail: '11.4 V' })
  assert.equal(bus.wire, [])
})

test('clearing that was allowed is not sent once the vehicle moves', async () => {
  const bus = new GovernedBus()
  bus.slowMs = 500
  const outcome = bus.governor.request(diagnostic('04', 0x7df, owner))
  await bus.clock.advance(100)
  bus.facts.stands = false
  await bus.clock.advance(1000)
  assert.is((await outcome).kind, 'failed')
  assert.equal(bus.wire, [])
})

test('a permit that an adapter keeps too long is good no more', async () => {
  const bus = new GovernedBus()
  bus.slowMs = 2000
  assert.is((await asked(bus, diagnostic('010C'))).kind, 'silent')
  assert.is(bus.wire.length, 1)
  bus.slowMs = 2001
  assert.is((await asked(bus, diagnostic('010C'))).kind, 'failed')
  assert.is(bus.wire.length, 1)
})

test('a permit is good once, and what looks like one is none', () => {
  const used: string[] = []
  const frame = { id: 0x7e0, extended: false, data: Uint8Array.of(1, 3), payload: Uint8Array.of(3) }
  const permit = mint({
    ...{ frame, waitMs: 1, responders: 0, isGood: () => true },
    used: (out) => used.push(hexOf(out)),
  })
  frame.data[1] = 4
  frame.payload[0] = 4
  assert.is(redeem({ ...permit }), undefined)
  const out = redeem(permit)
  assert.is(out && hexOf(out), '7e0#0103')
  assert.equal(out?.payload, Uint8Array.of(3))
  assert.is(redeem(permit), undefined)
  assert.equal(used, ['7e0#0103'])
  const late = mint({
    ...{ frame, waitMs: 1, responders: 0, isGood: () => false },
    used: (sent) => used.push(hexOf(sent)),
  })
  assert.is(redeem(late), undefined)
  assert.is(used.length, 1)
})

test('what is sent is what was judged, whatever the asker does with it', async () => {
  const bus = new GovernedBus()
  bus.slowMs = 50
  const request = diagnostic('010C')
  const outcome = bus.governor.request(request)
  request.data.set([0x2e, 0xf1])
  request.to.id = 0x123
  await bus.clock.advance(1000)
  assert.is((await outcome).kind, 'silent')
  assert.equal(bus.wire.map(hexOf), ['7e0#02010caaaaaaaaaa'])
})

test('the log says when, what, why and for whom', async () => {
  const bus = new GovernedBus()
  await asked(bus, { ...diagnostic('010C', 0x7e0, owner), cause: 'engine\nspeed' })
  assert.equal(bus.log, [
    {
      ...{ time: bus.log[0]?.time, source: 'obd', vehicle: 'van', id: 0x7e0, extended: false },
      data: Uint8Array.from(Buffer.from('02010caaaaaaaaaa', 'hex')),
      ...{ kind: 'request', cause: 'engine speed', requester: 'api owner' },
    },
  ])
  assert.is(bus.log[0]?.time, Date.UTC(2026, 2, 1) * 1000)
  assert.is(bus.governor.report().sent, 1)
})

const strangers: [request: BusRequest, answers: [id: number, hex: string][]][] = [
  [
    diagnostic('010C'),
    [
      [0x7e9, '410C0000'],
      [0x7e8, '410D00'],
      [0x7e8, '620C00'],
      [0x7e8, '7F2231'],
      [0x7e8, '7F'],
      [0x7e0, '010C'],
      [0x18daf110, '410C0000'],
    ],
  ],
  [
    diagnostic('22F190'),
    [
      [0x7e8, '62F18C41'],
      [0x7e8, '6290F141'],
    ],
  ],
  [diagnostic('020C00'), [[0x7e8, '42000C']]],
  [diagnostic('1902FF'), [[0x7e8, '5901FF']]],
  [
    diagnostic('220100', 0x7b3),
    [
      [0x7b2, '620100'],
      [0x7e8, '620100'],
    ],
  ],
  [
    diagnostic('010C', 0x18da10f1),
    [
      [0x18daf118, '410C0000'],
      [0x7e8, '410C0000'],
    ],
  ],
]

test('only an answer to the question counts', async () => {
  for (const [request, answers] of strangers) {
    const bus = new GovernedBus()
    const outcome = bus.governor.request(request)
    await bus.clock.advance(30)
    for (const [id, hex] of answers) bus.answer(id, hex)
    await bus.clock.advance(1000)
    assert.equal(await outcome, { kind: 'silent' })
  }
})

const answered: [request: BusRequest, id: number, hex: string][] = [
  [diagnostic('010C'), 0x7e8, '410C1AF8'],
  [diagnostic('0104050C'), 0x7e8, '410C1AF8'],
  [diagnostic('010C'), 0x7e8, '7F0112'],
  [diagnostic('020C00'), 0x7e8, '420C001AF8'],
  [diagnostic('03'), 0x7e8, '4300'],
  [diagnostic('22F190F18C'), 0x7e8, '62F18C41'],
  [diagnostic('190AFF'.slice(0, 4)), 0x7e8, '590AFF'],
  [diagnostic('220100', 0x7b3), 0x7bb, '620100'],
  [diagnostic('220100', 0x7b3, poller, { from: { id: 0x7c0, extended: false } }), 0x7c0, '620100'],
  [diagnostic('010C', 0x18da10f1), 0x18daf110, '410C1AF8'],
  [diagnostic('010C', 0x18da10f1), 0x14daf110, '410C1AF8'],
]

test('an answer ends a request to one control unit at once', async () => {
  for (const [request, id, hex] of answered) {
    const bus = new GovernedBus()
    const outcome = bus.governor.request(request)
    await bus.clock.advance(30)
    bus.answer(id, hex)
    await settled()
    assert.is(bus.clock.waiting, 0)
    const done = await outcome
    const time = bus.clock.now() * 1000
    const data = Uint8Array.from(Buffer.from(hex, 'hex'))
    assert.equal(done, {
      kind: 'answered',
      answers: [{ from: { id, extended: id > 0x7ff }, data, time }],
    })
  }
})

test('a request to all ends when as many as are known have answered, or by time', async () => {
  const bus = new GovernedBus()
  const known = bus.governor.request(diagnostic('0100', 0x7df, poller, { responders: 2 }))
  await bus.clock.advance(20)
  bus.answer(0x7e8, '4100BE3FA813')
  await settled()
  assert.is(bus.clock.waiting, 1)
  bus.answer(0x7ef, '410080000001')
  await settled()
  assert.is(bus.clock.waiting, 0)
  assert.is(answersTo(await known), 2)

  const unknown = bus.governor.request(diagnostic('0100', 0x18db33f1))
  await bus.clock.advance(100)
  bus.answer(0x18daf110, '4100BE3FA813')
  await bus.clock.advance(149)
  assert.is(bus.clock.waiting, 1)
  await bus.clock.advance(1)
  assert.is(bus.clock.waiting, 0)
  assert.is(answersTo(await unknown), 1)
})

test('a control unit gets flow control for the first frame of an answer, once', async () => {
  const cases: [request: BusRequest, from: number, wire: string][] = [
    [diagnostic('0902'), 0x7e8, '7e0#300000aaaaaaaaaa'],
    [diagnostic('0902', 0x7df), 0x7ea, '7e2#300000aaaaaaaaaa'],
    [diagnostic('220100', 0x7b3), 0x7bb, '7b3#300000aaaaaaaaaa'],
    [diagnostic('0902', 0x18da10f1), 0x18daf110, '18da10f1#300000aaaaaaaaaa'],
    [diagnostic('0902', 0x18db33f1), 0x18daf128, '18da28f1#300000aaaaaaaaaa'],
  ]
  for (const [request, from, wire] of cases) {
    const bus = new GovernedBus()
    const outcome = bus.governor.request(request)
    await bus.clock.advance(20)
    bus.frame(from, '1014490201314D38')
    bus.frame(from, '1014490201314D38')
    bus.frame(from, '2147444D34415735')
    await settled()
    assert.equal(bus.wire.slice(1).map(hexOf), [wire])
    assert.is(bus.log[1]?.kind, 'flow-control')
    await bus.clock.advance(5000)
    assert.is((await outcome).kind, 'silent')
  }
})

test('nobody gets flow control who was not asked', async () => {
  const bus = new GovernedBus()
  bus.frame(0x7e8, '1014490201314D38')
  const outcome = bus.governor.request(diagnostic('0902'))
  await bus.clock.advance(20)
  bus.frame(0x7e9, '1014490201314D38')
  bus.frame(0x7e8, '0641000102030405')
  bus.frame(0x7e8, '3014490201314D38')
  bus.frame(0x18daf110, '1014490201314D38')
  bus.governor.frame({ ...frameOf(0x7e8, [0x10, 0x14]), error: true })
  bus.governor.frame({ ...frameOf(0x7e8, [0x10, 0x14]), remote: true })
  await bus.clock.advance(5000)
  bus.frame(0x7e8, '1014490201314D38')
  await outcome
  assert.is(bus.wire.length, 1)
})

test('flow control that an adapter sends by itself is in the log all the same', async () => {
  const bus = new GovernedBus({}, 'adapter')
  void bus.governor.request(diagnostic('0902'))
  await bus.clock.advance(20)
  bus.frame(0x7e8, '1014490201314D38')
  await bus.clock.advance(5000)
  assert.equal(bus.wire.map(hexOf), ['7e0#020902aaaaaaaaaa'])
  assert.equal(bus.log.map(hexOf), ['7e0#020902aaaaaaaaaa', '7e0#300000aaaaaaaaaa'])
})

test('a long answer keeps the request open for as long as it goes on', async () => {
  const bus = new GovernedBus()
  const outcome = bus.governor.request(diagnostic('0902'))
  await bus.clock.advance(190)
  bus.frame(0x7e8, '1014490201314D38')
  for (const hex of ['21', '22']) {
    await bus.clock.advance(900)
    bus.frame(0x7e8, `${hex}47444D34415735`)
  }
  bus.answer(0x7e8, `490201${'41'.repeat(17)}`)
  assert.is((await outcome).kind, 'answered')
})

test('"response pending" is waited for, and not for ever', async () => {
  const bus = new GovernedBus()
  const patient = bus.governor.request(diagnostic('22F190'))
  await bus.clock.advance(50)
  bus.answer(0x7e8, '7F2278')
  await bus.clock.advance(5000)
  bus.answer(0x7e8, '62F19041')
  const done = await patient
  assert.is(done.kind === 'answered' && done.answers[0]?.data[0], 0x62)

  await bus.clock.advance(1000)
  const endless = bus.governor.request(diagnostic('22F190'))
  for (let i = 0; i < 7; i++) {
    await bus.clock.advance(i === 0 ? 50 : 5000)
    bus.answer(0x7e8, '7F2278')
  }
  await bus.clock.advance(101)
  const last = await endless
  assert.equal(last.kind === 'answered' && last.answers.map(({ data }) => [...data]), [
    [0x7f, 0x22, 0x78],
  ])
})

test('a control unit that is busy is left alone, longer each time, the others are not', async () => {
  const bus = new GovernedBus()
  for (const pause of [1000, 2000, 4000]) {
    const outcome = bus.governor.request(diagnostic('22F190'))
    await bus.clock.advance(20)
    bus.answer(0x7e8, '7F2221')
    assert.is((await outcome).kind, 'answered')
    const again = await bus.governor.request(diagnostic('010C'))
    assert.equal(again, {
      ...{ kind: 'refused', reason: 'back-off', detail: 'the control unit asked for patience' },
      again: pause,
    })
    const all = await bus.governor.request(diagnostic('0100', 0x7df))
    assert.is(reasonOf(all), 'back-off')
    const other = bus.governor.request(diagnostic('010C', 0x7e1))
    await bus.clock.advance(20)
    bus.answer(0x7e9, '410C0000')
    assert.is((await other).kind, 'answered')
    await bus.clock.advance(pause - 20)
  }
  const well = bus.governor.request(diagnostic('010C'))
  await bus.clock.advance(20)
  bus.answer(0x7e8, '410C0000')
  assert.is((await well).kind, 'answered')
  await bus.clock.advance(20)
  assert.is((await asked(bus, diagnostic('010C'))).kind, 'silent')
})

/** One request that is answered so, or not at all. */
async function once(bus: GovernedBus, ...answers: string[]): Promise<RequestOutcome> {
  const outcome = bus.governor.request(diagnostic('22F190'))
  await bus.clock.advance(20)
  for (const hex of answers) bus.answer(0x7e8, hex)
  await bus.clock.advance(answers.length === 0 ? 200 : 0)
  return outcome
}

async function pauseOf(bus: GovernedBus): Promise<number | undefined> {
  const refused = await bus.governor.request(diagnostic('010C'))
  return refused.kind === 'refused' ? refused.again : undefined
}

test('silence is no sign of being well, an answer is', async () => {
  const bus = new GovernedBus()
  await once(bus, '7F2221')
  assert.is(await pauseOf(bus), 1000)
  await bus.clock.advance(1000)
  assert.is((await once(bus)).kind, 'silent')
  await once(bus, '7F2221')
  assert.is(await pauseOf(bus), 2000)
  await bus.clock.advance(2000)
  await once(bus, '62F19041')
  await bus.clock.advance(20)
  await once(bus, '7F2221')
  assert.is(await pauseOf(bus), 1000)
})

test('a control unit that always asks for time and then answers is not punished for it', async () => {
  const bus = new GovernedBus()
  for (let i = 0; i < 3; i++) {
    await once(bus, '7F2278', '62F19041')
    assert.is(await pauseOf(bus), 1000)
    await bus.clock.advance(1000)
  }
})

test('what is refused is refused to the last fraction of a millisecond', async () => {
  const gap = new GovernedBus({ minGapMs: 30 })
  await once(gap, '62F19041')
  await gap.clock.advance(9.5)
  assert.is(await pauseOf(gap), 0.5)
  const unit = new GovernedBus()
  await once(unit, '7F2221')
  await unit.clock.advance(999.5)
  assert.is(await pauseOf(unit), 0.5)
  const failed = new GovernedBus()
  failed.onSend = () => ({ kind: 'failed', reason: 'bus', detail: '' })
  await once(failed)
  await failed.clock.advance(2000 - 220 - 0.5)
  assert.is(await pauseOf(failed), 0.5)
})

test('silence does not end the patience with a bus that had errors, an answer does', async () => {
  const bus = new GovernedBus()
  const fail = async () => {
    bus.onSend = () => ({ kind: 'failed', reason: 'bus', detail: '' })
    const outcome = bus.governor.request(diagnostic('22F190'))
    await settled()
    await outcome
    bus.onSend = () => ({ kind: 'sent' })
  }
  await fail()
  assert.is(await pauseOf(bus), 2000)
  await bus.clock.advance(2000)
  await once(bus)
  await fail()
  assert.is(await pauseOf(bus), 4000)
  await bus.clock.advance(4000)
  await once(bus, '62F19041')
  await bus.clock.advance(20)
  await fail()
  assert.is(await pauseOf(bus), 2000)
})

test('flow control takes nothing from the budget, and does not wait for the gap', async () => {
  const bus = new GovernedBus({ perSecond: 2, minGapMs: 5 })
  const long = bus.governor.request(diagnostic('0902'))
  await bus.clock.advance(1)
  bus.frame(0x7e8, '1014490201314D38')
  await settled()
  assert.is(bus.wire.length, 2)
  bus.answer(0x7e8, '49020131')
  await long
  await bus.clock.advance(10)
  await once(bus, '62F19041')
  assert.is(bus.wire.length, 3)
})

test('a second request waits for the first', async () => {
  const bus = new GovernedBus()
  const first = bus.governor.request(diagnostic('010C'))
  await bus.clock.advance(20)
  for (const to of [0x7e0, 0x7e1, 0x7df]) {
    const second = await bus.governor.request(diagnostic('010D', to))
    assert.equal(second, {
      ...{ kind: 'refused', reason: 'busy', again: 20 },
      detail: 'a request to this control unit is under way',
    })
  }
  await bus.clock.advance(1000)
  assert.is((await first).kind, 'silent')
  assert.is(bus.wire.length, 1)
})

/** Asks as often as it is let, for so long; the times of what went out. */
async function hammer(
  bus: GovernedBus,
  requests: readonly BusRequest[],
  ms: number,
): Promise<number[]> {
  bus.onSend = (frame) => {
    if (frame.data[0] !== 0x30) {
      bus.answer(frame.id === 0x7df ? 0x7e8 : frame.id + 8, '410C0000')
    }
    return { kind: 'sent' }
  }
  for (let at = 0, index = 0; at < ms; at += 5) {
    const outcome = bus.governor.request(requests[index % requests.length] as BusRequest)
    await bus.clock.advance(5)
    if ((await outcome).kind === 'answered') index += 1
  }
  return bus.wire.map(({ at }) => at)
}

function mostInASecond(times: readonly number[]): number {
  return Math.max(
    ...times.map((start) => times.filter((t) => t >= start && t < start + 1000).length),
  )
}

test('the budgets of bus and control unit and the gap hold in any second', async () => {
  const eight = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => diagnostic('010C', 0x7e0 + n))
  const busy = new GovernedBus({ perSecond: 20, perSecondAndUnit: 10, minGapMs: 15 })
  const many = await hammer(busy, eight, 3000)
  assert.is(mostInASecond(many), 20)
  assert.ok(many.length >= 55, `${many.length}`)
  assert.ok(many.every((at, index) => index === 0 || at - (many[index - 1] as number) >= 15))

  const one = await hammer(new GovernedBus(), [diagnostic('010C')], 3000)
  assert.is(mostInASecond(one), 10)

  const mixed = [diagnostic('010C'), diagnostic('010C', 0x7df, poller, { responders: 1 })]
  assert.is(mostInASecond(await hammer(new GovernedBus(), mixed, 3000)), 10)
})

test('after an error of the bus it is quiet for a while, longer each time', async () => {
  const bus = new GovernedBus()
  bus.onSend = () => ({ kind: 'failed', reason: 'bus', detail: 'CAN ERROR' })
  for (const pause of [2000, 4000, 8000]) {
    assert.equal(await asked(bus, diagnostic('010C'), 0), { kind: 'failed', detail: 'CAN ERROR' })
    const refused = await bus.governor.request(diagnostic('010C', 0x7e1))
    assert.is(reasonOf(refused), 'bus-error')
    assert.is(refused.kind === 'refused' && refused.again, pause)
    await bus.clock.advance(pause)
  }
  bus.onSend = () => {
    bus.answer(0x7e8, '410C0000')
    return { kind: 'sent' }
  }
  assert.is((await asked(bus, diagnostic('010C'), 20)).kind, 'answered')
  bus.onSend = () => ({ kind: 'failed', reason: 'adapter', detail: 'no answer' })
  assert.is((await asked(bus, diagnostic('010C'), 20)).kind, 'failed')
  assert.is((await asked(bus, diagnostic('010C'), 20)).kind, 'failed', 'not the fault of the bus')
})

test('errors of a bus that slept are forgotten when the vehicle wakes up', async () => {
  const bus = new GovernedBus()
  bus.onSend = () => ({ kind: 'failed', reason: 'bus', detail: 'no acknowledgement' })
  assert.is((await asked(bus, diagnostic('010C'), 0)).kind, 'failed')
  await bus.clock.advance(20)
  assert.is(reasonOf(await asked(bus, diagnostic('010C'), 0)), 'bus-error')
  bus.governor.wokeUp()
  bus.onSend = () => ({ kind: 'sent' })
  assert.is((await asked(bus, diagnostic('010C'))).kind, 'silent')
})

test('a controller that is off the bus gets nothing to send until it is well, and then later', async () => {
  const bus = new GovernedBus()
  bus.governor.busState('off')
  await bus.clock.advance(600_000)
  assert.is(reasonOf(await asked(bus, diagnostic('010C'), 0)), 'bus-error')
  bus.governor.busState('ok')
  assert.is(reasonOf(await asked(bus, diagnostic('010C'), 0)), 'bus-error')
  await bus.clock.advance(10_000)
  assert.is((await asked(bus, diagnostic('010C'))).kind, 'silent')
  bus.governor.busState('errors')
  assert.is(reasonOf(await asked(bus, diagnostic('010C'), 0)), 'bus-error')
})

test('another tester has the bus to itself', async () => {
  const testers: [id: number, hex: string][] = [
    [0x7df, '0201050000000000'],
    [0x7e0, '0322F19000000000'],
    [0x7e7, '3000000000000000'],
    [0x18db33f1, '0201000000000000'],
    [0x18da10f1, '0201000000000000'],
    [0x18eafff9, 'ECFE00'],
  ]
  for (const [id, hex] of testers) {
    const bus = new GovernedBus()
    bus.frame(id, hex)
    const refused = await bus.governor.request(diagnostic('010C'))
    assert.is(reasonOf(refused), 'other-tester', id.toString(16))
    assert.is(refused.kind === 'refused' && refused.again, 60_000)
    await bus.clock.advance(60_000)
    assert.is((await asked(bus, diagnostic('010C'))).kind, 'silent')
  }
})

test('traffic of the vehicle, and our own that comes back, are no tester', async () => {
  const bus = new GovernedBus()
  bus.onSend = (frame) => {
    bus.frame(frame.id, Buffer.from(frame.data).toString('hex'), frame.extended)
    return { kind: 'sent' }
  }
  for (const [id, hex] of [
    [0x7e8, '0341050000000000'],
    [0x7d0, '0201050000000000'],
    [0x18daf110, '0341050000000000'],
    [0x0cf00400, 'FFFFFF0000FFFFFF'],
    [0x18eaff00, 'ECFE00'],
  ] as const) {
    bus.frame(id, hex)
  }
  assert.is((await asked(bus, diagnostic('010C'))).kind, 'silent')
  assert.is((await asked(bus, group(65260))).kind, 'silent')
  bus.governor.frame(frameOf(0x7df, [2, 1, 5], { sent: true }))
  assert.is((await asked(bus, diagnostic('010C'))).kind, 'silent')
  // The same bytes a second time, or much later, are somebody else's.
  bus.frame(0x7e0, '02010CAAAAAAAAAA')
  assert.is(reasonOf(await asked(bus, diagnostic('010C'), 0)), 'other-tester')
})

test('a frame of ours that never came back does not hide another tester later', async () => {
  const bus = new GovernedBus()
  assert.is((await asked(bus, diagnostic('010C'), 1001)).kind, 'silent')
  bus.frame(0x7e0, '02010CAAAAAAAAAA')
  assert.is(reasonOf(await asked(bus, diagnostic('010C'), 0)), 'other-tester')
})

test('a group that was asked for counts, alone, announced or refused', async () => {
  const cases: [request: BusRequest, id: number, hex: string, answers: number][] = [
    [group(65253), 0x18fee500, '0102030405060708', 1],
    [group(65260), 0x18ecff00, '201400 03ffecfe00'.replaceAll(' ', ''), 1],
    [group(65260, poller, 0), 0x18ecf900, '10140003ffecfe00', 1],
    [group(65260), 0x18e8ff00, '01ffffffffecfe00', 1],
    [group(65260), 0x18ecff00, '20140003ffebfe00', 0],
    [group(65260), 0x18ecff00, '13140003ffecfe00', 0],
    [group(65260), 0x18fee500, '0102030405060708', 0],
    [group(65253, poller, 0), 0x18fee517, '0102030405060708', 0],
    [group(60928), 0x18eeff00, '0102030405060708', 1],
  ]
  for (const [request, id, hex, answers] of cases) {
    const bus = new GovernedBus()
    const outcome = bus.governor.request(request)
    await bus.clock.advance(100)
    bus.frame(id, hex)
    await bus.clock.advance(2000)
    const done = await outcome
    assert.is(
      done.kind === 'answered' ? done.answers.length : 0,
      answers,
      `${id.toString(16)}#${hex}`,
    )
  }
})

test('a group that one was asked for ends the request when it comes', async () => {
  const bus = new GovernedBus()
  const outcome = bus.governor.request(group(65253, poller, 0))
  await bus.clock.advance(10)
  bus.frame(0x18fee500, '0102030405060708')
  await settled()
  assert.is(bus.clock.waiting, 0)
  assert.is(answersTo(await outcome), 1)
})

test('without an adapter nothing is asked, and one that goes away ends what is under way', async () => {
  const bus = new GovernedBus()
  bus.governor.transmitter(undefined)
  assert.is(reasonOf(await asked(bus, diagnostic('010C'), 0)), 'no-adapter')
  bus.governor.transmitter(bus.transmitter)
  const cut = bus.governor.request(diagnostic('010C'))
  await bus.clock.advance(20)
  bus.governor.transmitter(undefined)
  await settled()
  assert.is((await cut).kind, 'silent')
  bus.governor.transmitter(bus.transmitter)
  bus.onSend = () => new Promise(() => undefined)
  const hanging = bus.governor.request(diagnostic('010C'))
  await bus.clock.advance(20)
  bus.governor.transmitter(undefined)
  assert.equal(await hanging, { kind: 'failed', detail: 'the adapter was closed' })
})

test('an adapter that never comes back is given up', async () => {
  const bus = new GovernedBus()
  bus.onSend = () => new Promise(() => undefined)
  const outcome = bus.governor.request(diagnostic('010C'))
  await bus.clock.advance(8200)
  assert.equal(await outcome, { kind: 'failed', detail: 'the adapter does not come back' })
})

test('an adapter that waits by itself ends the request', async () => {
  const bus = new GovernedBus({}, 'adapter')
  bus.onSend = () => {
    bus.answer(0x7e8, '410C0000')
    return { kind: 'waited' }
  }
  const none = bus.governor.request(diagnostic('0100', 0x7df))
  assert.equal(await none, { kind: 'silent' })
  await bus.clock.advance(20)
  const outcome = await bus.governor.request(diagnostic('010C', 0x7df))
  assert.is(outcome.kind, 'answered')
  assert.is(bus.clock.waiting, 0)
})

test('after the stop nothing is sent, and what was under way has ended', async () => {
  const bus = new GovernedBus()
  bus.slowMs = 100
  const outcome = bus.governor.request(diagnostic('010C'))
  await bus.clock.advance(50)
  let hasEnded = false
  void outcome.then(() => {
    hasEnded = true
  })
  await bus.governor.stop()
  assert.ok(hasEnded)
  await bus.clock.advance(1000)
  assert.is((await outcome).kind, 'failed')
  assert.is(reasonOf(await asked(bus, diagnostic('010C'), 0)), 'stopped')
  await bus.governor.stop()
  assert.equal(bus.wire, [])
})

test('the wait of a request is bounded', async () => {
  for (const [waitMs, ends] of [
    [undefined, 200],
    [50, 50],
    [3000, 3000],
    [99_999, 5000],
    [0, 200],
    [-5, 200],
    [Number.NaN, 200],
  ] as const) {
    const bus = new GovernedBus()
    const outcome = bus.governor.request(
      diagnostic('010C', 0x7e0, poller, waitMs === undefined ? {} : { waitMs }),
    )
    await bus.clock.advance(ends - 1)
    assert.is(bus.clock.waiting, 1, String(waitMs))
    await bus.clock.advance(1)
    assert.is(bus.clock.waiting, 0, String(waitMs))
    assert.is((await outcome).kind, 'silent')
  }
})

test.run()
