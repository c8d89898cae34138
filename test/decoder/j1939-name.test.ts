/** NAMEs of control units, and who has which address. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pgnOf, sourceOf } from '../../src/decoder/can-id.ts'
import { AddressTable, PGN_ADDRESS_CLAIM } from '../../src/decoder/j1939/addresses.ts'
import { describeName, isLower, nameFields, nameOf } from '../../src/decoder/j1939/name.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { goldens, recordedFrames } from './j1939-recordings.ts'

const test = suite('j1939 names and addresses')

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

/** A NAME of one field that is all ones, and what must then be what. */
const fields: [field: string, bit: number, width: number][] = [
  ['identity_number', 0, 21],
  ['manufacturer_code', 21, 11],
  ['ecu_instance', 32, 3],
  ['function_instance', 35, 5],
  ['function', 40, 8],
  ['vehicle_system', 49, 7],
  ['vehicle_system_instance', 56, 4],
  ['industry_group', 60, 3],
  ['arbitrary_address_capable', 63, 1],
]

for (const [field, bit, width] of fields) {
  test(`${field} has ${width} bits from bit ${bit}, and no other field has one of them`, () => {
    const data = new Uint8Array(8)
    for (let i = bit; i < bit + width; i += 1) data[i >> 3] = (data[i >> 3] ?? 0) | (1 << (i & 7))
    const { name, ...found } = nameFields(nameOf(data))
    const expected = Object.fromEntries(fields.map(([one]) => [one, 0]))
    assert.equal(found, { ...expected, [field]: 2 ** width - 1 })
    assert.is(name, Buffer.from(data).toString('hex').toUpperCase())
  })
}

test('the reserved bit belongs to no other field', () => {
  const { reserved, ...name } = nameOf(bytes('0000000000000100'))
  assert.is(reserved, 1)
  assert.is(name.vehicleSystem, 0)
  assert.is(name.function, 0)
})

test('a NAME is told in words where its codes are known, and not where they are not', () => {
  // On-highway engine of maker 8; then function 201 and group 7, which mean nothing to us.
  const engine = nameOf(bytes('0000000100000010'))
  assert.equal(describeName(engine), {
    industryGroup: 'on-highway',
    function: 'engine',
    manufacturer: 'Caterpillar',
  })
  assert.equal(describeName(nameOf(bytes('87D6525382C9FE72'))), {
    industryGroup: undefined,
    function: undefined,
    manufacturer: undefined,
  })
})

test('the text of a NAME is its bytes on the wire, for any bytes', () => {
  const random = seeded(64)
  for (let i = 0; i < 1000; i += 1) {
    const data = randomBytes(random, 8)
    assert.is(nameOf(data).text, Buffer.from(data).toString('hex').toUpperCase())
  }
})

test('the lower of two NAMEs is the lower number of 64 bits', () => {
  const random = seeded(128)
  for (let i = 0; i < 2000; i += 1) {
    const [one, other] = [randomBytes(random, 8), randomBytes(random, 8)]
    if (random() < 0.5) other.set(one.subarray(Math.floor(random() * 8)), 0)
    const number = (data: Uint8Array) => new DataView(data.buffer).getBigUint64(0, true)
    assert.is(isLower(nameOf(one), nameOf(other)), number(one) < number(other))
  }
})

test('a NAME can be printed as JSON', () => {
  assert.is(JSON.parse(JSON.stringify(nameOf(new Uint8Array(8)))).identityNumber, 0)
})

const LOW = '87D65253826FFE52'
const MIDDLE = '87D6525382C9FE52'
const HIGH = '87D6525382DEFE52'

/** Claims and what the table says of each, and who has which address in the end. */
interface Story {
  what: string
  claims: [ms: number, source: number, name: string, outcome: string][]
  table: Record<number, string>
  /** When the table is looked at; after the last claim unless said. */
  at?: number
}

