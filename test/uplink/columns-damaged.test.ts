import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OdographError } from '../../src/model/errors.ts'
import { encodeCbor } from '../../src/uplink/cbor.ts'
import { batchEvents } from '../../src/uplink/columns/batch-events.ts'
import { decodeBatch } from '../../src/uplink/columns/batch-view.ts'
import { encodeBatch } from '../../src/uplink/columns/encode-batch.ts'
import { readCbor } from '../../src/uplink/columns/strict-cbor.ts'
import { generatedRecords } from '../bench/generated-records.ts'
import { chance } from '../support/journal-records.ts'
import { below, randomRecords } from '../support/random-records.ts'

/** The message of the one error that reading may throw, or undefined if it read. */
function refusal(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (!(error instanceof OdographError) || error.code !== 'batch-invalid') throw error
    return error.message
  }
}

const CASES = 20_000
const about = { subject: 'somebody', make: 'Ford', year: 2019 }

/** Batches of few and of many columns, of likely and unlikely values. */
function originals(random: () => number): Uint8Array[] {
  return [
    encodeBatch(generatedRecords({ count: 1 }), about),
    encodeBatch(generatedRecords({ count: 40 }), about),
    encodeBatch(randomRecords(random, 25), about),
    encodeBatch(randomRecords(random, 60, ['safe', 'texts', 'binary']), about),
    encodeBatch(randomRecords(random, 12, ['json', 'mixed', 'odd']), about),
    encodeBatch(randomRecords(random, 30, ['real', 'truth', 'decimal']), about),
  ]
}

const specials = [0x00, 0xff, 0x7f, 0x80, 0x9a, 0xbb, 0x5b, 0x1b, 0xfb, 0xc0, 0xd8, 0x9f]

/** Cut off, bytes changed, removed, put in, or a piece put elsewhere. */
function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = [...bytes]
  for (let times = 1 + below(random, 3); times > 0; times--) {
    const at = below(random, copy.length)
    const byte = random() < 0.5 ? below(random, 256) : (specials[below(random, 12)] as number)
    const kind = below(random, 6)
    if (kind === 0) copy.length = at
    else if (kind === 1) copy.splice(at, 1 + below(random, 4))
    else if (kind === 2) copy.splice(at, 0, byte)
    else if (kind === 3) copy[at] = (copy[at] as number) ^ (1 << below(random, 8))
    else if (kind === 4) copy.splice(at, 0, ...copy.slice(0, below(random, 20)))
    else copy[at] = byte
  }
  return Uint8Array.from(copy)
}

test(`${CASES} damaged batches are refused in words, or read as a whole`, () => {
  const random = chance(20_260_301)
  const batches = originals(random)
  let refused = 0
  let events = 0
  for (let i = 0; i < CASES; i++) {
    const bytes = damaged(batches[i % batches.length] as Uint8Array, random)
    const message = refusal(() => {
      const { records } = decodeBatch(bytes)
      assert.ok(records.length >= 1 && records.length <= 65_536)
    })
    if (message !== undefined) refused += 1
    if (message === undefined && refusal(() => batchEvents(bytes)) === undefined) events += 1
  }
  assert.ok(refused > CASES / 2, `${refused} refused`)
  assert.ok(events > CASES / 100, `${events} read as events`)
})

test('every batch that is cut off is refused', () => {
  for (const bytes of originals(chance(3)).slice(0, 3)) {
    for (let end = 0; end < bytes.length; end++) {
      assert.ok(
        refusal(() => decodeBatch(bytes.subarray(0, end))),
        `cut at ${end}`,
      )
    }
  }
})

interface Loose {
  [key: string]: unknown
  columns: Record<string, Record<string, unknown>>
  signals: Record<string, Record<string, unknown>>
}

