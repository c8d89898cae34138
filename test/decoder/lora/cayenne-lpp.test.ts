/** Cayenne LPP: every type, what is cut off, and how its values are called. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CayenneRecord } from '../../../src/decoder/lora/codecs/cayenne-lpp.ts'
import { cayenneLpp, cayenneRecords } from '../../../src/decoder/lora/codecs/cayenne-lpp.ts'
import { errorOf, loraVectors, payloadOf, readOf } from '../../support/lora-payloads.ts'

const test = suite('cayenne lpp')

const bytesOf = (hex: string) => payloadOf(hex).bytes
const fieldsOf = (hex: string) => readOf(cayenneLpp.decode(payloadOf(hex)))

/** One value of each type: what follows channel and type, its name, its value. */
const types: [type: number, value: string, name: string, read: CayenneRecord['value']][] = [
  [0, '01', 'digital_in', 1],
  [1, 'FF', 'digital_out', 255],
  [2, 'FFFF', 'analog_in', -0.01],
  [3, '8000', 'analog_out', -327.68],
  [100, 'FFFFFFFF', 'generic', 4_294_967_295],
  [101, 'FFFF', 'luminosity', 65_535],
  [102, '01', 'presence', 1],
  [103, 'FF63', 'temperature', -15.7],
  [104, 'C7', 'relative_humidity', 99.5],
  [113, '03E8 FC18 0001', 'accelerometer', { x: 1, y: -1, z: 0.001 }],
  [115, '2794', 'barometric_pressure', 1013.2],
  [116, '9C40', 'voltage', 400],
  [117, '9C40', 'current', 40],
  [118, '00000032', 'frequency', 50],
  [120, '64', 'percentage', 100],
  [121, 'FFFE', 'altitude', -2],
  [125, '0190', 'concentration', 400],
  [128, '07D0', 'power', 2000],
  [130, 'FFFFFFFF', 'distance', 4_294_967.295],
  [131, '000004D2', 'energy', 1.234],
  [132, '0167', 'direction', 359],
  [133, '65B26BA5', 'unixtime', 1_706_191_781],
  [134, '0163 0231 FE66', 'gyrometer', { x: 3.55, y: 5.61, z: -4.1 }],
  [135, 'FF8000', 'colour', { red: 255, green: 128, blue: 0 }],
  [136, '05BFF1 ED677A FFFE0C', 'gps', { latitude: 37.6817, longitude: -121.8694, altitude: -5 }],
  [142, '01', 'switch', 1],
]

for (const [type, value, name, read] of types) {
  const hex = `07${type.toString(16).padStart(2, '0')}${value}`
  test(`type ${type} is a ${name.replaceAll('_', ' ')}, and is cut off one byte before its end`, () => {
    assert.equal(cayenneRecords(bytesOf(hex)), { records: [{ channel: 7, type, value: read }] })
    assert.equal(fieldsOf(hex).fields, { 7: read, [`${name}_7`]: read })
    const cut = cayenneRecords(bytesOf(hex).slice(0, -1))
    assert.equal(cut, { records: [], problem: 'truncated', at: 0 })
  })
}

test('no other type is known', () => {
  const known = new Set(types.map(([type]) => type))
  for (let type = 0; type < 256; type += 1) {
    const { problem } = cayenneRecords(Uint8Array.of(1, type, ...new Array(9).fill(0)))
    if (!known.has(type)) assert.is(problem, 'unknown_type', `type ${type}`)
  }
})

test('a value of another type on the same channel has a name of its own', () => {
  assert.equal(fieldsOf('0167017B 016857').fields, {
    1: 37.9,
    temperature_1: 37.9,
    relative_humidity_1: 43.5,
  })
})

test('a second value of the same type and channel is told, and the first one kept', () => {
  const { fields, warnings } = fieldsOf('02740400 02740500')
  assert.equal(fields, { 2: 10.24, voltage_2: 10.24 })
  assert.equal(warnings, ['voltage_2 is there more than once; the first one is kept'])
})

test('a time among the values is when they were measured', () => {
  assert.is(fieldsOf('01 85 65B26BA5').time, 1_706_191_781_000)
  assert.is(fieldsOf('01 85 00000000').time, undefined)
})

test('what came before the end is kept with a warning, and nothing at all is an error', () => {
  const { fields, warnings } = fieldsOf('027404F7 0188A64D42')
  assert.equal(fields, { 2: 12.71, voltage_2: 12.71 })
  assert.match(warnings[0] ?? '', /^truncated: the value at byte 4, after 1 values is cut off/)
  assert.match(fieldsOf('027404F7 01C800').warnings[0] ?? '', /^unknown type 200 at byte 4/)
  assert.match(errorOf(cayenneLpp.decode(payloadOf('0188A6'))), /^cayenne-lpp: truncated/)
  assert.match(errorOf(cayenneLpp.decode(payloadOf('01FFFF'))), /^cayenne-lpp: unknown type 255/)
  assert.equal(fieldsOf('').fields, {})
})

interface Vector {
  id: string
  hex: string
  expect: { records: CayenneRecord[]; error?: string; unknownType?: number }
}

const vectors = loraVectors<Vector>('cayenne-lpp.json')

if (vectors !== undefined)
  test('payloads decode as other libraries decode them', () => {
    for (const { id, hex, expect } of vectors ?? []) {
      const { records, problem, unknownType } = cayenneRecords(bytesOf(hex))
      assert.equal(records, expect.records, id)
      assert.is(problem, expect.error, id)
      assert.is(unknownType, expect.unknownType, id)
    }
    assert.ok((vectors ?? []).length > 0)
  })

test.run()
