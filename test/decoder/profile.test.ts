/** The profile decoder: what frames and responses become, and what never becomes a value. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutText } from '../../src/config/profile-layout.ts'
import { bitsOf } from '../../src/decoder/profile/compile.ts'
import { scaleOf } from '../../src/decoder/profile/scale.ts'
import { conversionBetween, unitOf } from '../../src/decoder/profile/units.ts'
import { layoutOf, listen, polledOf, profileOf, signalOf } from '../support/profiles.ts'
import { randomBytes, referenceDecode, seeded } from './dbc-reference.ts'

const test = suite('profile decoder')

function passiveOf(signals: Parameters<typeof polledOf>[1], more = {}) {
  return profileOf({ passive: [{ id: 0x123, extended: false, name: 'M', signals, ...more }] })
}

test('a passive signal becomes a value in its unit and a reading in ours', () => {
  const profile = passiveOf([
    signalOf('speed', '7|16@0+ (0.01,0) [0|200] "mph"', { maps: 'speed' }),
  ])
  const heard = listen(profile).frame(0x123, '1388')
  assert.equal(heard.values, [
    {
      name: 'speed',
      message: 'M',
      value: 50,
      quality: 'ok',
      unit: 'mph',
      raw: 5000,
      text: undefined,
      id: 0x123,
      extended: false,
      did: undefined,
    },
  ])
  assert.equal(heard.readings, [['speed', 80.4672, 'ok', 10, 0x23, 5]])
  assert.equal(heard.issues, [])
})

test('a converted value keeps the offset of both units', () => {
  const signal = signalOf('t', '7|8@0+ (2,-40) "degF"', { maps: 'ambientTemp' })
  const [reading] = listen(passiveOf([signal])).frame(0x123, '3B').readings
  // 59 × 2 − 40 = 78 °F
  assert.ok(Math.abs(Number(reading?.[1]) - 25.5555555556) < 1e-9)
})

test('a rank that the profile states is the rank of the reading', () => {
  const signal = signalOf('odometer', '7|24@0+ (0.1,0) "km"', { maps: 'odometer', rank: 3 })
  const heard = listen(passiveOf([signal])).frame(0x123, '346530')
  assert.equal(heard.readings, [['odometer', 343_377.6, 'ok', 3, 0x23, 5]])
})

test('other identifiers, the other width, remote and error frames say nothing', () => {
  const heard = listen(passiveOf([signalOf('a', '7|8@0+')]))
    .frame(0x124, '01')
    .frame(0x123, '01', { extended: true })
    .frame(0x123, '01', { remote: true })
    .frame(0x123, '01', { error: true })
  assert.is(heard.values.length, 0)
  heard.frame(0x123, '01')
  assert.is(heard.values.length, 1)
})

test('a 29-bit message is known by its 29 bits', () => {
  const heard = listen(passiveOf([signalOf('a', '7|8@0+')], { extended: true }))
    .frame(0x123, '07', { extended: false })
    .frame(0x123, '08', { extended: true })
  assert.equal(
    heard.values.map(({ value, extended }) => [value, extended]),
    [[8, true]],
  )
})

test('a signal beyond the frame gives no value but an issue, the others stay', () => {
  const heard = listen(
    passiveOf([signalOf('near', '7|8@0+'), signalOf('far', '15|16@0+ (1,0)', { maps: 'gear' })]),
  ).frame(0x123, '0102')
  assert.equal(
    heard.values.map(({ name }) => name),
    ['near'],
  )
  assert.equal(heard.readings, [])
  assert.equal(heard.issues, [['message-short', 'M.far: 2 of 3 bytes']])
})

test('a frame shorter than the message is said to be gives nothing', () => {
  const heard = listen(passiveOf([signalOf('a', '7|8@0+')], { length: 8 })).frame(0x123, '01020304')
  assert.equal(heard.values, [])
  assert.equal(heard.issues, [['message-short', 'M: 4 bytes']])
})

test('what means "not available" is absent, singly and in ranges', () => {
  const absent = [
    { from: 0, to: 0 },
    { from: 0xfe, to: 0xff },
  ]
  const profile = passiveOf([signalOf('t', '7|8@0+ (1,-40) "°C"', { absent, maps: 'coolantTemp' })])
  for (const hex of ['00', 'FE', 'FF']) {
    const heard = listen(profile).frame(0x123, hex)
    assert.equal(heard.readings, [['coolantTemp', undefined, 'absent', 10, 0x23, 5]])
    assert.is(heard.values[0]?.value, undefined)
    assert.is(heard.values[0]?.quality, 'absent')
    assert.equal(heard.issues, [])
  }
  for (const [hex, value] of [
    ['01', -39],
    ['FD', 213],
  ] as const) {
    assert.is(listen(profile).frame(0x123, hex).values[0]?.value, value)
  }
})

test('a value outside its range gives no reading but an issue; half a step is inside', () => {
  const profile = passiveOf([
    signalOf('p', '7|8@0+ (0.392157,0) [0|100] "%"', { maps: 'fuelPercentRemaining' }),
    signalOf('q', '15|8@0+ (1,0) [10|20] "kPa"', { maps: 'intakePressure' }),
  ])
  const heard = listen(profile).frame(0x123, 'FF15')
  assert.equal(
    heard.values.map(({ quality }) => quality),
    ['ok', 'implausible'],
  )
  assert.is(heard.readings.length, 1)
  assert.equal(heard.issues, [['implausible', 'M.q: 21 kPa']])
  assert.equal(listen(profile).frame(0x123, 'FF09').issues, [['implausible', 'M.q: 9 kPa']])
})

test('a multiplexed signal is there only while its selector has the value', () => {
  const profile = passiveOf([
    signalOf('page', '7|8@0+'),
    signalOf('sub', '15|8@0+', { mux: { signal: 'page', values: [{ from: 1, to: 1 }] } }),
    signalOf('deep', '23|8@0+', { mux: { signal: 'sub', values: [{ from: 4, to: 6 }] } }),
    signalOf('other', '15|8@0+', { mux: { signal: 'page', values: [{ from: 2, to: 9 }] } }),
  ])
  const names = (hex: string) =>
    listen(profile)
      .frame(0x123, hex)
      .values.map(({ name }) => name)
  assert.equal(names('000500'), ['page'])
  assert.equal(names('010500'), ['page', 'sub', 'deep'])
  assert.equal(names('010700'), ['page', 'sub'])
  assert.equal(names('090500'), ['page', 'other'])
})

test('a truth value is 0 or 1 and can be inverted; anything else is refused', () => {
  const profile = passiveOf([
    signalOf('a', '7|2@0+', { maps: 'brakePedal' }),
    signalOf('b', '5|1@0+', { maps: 'parkingBrake', invert: true }),
  ])
  const heard = listen(profile).frame(0x123, '40').frame(0x123, 'E0')
  assert.equal(
    heard.readings.map(([name, value]) => [name, value]),
    [
      ['brakePedal', true],
      ['parkingBrake', true],
      ['parkingBrake', false],
    ],
  )
  assert.equal(heard.issues, [['implausible', 'M.a: 3']])
})

test('an inverted number keeps its own sign in the value and turns it in the reading', () => {
  const maps = { maps: 'tractionCurrent', invert: true } as const
  const heard = listen(passiveOf([signalOf('i', '7|16@0- (0.1,0) "A"', maps)])).frame(0x123, '00B9')
  assert.is(heard.values[0]?.value, 18.5)
  assert.is(heard.readings[0]?.[1], -18.5)
})

test('words stand beside raw values', () => {
  const states = { 0: 'P', 2: 'D' }
  const heard = listen(passiveOf([signalOf('lever', '7|8@0+', { states })]))
  heard.frame(0x123, '02').frame(0x123, '01')
  assert.equal(
    heard.values.map(({ text }) => text),
    ['D', undefined],
  )
})

test('floats are read as floats', () => {
  const heard = listen(passiveOf([signalOf('f', '0|32@1-', { float: true })]))
  heard.frame(0x123, '0000C03F').frame(0x123, '0000C07F')
  assert.is(heard.values[0]?.value, 1.5)
  assert.is(heard.values[1]?.quality, 'implausible', 'NaN is no value')
})

test('a frame with a wrong checksum gives no value but an issue', () => {
  const heard = listen(passiveOf([signalOf('a', '7|8@0+')], { checksum: 'toyota', length: 8 }))
  // 1 + 23 + 8 + 01…07 = 48
  heard.frame(0x123, '0102030405060748')
  assert.is(heard.values.length, 1)
  heard.frame(0x123, '0102030405060749')
  assert.is(heard.values.length, 1)
  assert.equal(heard.issues, [['checksum-wrong', 'M']])
})

test('a response is decoded from the byte after its DID', () => {
  const profile = profileOf({
    polled: [polledOf('22404C', [signalOf('odo', '7|24@0+ (0.1,0) "km"')])],
  })
  const heard = listen(profile).message(0x7e8, '62404C346530')
  assert.equal(
    heard.values.map(({ value, did, id }) => [value, did, id]),
    [[343_377.6, 0x404c, 0x7e8]],
  )
})

test('services with PIDs of one byte are decoded from the byte after it', () => {
  const profile = profileOf({
    polled: [
      polledOf('010C', [signalOf('rpm', '7|16@0+ (0.25,0) "rpm"')]),
      polledOf('2101', [signalOf('soc', '15|8@0+ (0.5,0) "%"')]),
    ],
  })
  const heard = listen(profile).message(0x7e8, '410C0FFE').message(0x7e8, '610100A0')
  assert.equal(
    heard.values.map(({ value }) => value),
    [1023.5, 80],
  )
})

test('several DIDs in one response are told apart by the lengths of the profile', () => {
  const profile = profileOf({
    polled: [
      polledOf('220101', [signalOf('a', '7|8@0+')], 2),
      polledOf('220102', [signalOf('b', '7|16@0+')], 2),
      polledOf('220103', [signalOf('c', '7|8@0+')]),
    ],
  })
  const heard = listen(profile).message(0x7e8, '62010111FF01020203010333')
  assert.equal(
    heard.values.map(({ name, value }) => [name, value]),
    [
      ['a', 0x11],
      ['b', 0x203],
      ['c', 0x33],
    ],
  )
  // A DID that is not known ends it: where the next one starts is not known either.
  heard.values.length = 0
  heard.message(0x7e8, '62010111FF09990203010333')
  assert.equal(
    heard.values.map(({ name }) => name),
    ['a'],
  )
})

test('a response cut off in the middle gives no value but an issue', () => {
  const profile = profileOf({ polled: [polledOf('220101', [signalOf('a', '7|8@0+')], 4)] })
  const heard = listen(profile).message(0x7e8, '6201011122')
  assert.equal(heard.values, [])
  assert.equal(heard.issues, [['message-short', 'Did220101: 2 bytes']])
})

test('refusals, requests, other services, other DIDs and other control units give nothing', () => {
  const profile = profileOf({ polled: [polledOf('220101', [signalOf('a', '7|8@0+')])] })
  const heard = listen(profile)
  const strangers = ['7F2231', '22010155', '61010155', '62010255', '62', '6201', '']
  for (const hex of strangers) heard.message(0x7e8, hex)
  heard.message(0x7e9, '62010155').message(0x7e8, '62010155', true)
  assert.equal([heard.values, heard.readings, heard.issues], [[], [], []])
  heard.message(0x7e8, '62010155')
  assert.is(heard.values.length, 1)
})

test('what is known of DIDs and control units can be asked for', () => {
  const { decoder } = listen(
    profileOf({
      polled: [polledOf('220101', [signalOf('a', '7|8@0+')], 59), polledOf('220102', [])],
    }),
  )
  assert.is(decoder.didLength(0x7e8, false, 0x0101), 59)
  assert.is(decoder.didLength(0x7e8, false, 0x0102), undefined)
  assert.is(decoder.didLength(0x7e9, false, 0x0101), undefined)
  assert.is(decoder.isResponder(0x7e8, false), true)
  assert.is(decoder.isResponder(0x7e8, true), false)
})

test('every layout agrees with a bit-by-bit decoder', () => {
  const random = seeded(7)
  for (let round = 0; round < 2000; round += 1) {
    const bigEndian = random() < 0.5
    const length = 1 + Math.floor(random() * 53)
    const first = Math.floor(random() * (65 - length))
    const start = bigEndian ? first - (first % 8) + 7 - (first % 8) : first
    const sign = random() < 0.5 ? '-' : '+'
    const text = `${start}|${length}@${bigEndian ? 0 : 1}${sign}`
    const data = randomBytes(random, 8)
    const symbol = { ...bitsOf(layoutOf(text)), symbol: text }
    const message = { id: 0, extended: false, name: '', symbol: '', length: 8, transmitter: '' }
    const rest = { j1939: false, cycleTimeMs: undefined, comment: '' }
    const [expected] = referenceDecode({ ...message, ...rest, signals: [symbol] }, data)
    const heard = listen(passiveOf([signalOf('x', text)]))
    heard.frame(0x123, Buffer.from(data).toString('hex'))
    assert.is(heard.values[0]?.raw, Number(expected?.raw), text)
  }
})

test('decimal factors give decimal values, fractions are exact, and large ones stay close', () => {
  const cases: [layout: string, raw: number, value: number][] = [
    ['7|32@0+ (0.1,0)', 569_922, 56_992.2],
    ['7|8@0+ (0.4,0)', 204, 81.6],
    ['7|8@0+ (100/255,0)', 255, 100],
    ['7|8@0+ (100/255,0)', 51, 20],
    ['7|8@0+ (0.78125,-100)', 160, 25],
    ['7|16@0+ (1/64,-273.15)', 20_000, 39.35],
    ['7|8@0- (-0.5,10)', -4, 12],
    ['7|8@0+ (-1,0)', 0, 0],
    ['7|8@0+ (0.123456789012345,0)', 100, 12.3456789012345],
  ]
  for (const [layout, raw, value] of cases) {
    const scale = scaleOf(layoutOf(layout))
    assert.ok(Math.abs(scale(raw) - value) < 1e-12 * Math.max(1, Math.abs(value)), layout)
    if (!layout.includes('123456789')) assert.is(scale(raw), value, layoutText(layoutOf(layout)))
  }
})

test('units are known in the spellings of others, and convert to ours or not at all', () => {
  const cases: [from: string, to: string, value: number, result: number | undefined][] = [
    ['degC', '°C', 21.5, 21.5],
    ['celsius', '°C', -40, -40],
    ['fahrenheit', '°C', 212, 100],
    ['kilometersPerHour', 'km/h', 88, 88],
    ['MPH', 'km/h', 100, 160.9344],
    ['m/s', 'km/h', 10, 36],
    ['miles', 'km', 15_589, 25_088.063616],
    ['psi', 'kPa', 32, 220.632233381376],
    ['bars', 'kPa', 2.4, 240],
    ['percent', 'ratio', 81.6, 0.816],
    ['mV', 'V', 12_600, 12.6],
    ['MPa', 'kPa', 1.5, 1500],
    ['min', 'h', 90, 1.5],
    ['kPa', 'psi', 1, undefined],
    ['V', 'A', 1, undefined],
    ['', 'km', 1, undefined],
  ]
  for (const [from, to, value, result] of cases) {
    const conversion = conversionBetween(from, to)
    const got = conversion && (value * conversion.num) / conversion.den + conversion.offset
    if (result === undefined) assert.is(got, undefined, `${from} to ${to}`)
    else assert.ok(got !== undefined && Math.abs(got - result) < 1e-9, `${from} to ${to}: ${got}`)
  }
  assert.is(unitOf('mw'), 'mw', 'what is not known stays as it is')
  assert.is(unitOf('ratio'), 'ratio')
})

test.run()