const stories: Story[] = [
  {
    what: 'a free address is taken by the first who claims it',
    claims: [[0, 128, MIDDLE, 'claimed']],
    table: { 128: MIDDLE },
  },
  {
    what: 'the same NAME once more changes nothing',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 128, MIDDLE, 'confirmed'],
    ],
    table: { 128: MIDDLE },
  },
  {
    what: 'a lower NAME takes the address at once, and the loser has none',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 128, LOW, 'won'],
      [20, 254, MIDDLE, 'cannot_claim'],
    ],
    table: { 128: LOW },
  },
  {
    what: 'a higher NAME does not take the address from an owner that answers',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 128, HIGH, 'challenged'],
      [20, 128, MIDDLE, 'confirmed'],
    ],
    table: { 128: MIDDLE },
    at: 5000,
  },
  {
    what: 'a higher NAME has to wait 250 ms for the answer',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 128, HIGH, 'challenged'],
    ],
    table: { 128: MIDDLE },
    at: 260,
  },
  {
    what: 'a higher NAME has the address when its owner has not answered for 250 ms',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 128, HIGH, 'challenged'],
    ],
    table: { 128: HIGH },
    at: 261,
  },
  {
    what: 'a challenge that is repeated does not begin again',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 128, HIGH, 'challenged'],
      [200, 128, HIGH, 'challenged'],
      [300, 128, HIGH, 'confirmed'],
    ],
    table: { 128: HIGH },
  },
  {
    what: 'a challenger that goes elsewhere has nothing here any more',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 128, HIGH, 'challenged'],
      [20, 129, HIGH, 'claimed'],
    ],
    table: { 128: MIDDLE, 129: HIGH },
    at: 5000,
  },
  {
    what: 'a unit that moves leaves its address free',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 129, MIDDLE, 'claimed'],
      [20, 128, HIGH, 'claimed'],
    ],
    table: { 128: HIGH, 129: MIDDLE },
  },
  {
    what: 'a unit that moves leaves its address to who waits for it',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 128, HIGH, 'challenged'],
      [20, 129, MIDDLE, 'claimed'],
    ],
    table: { 128: HIGH, 129: MIDDLE },
  },
  {
    what: 'a unit that cannot claim has no address any more',
    claims: [
      [0, 128, MIDDLE, 'claimed'],
      [10, 254, MIDDLE, 'cannot_claim'],
    ],
    table: {},
  },
]

function tableAt(table: AddressTable, micros: number): Record<number, string> {
  return Object.fromEntries(
    [...table.entries(micros)].map(([address, name]) => [address, name.text]),
  )
}

for (const { what, claims, table, at } of stories) {
  test(what, () => {
    const addresses = new AddressTable()
    let last = 0
    for (const [ms, source, name, outcome] of claims) {
      last = ms
      const claim = addresses.claim(source, bytes(name), 8, ms * 1000)
      assert.is(claim?.outcome, outcome)
      assert.is(claim?.name.text, name)
    }
    assert.equal(tableAt(addresses, (at ?? last) * 1000), table)
  })
}

for (const [what, source, hex] of [
  ['of seven bytes', 128, '87D65253826FFE'],
  ['of nine bytes', 128, '87D65253826FFE5200'],
  ['of no bytes', 128, ''],
  ['from the global address', 255, LOW],
] as const) {
  test(`a claim ${what} is none`, () => {
    const addresses = new AddressTable()
    assert.is(addresses.claim(source, bytes(hex), hex.length / 2, 0), undefined)
    assert.equal(tableAt(addresses, 0), {})
  })
}

test('a command says who is to go where, and changes nothing until the unit claims', () => {
  const addresses = new AddressTable()
  addresses.claim(128, bytes(MIDDLE), 8, 0)
  const command = addresses.command(bytes(`${MIDDLE}30`), 9)
  assert.equal([command?.from, command?.to], [128, 0x30])
  assert.is(command?.name.text, MIDDLE)
  assert.equal(tableAt(addresses, 0), { 128: MIDDLE })
  addresses.claim(0x30, bytes(MIDDLE), 8, 1000)
  assert.equal(tableAt(addresses, 1000), { 48: MIDDLE })
  assert.is(addresses.command(bytes(`${LOW}31`), 9)?.from, undefined)
})

