/** Requests for parameter groups, and what is answered. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { destinationOf, pgnOf, sourceOf } from '../../src/decoder/can-id.ts'
import {
  type Acknowledgement,
  acknowledgementOf,
  PGN_ACKNOWLEDGEMENT,
  PGN_REQUEST,
  requestedPgn,
} from '../../src/decoder/j1939/requests.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { goldens, recordedFrames } from './j1939-recordings.ts'

const test = suite('j1939 requests')

const requests: [what: string, hex: string, pgn: number | undefined][] = [
  ['for the VIN', 'ECFE00', 65260],
  ['for a group of the other data page', '09FD01', 130_313],
  ['for a group with a destination', '00EE00', 60_928],
  ['filled up to eight bytes', 'ECFE00FFFFFFFFFF', 65260],
  ['for the largest number that is a PGN', 'FFFF03', 0x3ffff],
  ['for a number above all PGNs', 'ECFE04', undefined],
  ['of ones', 'FFFFFF', undefined],
  ['of two bytes', 'ECFE', undefined],
  ['of no bytes', '', undefined],
]

for (const [what, hex, pgn] of requests) {
  test(`a request ${what} asks for ${pgn ?? 'nothing'}`, () => {
    // As a source does: what came before stands behind the end of a frame.
    const data = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(8, 0)])
    assert.is(requestedPgn(data, hex.length / 2), pgn)
  })
}

const answers: [what: string, hex: string, answer: Acknowledgement | undefined][] = [
  [
    'that all is well',
    '00FFFFFFF9ECFE00',
    { kind: 'positive', groupFunction: undefined, address: 0xf9, pgn: 65260 },
  ],
  [
    'that it is not supported',
    '01FFFFFFF9ECFE00',
    { kind: 'negative', groupFunction: undefined, address: 0xf9, pgn: 65260 },
  ],
  [
    'that access is denied',
    '02FFFFFFFF09FD01',
    { kind: 'access_denied', groupFunction: undefined, address: undefined, pgn: 130_313 },
  ],
  [
    'that it cannot be given now',
    '0305FFFF00ECFE00',
    { kind: 'cannot_respond', groupFunction: 5, address: 0, pgn: 65260 },
  ],
  ['with a control byte that is not known', '04FFFFFFF9ECFE00', undefined],
  ['with a control byte of ones', 'FFFFFFFFF9ECFE00', undefined],
  ['about a number above all PGNs', '00FFFFFFF9ECFEFF', undefined],
  ['of seven bytes', '00FFFFFFF9ECFE', undefined],
  ['of no bytes', '', undefined],
]

for (const [what, hex, answer] of answers) {
  test(`an answer ${what} is ${answer?.kind ?? 'none'}`, () => {
    const data = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(8, 0)])
    assert.equal(acknowledgementOf(data, hex.length / 2), answer)
  })
}

test('20,000 random messages never throw, and give PGNs or nothing', () => {
  const random = seeded(59_904)
  let given = 0
  for (let i = 0; i < 20_000; i += 1) {
    const data = randomBytes(random, Math.floor(random() * 10))
    if (random() < 0.5 && data.length > 0) data[0] = Math.floor(random() * 5)
    const answer = acknowledgementOf(data, data.length)
    for (const pgn of [requestedPgn(data, data.length), answer?.pgn]) {
      if (pgn === undefined) continue
      given += 1
      assert.ok(pgn >= 0 && pgn <= 0x3ffff)
    }
    if (answer !== undefined) assert.ok(data.length >= 8 && (data[0] as number) <= 3)
  }
  assert.ok(given > 500, `${given} PGNs`)
})

interface RequestRow {
  n: number
  src: number
  dst: number
  requested_pgn: number
}

for (const { base, frames, rows } of goldens<RequestRow>('requests')) {
  test(`${base}: requests are those of the independent tools`, () => {
    const found = frames().flatMap(({ n, id, data }) => {
      const pgn = pgnOf(id) === PGN_REQUEST ? requestedPgn(data, data.length) : undefined
      if (pgn === undefined) return []
      return [{ n, src: sourceOf(id), dst: destinationOf(id), requested_pgn: pgn }]
    })
    const expected = rows().map(({ n, src, dst, requested_pgn }) => ({
      n,
      src,
      dst,
      requested_pgn,
    }))
    assert.equal(found, expected)
  })
}

for (const [file, refusals] of [
  ['j1939_kenworth_paccar_mx_normal2.log', { negative: 10 }],
  ['j1939_kenworth_paccar_mx_mitm_vin.log', { negative: 5, cannot_respond: 1 }],
  ['n2k_css_94C49784_00000002.frames.candump.log.gz', { negative: 61, access_denied: 31 }],
] as const) {
  const path = recording(`captures/${file}`)
  if (path === undefined) continue
  test(`${file}: every answer is understood`, () => {
    const counts: Record<string, number> = {}
    for (const { id, data } of recordedFrames(path)) {
      if (pgnOf(id) !== PGN_ACKNOWLEDGEMENT) continue
      const kind = acknowledgementOf(data, data.length)?.kind ?? 'none'
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    assert.equal(counts, refusals)
  })
}

test.run()
