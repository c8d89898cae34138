/** Answers of the OBD-II services as a listener on CAN hears them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dtcTexts } from '../../src/decoder/obd/dtc-texts.ts'
import { refusals, services } from '../../src/decoder/obd/negative.ts'
import { pidRows } from '../../src/decoder/obd/pid-table.ts'
import { isResponseId, requestIdOf } from '../../src/decoder/obd/responses.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { byteHex, close, type Heard, hear, itemOf } from './obd-heard.ts'

const test = suite('obd responses')

function codesOf({ dtcs }: Heard): string[] {
  return dtcs.flatMap(({ codes }) => codes.map(({ code }) => code))
}

function issuesOf({ issues }: Heard): string[] {
  return issues.map(({ code }) => code)
}

// ── current data ────────────────────────────────────────────────────────────────────────────

test('an answer of several PIDs gives all of them, each with its reading', () => {
  const { pids, readings, issues } = hear('41 0C1AF8 0D39 0590 2F80 3364 1170')
  assert.equal(
    pids.map(({ pid, value }) => [pid, Number(Number(value).toFixed(3))]),
    [
      [0x0c, 1726],
      [0x0d, 57],
      [0x05, 104],
      [0x2f, 50.196],
      [0x33, 100],
      [0x11, 43.922],
    ],
  )
  assert.equal(
    readings.map(([signal]) => signal),
    [
      'engineSpeed',
      'speed',
      'coolantTemp',
      'fuelPercentRemaining',
      'barometricPressure',
      'throttlePosition',
    ],
  )
  assert.equal(issues, [])
})

test('an unknown PID ends the answer without a value and without an issue', () => {
  const { pids, readings, issues } = hear('41 0D39 FE12 0C1AF8')
  assert.equal(
    pids.map(({ pid, label, value }) => [pid, label, value]),
    [
      [0x0d, 'Vehicle speed', 57],
      [0xfe, undefined, undefined],
    ],
  )
  assert.equal(readings, [['speed', 57, 0]])
  assert.equal(issues, [])
})

test('a PID cut short behind a whole one leaves the whole one', () => {
  const heard = hear('41 0D39 0C1A')
  assert.equal(heard.readings, [['speed', 57, 0]])
  assert.equal(heard.issues, [{ code: 'message-short', detail: 'PID 0C with 1 of 2 bytes' }])
})

for (const filler of ['00', '55', 'AA', 'CC', 'FF']) {
  test(`fillers ${filler} behind the last PID are no PIDs`, () => {
    const { pids, readings, issues } = hear(`41 0D39 ${filler.repeat(4)}`)
    assert.equal([pids.length, readings.length, issues.length], [1, 1, 0])
  })
}

test('a trim of two banks and one of four are told apart by what comes out even', () => {
  const shapes: [message: string, bank1: number, bank3: number | null, pids: number][] = [
    ['41 5590', 12.5, null, 1],
    ['41 559080', 12.5, 0, 1],
    ['41 5590 5690', 12.5, null, 2],
    ['41 5590 0D39', 12.5, null, 2],
    ['41 559080 569080', 12.5, 0, 2],
    ['41 559080 0C1AF8', 12.5, 0, 2],
    ['41 5590 0C0D39', 12.5, null, 2],
  ]
  for (const [message, bank1, bank3, count] of shapes) {
    const { pids, issues } = hear(message)
    assert.equal([pids.length, issues], [count, []], message)
    assert.is(itemOf(pids[0], 'bank1'), bank1, message)
    assert.is(itemOf(pids[0], 'bank3'), bank3, message)
  }
})

test('a long run of trims is decoded in no time, and to the end', () => {
  const message = new Uint8Array(4095).fill(0x55)
  message[0] = 0x41
  message[4094] = 0x12
  assert.ok(hear(message).pids.length > 1000)
})

const signalCases: [message: string, reading: unknown[]][] = [
  ['41 0480', ['engineLoad', 128 / 255, 0]],
  ['41 0690', ['shortFuelTrim', 0.125, 0]],
  ['41 0770', ['longFuelTrim', -0.125, 0]],
  ['41 0A64', ['fuelPressure', 300, 0]],
  ['41 0E90', ['timingAdvance', 8, 0]],
  ['41 101234', ['massAirFlow', 46.6, 0]],
  ['41 1F1234', ['runTime', 4660, 0]],
  ['41 210064', ['distanceWithMil', 100, 0]],
  ['41 310064', ['distanceSinceClear', 100, 0]],
  ['41 42356B', ['batteryVoltage', 13.675, 0]],
  ['41 4933', ['acceleratorPosition', 0.2, 0]],
  ['41 5BFF', ['soc', 1, 1]],
  ['41 5C82', ['oilTemp', 90, 0]],
  ['41 5E0064', ['fuelRate', 5, 0]],
  ['41 62A5', ['engineTorque', 0.4, 0]],
  ['41 66010140FFFF', ['massAirFlow', 10, 1]],
  ['41 7F01 00015180 FFFFFFFF FFFFFFFF', ['engineHours', 24, 1]],
  ['41 9A02 00 4020 FFFF', ['tractionVoltage', 256.5, 1]],
  ['41 A6 0007B12E', ['odometer', 50_411, 2]],
]

for (const [message, [signal, value, rank]] of signalCases) {
  test(`${message} is a reading of ${signal}`, () => {
    const { readings } = hear(message)
    assert.is(readings.length, 1)
    const [found] = readings
    assert.equal([found?.[0], found?.[2]], [signal, rank])
    assert.ok(close(found?.[1], value), `${found?.[1]}`)
  })
}

test('the lamp is a truth value and the number of codes a number', () => {
  assert.equal(hear('41 01 83 07 65 00').readings, [
    ['dtcCount', 3, 0],
    ['malfunctionLamp', true, 0],
  ])
  assert.equal(hear('41 01 00 07 65 00').readings, [
    ['dtcCount', 0, 0],
    ['malfunctionLamp', false, 0],
  ])
})

for (const [pid, signal] of [
  ['05', 'coolantTemp'],
  ['0F', 'intakeTemp'],
  ['46', 'ambientTemp'],
  ['5C', 'oilTemp'],
]) {
  test(`PID ${pid} of raw 0 shows −40 °C, and its reading is absent: no sensor answers so`, () => {
    const { pids, readings } = hear(`41 ${pid}00`)
    assert.is(pids[0]?.value, -40)
    assert.equal(readings, [[signal, undefined, 0, 'absent']])
    assert.is(hear(`41 ${pid}01`).readings[0]?.[1], -39)
  })
}

test('what a vehicle does not have gives no reading, whatever its bytes hold', () => {
  for (const message of [
    '41 66020140FFFF',
    '41 67025500',
    '41 9A0100402000FF',
    `41 7F00${'11'.repeat(12)}`,
  ]) {
    assert.equal(hear(message).readings, [], message)
  }
})

// ── trouble codes ───────────────────────────────────────────────────────────────────────────

test('stored, pending and permanent codes are told apart', () => {
  for (const [message, kind] of [
    ['43 01 0301', 'stored'],
    ['47 01 0301', 'pending'],
    ['4A 01 0301', 'permanent'],
  ]) {
    const heard = hear(message as string)
    assert.equal(
      heard.dtcs.map((one) => [one.kind, one.codes]),
      [[kind, [{ code: 'P0301', text: 'Misfire, cylinder 1' }]]],
    )
    assert.equal([heard.readings, heard.issues], [[], []])
  }
})

const counted: [what: string, message: string, codes: string[], issues: string[]][] = [
  ['none', '43 00', [], []],
  ['none, padded', '43 00 00000000', [], []],
  ['two, padded', '43 02 0301 0420 0000', ['P0301', 'P0420'], []],
  ['two announced and one there', '43 02 0301', ['P0301'], ['count-mismatch']],
  ['one announced and two there', '43 01 0301 0420', ['P0301'], ['count-mismatch']],
  ['one announced and a half', '43 01 03', [], ['count-mismatch']],
  ['one of 0000', '43 01 0000', [], []],
  ['255 announced and none there', '43 FF', [], ['count-mismatch']],
  ['without their count', '43', [], ['message-short']],
]

for (const [what, message, codes, issues] of counted) {
  test(`trouble codes: ${what}`, () => {
    const heard = hear(message)
    assert.equal(codesOf(heard), codes)
    assert.equal(issuesOf(heard), issues)
  })
}

test('more than 700 codes have a text of their own, and each stands where the standard has it', () => {
  assert.ok(dtcTexts.size > 700, `${dtcTexts.size} texts`)
  const powertrain = [...dtcTexts.keys()].filter((code) => /^P0[0-8]/.test(code))
  assert.ok(powertrain.length > 600, `${powertrain.length} of P00xx to P08xx`)
  for (const [code, text] of dtcTexts) {
    assert.match(code, /^[PCBU][0-3][0-9A-F]{3}$/)
    assert.match(text, /^[A-Z][^\n]{3,80}$/, code)
    // A family that ran over its decade would leave letters behind.
    if (/^P0/.test(code)) assert.match(code, /^P0\d{3}$/)
  }
})

/** Public knowledge, code by code, at the ends of the families. */
const texts: [code: string, text: string][] = [
  ['P0004', 'Fuel volume regulator: high'],
  ['P0019', 'Crankshaft and camshaft do not match: bank 2, sensor B'],
  ['P0031', 'Oxygen sensor heater, bank 1, sensor 1: low'],
  ['P0058', 'Oxygen sensor heater, bank 2, sensor 2: high'],
  ['P0101', 'Mass air flow sensor A: range or performance'],
  ['P0113', 'Intake air temperature sensor 1: high'],
  ['P0118', 'Engine coolant temperature sensor 1: high'],
  ['P0128', 'Thermostat: coolant below its regulating temperature'],
  ['P0133', 'Oxygen sensor, bank 1, sensor 1: slow response'],
  ['P0141', 'Oxygen sensor, bank 1, sensor 2: heater circuit'],
  ['P0161', 'Oxygen sensor, bank 2, sensor 2: heater circuit'],
  ['P0167', 'Oxygen sensor, bank 2, sensor 3: heater circuit'],
  ['P0171', 'Fuel, bank 1: too lean'],
  ['P0175', 'Fuel, bank 2: too rich'],
  ['P0212', 'Injector, cylinder 12: circuit'],
  ['P0261', 'Injector, cylinder 1: low'],
  ['P0268', 'Injector, cylinder 3: high'],
  ['P0296', 'Injector, cylinder 12: contribution'],
  ['P0299', 'Boost pressure too low'],
  ['P0300', 'Misfire, several cylinders'],
  ['P0312', 'Misfire, cylinder 12'],
  ['P0335', 'Crankshaft position sensor A: circuit'],
  ['P0362', 'Ignition coil L: circuit'],
  ['P0401', 'EGR: flow too small'],
  ['P0420', 'Catalyst, bank 1: efficiency too low'],
  ['P0430', 'Catalyst, bank 2: efficiency too low'],
  ['P0442', 'Evaporative system: small leak'],
  ['P0455', 'Evaporative system: large leak'],
  ['P0456', 'Evaporative system: very small leak'],
  ['P0463', 'Fuel level sensor A: high'],
  ['P0507', 'Idle control: speed too high'],
  ['P0562', 'System voltage: low'],
  ['P0671', 'Glow plug, cylinder 1: circuit'],
  ['P0682', 'Glow plug, cylinder 12: circuit'],
  ['P0700', 'Transmission control: fault'],
  ['P0734', 'Gear 4: wrong ratio'],
  ['P0741', 'Torque converter clutch: stuck off'],
  ['P0755', 'Shift solenoid B: fault'],
  ['P20EE', 'SCR catalyst, bank 1: efficiency too low'],
  ['U0100', 'No messages: engine control unit'],
  ['U0121', 'No messages: anti-lock brakes'],
  ['U0155', 'No messages: instrument panel'],
  ['C0037', 'Wheel speed sensor, rear left'],
]

