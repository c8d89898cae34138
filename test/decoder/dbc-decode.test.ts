import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileDbc, type DbcValue } from '../../src/decoder/dbc/compile.ts'
import type { Dbc } from '../../src/decoder/dbc/dbc.ts'
import { parseDbc } from '../../src/decoder/dbc/parse.ts'
import { randomBytes, referenceDecode, seeded } from './dbc-reference.ts'

const test = suite('dbc decode')

interface Row {
  message: string
  signal: string
  raw: DbcValue
  value: DbcValue
  unit: string | null
}

function parsed(text: string): Dbc {
  const { dbc, problems } = parseDbc(text)
  assert.equal(problems, [])
  return dbc
}

function decodeAll(
  dbc: Dbc,
  id: number,
  data: number[] | Uint8Array,
  extended = id > 0x7ff,
): Row[] {
  const rows: Row[] = []
  const bytes = Uint8Array.from(data)
  const frame = { id, extended, length: bytes.length, data: bytes }
  compileDbc(dbc).decode(frame, (message, signal, raw, value, unit) => {
    rows.push({ message: message.name, signal: signal.name, raw, value, unit })
  })
  return rows
}

function values(text: string, id: number, data: number[]): Record<string, DbcValue> {
  const rows = decodeAll(parsed(text), id, data)
  return Object.fromEntries(rows.map(({ signal, value }) => [signal, value]))
}

test('takes Intel and Motorola signals from the same bytes', () => {
  const text = `BO_ 100 M: 8 X
 SG_ Intel : 4|12@1+ (1,0) [0|0] "" X
 SG_ Motorola : 3|12@0+ (1,0) [0|0] "" X
 SG_ Signed : 3|12@0- (0.5,10) [0|0] "km" X`
  assert.equal(values(text, 100, [0xab, 0xcd]), {
    Intel: 0xcda,
    Motorola: 0xbcd,
    Signed: (0xbcd - 0x1000) * 0.5 + 10,
  })
})

test('gives the unit, and null where there is none', () => {
  const text = 'BO_ 1 M: 2 X\n SG_ A : 0|8@1+ (1,0) [0|0] "°C" X\n SG_ B : 8|8@1+ (1,0) [0|0] "" X'
  const units = decodeAll(parsed(text), 1, [1, 2]).map(({ unit }) => unit)
  assert.equal(units, ['°C', null])
})

test('numbers beyond 2^53 are exact', () => {
  const text = `BO_ 1 M: 8 X
 SG_ U : 0|64@1+ (1,0) [0|0] "" X
 SG_ S : 7|64@0- (1,0) [0|0] "" X
 SG_ Scaled : 0|64@1+ (10,5) [0|0] "" X
 SG_ Short : 0|40@1+ (1000000,1) [0|0] "" X
 SG_ Part : 0|64@1+ (0.5,0) [0|0] "" X`
  assert.equal(values(text, 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), {
    U: 0x7fffffffffffffffn,
    S: BigInt.asIntN(64, 0xffffffffffffff7fn) === -129n ? -129 : 0,
    Scaled: 0x7fffffffffffffffn * 10n + 5n,
    Short: 0xffffffffffn * 1000000n + 1n,
    Part: Number(0x7fffffffffffffffn) * 0.5,
  })
  assert.type(values(text, 1, [1, 0, 0, 0, 0, 0, 0, 0]).U, 'number')
  assert.type(values(text, 1, [1, 0, 0, 0, 0, 0, 0, 0]).Scaled, 'number')
  assert.is(values(text, 1, [0, 0, 0, 0, 0, 0, 0x20, 0]).U, 2n ** 53n)
  assert.is(values(text, 1, [0x80, 0, 0, 0, 0, 0, 0, 0]).S, -(2n ** 63n))
})

test('floats are read as such, aligned or not, in either byte order', () => {
  const text = `BO_ 1 M: 13 X
 SG_ F : 0|32@1- (1,0) [0|0] "" X
 SG_ D : 39|64@0- (2,1) [0|0] "" X
 SG_ Shifted : 4|32@1- (1,0) [0|0] "" X
SIG_VALTYPE_ 1 F : 1;
SIG_VALTYPE_ 1 D : 2;
SIG_VALTYPE_ 1 Shifted : 1;`
  const bytes = new Uint8Array(13)
  const view = new DataView(bytes.buffer)
  view.setFloat32(0, 1.5, true)
  view.setFloat64(4, -0.1)
  assert.is(decodeAll(parsed(text), 1, bytes)[0]?.value, 1.5)
  assert.is(decodeAll(parsed(text), 1, bytes)[1]?.value, -0.1 * 2 + 1)
  const shifted = new DataView(new ArrayBuffer(8))
  shifted.setFloat32(0, 12.25)
  const word = BigInt(shifted.getUint32(0)) << 4n
  for (let byte = 0; byte < 5; byte++) bytes[byte] = Number((word >> BigInt(byte * 8)) & 0xffn)
  assert.is(decodeAll(parsed(text), 1, bytes)[2]?.value, 12.25)
})