/** The map of a small batch, to be spoilt. */
function loose(): Loose {
  const text = (value: string) => ({ kind: 'line', values: [value] })
  return {
    format: 1,
    vehicle: 'van',
    count: 3,
    columns: {
      seq: { kind: 'line', first: 1, step: 1 },
      time: { kind: 'line', first: 1e12, step: 1000 },
      received: { kind: 'line', first: 5, plus: 'time' },
      boot: text('boot'),
      source: text('can0'),
      clock: text('network'),
      number: { kind: 'line', step: 1 },
      monotonic: { kind: 'line', plus: 'received' },
    },
    signals: { speed: { kind: 'diff', data: Buffer.from([2, 1]) } },
  }
}

function spoilt(change: (batch: Loose) => void): string | undefined {
  const batch = loose()
  change(batch)
  return refusal(() => decodeBatch(encodeCbor(batch)))
}

const speed = (entry: object) => (batch: Loose) => {
  batch.signals.speed = entry as Record<string, unknown>
}

const spoilings: [what: string, change: (batch: Loose) => void, message: RegExp][] = [
  ['of another format', (batch) => Object.assign(batch, { format: 2 }), /format is 2, known is 1/],
  ['without a format', (batch) => Object.assign(batch, { format: null }), /format is null/],
  ['of no vehicle', (batch) => Object.assign(batch, { vehicle: 7 }), /names no vehicle/],
  ['of 0 records', (batch) => Object.assign(batch, { count: 0 }), /count is 0/],
  ['of half a record', (batch) => Object.assign(batch, { count: 0.5 }), /count is 0.5/],
  ['of a billion records', (batch) => Object.assign(batch, { count: 1e9 }), /count is 1000000000/],
  ['of more records', (batch) => Object.assign(batch, { count: 4 }), /ends too early/],
  ['of fewer records', (batch) => Object.assign(batch, { count: 2 }), /bytes are left/],
  ['without signals', (batch) => Object.assign(batch, { signals: 1 }), /"signals" is no map/],
  ['with an odd about', (batch) => Object.assign(batch, { about: 1 }), /"about" is no map/],
  ['without times', (batch) => delete batch.columns.time, /time is missing/],
  [
    'with too many columns',
    (batch) => {
      batch.count = 65_536
      for (let i = 0; i < 300; i++) batch.signals[`s${i}`] = { kind: 'line' }
    },
    /too many columns/,
  ],
  [
    'with holes in the times',
    (batch) => Object.assign(batch.columns.time ?? {}, { present: Buffer.from([2, 1]) }),
    /time has holes/,
  ],
  [
    'with texts as times',
    (batch) => Object.assign(batch.columns.time ?? {}, { values: ['a'] }),
    /time is not of numbers/,
  ],
  [
    'with times after received times',
    (batch) => Object.assign(batch.columns.time ?? {}, { plus: 'received' }),
    /time cannot be added to received/,
  ],
  [
    'with a clock in other words',
    (batch) => Object.assign(batch.columns.clock ?? {}, { values: ['sundial'] }),
    /clock has the word sundial/,
  ],
  [
    'with numbers as boots',
    (batch) => Object.assign(batch.columns.boot ?? {}, { values: [1] }),
    /boot is not of texts/,
  ],
  ['with a column that is none', (batch) => Object.assign(batch.signals, { a: 1 }), /a is no map/],
  ['with a kind of its own', speed({ kind: 'curve' }), /speed is of an unknown kind/],
  ['with a text as first', speed({ kind: 'line', first: '1' }), /part of the wrong type/],
  ['with a divisor of 0', speed({ kind: 'line', over: 0 }), /wrong divisor/],
  ['with two meanings', speed({ kind: 'line', over: 2, values: [1] }), /more than one meaning/],
  ['with a signal after the times', speed({ kind: 'line', plus: 'time' }), /added to a column/],
  ['with differences of nothing', speed({ kind: 'diff' }), /without data/],
  ['with an index too many', speed({ kind: 'line', step: 1, values: [1, 2] }), /without a value/],
  ['with an index of half', speed({ kind: 'line', first: 0.5, values: [1, 2] }), /out of range/],
  ['with numbers too large', speed({ kind: 'line', first: 2 ** 53 }), /out of range/],
  ['with too few doubles', speed({ kind: 'doubles', data: Buffer.alloc(23) }), /wrong length/],
  [
    'with a number of nine bytes',
    speed({ kind: 'diff', data: Buffer.alloc(9, 0x80) }),
    /number in a column is too long/,
  ],
  [
    'with a number beyond 2^53',
    speed({ kind: 'diff', data: Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 0]) }),
    /number in a column is too long/,
  ],
  [
    'with half a number',
    speed({ kind: 'diff', data: Buffer.from([1, 0x80]) }),
    /ends within a number/,
  ],
  ['with a run too long', speed({ kind: 'runs', data: Buffer.from([2, 3]) }), /run is longer/],
  [
    'with more values than records',
    speed({ kind: 'line', present: Buffer.from([4]) }),
    /more values than there are records/,
  ],
  [
    'with a name that is none',
    (batch) => Object.defineProperty(batch.signals, '__proto__', { value: {}, enumerable: true }),
    /no name of a signal/,
  ],
]