for (const [code, text] of texts) {
  test(`${code} means: ${text}`, () => assert.is(dtcTexts.get(code), text))
}

// ── monitor tests ───────────────────────────────────────────────────────────────────────────

test('monitor tests give value and limits in their unit, signed ones included', () => {
  const { tests, issues } = hear(
    '46 01 01 0A 0E66 0000 1FFF  21 80 96 FF38 FC18 03E8  A2 0B 24 0005 0000 0003',
  )
  assert.equal(issues, [])
  const [oxygen, catalyst, misfire] = tests
  assert.equal(
    [oxygen?.label, oxygen?.unit, oxygen?.passed],
    ['Oxygen sensor, bank 1, sensor 1', 'mV', true],
  )
  assert.ok(close(oxygen?.value, 449.692))
  assert.equal(
    [catalyst?.label, catalyst?.value, catalyst?.min, catalyst?.max, catalyst?.unit],
    ['Catalyst, bank 1', -20, -100, 100, '°C'],
  )
  assert.equal([misfire?.label, misfire?.value, misfire?.passed], ['Misfire, cylinder 1', 5, false])
})

test('a monitor test of an unknown unit has no value, and is neither passed nor failed', () => {
  const [found] = hear('46 01 01 7E 0E66 0000 1FFF').tests
  assert.equal([found?.value, found?.min, found?.max, found?.passed], new Array(4).fill(undefined))
})

