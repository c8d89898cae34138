/** Importers: what other collections write, as profiles; what they cannot say is reported. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutText } from '../../src/config/profile-layout.ts'
import { parseDbc } from '../../src/decoder/dbc/parse.ts'
import { problemsOf } from '../../src/decoder/profile/check.ts'
import { importDbc } from '../../src/decoder/profile/import-dbc.ts'
import { importObdb } from '../../src/decoder/profile/import-obdb.ts'
import { importWican } from '../../src/decoder/profile/import-wican.ts'
import { fieldOf } from '../../src/decoder/profile/linear.ts'
import { parseExpression } from '../../src/decoder/profile/wican-expression.ts'
import type { Profile } from '../../src/model/profile.ts'
import { about, listen } from '../support/profiles.ts'

const test = suite('profile import')

/** `name layout maps`, one a signal. */
function linesOf({ passive, polled }: Profile): string[] {
  return [...passive, ...polled].flatMap((message) =>
    message.signals.map(({ name, layout, maps }) =>
      [message.name, name, layoutText(layout), maps ?? '-'].join(' '),
    ),
  )
}

test('a DBC file becomes passive messages with words, multiplexing and ranges', () => {
  const { dbc } = parseDbc(`VERSION ""
BO_ 291 Body: 8 X
 SG_ Page M : 7|8@0+ (1,0) [0|0] "" X
 SG_ Door m1 : 8|1@1+ (1,0) [0|1] "" X
 SG_ Temp m2 : 15|8@0- (0.5,-40) [-40|80] "degC" X
BO_ 2147484225 Long: 3 X
 SG_ A : 0|12@1- (1,0) [0|0] "km" X
BO_ 3 Empty: 8 X
BO_ 4 Transported: 61 X
 SG_ B : 0|8@1+ (1,0) [0|0] "" X
BO_ 5 Wide: 8 X
 SG_ C : 0|60@1+ (1,0) [0|0] "" X
 SG_ D : 0|8@1+ (1,0) [0|0] "" X
VAL_ 291 Door 0 "shut" 1 "open" ;
`)
  const { profile, problems } = importDbc(dbc, about)
  assert.equal(linesOf(profile), [
    'Body Page 7|8@0+ (1,0) "" -',
    'Body Door 8|1@1+ (1,0) [0|1] "" -',
    'Body Temp 15|8@0- (0.5,-40) [-40|80] "degC" -',
    'Long A 0|12@1- (1,0) "km" -',
    'Wide D 0|8@1+ (1,0) "" -',
  ])
  assert.equal(
    problems.map(({ at }) => at),
    ['Empty', 'Transported', 'Wide.C'],
  )
  assert.equal(problemsOf(profile), [])
  const heard = listen(profile).frame(0x123, '0101').frame(0x123, '0264')
  assert.equal(
    heard.values.map(({ name, value, text }) => [name, value, text]),
    [
      ['Page', 1, undefined],
      ['Door', 1, 'open'],
      ['Page', 2, undefined],
      ['Temp', 10, undefined],
    ],
  )
})

const obdbSignal = (id: string, fmt: object, more = {}) => ({
  id,
  name: `Name of ${id}`,
  fmt,
  ...more,
})

