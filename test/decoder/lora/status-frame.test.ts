/** Our own status frame: the documented vectors, what is left out, and both ways for any values. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { StatusFrameValues } from '../../../src/decoder/lora/codecs/status-frame.ts'
import { encodeStatusFrame, odographStatus } from '../../../src/decoder/lora/codecs/status-frame.ts'
import { chance } from '../../support/journal-records.ts'
import { errorOf, payloadOf, RECEIVED, readOf } from '../../support/lora-payloads.ts'

const test = suite('odograph status frame')

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
const decode = (hex: string) => readOf(odographStatus.decode(payloadOf(hex, 10)))

/** The documented examples: what is sent, the bytes, and what is read where that differs by rounding. */
const vectors: {
  name: string
  variant: 'short' | 'long'
  values: StatusFrameValues
  hex: string
  read?: StatusFrameValues
}[] = [
  {
    name: 'a short frame of a moving van',
    variant: 'short',
    values: {
      ignition: true,
      latitude: 37.681686,
      longitude: -121.87558,
      speed: 11,
      odometer: 50_404.2,
    },
    hex: '15 7C9735 3A55A9 0B EAB007',
    read: {
      ignition: true,
      latitude: 37.681689,
      longitude: -121.875587,
      speed: 11,
      odometer: 50_404.2,
    },
  },
  {
    name: 'a short frame that knows nothing',
    variant: 'short',
    values: {},
    hex: '1D 000080 000080 FF FFFFFF',
  },
  {
    name: 'a long frame with everything',
    variant: 'long',
    values: {
      ignition: true,
      latitude: 37.681686,
      longitude: -121.87558,
      speed: 11.4,
      heading: 271.5,
      odometer: 50_404.2,
      supplyVoltage: 13.842,
      fuelPercentRemaining: 0.52,
      ageSeconds: 30,
      ambientTemp: -7,
      coolantTemp: 88,
      engineSpeed: 1850,
      engineHours: 1234.5,
      soc: 0.805,
      altitude: -12,
    },
    hex: '16 DCC47516 28435BB7 7200 B5 EAB00700 1236 68 1E00 F9 80 3A07 393000 A1 F4FF',
  },
  {
    name: 'a long frame of a parked van, which ends after its fuel',
    variant: 'long',
    values: { ignition: false, supplyVoltage: 12.61, fuelPercentRemaining: 0 },
    hex: '12 00000080 00000080 FFFF FF FFFFFFFF 4231 00',
  },
  { name: 'a long frame that knows nothing', variant: 'long', values: {}, hex: '1E' },
]

for (const { name, variant, values, hex, read = values } of vectors) {
  test(`${name} is ${hex}`, () => {
    const bytes = encodeStatusFrame(values, variant)
    assert.is(hexOf(bytes), hex.replaceAll(' ', ''))
    const { fields, warnings, time } = decode(hex)
    assert.equal(fields, read)
    assert.equal(warnings, [])
    const age = values.ageSeconds
    assert.is(time, age === undefined ? undefined : RECEIVED - age * 1000)
  })
}

test('a short frame fits the smallest payload of LoRaWAN, a long one into 31 bytes', () => {
  const all = vectors[2]?.values ?? {}
  assert.is(encodeStatusFrame(all, 'short').length, 11)
  assert.is(encodeStatusFrame({}, 'short').length, 11)
  assert.is(encodeStatusFrame(all, 'long').length, 31)
})

/** Range and half a step of each field, by kind of frame. */
const ranges: Record<'short' | 'long', Record<string, [min: number, max: number, half: number]>> = {
  short: {
    latitude: [-90, 90, 1.2e-5],
    longitude: [-180, 180, 2.3e-5],
    speed: [0, 254, 0.5],
    odometer: [0, 1_677_721.4, 0.05],
  },
  long: {
    latitude: [-90, 90, 5e-8],
    longitude: [-180, 180, 5e-8],
    speed: [0, 300, 0.05],
    heading: [0, 358.5, 0.75],
    odometer: [0, 10_000_000, 0.05],
    supplyVoltage: [0, 65.534, 0.0005],
    fuelPercentRemaining: [0, 1, 0.0025],
    ageSeconds: [0, 65_534, 0.5],
    ambientTemp: [-60, 85, 0.5],
    coolantTemp: [-40, 160, 0.5],
    engineSpeed: [0, 12_000, 0.5],
    engineHours: [0, 1_000_000, 0.05],
    soc: [0, 1, 0.0025],
    altitude: [-500, 9000, 0.5],
  },
}