test('a monitor test cut short is reported, and those before it are kept', () => {
  const heard = hear('46 01 01 01 0001 0000 0002 02 01 01')
  assert.is(heard.tests.length, 1)
  assert.equal(issuesOf(heard), ['message-short'])
})

test('supported monitors come as a list', () => {
  const [found] = hear('46 00 C0000001').pids
  assert.is(found?.items[0]?.text, '01 02 20')
})

// ── vehicle information ─────────────────────────────────────────────────────────────────────

const ascii = (text: string, length: number) =>
  Buffer.from(text.padEnd(length, '\0')).toString('hex')

test('calibrations, their check sums and the name of the control unit are shown', () => {
  const calibrations = hear(`49 04 02 ${ascii('CAL-ONE', 16)} ${ascii('0123456789ABCDEF', 16)}`)
  assert.equal(
    calibrations.infos[0]?.values.map(({ value }) => value),
    ['CAL-ONE', '0123456789ABCDEF'],
  )
  assert.equal(
    hear('49 06 02 1234ABCD 00000001').infos[0]?.values.map(({ value }) => value),
    ['1234ABCD', '00000001'],
  )
  const name = hear(`49 0A 01 ${ascii('ECM\0-Engine Control', 20)}`)
  assert.equal(name.infos[0]?.values, [{ label: 'Control unit', value: 'ECM -Engine Control' }])
})