test('only the branch that the multiplexer selects comes out', () => {
  const text = `BO_ 1 M: 3 X
 SG_ Mux M : 0|8@1+ (1,0) [0|0] "" X
 SG_ Always : 16|8@1+ (1,0) [0|0] "" X
 SG_ One m1 : 8|8@1+ (1,0) [0|0] "" X
 SG_ Two m2 : 8|8@1+ (1,0) [0|0] "" X`
  assert.equal(values(text, 1, [1, 9, 8]), { Mux: 1, One: 9, Always: 8 })
  assert.equal(values(text, 1, [2, 9, 8]), { Mux: 2, Two: 9, Always: 8 })
  assert.equal(values(text, 1, [3, 9, 8]), { Mux: 3, Always: 8 })
})

test('extended multiplexing goes through several levels and ranges', () => {
  const text = `BO_ 1 M: 4 X
 SG_ Top M : 0|8@1- (1,0) [0|0] "" X
 SG_ Sub m1M : 8|8@1+ (2,0) [0|0] "" X
 SG_ Leaf m0 : 16|8@1+ (1,0) [0|0] "" X
 SG_ Wide m0 : 24|8@1+ (1,0) [0|0] "" X
SG_MUL_VAL_ 1 Sub Top 1-1, 255-255;
SG_MUL_VAL_ 1 Leaf Sub 3-3, 5-6;
SG_MUL_VAL_ 1 Wide Sub 4-4294967295;`
  assert.equal(values(text, 1, [1, 3, 7, 8]), { Top: 1, Sub: 6, Leaf: 7 })
  assert.equal(values(text, 1, [255, 6, 7, 8]), { Top: -1, Sub: 12, Leaf: 7, Wide: 8 })
  assert.equal(values(text, 1, [1, 200, 7, 8]), { Top: 1, Sub: 400, Wide: 8 })
  assert.equal(values(text, 1, [2, 3, 7, 8]), { Top: 2 })
})

test('signals beyond the end of the frame are absent, and so is what they select', () => {
  const text = `BO_ 1 M: 4 X
 SG_ First : 0|8@1+ (1,0) [0|0] "" X
 SG_ Mux M : 8|8@1+ (1,0) [0|0] "" X
 SG_ Half m0 : 12|12@1+ (1,0) [0|0] "" X
 SG_ Early m0 : 0|4@1+ (1,0) [0|0] "" X`
  assert.equal(values(text, 1, []), {})
  assert.equal(values(text, 1, [5]), { First: 5 })
  assert.equal(values(text, 1, [5, 0]), { First: 5, Mux: 0, Early: 5 })
  assert.equal(values(text, 1, [5, 0, 1]), { First: 5, Mux: 0, Early: 5, Half: 16 })
})

test('bytes after the frame length are not read', () => {
  const dbc = parsed('BO_ 1 M: 8 X\n SG_ A : 8|8@1+ (1,0) [0|0] "" X')
  let count = 0
  const frame = { id: 1, extended: false, length: 1, data: new Uint8Array(64) }
  assert.is(
    compileDbc(dbc).decode(frame, () => count++),
    true,
  )
  assert.is(count, 0)
})

test('remote and error frames carry no signals', () => {
  const decoder = compileDbc(parsed('BO_ 1 M: 8 X\n SG_ A : 0|8@1+ (1,0) [0|0] "" X'))
  const frame = { id: 1, extended: false, length: 8, data: new Uint8Array(8) }
  const emit = () => assert.unreachable()
  assert.is(decoder.decode({ ...frame, remote: true }, emit), false)
  assert.is(decoder.decode({ ...frame, error: true }, emit), false)
})

test('identifiers of 11 and 29 bits are different messages', () => {
  const dbc = parsed(
    'BO_ 5 Short: 1 X\n SG_ A : 0|8@1+ (1,0) [0|0] "" X\n' +
      'BO_ 2147483653 Long: 1 X\n SG_ B : 0|8@1+ (1,0) [0|0] "" X',
  )
  assert.is(decodeAll(dbc, 5, [1], false)[0]?.message, 'Short')
  assert.is(decodeAll(dbc, 5, [1], true)[0]?.message, 'Long')
  assert.equal(decodeAll(dbc, 6, [1], true), [])
})

const flagged = (id: number) => id + 2 ** 31
const EEC1 = flagged(0x0cf004fe)
const EEC1_2 = flagged(0x0cf00402)
const REQUEST = flagged(0x18eafffe)
const J1939 = `BO_ ${EEC1} EEC1: 8 X
 SG_ Speed : 24|16@1+ (0.125,0) [0|0] "rpm" X
BO_ ${EEC1_2} EEC1_2: 8 X
 SG_ Speed2 : 24|16@1+ (0.125,0) [0|0] "rpm" X
BO_ ${REQUEST} Request: 3 X
 SG_ Pgn : 0|24@1+ (1,0) [0|0] "" X
BO_ ${flagged(0x0cfa0200)} Plain: 8 X
 SG_ Plain : 0|8@1+ (1,0) [0|0] "" X
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "VFrameFormat" "ExtendedCAN";
BA_ "VFrameFormat" BO_ ${EEC1} 3;
BA_ "VFrameFormat" BO_ ${EEC1_2} "J1939PG";
BA_ "VFrameFormat" BO_ ${REQUEST} 3;`