test('an OBDb signal set becomes polled messages', () => {
  const input = {
    commands: [
      {
        hdr: '720',
        rax: '728',
        cmd: { '22': '404C' },
        freq: 30,
        fcm1: true,
        signals: [
          obdbSignal(
            'ODO',
            { len: 24, max: 1_677_721, div: 10, unit: 'kilometers' },
            { suggestedMetric: 'odometer' },
          ),
        ],
      },
      {
        hdr: '7E4',
        rax: '7EC',
        cmd: { '22': '0101' },
        freq: 1,
        signals: [
          obdbSignal('SOC', { bix: 32, len: 8, max: 100, div: 2, unit: 'percent' }),
          obdbSignal('AMPS', {
            bix: 80,
            len: 16,
            sign: true,
            min: -999,
            max: 999,
            div: 10,
            unit: 'amps',
          }),
          obdbSignal('NIBBLE', { bix: 12, len: 4, max: 15, unit: 'scalar' }),
          obdbSignal('SWAPPED', { bix: 96, len: 16, blsb: true, max: 65_535, unit: 'rpm' }),
          obdbSignal('STATE', { bix: 8, len: 2, map: { 0: { value: 'OFF' }, 1: { value: 'ON' } } }),
          obdbSignal('LAMP', { bix: 7, len: 1, max: 1, unit: 'offon' }),
        ],
      },
      {
        hdr: 'DA10',
        rax: '10',
        cmd: { '01': '0C' },
        freq: 1,
        signals: [obdbSignal('RPM', { len: 16, max: 16_383, div: 4, unit: 'rpm' })],
      },
    ],
  }
  const { profile, problems } = importObdb(input, about)
  assert.equal(problems, [])
  assert.equal(linesOf(profile), [
    'ecu720_22404C ODO 7|24@0+ (1/10,0) [0|1677721] "km" odometer',
    'ecu7E4_220101 SOC 39|8@0+ (1/2,0) [0|100] "%" -',
    'ecu7E4_220101 AMPS 87|16@0- (1/10,0) [-999|999] "A" -',
    'ecu7E4_220101 NIBBLE 11|4@0+ (1,0) [0|15] "" -',
    'ecu7E4_220101 SWAPPED 96|16@1+ (1,0) [0|65535] "rpm" -',
    'ecu7E4_220101 STATE 15|2@0+ (1,0) "" -',
    'ecu7E4_220101 LAMP 0|1@0+ (1,0) [0|1] "" -',
    'ecuDA10_010C RPM 7|16@0+ (1/4,0) [0|16383] "rpm" -',
  ])
  const [odometer, battery, engine] = profile.polled
  assert.equal(odometer?.request, { id: 0x720, extended: false, data: '22404C' })
  assert.equal(odometer?.response, { id: 0x728, extended: false })
  assert.is(odometer?.every, 30)
  assert.is(odometer?.signals[0]?.label, 'Name of ODO')
  assert.equal(battery?.signals[4]?.states, { 0: 'OFF', 1: 'ON' })
  assert.equal(battery?.signals[5]?.states, { 0: 'off', 1: 'on' })
  assert.equal(engine?.request, { id: 0x18da_10f1, extended: true, data: '010C' })
  assert.equal(engine?.response, { id: 0x18da_f110, extended: true })
})

test('values that OBDb calls null become raw ranges, the limit included', () => {
  const absentOf = (fmt: object) =>
    importObdb(
      {
        commands: [{ hdr: '7E0', cmd: { '22': '0001' }, freq: 1, signals: [obdbSignal('A', fmt)] }],
      },
      about,
    ).profile.polled[0]?.signals[0]?.absent
  const base = { len: 8, max: 255, unit: 'scalar' }
  assert.equal(absentOf({ ...base, nullmax: 255 }), [{ from: 255, to: 255 }])
  assert.equal(absentOf({ ...base, nullmax: 250 }), [{ from: 250, to: 255 }])
  assert.equal(absentOf({ ...base, nullmin: 0 }), [{ from: 0, to: 0 }])
  assert.equal(absentOf({ ...base, min: -40, add: -40, nullmin: -40 }), [{ from: 0, to: 0 }])
  assert.equal(absentOf({ ...base, div: 10, nullmax: 25.3 }), [{ from: 253, to: 255 }])
  assert.equal(absentOf({ ...base, sign: true, nullmin: -127 }), [{ from: -128, to: -127 }])
  assert.equal(absentOf({ ...base, mul: -1, nullmax: 0 }), [{ from: 0, to: 0 }])
  assert.is(absentOf(base), undefined)
})

test('what OBDb says that cannot be done here is reported, and what was assumed', () => {
  const signals = [obdbSignal('A', { len: 8, max: 1, unit: 'scalar' })]
  const command = (more: object) => ({
    hdr: '7E0',
    cmd: { '22': '0001' },
    freq: 1,
    signals,
    ...more,
  })
  const input = {
    commands: [
      command({ eax: '44' }),
      command({ proto: '9141-2' }),
      command({ cmd: { '22': '01' } }),
      command({ cmd: undefined }),
      command({ hdr: 'XYZ' }),
      command({ signals: [obdbSignal('T', { len: 64, unit: 'ascii' }), { id: 'N' }] }),
      command({
        signals: [obdbSignal('B', { bix: 4, len: 16, blsb: true, max: 9, unit: 'scalar' })],
      }),
      command({ hdr: '726' }),
      command({ hdr: '7DF', cmd: { '22': '0002' } }),
      command({ hdr: 'DB33', cmd: { '22': '0003' } }),
      command({ hdr: '726' }),
    ],
  }
  const { profile, problems } = importObdb(input, about)
  assert.equal(
    profile.polled.map(({ response }) => response.id.toString(16)),
    ['72e', '7e8', '18daf110'],
  )
  assert.is(problems.filter(({ text }) => text.startsWith('who answers is assumed')).length, 4)
  assert.is(problems.filter(({ text }) => text.startsWith('has no signals that could')).length, 2)
  for (const text of [
    'uses extended addressing',
    'is not for CAN',
    'its command is none',
    '"XYZ" is no header',
    'is a text',
    'has no format',
    'reverses parts of bytes',
  ]) {
    assert.ok(
      problems.some((problem) => problem.text === text),
      text,
    )
  }
  assert.equal(problems.at(-1), { at: 'ecu726_220001', text: 'ecu726_220001 is taken' })
})

