/** Fields to signals: names, field maps, plausibility, times, the tracker's own cell. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FieldTarget, MappedFields } from '../../../src/decoder/lora/field-map.ts'
import { compileFieldMap, mapFields } from '../../../src/decoder/lora/field-map.ts'
import { nativeCodecs } from '../../../src/decoder/lora/native-codecs.ts'
import { OdographError } from '../../../src/model/errors.ts'
import type { DecodedPayload } from '../../../src/model/lora.ts'
import { isoTime } from '../../../src/model/time.ts'
import { loraVectors, payloadOf, RECEIVED, readOf } from '../../support/lora-payloads.ts'

const test = suite('lora field map')

type Fields = Record<string, unknown>

function map(
  fields: Fields,
  targets: Record<string, FieldTarget> = {},
  more: Partial<DecodedPayload> = {},
  receivedAt = RECEIVED,
): MappedFields {
  const decoded: DecodedPayload = { fields, warnings: [], ...more }
  return mapFields(decoded, compileFieldMap(targets), { receivedAt })
}

function signalsOf({ readings }: MappedFields): Fields {
  return Object.fromEntries(readings.map(({ signal, value }) => [signal, value]))
}

const pathsOf = ({ dropped }: MappedFields) => dropped.map(({ path }) => path).sort()

const usual: [fields: Fields, signals: Fields][] = [
  [
    { lat: 1.5, lon: 2.5, speedKmph: 30 },
    { latitude: 1.5, longitude: 2.5, speed: 30 },
  ],
  [
    { latitudeDeg: -31.9478112, longitudeDeg: 115.8193424, headingDeg: 90, vExt: 13.257 },
    { latitude: -31.9478112, longitude: 115.8193424, heading: 90, batteryVoltage: 13.257 },
  ],
  [
    { gps: { latitude: 1, lng: 2, alt: 30, sats: 9, hdop: 0.9 } },
    { latitude: 1, longitude: 2, altitude: 30, nsat: 9, hdop: 0.9 },
  ],
  [{ position: { lat: 1, long: 2 } }, { latitude: 1, longitude: 2 }],
  [{ gps_7: { latitude: 1, longitude: 2 } }, { latitude: 1, longitude: 2 }],
  [
    { mileage: 50_404.2, fuelLevel: 52, rpm: 900, ignitionOn: 1 },
    { odometer: 50_404.2, fuelPercentRemaining: 0.52, engineSpeed: 900, ignition: true },
  ],
  [
    { fuel_level: 7, external_voltage: 24.6 },
    { fuelPercentRemaining: 0.07, batteryVoltage: 24.6 },
  ],
  [
    { speedMph: 10, odometerMiles: 100 },
    { speed: 16.09344, odometer: 160.9344 },
  ],
  [
    { speedKnots: 10, odometer_m: 1500 },
    { speed: 18.52, odometer: 1.5 },
  ],
  [
    { engineLoad: 0.263, barometricPressure: 101, soc: 0.8, charging: 'on' },
    { engineLoad: 0.263, barometricPressure: 101, soc: 0.8, charging: true },
  ],
  [
    { tires: { frontLeft: 230 }, tiresBackRight: 240 },
    { tirePressureFrontLeft: 230, tirePressureBackRight: 240 },
  ],
  [{ vin: 'wdb9066331s123456' }, { vin: 'WDB9066331S123456' }],
]

for (const [fields, signals] of usual) {
  test(`${JSON.stringify(fields)} needs no field map`, () => {
    const mapped = map(fields)
    assert.equal(signalsOf(mapped), signals)
    assert.equal(mapped.dropped, [])
  })
}

test('names that are not about the vehicle are left alone', () => {
  const fields = {
    gateway: { latitude: 1, longitude: 2 },
    rxInfo: [{ location: { latitude: 1, longitude: 2 } }],
    tempC: 20,
    temperature: 21,
    distanceKm: 3,
    activity: 'driving',
    humidity: 50,
  }
  const mapped = map(fields)
  assert.equal(mapped.readings, [])
  assert.equal(mapped.dropped, [])
})

test('a field map names fields by their path, in objects and in lists', () => {
  const fields = {
    2: 12.71,
    3: 52,
    5: 504_042,
    6: 11,
    1: { latitude: 5, longitude: 6, altitude: 7 },
  }
  const targets: Record<string, FieldTarget> = {
    2: 'batteryVoltage',
    3: { signal: 'fuelPercentRemaining', scale: 0.01 },
    5: { signal: 'odometer', scale: 0.1 },
    6: 'speed',
    '1.latitude': 'latitude',
    '1.longitude': 'longitude',
  }
  assert.equal(signalsOf(map(fields, targets)), {
    batteryVoltage: 12.71,
    fuelPercentRemaining: 0.52,
    odometer: 50_404.2,
    speed: 11,
    latitude: 5,
    longitude: 6,
  })
  assert.equal(
    signalsOf(
      map(
        { list: [1, { f: 212 }] },
        {
          'list.1.f': { signal: 'coolantTemp', scale: 5 / 9, offset: -160 / 9 },
        },
      ),
    ),
    { coolantTemp: 100 },
  )
})

test('a signal of the field map is not fed by a usual name, and a position not by two', () => {
  const fields = {
    speed: 10,
    other: 20,
    gps: { latitude: 1, longitude: 2, altitude: 3 },
    a: 4,
    o: 5,
  }
  const mapped = map(fields, { other: 'speed', a: 'latitude', o: 'longitude' })
  assert.equal(signalsOf(mapped), { speed: 20, latitude: 4, longitude: 5 })
})

test('null or nothing switches a usual name off', () => {
  assert.equal(signalsOf(map({ speed: 10, odometer: 5, nsat: 3 }, { speed: null, odometer: '' })), {
    nsat: 3,
  })
})

test('a path may lead into an object that has a usual name', () => {
  const mapped = map({ odometer: { value: 7, unit: 'km' } }, { 'odometer.value': 'odometer' })
  assert.equal(signalsOf(mapped), { odometer: 7 })
  assert.equal(mapped.dropped, [])
})

test('of two fields of the same signal the clearer name counts, and one without a value not', () => {
  assert.equal(signalsOf(map({ gpsSpeed: 31, speed: 30 })), { speed: 30 })
  assert.equal(signalsOf(map({ speed: null, gpsSpeed: 31 })), { speed: 31 })
  assert.equal(signalsOf(map({ b: 2, a: 1 }, { a: 'speed', b: 'speed' })), { speed: 1 })
})

const wrong: [targets: Record<string, FieldTarget>, words: RegExp][] = [
  [
    { foo: 'sped' },
    /^map\.foo: no signal that a tracker can send is called "sped"; near it: speed$/,
  ],
  [{ 'a.b': 'xyz' }, /^map\.a\.b: no signal .* "xyz"$/],
  [{ foo: 'activity' }, /"activity"/],
  [{ foo: { signal: 'speed', scale: 0 } }, /^map\.foo: scale is a number other than 0$/],
  [{ foo: { signal: 'speed', scale: Number.NaN } }, /scale/],
  [{ foo: { signal: 'speed', offset: Number.POSITIVE_INFINITY } }, /offset is a number/],
  [{ ' ': 'speed' }, /^map: a field has no name$/],
]

for (const [targets, words] of wrong) {
  test(`the field map ${JSON.stringify(targets)} is not valid, and it says where`, () => {
    try {
      compileFieldMap(targets)
    } catch (error) {
      assert.instance(error, OdographError)
      assert.is((error as OdographError).code, 'config-invalid')
      assert.match((error as Error).message, words)
      return
    }
    assert.unreachable()
  })
}

test('numbers may be texts, and nothing else is a number', () => {
  assert.equal(signalsOf(map({ odometer: '50404.2', speed: ' 11 ', nsat: '1e1' })), {
    odometer: 50_404.2,
    speed: 11,
    nsat: 10,
  })
  for (const value of [
    'n/a',
    '',
    '11 km',
    '1,5',
    '0x10',
    'NaN',
    'Infinity',
    null,
    true,
    [],
    {},
    Number.NaN,
  ]) {
    const mapped = map({ odometer: value })
    assert.equal(mapped.readings, [], String(value))
    assert.equal(pathsOf(mapped), ['odometer'])
    assert.ok((mapped.dropped[0]?.why ?? '').length > 5)
  }
})

test('truth values may be words and 0 and 1, and nothing else is one', () => {
  for (const value of [true, 1, 'true', ' ON ', 'yes', '1']) {
    assert.equal(signalsOf(map({ ignition: value })), { ignition: true }, String(value))
  }
  for (const value of [false, 0, 'false', 'off', 'No', '0']) {
    assert.equal(signalsOf(map({ ignition: value })), { ignition: false }, String(value))
  }
  for (const value of [2, 'ignition', null, 'constructor', {}]) {
    assert.equal(pathsOf(map({ ignition: value })), ['ignition'], String(value))
  }
})

test('what is outside the range of its signal is dropped, with the range', () => {
  const mapped = map({ speed: 301, odometer: -1, fuelPercentRemaining: 52, heading: 510 })
  assert.equal(mapped.readings, [])
  assert.equal(mapped.dropped, [
    { path: 'speed', value: 301, why: '301 is not within 0 to 300 km/h' },
    { path: 'odometer', value: -1, why: '-1 is not within 0 to 10000000 km' },
    { path: 'fuelPercentRemaining', value: 52, why: '52 is not within 0 to 1' },
    { path: 'heading', value: 510, why: '510 is not within 0 to 360 °' },
  ])
})

test('a fuel level up to 1 may be a share or a percentage, and is neither until a map says so', () => {
  for (const fuelLevel of [0.52, 1, '0.3']) {
    const mapped = map({ fuelLevel })
    assert.equal(mapped.readings, [])
    assert.match(mapped.dropped[0]?.why ?? '', /share or a percentage/)
  }
  assert.equal(signalsOf(map({ fuelLevel: 0 })), { fuelPercentRemaining: 0 })
  assert.equal(signalsOf(map({ fuelPercent: 1 })), { fuelPercentRemaining: 0.01 })
  assert.equal(signalsOf(map({ fuelLevel: 0.52 }, { fuelLevel: 'fuelPercentRemaining' })), {
    fuelPercentRemaining: 0.52,
  })
})

const noPositions: [name: string, fields: Fields, more?: Partial<DecodedPayload>][] = [
  ['0/0', { latitude: 0, longitude: 0 }],
  ['a latitude beyond the pole', { latitude: -171.129856, longitude: 10 }],
  ['a longitude beyond the date line', { latitude: 10, longitude: 198.5 }],
  ['a latitude alone', { latitude: 10 }],
  ['half a position here, and half there', { latitude: 10, gps: { longitude: 10 } }],
  ['a position without a satellite', { latitude: 10, longitude: 10, nsat: 0 }],
  ['a failed fix', { latitude: 10, longitude: 10, fixFailed: true }],
  ['a fix that is not current', { latitude: 10, longitude: 10, gpsCurrent: false }],
  ['an old fix of a codec', { latitude: 10, longitude: 10 }, { isPositionStale: true }],
]

for (const [name, fields, more = {}] of noPositions) {
  test(`${name} is no position`, () => {
    const mapped = map({ ...fields, odometer: 5 }, {}, more)
    const { latitude, longitude, odometer } = signalsOf(mapped)
    assert.equal([latitude, longitude, odometer], [undefined, undefined, 5])
    const named = pathsOf(mapped).filter((path) => /itude$/.test(path))
    assert.is(
      named.length,
      'latitude' in fields && JSON.stringify(fields).includes('longitude') ? 2 : 1,
    )
  })
}

test('on the equator and on the meridian of Greenwich there are positions', () => {
  assert.equal(signalsOf(map({ latitude: 0, longitude: 10 })), { latitude: 0, longitude: 10 })
  assert.equal(signalsOf(map({ latitude: 51.5, longitude: 0 })), { latitude: 51.5, longitude: 0 })
})

test('speed, heading and altitude of an old fix are as old, the rest of the payload is not', () => {
  const fields = {
    latitude: 1,
    longitude: 2,
    speed: 84,
    heading: 90,
    altitude: 3,
    ignition: true,
    vExt: 13,
  }
  const mapped = map(fields, {}, { isPositionStale: true })
  assert.equal(signalsOf(mapped), { ignition: true, batteryVoltage: 13 })
  assert.equal(pathsOf(mapped), ['altitude', 'heading', 'latitude', 'longitude', 'speed'])
})

test('of two positions the one with the clearer names counts, as a whole', () => {
  const fields = {
    latitude: 1,
    lon: 2,
    gps: { lat: 3, longitude: 4 },
    fix: { latitude: 5, longitude: 6 },
  }
  assert.equal(signalsOf(map(fields)), { latitude: 5, longitude: 6 })
  const withZero = { latitude: 0, longitude: 0, gps: { lat: 3, lng: 4 } }
  assert.equal(signalsOf(map(withZero)), { latitude: 3, longitude: 4 })
})

const cells: [fields: Fields, battery: object | undefined, signals?: Fields][] = [
  [{ batV: 3.6 }, { volts: 3.6 }],
  [{ batteryVoltage: 3.6 }, { volts: 3.6 }],
  [{ batteryVoltage: 12.4 }, undefined, { batteryVoltage: 12.4 }],
  [{ batteryVoltage: '28.1' }, undefined, { batteryVoltage: 28.1 }],
  [{ battery: 3.61 }, { volts: 3.61 }],
  [{ battery: 87 }, { fraction: 0.87 }],
  [{ battery: 0.5 }, { fraction: 0.5 }],
  [{ battery: 3 }, undefined],
  [{ battery: { voltage: 3.9, level: 70 } }, { volts: 3.9, fraction: 0.7 }],
  [
    { batteryPercent: 76, BatV: 4.01 },
    { volts: 4.01, fraction: 0.76 },
  ],
  [{ battery_mv: 3712 }, { volts: 3.712 }],
  [{ batV: 0 }, undefined],
  [{ batteryLevel: 140 }, undefined],
  [{ normalized_payload: [{ battery: 3 }] }, { volts: 3 }],
  [{ gateway: { battery: 50 } }, undefined],
]

for (const [fields, battery, signals = {}] of cells) {
  test(`${JSON.stringify(fields)}: the tracker's own cell has ${JSON.stringify(battery)}`, () => {
    const mapped = map(fields)
    assert.equal(mapped.trackerBattery, battery)
    assert.equal(signalsOf(mapped), signals)
  })
}

test("a field map can say that a tracker's battery is the vehicle's, or nobody's", () => {
  const mapped = map(
    { batteryVoltage: 6.4, batV: 6.4 },
    { batteryVoltage: 'batteryVoltage', batV: null },
  )
  assert.equal(signalsOf(mapped), { batteryVoltage: 6.4 })
  assert.is(mapped.trackerBattery, undefined)
})

const minute = 60_000
const day = 1440 * minute
const times: [
  name: string,
  more: number | undefined,
  fields: Fields,
  time: number,
  warns: boolean,
][] = [
  ['without a time', undefined, {}, 0, false],
  ['an hour ago', -60 * minute, {}, -60 * minute, false],
  ['30 days ago', -30 * day, {}, -30 * day, false],
  ['31 days ago', -31 * day, {}, 0, true],
  ['5 minutes ahead', 5 * minute, {}, 5 * minute, false],
  ['6 minutes ahead', 6 * minute, {}, 0, true],
  ['at a time in words', undefined, { timestamp: isoTime(RECEIVED - day) }, -day, false],
  [
    'at a time in words, without a zone',
    undefined,
    { time: '2024-01-25 13:20:45' },
    -2 * minute,
    false,
  ],
  [
    'at a time of another zone',
    undefined,
    { time: '2024-01-25T15:20:45.000+02:00' },
    -2 * minute,
    false,
  ],
  ['at a time in seconds', undefined, { timestamp: RECEIVED / 1000 - 60 }, -minute, false],
  [
    'at a time in milliseconds, as a text',
    undefined,
    { deviceTime: String(RECEIVED - 60_000) },
    -minute,
    false,
  ],
  ['at a counter', undefined, { timestamp: 4711 }, 0, true],
  [
    'at a counter, and a time beside it',
    undefined,
    { timestamp: 4711, time: isoTime(RECEIVED - day) },
    -day,
    false,
  ],
  ['at a time that is none', undefined, { time: 'yesterday' }, 0, true],
  ['in 1970', undefined, { timestamp: '1970-01-01T00:00:12Z' }, 0, true],
  ['at no time', undefined, { timestamp: null }, 0, false],
  ['beyond any calendar', 9e15, {}, 0, true],
]

for (const [name, more, fields, shift, warns] of times) {
  test(`measured ${name}`, () => {
    const time = more === undefined ? {} : { time: RECEIVED + more }
    const mapped = map({ speed: 7, ...fields }, {}, time)
    assert.is(mapped.time, RECEIVED + shift)
    assert.equal(mapped.readings, [{ signal: 'speed', value: 7, time: RECEIVED + shift }])
    assert.is(mapped.warnings.length, warns ? 1 : 0)
    if (warns) assert.match(mapped.warnings[0] ?? '', /^(timestamp|time): /)
  })
}

test('a list of named values has a time for each, and its shares are percentages', () => {
  const at = RECEIVED - 20_000
  const signal = (name: string, value: unknown, later = 0) => ({
    name,
    value,
    timestamp: at + later,
  })
  const vehicle = {
    signals: [
      signal('maf', 475.79),
      signal('engineLoad', 12.5),
      signal('engineLoad', 13.5, 9000),
      signal('longTermFuelTrim1', 25),
      signal('fuelLevel', 50),
      signal('latitude', 56.27014, 5000),
      signal('longitude', -56.5015, 5000),
      signal('vehicleSpeed', 39, 5000),
      signal('wpa_state', 'COMPLETED'),
      signal('throttlePosition', 'n/a'),
    ],
  }
  const mapped = map({ timestamp: at, device: { batteryVoltage: 12.28 }, vehicle })
  assert.equal(
    mapped.readings.map(({ signal: name, value, time }) => [name, value, time - at]),
    [
      ['batteryVoltage', 12.28, 0],
      ['massAirFlow', 475.79, 0],
      ['engineLoad', 0.125, 0],
      ['engineLoad', 0.135, 9000],
      ['longFuelTrim', 0.25, 0],
      ['fuelPercentRemaining', 0.5, 0],
      ['latitude', 56.27014, 5000],
      ['longitude', -56.5015, 5000],
      ['speed', 39, 5000],
    ],
  )
  assert.equal(pathsOf(mapped), ['vehicle.signals.throttlePosition'])
  assert.equal(
    signalsOf(map({ vehicle }, { maf: null, fuelLevel: { signal: 'soc', scale: 0.01 } })).soc,
    0.5,
  )
})

test("The Things Stack's normalised payload is a list of measurements", () => {
  const time = RECEIVED - 3000
  const mapped = map({
    normalized_payload: [
      { time: isoTime(time), position: { latitude: 1, longitude: 2, altitude: 3 }, battery: 3.6 },
      { air: { temperature: 20 } },
    ],
  })
  assert.equal(mapped.readings, [
    { signal: 'latitude', value: 1, time },
    { signal: 'longitude', value: 2, time },
    { signal: 'altitude', value: 3, time },
  ])
  assert.equal(mapped.trackerBattery, { volts: 3.6 })
})

test('stored positions have their own times', () => {
  const stored = RECEIVED - day
  const history = [
    { time: isoTime(stored), latitude: 1, longitude: 2 },
    { time: isoTime(RECEIVED - 40 * day), latitude: 3, longitude: 4 },
  ]
  const mapped = map({ history, latitude: 5, longitude: 6 })
  assert.equal(
    mapped.readings.map(({ value, time }) => [value, time - RECEIVED]),
    [
      [1, -day],
      [2, -day],
      [5, 0],
      [6, 0],
    ],
  )
})

test('fields of any shape are survived, in bounded work', () => {
  let deep: Fields = { speed: 1 }
  for (let depth = 0; depth < 100; depth += 1) deep = { data: deep }
  assert.equal(map(deep).readings, [])
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`x${index}`, index]))
  assert.equal(map({ ...many, speed: 5 }).readings, [])
  const hostile = JSON.parse('{"__proto__": {"speed": 1}, "constructor": 3, "toString": null}')
  assert.equal(map(hostile).readings, [])
  assert.equal(map({ vehicle: { signals: null }, list: [null, undefined] }).readings, [])
})

test('what the native codecs read needs no field map', () => {
  const read = (codec: string, fPort: number, hex: string) => {
    const result = nativeCodecs.get(codec)?.decode(payloadOf(hex, fPort)) ?? { error: 'none' }
    const decoded = readOf(result)
    return mapFields(decoded, compileFieldMap({}), { receivedAt: RECEIVED })
  }
  const g62 = read('dm-g62', 1, 'DDC3751621435BB72D37C8E83500001405 A2C4')
  assert.equal(signalsOf(g62), {
    latitude: 37.6816592,
    ignition: true,
    longitude: -121.8755808,
    heading: 90,
    speed: 55,
    batteryVoltage: 13.8,
  })
  assert.equal(g62.trackerBattery, { volts: 4 })
  assert.is(isoTime(g62.time), '2024-01-25T13:15:28.000Z')
  const status = read('odograph-status', 10, '12 00000080 00000080 FFFF FF FFFFFFFF 4231 00')
  assert.equal(signalsOf(status), {
    batteryVoltage: 12.61,
    fuelPercentRemaining: 0,
    ignition: false,
  })
  assert.is(status.trackerBattery, undefined)
  const cayenne = read('cayenne-lpp', 2, '018805BFF1ED677A0009C4')
  assert.equal(signalsOf(cayenne), { latitude: 37.6817, longitude: -121.8694, altitude: 25 })
})

interface Vector {
  id: string
  input: { decoded: Fields; receivedAt?: string }
  expect: { signals?: Fields; timestamp?: string; dropped?: string[]; warnings?: string[] }
}

const vectors = loraVectors<Vector>('signals.json')

if (vectors !== undefined)
  test('decoded uplinks become the signals of the vectors', () => {
    for (const { id, input, expect } of vectors ?? []) {
      if (!expect.signals || !input.receivedAt) continue
      const mapped = map(input.decoded, {}, {}, Date.parse(input.receivedAt))
      assert.equal(signalsOf(mapped), expect.signals, id)
      assert.equal(pathsOf(mapped), [...(expect.dropped ?? [])].sort(), id)
      assert.is(mapped.warnings.length, expect.warnings?.length ?? 0, id)
      if (expect.timestamp) assert.is(isoTime(mapped.time), expect.timestamp, id)
    }
    assert.ok((vectors ?? []).length > 0)
  })

test.run()
