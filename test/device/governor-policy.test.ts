/** The policy over everything that can be asked, against a list of what may be. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  answerIdOf,
  flowControlAddress,
  isAnswer,
  isFunctional,
  isTesterId,
  unitOf,
} from '../../src/device/governor/addresses.ts'
import { type PolicySettings, verdictOf } from '../../src/device/governor/policy.ts'
import { copyOfRequest } from '../../src/device/governor/request-copy.ts'
import type { BusRequest } from '../../src/model/bus-request.ts'
import { diagnostic, group, poller } from '../support/governed-bus.ts'

const test = suite('governor: policy')

const settings: PolicySettings = { profileIds: [], pgns: [], clearing: true }

/** Lengths of the bytes after the service that a reading service takes. */
const lengths: Record<number, number[]> = {
  1: [1, 2, 3, 4, 5, 6],
  2: [2, 4, 6],
  3: [0],
  6: [1, 2, 3, 4, 5, 6],
  7: [0],
  9: [1],
  10: [0],
  34: [2, 4, 6],
}

test('of all services and lengths only the reading ones are allowed, in their lengths', () => {
  for (let service = 0; service <= 0xff; service++) {
    for (let length = 0; length <= 8; length++) {
      const data = Uint8Array.of(service, ...Array.from({ length }, () => 0xfe))
      const request: BusRequest = { ...diagnostic('01'), data }
      const expected = (lengths[service] ?? []).includes(length)
        ? 'read'
        : service === 0x04 && length === 0
          ? 'clear'
          : 'never'
      assert.is(verdictOf(request, settings), expected, Buffer.from(data).toString('hex'))
    }
  }
  assert.is(verdictOf({ ...diagnostic('01'), data: new Uint8Array(0) }, settings), 'never')
})

/** Sub-functions of service 19 that report, with the number of bytes after them. */
const reports: Record<number, number> = {
  ...{ 1: 1, 2: 1, 3: 0, 4: 4, 5: 1, 6: 4, 7: 2, 8: 2, 9: 3, 10: 0 },
  ...{ 11: 0, 12: 0, 13: 0, 14: 0, 15: 1, 16: 4, 17: 1, 18: 1, 19: 1 },
  ...{ 20: 0, 21: 0, 66: 3, 85: 1 },
}

test('of service 19 every report is allowed in its length and nothing else', () => {
  for (let kind = 0; kind <= 0xff; kind++) {
    for (let length = 0; length <= 6; length++) {
      const data = Uint8Array.of(0x19, kind, ...Array.from({ length }, () => 0x11))
      const expected = reports[kind] === length ? 'read' : 'never'
      const hex = Buffer.from(data).toString('hex')
      assert.is(verdictOf({ ...diagnostic('01'), data }, settings), expected, hex)
    }
  }
})

test('only all codes can be cleared, and not by a byte more or less', () => {
  for (const hex of ['04', '14FFFFFF']) {
    assert.is(verdictOf(diagnostic(hex), settings), 'clear')
    assert.is(verdictOf(diagnostic(hex), { ...settings, clearing: false }), 'off')
    assert.is(verdictOf(diagnostic(`${hex}00`), settings), 'never')
  }
  for (const hex of ['14', '14FF', '14FFFF', '14FFFFFE', '14FFFEFF', '14FEFFFF', '15FFFFFF']) {
    assert.is(verdictOf(diagnostic(hex), settings), 'never', hex)
  }
})

test('of all 11-bit identifiers the diagnostic ones may be asked, and those of a profile among them', () => {
  const all = Array.from({ length: 0x800 }, (_, id) => ({ id, extended: false }))
  for (const { id, extended } of all) {
    const request = diagnostic('010C', id, poller, { to: { id, extended } })
    const isStandard = id === 0x7df || (id >= 0x7e0 && id <= 0x7e7)
    assert.is(verdictOf(request, settings), isStandard ? 'read' : 'never', id.toString(16))
    const isPossible = isStandard || (id >= 0x700 && id <= 0x7de)
    const widest = verdictOf(request, { ...settings, profileIds: all })
    assert.is(widest, isPossible ? 'read' : 'never', id.toString(16))
    const wrongWidth = [{ id, extended: true }]
    const narrow = verdictOf(request, { ...settings, profileIds: wrongWidth })
    assert.is(narrow, isStandard ? 'read' : 'never')
  }
})