for (const variant of ['short', 'long'] as const) {
  test(`whatever a ${variant} frame carries comes back to half a step, and again the same`, () => {
    const random = chance(variant.length)
    for (let round = 0; round < 5000; round += 1) {
      const values: Record<string, number | boolean> = {}
      if (random() < 0.7) values.ignition = random() < 0.5
      const hasPosition = random() < 0.7
      for (const [name, [min, max]] of Object.entries(ranges[variant])) {
        const isPosition = name === 'latitude' || name === 'longitude'
        if (isPosition ? !hasPosition : random() < 0.3) continue
        values[name] = pick(random, min, max)
      }
      const bytes = encodeStatusFrame(values, variant)
      const { fields, warnings } = decode(hexOf(bytes))
      assert.equal(warnings, [])
      assert.equal(Object.keys(fields).sort(), Object.keys(values).sort())
      for (const [name, value] of Object.entries(values)) {
        const [, , half] = ranges[variant][name] ?? [0, 0, 0]
        const distance = Math.abs(Number(fields[name]) - Number(value))
        assert.ok(distance <= half + 1e-9, `${name} ${value} came back as ${fields[name]}`)
      }
      assert.is(hexOf(encodeStatusFrame(fields, variant)), hexOf(bytes))
    }
  })
}

/** Also the ends of the range. */
function pick(random: () => number, min: number, max: number): number {
  const kind = random()
  if (kind < 0.05) return min
  return kind < 0.1 ? max : min + random() * (max - min)
}

test('a value that does not fit is sent as unknown, never as another one', () => {
  const wild = {
    latitude: 91,
    longitude: 10,
    speed: 7000,
    heading: -3,
    odometer: -1,
    supplyVoltage: 70,
    fuelPercentRemaining: 1.2,
    ageSeconds: 100_000,
    ambientTemp: -200,
    coolantTemp: Number.NaN,
    engineSpeed: Number.POSITIVE_INFINITY,
  }
  assert.equal(decode(hexOf(encodeStatusFrame(wild, 'long'))).fields, {})
  assert.equal(decode(hexOf(encodeStatusFrame({ latitude: 5 }, 'short'))).fields, {})
})

test('north is north from either side', () => {
  for (const heading of [0, 359.9, 360]) {
    assert.is(decode(hexOf(encodeStatusFrame({ heading }, 'long'))).fields.heading, 0)
  }
})

test('a long frame may end after any field, and what is cut off within one is told', () => {
  const full = encodeStatusFrame(vectors[2]?.values ?? {}, 'long')
  const ends = [1, 5, 9, 11, 12, 16, 18, 19, 21, 22, 23, 25, 28, 29, 31]
  for (let length = 1; length <= full.length; length += 1) {
    const { fields, warnings } = decode(hexOf(full.slice(0, length)))
    const known = ends.filter((end) => end <= length).length
    assert.is(Object.keys(fields).length, known, `${length} bytes`)
    assert.is(warnings.length, ends.includes(length) ? 0 : 1, `${length} bytes`)
  }
})

test('reserved numbers are unknown, with a warning', () => {
  const { fields, warnings } = decode('1A 00000080 00000080 FFFF F0 FFFFFFFF FFFF C9')
  assert.equal(fields, {})
  assert.equal(warnings, [
    'the reserved heading 240 is taken for unknown',
    'the reserved fuelPercentRemaining 201 is taken for unknown',
    'the reserved ignition state 2 is taken for unknown',
  ])
  const beyond = decode('1E 01E9A435 00000000')
  assert.equal(beyond.fields, { longitude: 0 })
})

test('bytes after the frame are told and not read', () => {
  const hex = `${hexOf(encodeStatusFrame({ altitude: 5 }, 'long'))}ABCD`
  const { fields, warnings } = decode(hex)
  assert.equal(fields, { altitude: 5 })
  assert.equal(warnings, ['2 bytes after the frame are not read'])
})

const refused: [hex: string, words: RegExp][] = [
  ['', /length 0: a status frame has 1 to 31 bytes/],
  ['2D 000080 000080 FF FFFFFF', /version 2 is not known; known is 1/],
  ['1C', /kind 0 is reserved/],
  ['1F', /kind 3 is reserved/],
  ['1D 000080 000080 FF FFFF', /length 10: a short status frame has 11 bytes/],
  ['1D 000080 000080 FF FFFFFF 00', /length 12/],
]

for (const [hex, words] of refused) {
  test(`"${hex}" is no status frame, and it says why`, () => {
    assert.match(errorOf(odographStatus.decode(payloadOf(hex))), words)
  })
}

test.run()