test('in-use performance counters have names, in the order of the standard', () => {
  const counters = Array.from({ length: 20 }, (_, i) => `00${byteHex(i)}`).join('')
  const [spark] = hear(`49 08 14 ${counters}`).infos
  assert.equal(spark?.values[0], { label: 'Monitoring conditions met', value: 0 })
  assert.equal(spark?.values[2], { label: 'Catalyst, bank 1: completed', value: 2 })
  assert.equal(spark?.values[15], { label: 'Evaporative system: conditions met', value: 15 })
  const [diesel] = hear(`49 0B 14 ${counters}`).infos
  assert.equal(diesel?.values[8], { label: 'Particulate filter: completed', value: 8 })
})

test('vehicle information cut short gives the whole items and says what is missing', () => {
  const heard = hear('49 06 02 1234ABCD 0000')
  assert.is(heard.infos[0]?.values.length, 1)
  assert.equal(heard.issues, [
    { code: 'message-short', detail: 'Calibration verification number: 1 of 2 items' },
  ])
})

test('a wrong check digit is reported, and the VIN is kept', () => {
  const right = hear(`49 02 01 ${ascii('1M8GDM9AXKP042788', 17)}`)
  assert.equal([right.readings, right.issues], [[['vin', '1M8GDM9AXKP042788', 0]], []])
  const wrong = hear(`49 02 01 ${ascii('1M8GDM9A1KP042788', 17)}`)
  assert.equal(wrong.readings, [['vin', '1M8GDM9A1KP042788', 0]])
  assert.equal(wrong.issues, [{ code: 'vin-check', detail: 'VIN of service 09' }])
  assert.equal(hear(`49 02 01 ${ascii('WP0ZZZ99ZTS392124', 17)}`).issues, [])
})

test('a VIN that was never written is absent', () => {
  for (const filler of ['00', '20', 'FF']) {
    const { readings, issues } = hear(`49 02 01 ${filler.repeat(17)}`)
    assert.equal([readings, issues], [[['vin', undefined, 0, 'absent']], []], filler)
  }
})

// ── refusals ────────────────────────────────────────────────────────────────────────────────