test('a batch written by hand is read', () => {
  assert.is(
    spoilt(() => undefined),
    undefined,
  )
  const { records } = decodeBatch(encodeCbor(loose()))
  assert.equal(
    records.map(({ data }) => data),
    [{ speed: 0 }, { speed: 1 }, { speed: 0 }],
  )
})

for (const [what, change, message] of spoilings) {
  test(`a batch ${what} is refused in words`, () => {
    assert.match(spoilt(change) ?? 'it was read', message)
  })
}

test('what is not known in a batch is passed over', () => {
  const batch = loose()
  batch.columns.weather = { kind: 'line' }
  Object.assign(batch.columns.seq ?? {}, { more: [1] })
  batch.later = { any: 'thing' }
  assert.is(decodeBatch(encodeCbor(batch)).records.length, 3)
})

const odd: [what: string, hex: string, message: RegExp][] = [
  ['nothing', '', /cut off/],
  ['an array with room for 100 million', '9a06000000', /cut off/],
  ['a map with room for 2^53', 'bb001fffffffffffff', /cut off/],
  ['a text of 4 GB', '7affffffff61', /cut off/],
  ['a text of 2^64', '7bffffffffffffffff61', /too large/],
  ['an indefinite array', '9f01ff', /not definite/],
  ['a tag', 'c100', /tag/],
  ['arrays in arrays in arrays', '81'.repeat(64), /nested too deeply/],
  ['a key that is a number', 'a10102', /key that is none/],
  ['a key twice', 'a2616101616102', /key that is none/],
  ['a text that is no UTF-8', '61ff', /no UTF-8/],
  ['a simple value', 'e0', /simple value 0/],
  ['two items', '0000', /left after its end/],
]

for (const [what, hex, message] of odd) {
  test(`CBOR that is ${what} is refused`, () => {
    assert.match(refusal(() => readCbor(Buffer.from(hex, 'hex'))) ?? 'it was read', message)
  })
}

/** Samples of RFC 8949, appendix A. */
const samples: [hex: string, value: unknown][] = [
  ['17', 23],
  ['1818', 24],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['20', -1],
  ['3903e7', -1000],
  ['f90000', 0],
  ['f93c00', 1],
  ['f93e00', 1.5],
  ['f97bff', 65_504],
  ['f90001', 2 ** -24],
  ['f9c400', -4],
  ['fa47c35000', 100_000],
  ['fb3ff199999999999a', 1.1],
  ['f97c00', Number.POSITIVE_INFINITY],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', undefined],
  ['62c3bc', 'ü'],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
]

for (const [hex, value] of samples) {
  test(`the CBOR ${hex} is ${JSON.stringify(value)}`, () => {
    assert.equal(readCbor(Buffer.from(hex, 'hex')), value)
  })
}

test.run()