test('computed signals of OBDb are reported', () => {
  const signals = [obdbSignal('A', { len: 8, max: 1, unit: 'scalar' })]
  const commands = [{ hdr: '7E0', cmd: { '22': '0001' }, freq: 1, signals }]
  const { problems } = importObdb({ commands, synthetics: [{ id: 'RATIO' }] }, about)
  assert.equal(problems, [{ at: 'RATIO', text: 'is computed from other signals' }])
})

test('fields with impossible numbers are left out and reported', () => {
  const formats = [
    { len: 1e9 },
    { len: 0 },
    { len: 7.5 },
    { bix: -3, len: 8 },
    { bix: 0.5, len: 8 },
    { len: 8, div: 0 },
    { len: 8, mul: 0 },
    { len: 8, nullmax: 1e300, nullmin: -1e300, mul: 1e-300 },
  ].map((fmt, i) => obdbSignal(`S${i}`, { max: 1, unit: 'scalar', ...fmt }))
  const commands = [{ hdr: '7E0', cmd: { '22': '0001' }, freq: 1, signals: formats }]
  const { profile, problems } = importObdb({ commands }, about)
  assert.equal(
    profile.polled.flatMap(({ signals }) => signals.map(({ name }) => name)),
    ['S7'],
  )
  assert.is(problems.length, 7)
})

test('a model year picks the commands that are for it', () => {
  const signals = [obdbSignal('A', { len: 8, max: 1, unit: 'scalar' })]
  const filters = [
    undefined,
    { from: 2015 },
    { to: 2014 },
    { from: 2010, to: 2012 },
    { years: [2003, 2020] },
    // Everything but the years between.
    { from: 2018, to: 2005 },
  ]
  const commands = filters.map((filter, i) => ({
    hdr: '7E0',
    cmd: { '22': `000${i}` },
    freq: 1,
    filter,
    signals,
  }))
  const picked = (year?: number) =>
    importObdb({ commands }, { ...about, year }).profile.polled.map(({ request }) =>
      Number(request.data.slice(-1)),
    )
  assert.equal(picked(), [0, 1, 2, 3, 4, 5])
  assert.equal(picked(2003), [0, 2, 4, 5])
  assert.equal(picked(2011), [0, 2, 3])
  assert.equal(picked(2020), [0, 1, 4, 5])
})

test('linear WiCAN expressions become layouts', () => {
  const place = (byte: number) => byte
  const cases: [expression: string, layout: string | undefined][] = [
    ['B4', '39|8@0+ (1,0)'],
    ['S5', '47|8@0- (1,0)'],
    ['B3-40', '31|8@0+ (1,-40)'],
    ['(B3/2) - 40', '31|8@0+ (0.5,-40)'],
    ['[B4:B5]/10', '39|16@0+ (0.1,0)'],
    ['[S4:S5] * 0.1', '39|16@0- (0.1,0)'],
    ['B10:3', '83|1@0+ (1,0)'],
    ['B4*100/255', '39|8@0+ (0.39215686274509803,0)'],
    ['(B5*256)+B6', '47|16@0+ (1,0)'],
    ['((B7*256)+B6)/100', '48|16@1+ (0.01,0)'],
    ['([B4:B5]*65536 + [B6:B7])/10', '39|32@0+ (0.1,0)'],
    ['S4*256+B5', '39|16@0- (1,0)'],
    ['(150000-[B4:B7])/100', '39|32@0+ (-0.01,1500)'],
    ['(B4 & 0xF0) >> 4', '39|4@0+ (1,0)'],
    ['B4 & 15', '35|4@0+ (1,0)'],
    ['(([B10:B12]>>4)*0.75)-79323.25', '87|20@0+ (0.75,-79323.25)'],
    ['(B4<<8)+B5', '39|16@0+ (1,0)'],
    ['-B4', '39|8@0+ (-1,0)'],
    ['B4*B5', undefined],
    ['B4/B5', undefined],
    ['B4+B6', undefined],
    ['B4|B5', undefined],
    ['B4/0', undefined],
    ['12', undefined],
    ['', undefined],
    ['(B4', undefined],
    ['B4 B5', undefined],
    ['abs(B4)', undefined],
    ['[B4:B20]', undefined],
    ['(B4/10)>>1', undefined],
  ]
  for (const [expression, layout] of cases) {
    let field: ReturnType<typeof fieldOf>
    try {
      field = fieldOf(parseExpression(expression, place))
    } catch (error) {
      assert.instance(error, Error)
    }
    const text = field && layoutText({ ...field, unit: '' }).replace(' ""', '')
    assert.is(text, layout, expression)
  }
})