for (const [what, hex] of [
  ['of eight bytes', LOW],
  ['of ten bytes', `${LOW}3000`],
  ['to the null address', `${LOW}FE`],
  ['to the global address', `${LOW}FF`],
] as const) {
  test(`a command ${what} is none`, () => {
    assert.is(new AddressTable().command(bytes(hex), hex.length / 2), undefined)
  })
}

test('20,000 random claims never throw, and no NAME ever has two addresses', () => {
  const random = seeded(81)
  const below = (limit: number) => Math.floor(random() * limit)
  const addresses = new AddressTable()
  const names = Array.from({ length: 12 }, () => randomBytes(random, 8))
  let micros = 0
  for (let i = 0; i < 20_000; i += 1) {
    micros += below(200_000)
    const name = names[below(12)] as Uint8Array
    const data = random() < 0.9 ? name : randomBytes(random, below(12))
    const source = random() < 0.9 ? below(6) : below(256)
    addresses.claim(source, data, data.length, micros)
    addresses.command(data, data.length)
    if (i % 50 !== 0) continue
    const found = Object.values(tableAt(addresses, micros))
    assert.is(new Set(found).size, found.length)
    assert.ok(found.length <= 254)
  }
})

interface NameVector {
  id: string
  data: string
  expect: Record<string, number>
}

interface Sequence {
  id: string
  what: string
  frames: string[]
  expect_table: Record<string, string>
}

const vectors = recording('vectors/j1939_name_claim.json')
if (vectors !== undefined) {
  const file = JSON.parse(readFileSync(vectors, 'utf8')) as {
    names: NameVector[]
    sequences: Sequence[]
  }
  for (const { id, data, expect } of file.names) {
    test(`vector NAME ${id}`, () => {
      const { name, ...found } = nameFields(nameOf(bytes(data)))
      assert.is(name, data)
      assert.equal(found, expect)
    })
  }
  for (const { id, what, frames, expect_table } of file.sequences) {
    test(`vector claims ${id}: ${what}`, () => {
      const addresses = new AddressTable()
      for (const [i, frame] of frames.entries()) {
        const [, canId = '', data = ''] = /(\w{8})#(\w+)$/.exec(frame) ?? []
        addresses.claim(sourceOf(Number.parseInt(canId, 16)), bytes(data), 8, i * 1000)
      }
      assert.equal(tableAt(addresses, frames.length * 1000), expect_table)
    })
  }
}

type ClaimRow = Record<string, unknown> & { n: number; ts: number; ch: string }

for (const { base, frames, rows } of goldens<ClaimRow>('address_claim')) {
  test(`${base}: address claims are those of the independent tools`, () => {
    const addresses = new AddressTable()
    const found = frames().flatMap(({ n, id, data, micros }) => {
      if (pgnOf(id) !== PGN_ADDRESS_CLAIM) return []
      const claim = addresses.claim(sourceOf(id), data, data.length, micros)
      if (claim === undefined) return []
      return [
        { n, ts: micros / 1_000_000, ch: 'can1', src: claim.source, ...nameFields(claim.name) },
      ]
    })
    assert.equal(found, rows())
    assert.equal(
      found.map((row) => Object.keys(row)),
      rows().map((row) => Object.keys(row)),
    )
  })
}

const boat = recording('captures/n2k_css_94C49784_00000002.frames.candump.log.gz')
if (boat !== undefined) {
  test('on a boat every node has the address that it claimed', () => {
    const addresses = new AddressTable()
    let last = 0
    for (const { id, data, micros } of recordedFrames(boat)) {
      last = micros
      if (pgnOf(id) === PGN_ADDRESS_CLAIM) addresses.claim(sourceOf(id), data, data.length, micros)
    }
    const found = [...addresses.entries(last)]
    assert.equal(
      found.map(([address]) => address).sort((a, b) => a - b),
      [0, 1, 2, 3, 35, 142, 143],
    )
    for (const [, name] of found) assert.is(describeName(name).industryGroup, 'marine')
  })
}

test.run()