test('of 29-bit identifiers only those of diagnostics with the tester’s address may be asked', () => {
  const isAllowed = (id: number) =>
    id === 0x18db33f1 || (/^18da..f1$/.test(id.toString(16)) && id !== 0x18daf1f1)
  const ids = [
    ...Array.from({ length: 0x10000 }, (_, low) => 0x18da0000 + low),
    ...[0x18db33f1, 0x18db33f0, 0x18db34f1, 0x18dc33f1, 0x08da10f1, 0x1cda10f1, 0x14da10f1],
    ...[0x19da10f1, 0x1ada10f1, 0x18d910f1, 0x7df, 0x7e0, 0, 0x1fffffff],
  ]
  for (const id of ids) {
    const request = diagnostic('010C', id, poller, { to: { id, extended: true } })
    const profileIds = [{ id, extended: true }]
    const expected = isAllowed(id) ? 'read' : 'never'
    assert.is(verdictOf(request, { ...settings, profileIds }), expected, id.toString(16))
  }
})

const usual = [
  60928, 64896, 64912, 64920, 64949, 64950, 64951, 64952, 64965, 65200, 65203, 65209, 65210, 65211,
  65214, 65217, 65227, 65229, 65230, 65231, 65236, 65242, 65244, 65248, 65253, 65255, 65257, 65259,
  65260, 65276,
]

test('of all groups those on the list may be requested; a configuration adds what only reports', () => {
  const every = Array.from({ length: 0x40000 }, (_, pgn) => pgn)
  const widest = { ...settings, pgns: every }
  const narrow = { ...settings, pgns: every, clearing: false }
  // A set, for speed: the settings are asked with `includes`.
  const has = new Set(every)
  const fast = { includes: (pgn: number) => has.has(pgn) } as unknown as readonly number[]
  for (let pgn = 0; pgn < 0x40000; pgn++) {
    const clears = pgn === 65228 || pgn === 65235
    const request = group(pgn)
    const expected = clears ? 'clear' : usual.includes(pgn) ? 'read' : 'never'
    if (verdictOf(request, settings) !== expected) assert.unreachable(`${pgn} is not ${expected}`)
    const format = (pgn >> 8) & 0xff
    const isWritten = format >= 240 || (pgn & 0xff) === 0
    const isProprietary = format === 0xef || format === 0xff
    const reports = pgn < 0x20000 && isWritten && !isProprietary
    const most = clears ? 'clear' : reports ? 'read' : 'never'
    const wide = verdictOf(request, { ...widest, pgns: fast })
    if (wide !== most) assert.unreachable(`${pgn} is ${wide}, not ${most}`)
    const safe = verdictOf(request, { ...narrow, pgns: fast })
    if (safe !== (clears ? 'off' : most)) assert.unreachable(`${pgn} is ${safe}`)
  }
})

test('a group is requested of an address, with three bytes', () => {
  assert.is(verdictOf(group(65260, poller, 0), settings), 'read')
  assert.is(verdictOf(group(65260, poller, 255), settings), 'read')
  assert.is(verdictOf(group(65260, poller, 256), settings), 'never')
  for (const data of [[], [0xec], [0xec, 0xfe], [0xec, 0xfe, 0, 0]]) {
    const request = { ...group(65260), data: Uint8Array.from(data) }
    assert.is(verdictOf(request, settings), 'never', String(data))
  }
})

test('a kind of request that there is not is never sent', () => {
  const request = { ...diagnostic('010C'), kind: 'raw' } as unknown as BusRequest
  assert.is(verdictOf(request, settings), 'never')
})

test('who is asked answers by one identifier, and gets flow control by one', () => {
  const cases: [request: BusRequest, answer: number, control: number][] = [
    [diagnostic('0902', 0x7e0), 0x7e8, 0x7e0],
    [diagnostic('0902', 0x7e7), 0x7ef, 0x7e7],
    [diagnostic('0902', 0x7b3), 0x7bb, 0x7b3],
    [diagnostic('0902', 0x18da10f1), 0x18daf110, 0x18da10f1],
    [diagnostic('0902', 0x18daeff1), 0x18daf1ef, 0x18daeff1],
    [diagnostic('0902', 0x7b3, poller, { from: { id: 0x123, extended: false } }), 0x123, 0x7b3],
  ]
  for (const [request, answer, control] of cases) {
    assert.not(isFunctional(request))
    assert.is(answerIdOf(request), answer)
    assert.ok(isAnswer(request, answer, request.to.extended))
    assert.not(isAnswer(request, answer, !request.to.extended))
    assert.not(isAnswer(request, answer + 1, request.to.extended))
    assert.equal(flowControlAddress(request, answer), { id: control, extended: control > 0x7ff })
  }
})