test('bytes of a WiCAN profile count whole frames; in ours they count data', () => {
  const input = {
    car_model: 'Kia: Niro/Soul',
    init: 'ATST96;',
    pids: [
      {
        pid: '2201019',
        pid_init: 'ATSH7E4;',
        parameters: {
          SOC: 'B10/2',
          HV_A: '[S17:S18]/10',
          HV_V: '[B19:B20]/10',
          HV_W: '([B19:B20]/10)*([S17:S18]/10)',
          CROSSING: '[B15:B16]',
        },
      },
      { pid: '22B002', pid_init: 'ATSH7C6;ATFCSH7C6;', parameters: { ODOMETER: '[B12:B14]' } },
      {
        pid: '012F1',
        parameters: [{ name: 'FUEL', expression: 'B3/2.55', unit: '%', min: '0', max: '100' }],
      },
      {
        pid: '22028C',
        pid_init: 'ATSP7;ATCP17;ATSHFC007B;ATFCSH17FC007B;ATCRA17FE007B;',
        parameters: [{ name: 'SOC_D', expression: 'B4/2.5' }],
      },
      { pid: '221E3B1E3D', parameters: { A: 'B4' } },
      { pid: '22DA232', pid_init: 'ATCEA18;ATSH6F1;', parameters: { B: 'B10' } },
    ],
  }
  const { profile, problems } = importWican(input, about)
  assert.equal(linesOf(profile), [
    'ecu7E4_220101 SOC 39|8@0+ (0.5,0) "%" soc',
    'ecu7E4_220101 HV_A 87|16@0- (0.1,0) "" -',
    'ecu7E4_220101 HV_V 103|16@0+ (0.1,0) "V" tractionVoltage',
    'ecu7C6_22B002 ODOMETER 55|24@0+ (1,0) "km" odometer',
    'ecu7DF_012F FUEL 7|8@0+ (0.3921568627450981,0) [0|100] "%" fuelPercentRemaining',
    'ecu17FC007B_22028C SOC_D 7|8@0+ (0.4,0) "%" soc',
  ])
  assert.equal(
    profile.polled.map(({ request, response }) => [request.id, response.id, response.extended]),
    [
      [0x7e4, 0x7ec, false],
      [0x7c6, 0x7ce, false],
      [0x7df, 0x7e8, false],
      [0x17fc_007b, 0x17fe_007b, true],
    ],
  )
  assert.equal(
    problems.map(({ at, text }) => `${at}: ${text}`),
    [
      '2201019 HV_W: ([B19:B20]/10)*([S17:S18]/10): it multiplies data with data',
      '2201019 CROSSING: [B15:B16]: byte 16 is no data',
      '22B002: who answers is assumed: 7CE',
      '012F1: who answers is assumed: 7E8',
      '221E3B1E3D: is no reading service with one PID or DID',
      '22DA232: uses extended addressing',
    ],
  )
  const heard = listen(profile).message(
    0x7ec,
    `620101EFFBE7EFA70000000000FF381E11${'00'.repeat(40)}`,
  )
  assert.equal(
    heard.values.map(({ value }) => value),
    [83.5, -20, 769.7],
  )
})

test('a collection of WiCAN profiles gives the car that is named', () => {
  const car = (car_model: string, B: number) => ({
    car_model,
    init: 'ATSH7E0',
    pids: [{ pid: '220001', parameters: { A: `B${B}` } }],
  })
  const input = { cars: [car('One', 4), car('Two', 5)] }
  const named = importWican(input, { ...about, car: 'Two' })
  assert.equal(linesOf(named.profile), ['ecu7E0_220001 A 15|8@0+ (1,0) "" -'])
  assert.equal(importWican(input, about).problems, [
    { at: 'cars', text: 'is none of the 2 cars of this file' },
  ])
})

test('anything else than a definition converts to nothing, and throws nothing', () => {
  const strange = [
    null,
    1,
    'x',
    [],
    {},
    { commands: 3, pids: 3 },
    { pids: [{ pid: 3 }, null, 'x'] },
  ]
  for (const input of strange) {
    assert.is(importObdb(input, about).profile.polled.length, 0)
    assert.is(importWican(input, about).profile.polled.length, 0)
  }
})

test.run()
