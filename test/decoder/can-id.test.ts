/** The 29-bit identifier of J1939, taken apart. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  destinationOf,
  pageOf,
  pduFormatOf,
  pgnOf,
  priorityOf,
  sourceOf,
} from '../../src/decoder/can-id.ts'
import { recording } from '../support/needs.ts'
import { seeded } from './dbc-reference.ts'

const test = suite('can id')

interface Parts {
  id: number
  priority: number
  page: number
  pgn: number
  destination: number
  source: number
}

function partsOf(id: number): Parts {
  return {
    id,
    priority: priorityOf(id),
    page: pageOf(id),
    pgn: pgnOf(id),
    destination: destinationOf(id),
    source: sourceOf(id),
  }
}

const cases: [what: string, parts: Parts][] = [
  ['all zeros', { id: 0, priority: 0, page: 0, pgn: 0, destination: 0, source: 0 }],
  [
    'all ones',
    { id: 0x1fffffff, priority: 7, page: 3, pgn: 0x3ffff, destination: 255, source: 255 },
  ],
  [
    'the last format with a destination',
    { id: 0x18ef1234, priority: 6, page: 0, pgn: 0xef00, destination: 0x12, source: 0x34 },
  ],
  [
    'the first format without',
    { id: 0x18f01234, priority: 6, page: 0, pgn: 0xf012, destination: 255, source: 0x34 },
  ],
  [
    'data page 1, with a destination',
    { id: 0x19ef1234, priority: 6, page: 1, pgn: 0x1ef00, destination: 0x12, source: 0x34 },
  ],
  [
    'data page 1, without',
    { id: 0x19f11205, priority: 6, page: 1, pgn: 0x1f112, destination: 255, source: 5 },
  ],
  [
    'the extended data page (ISO 11783)',
    { id: 0x1af01234, priority: 6, page: 2, pgn: 0x2f012, destination: 255, source: 0x34 },
  ],
  [
    'both pages (ISO 15765-3)',
    { id: 0x1bda12f1, priority: 6, page: 3, pgn: 0x3da00, destination: 0x12, source: 0xf1 },
  ],
]

for (const [what, parts] of cases) {
  test(`an identifier of ${what} is taken apart`, () => {
    assert.equal(partsOf(parts.id), parts)
  })
}

test('any identifier can be put together again from its parts', () => {
  const random = seeded(29)
  for (let i = 0; i < 20_000; i += 1) {
    const id = Math.floor(random() * 2 ** 29)
    const { priority, page, pgn, destination, source } = partsOf(id)
    const specific = pduFormatOf(id) < 240 ? destination : pgn % 256
    const again =
      (priority * 4 + page) * 2 ** 24 + pduFormatOf(id) * 65_536 + specific * 256 + source
    assert.is(again, id)
    assert.is(Math.floor(pgn / 65_536), page)
  }
})

interface Vector {
  id: string
  priority: number
  pgn: number
  da: number
  sa: number
  edp: number
  dp: number
}

const vectors = recording('vectors/j1939_identifier.json')
if (vectors !== undefined) {
  const file = JSON.parse(readFileSync(vectors, 'utf8')) as { vectors: Vector[] }
  for (const { id, priority, pgn, da, sa, edp, dp } of file.vectors) {
    test(`vector ${id} is taken apart as its peers do`, () => {
      assert.equal(partsOf(Number.parseInt(id, 16)), {
        id: Number.parseInt(id, 16),
        priority,
        page: edp * 2 + dp,
        pgn,
        destination: da,
        source: sa,
      })
    })
  }
}

test.run()