const j1939Cases: [string, number, string[]][] = [
  ['its own identifier', 0x0cf004fe, ['EEC1']],
  ['another source address', 0x0cf00400, ['EEC1']],
  ['another priority', 0x18f004fe, ['EEC1']],
  ['the source address that has its own message', 0x18f00402, ['EEC1_2']],
  ['another PGN', 0x0cf00500, []],
  ['another data page', 0x0df004fe, []],
  ['a destination-specific PGN to another destination', 0x18ef0021, []],
  ['a request to another destination', 0x18ea1755, ['Request']],
  ['a message that is no J1939PG, exactly', 0x0cfa0200, ['Plain']],
  ['a message that is no J1939PG, from another source', 0x0cfa0201, []],
]

for (const [what, id, expected] of j1939Cases) {
  test(`J1939 messages are found by their PGN: ${what}`, () => {
    const dbc = parsed(J1939)
    const names = decodeAll(dbc, id, [0, 0, 0, 0, 0, 0, 0, 0]).map(({ message }) => message)
    assert.equal(names, expected)
  })
}

test('messages up to 1785 bytes decode', () => {
  const dbc = parsed(
    'BO_ 2566841342 Long: 1785 X\n SG_ Last : 14264|16@1+ (1,0) [0|0] "" X\n' +
      ' SG_ LastM : 14279|8@0- (1,0) [0|0] "" X\n SG_ Text : 0|800@1+ (1,0) [0|0] "" X',
  )
  const data = new Uint8Array(1785)
  data[1783] = 0x34
  data[1784] = 0x12
  data[99] = 0x80
  const rows = decodeAll(dbc, 0x18fee3fe, data)
  assert.equal(
    rows.map(({ raw }) => raw),
    [0x1234, 0x12, 2n ** 799n],
  )
})

test('every layout agrees with a bit-by-bit decoder', () => {
  const random = seeded(20240611)
  let compared = 0
  for (let round = 0; round < 60; round++) {
    const bytes = round % 3 === 0 ? 64 : round % 3 === 1 ? 8 : 1 + Math.floor(random() * 100)
    const lines = [`BO_ 7 M: ${bytes} X`]
    for (let index = 0; index < 40; index++) lines.push(randomSignal(random, index, bytes))
    const { dbc } = parseDbc(lines.join('\n'))
    const [message] = dbc.messages
    assert.ok(message && message.signals.length === 40, lines.join('\n'))
    const decoder = compileDbc(dbc)
    for (let frame = 0; frame < 30; frame++) {
      const data = randomBytes(random, frame < 25 ? bytes : Math.floor(random() * bytes))
      const expected = new Map(referenceDecode(message, data).map((row) => [row.symbol, row]))
      decoder.decode(
        { id: 7, extended: false, length: data.length, data },
        (_, signal, raw, value) => {
          const row = expected.get(signal.symbol)
          assert.ok(row, signal.symbol)
          assert.ok(same(raw, row.raw), `${signal.symbol} raw ${raw} ${row.raw}`)
          assert.ok(same(value, row.value), `${signal.symbol} value ${value} ${row.value}`)
          expected.delete(signal.symbol)
          compared += 1
        },
      )
      assert.is(expected.size, 0)
    }
  }
  assert.ok(compared > 20_000, `${compared}`)
})

function randomSignal(random: () => number, index: number, bytes: number): string {
  const order = Math.floor(random() * 2)
  const length = 1 + Math.floor(random() * Math.min(bytes * 8, random() < 0.1 ? 300 : 64))
  const position = Math.floor(random() * (bytes * 8 - length + 1))
  const start = order === 1 ? position : position - (position % 8) + 7 - (position % 8)
  const sign = random() < 0.5 ? '+' : '-'
  const scale = ['(1,0)', '(0.1,-40)', '(3,7)', '(-1000000,5)', '(1e-07,0)'][index % 5]
  return ` SG_ S${index} : ${start}|${length}@${order}${sign} ${scale} [0|0] "" X`
}

/** Equal as numbers; BigInt exactly when the number is no safe integer. */
function same(actual: DbcValue, expected: DbcValue): boolean {
  if (typeof actual === 'bigint') {
    return actual === expected && !Number.isSafeInteger(Number(actual))
  }
  if (typeof expected === 'bigint')
    return Number.isSafeInteger(actual) && BigInt(actual) === expected
  // The oracle multiplies by the binary number next to the factor, we by the factor as written.
  const near = Math.abs(actual - expected) <= Math.abs(expected) * 1e-13
  return Object.is(actual, expected) || actual === expected || near
}

test.run()