test('a refusal names its service and its reason', () => {
  assert.equal(hear('7F 01 12').issues, [
    {
      code: 'negative-response',
      detail: 'service 01 (current data), code 12 (sub-function not supported)',
    },
  ])
  assert.equal(
    hear('7F 22 21').issues[0]?.detail,
    'service 22 (read data), code 21 (busy, ask again)',
  )
  assert.equal(hear('7F BA F0').issues[0]?.detail, 'service BA, code F0')
  assert.equal(hear('7F 09').issues[0]?.detail, 'service 09 (vehicle information), code ?')
})

test('an answer that is still to come is no refusal', () => {
  for (const service of ['01', '09', '22', '19']) assert.equal(hear(`7F ${service} 78`).issues, [])
})

test('no refusal is ever a value', () => {
  for (let service = 0; service < 256; service += 1) {
    for (let code = 0; code < 256; code += 1) {
      const { pids, readings, dtcs, dids } = hear(Uint8Array.of(0x7f, service, code))
      assert.is(pids.length + readings.length + dtcs.length + dids.length, 0)
    }
  }
})

test('reasons and services have names, each its own', () => {
  for (const names of [refusals, services]) {
    assert.ok(Object.keys(names).length > 30)
    for (const name of Object.values(names)) assert.match(name, /^[a-z][a-zA-Z0-9 ,:-]+$/)
  }
  assert.is(new Set(Object.values(refusals)).size, Object.keys(refusals).length)
})

// ── identifiers ─────────────────────────────────────────────────────────────────────────────

test('an answer is known by its identifier, and so is the request that it answers', () => {
  assert.is(requestIdOf(0x7e8, false), 0x7e0)
  assert.is(requestIdOf(0x7ef, false), 0x7e7)
  assert.is(requestIdOf(0x72e, false), 0x726)
  assert.is(requestIdOf(0x7e0, false), undefined)
  assert.is(requestIdOf(0x18daf110, true), 0x18da10f1)
  assert.is(requestIdOf(0x18da10f1, true), undefined)
  assert.ok(isResponseId(0x7e8, false) && isResponseId(0x18daf1ff, true))
  assert.not(isResponseId(0x7e7, false) || isResponseId(0x7f0, false))
  assert.not(isResponseId(0x18da10f1, true) || isResponseId(0x7e8, true))
})

// ── anything ────────────────────────────────────────────────────────────────────────────────

const fuzzedServices = [
  0x41, 0x41, 0x41, 0x41, 0x42, 0x43, 0x46, 0x47, 0x49, 0x4a, 0x59, 0x62, 0x7f,
]

function fuzzed(random: () => number): Uint8Array {
  const data = randomBytes(random, Math.floor(random() * 40))
  if (data.length > 0 && random() < 0.9) {
    data[0] = fuzzedServices[Math.floor(random() * fuzzedServices.length)] as number
  }
  if (data.length > 1 && random() < 0.7) {
    data[1] = pidRows[Math.floor(random() * pidRows.length)]?.pid ?? 0
  }
  return data
}

test('20,000 random answers never throw, and every value is one', () => {
  const random = seeded(15_031)
  let values = 0
  for (let i = 0; i < 20_000; i += 1) {
    const message = fuzzed(random)
    const { readings, pids, tests } = hear(message)
    for (const [signal, value, , quality] of readings) {
      assert.is(value === undefined, quality === 'absent', `${signal}`)
      if (typeof value === 'number') assert.ok(Number.isFinite(value), `${signal}`)
      values += 1
    }
    for (const { items } of pids) {
      for (const { value } of items) assert.not(Number.isNaN(value))
    }
    for (const { value } of tests) assert.not(Number.isNaN(value))
  }
  assert.ok(values > 1000, `${values} readings`)
})

test('20,000 answers cut short give what stands in them in full and nothing else', () => {
  const random = seeded(1979)
  for (let i = 0; i < 20_000; i += 1) {
    const row = pidRows[Math.floor(random() * pidRows.length)]
    if (row === undefined || row.shortest !== undefined) continue
    const kept = Math.floor(random() * row.bytes)
    const message = Uint8Array.of(0x41, row.pid, ...randomBytes(random, kept))
    const heard = hear(message)
    assert.equal([heard.pids, heard.readings], [[], []], byteHex(row.pid))
    assert.equal(issuesOf(heard), ['message-short'], byteHex(row.pid))
  }
})

test.run()