test('who is asked with all others is known by its identifier', () => {
  const eleven = diagnostic('0100', 0x7df)
  const twentyNine = diagnostic('0100', 0x18db33f1)
  assert.ok(isFunctional(eleven) && isFunctional(twentyNine))
  for (let id = 0; id < 0x800; id++) {
    assert.is(isAnswer(eleven, id, false), id >= 0x7e8 && id <= 0x7ef, id.toString(16))
    assert.not(isAnswer(twentyNine, id, false))
  }
  for (let low = 0; low <= 0xffff; low++) {
    const id = 0x18da0000 + low
    assert.is(isAnswer(twentyNine, id, true), low >> 8 === 0xf1)
    assert.not(isAnswer(eleven, id, true))
  }
  assert.not(isAnswer(twentyNine, 0x18dbf110, true))
  assert.not(isAnswer(twentyNine, 0x19daf110, true))
  assert.ok(isAnswer(twentyNine, 0x0cdaf110, true))
  assert.equal(flowControlAddress(eleven, 0x7eb), { id: 0x7e3, extended: false })
  assert.equal(flowControlAddress(twentyNine, 0x18daf128), { id: 0x18da28f1, extended: true })
})

test('budgets know a control unit by what it is asked with', () => {
  assert.is(unitOf(diagnostic('0100', 0x7df)), 'all')
  assert.is(unitOf(diagnostic('0100', 0x18db33f1)), 'all')
  assert.is(unitOf(group(65260)), 'all')
  const units = [
    diagnostic('0100', 0x7e0),
    diagnostic('0100', 0x7e1),
    diagnostic('0100', 0x18da10f1),
    group(65260, poller, 0),
    group(65260, poller, 33),
  ].map(unitOf)
  assert.is(new Set(units).size, 5)
})

test('only identifiers that a tester sends are a tester’s', () => {
  for (let id = 0; id < 0x800; id++) {
    assert.is(isTesterId(id, false), id === 0x7df || (id >= 0x7e0 && id <= 0x7e7))
  }
  for (let low = 0; low <= 0xffff; low++) {
    assert.is(isTesterId(0x18da0000 + low, true), (low & 0xff) === 0xf1, low.toString(16))
    assert.is(isTesterId(0x18db0000 + low, true), low === 0x33f1, low.toString(16))
  }
  assert.ok(isTesterId(0x0cda10f1, true))
  assert.not(isTesterId(0x19da10f1, true))
})

test('a request is copied as it is, within its bounds', () => {
  const full: BusRequest = {
    kind: 'diagnostic',
    to: { id: 0x7ff, extended: false },
    from: { id: 0, extended: false },
    data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7),
    requester: { kind: 'api', name: 'n'.repeat(300), privileges: [1, 2] },
    cause: 'c\u0000\r\né'.repeat(100),
    responders: 15,
    waitMs: 0.5 + 0.5,
  }
  const copy = copyOfRequest(full)
  assert.equal(copy, {
    ...full,
    requester: { kind: 'api', name: 'n'.repeat(200), privileges: [1, 2] },
    cause: 'c   é'.repeat(100).slice(0, 200),
  })
  assert.is.not(copy?.data, full.data)
  assert.is.not(copy?.to, full.to)
  const widest = {
    ...full,
    to: { id: 0x1fffffff, extended: true },
    from: { id: 1, extended: true },
  }
  assert.ok(copyOfRequest(widest))
  const without = copyOfRequest({ ...full, responders: 16, waitMs: 0 })
  assert.is(without?.responders, undefined)
  assert.is(without?.waitMs, undefined)
  assert.is(copyOfRequest({ ...full, responders: -1 })?.responders, undefined)
  assert.is(copyOfRequest({ ...full, waitMs: 1 })?.waitMs, 1)
})

test('what is no request has no copy', () => {
  const good = diagnostic('010C')
  const bad: unknown[] = [
    { ...good, to: { id: 0x800, extended: false } },
    { ...good, to: { id: 0x20000000, extended: true } },
    { ...good, to: { id: -1, extended: true } },
    { ...good, to: { id: 1.5, extended: true } },
    { ...good, to: { id: '2016', extended: false } },
    { ...good, from: { id: 0x7e8, extended: true } },
    { ...good, from: { id: 0x800, extended: false } },
    { ...good, data: new Uint8Array(0) },
    { ...good, data: new Uint8Array(8) },
    { ...good, kind: 'pgns' },
    {
      ...good,
      get data() {
        throw new Error('no')
      },
    },
  ]
  for (const request of bad) assert.is(copyOfRequest(request as BusRequest), undefined)
  assert.ok(copyOfRequest(good))
})

test.run()
