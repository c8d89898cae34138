/** Profile files: what they may say, how mistakes are told, and that writing and reading agree. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  builtInProfiles,
  checkProfile,
  findProfile,
  loadProfile,
  profileFile,
} from '../../src/config/profile.ts'
import { layoutText, parseLayout } from '../../src/config/profile-layout.ts'
import { profileJsonSchema } from '../../src/config/profile-schema.ts'
import { profileYaml } from '../../src/config/profile-yaml.ts'
import { OdographError } from '../../src/model/errors.ts'

const test = suite('profile files')

const folder = mkdtempSync(join(tmpdir(), 'odograph-profile-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const head = `id: my-car
label: My car
applies: { make: Make, models: [Model] }
sources: [here]
`

const whole = `${head}passive:
  - id: 0x123
    name: Body
    checksum: toyota
    length: 8
    signals:
      - name: door
        layout: '7|2@0+'
        states: { 0: shut, 1: open }
        absent: [3, [0xA0, 0xFF]]
      - { name: temp, label: Warmth, layout: '15|8@0- (1/2,-40) [-40|80] "°C"', maps: ambientTemp }
polled:
  - name: Odo
    request: { id: 0x18DA10F1, extended: true, data: '22404C' }
    response: { id: 0x18DAF110, extended: true }
    length: 3
    every: 60
    signals:
      - name: odometer
        layout: '7|24@0+ (0.1,0) [0|1677721] "km"'
        maps: odometer
        rank: 4
      - { name: page, layout: '0|8@1+', mux: { signal: odometer, values: [[1, 2]] } }
evidence:
  - { frames: ['123#00', '18DAF110#00'], expect: { door: shut, temp: null, odometer: 1.5 }, from: here }
`

test('a profile is read as it is written, with its defaults', () => {
  const { profile, findings } = checkProfile(whole, 'x.yaml')
  assert.equal(findings, [])
  const [body] = profile?.passive ?? []
  assert.is(body?.id, 0x123)
  assert.is(body?.extended, false)
  assert.equal(body?.signals[0]?.states, { 0: 'shut', 1: 'open' })
  assert.equal(body?.signals[0]?.absent, [
    { from: 3, to: 3 },
    { from: 0xa0, to: 0xff },
  ])
  assert.equal(body?.signals[1]?.layout, {
    start: 15,
    length: 8,
    bigEndian: true,
    signed: true,
    factor: 1,
    divisor: 2,
    offset: -40,
    min: -40,
    max: 80,
    unit: '°C',
  })
  const [odo] = profile?.polled ?? []
  assert.equal(odo?.request, { id: 0x18da_10f1, extended: true, data: '22404C' })
  assert.equal(odo?.signals[1]?.mux, { signal: 'odometer', values: [{ from: 1, to: 2 }] })
  assert.equal(profile?.evidence[0]?.expect, { door: 'shut', temp: null, odometer: 1.5 })
})

test('a profile written as YAML and read again is the same', () => {
  for (const profile of [checkProfile(whole, 'x').profile, ...builtInProfiles().map(findProfile)]) {
    if (profile === undefined) throw new Error('is no profile')
    const again = checkProfile(profileYaml(profile), 'again.yaml')
    assert.equal(again.findings, [])
    assert.equal(JSON.parse(JSON.stringify(again.profile)), JSON.parse(JSON.stringify(profile)))
  }
})

test('identifiers are written in hexadecimal, data that looks like a number in quotes', () => {
  const { profile } = checkProfile(whole.replace('22404C', '220101'), 'x')
  const text = profile === undefined ? '' : profileYaml(profile)
  assert.match(text, 'id: 0x18da10f1')
  assert.match(text, 'data: "220101"')
})

const layouts: [text: string, again: string | undefined][] = [
  [
    '7|32@0+ (0.015625,0) [0|67108863.984375] "km"',
    '7|32@0+ (0.015625,0) [0|67108863.984375] "km"',
  ],
  ['7|8@0+', '7|8@0+ (1,0) ""'],
  ['  7|8@1-(2,-1.5e2)[-1|]"V" ', '7|8@1- (2,-150) [-1|] "V"'],
  ['7|8@0+ (100/255,0) [0|0] ""', '7|8@0+ (100/255,0) ""'],
  ['7|8@0+ (1,0) [|9]', '7|8@0+ (1,0) [|9] ""'],
  ['7|8@0+ (1,0) [5|5]', '7|8@0+ (1,0) ""'],
  ['7|8@0', undefined],
  ['7|8@2+', undefined],
  ['x|8@0+', undefined],
  ['7|8@0+ (1)', undefined],
  ['7|8@0+ (1,0) [0|1] km', undefined],
  ['', undefined],
]

test('layouts are read in the notation of DBC files and written back', () => {
  for (const [text, again] of layouts) {
    const layout = parseLayout(text)
    assert.is(layout && layoutText(layout), again, text)
    if (layout) assert.equal(parseLayout(layoutText(layout)), layout)
  }
})

const signal = (text: string) => `${head}passive:
  - id: 1
    name: M
    signals:
      - ${text}
`

const mistakes: [what: string, text: string, finding: string][] = [
  [
    'an unknown key',
    whole.replace('every: 60', 'evry: 60'),
    'x.yaml:21:11: polled.0.evry: unknown key; known here are name, request, response, length, every, signals',
  ],
  [
    'a layout that is none',
    signal("{ name: a, layout: '7|8' }"),
    'x.yaml:9:28: passive.0.signals.0.layout: is no layout; write start|length@0+ (factor,offset) [min|max] "unit"',
  ],
  [
    'a signal that is none of ours',
    signal("{ name: a, layout: '7|8@0+', maps: sped }"),
    'x.yaml:9:44: passive.0.signals.0.maps: is no signal; use one of odometer, speed, engineSpeed',
  ],
  [
    'a request without quotes',
    whole.replace("'22404C'", '220101'),
    'x.yaml:18:54: polled.0.request.data: is hexadecimal text; put it in quotes, as in "22404C"',
  ],
  [
    'a request that writes',
    whole.replace('22404C', '2E404C'),
    'x.yaml:18:54: polled.0.request.data: use a reading service (01, 09, 1A, 21 or 22) and one PID or DID, as in "22404C"',
  ],
  [
    'a long identifier that is not said to be one',
    whole.replace('0x123', '0x18FF0000'),
    'x.yaml:6:9: passive.0.id: has more than 11 bits; write extended: true',
  ],
  [
    'an id with capitals',
    head.replace('my-car', 'My Car'),
    'x.yaml:1:5: id: use 1 to 64 small letters, digits or "-", as in kia-ev6',
  ],
  [
    'raw values that are no numbers',
    signal("{ name: a, layout: '7|8@0+', absent: [x] }"),
    'x.yaml:9:47: passive.0.signals.0.absent.0: use a raw value, as in 0xFF, or a range, as in [0xFE, 0xFF]',
  ],
  [
    'states without raw values',
    signal("{ name: a, layout: '7|8@0+', states: { shut: 0 } }"),
    'x.yaml:9:54: passive.0.signals.0.states.shut: use raw values as keys',
  ],
  [
    'evidence of two kinds',
    whole.replace('{ frames:', "{ message: '123#00', frames:"),
    'x.yaml:29:5: evidence.0: use either frames or message',
  ],
  [
    'a frame that is none',
    whole.replace("'123#00'", "'123'"),
    'x.yaml:29:16: evidence.0.frames.0: write ID#DATA, as in 7EC#0462F40D1E',
  ],
  ['no source', head.replace('sources: [here]\n', ''), 'x.yaml:1:1: sources: '],
  ['no YAML', 'id: [1', 'x.yaml:1:7: '],
  ['a list', '- 1', 'x.yaml:1:1: expected "key: value" lines'],
  ['nothing', '', 'x.yaml:1:1: id: '],
  ['an alias without anchor', `${head}label2: *nobody\n`, 'x.yaml:5:9: '],
]

for (const [what, text, finding] of mistakes) {
  test(`${what} is told with its place and with what would be right`, () => {
    const { profile, findings } = checkProfile(text, 'x.yaml')
    assert.is(profile, undefined)
    assert.ok(
      findings.some((line) => line.startsWith(finding)),
      findings.join('\n'),
    )
  })
}

test('a profile is found by its name or by its path', () => {
  const file = join(folder, 'own.yaml')
  writeFileSync(file, whole)
  assert.is(findProfile(file).id, 'my-car')
  assert.is(findProfile('kia-ev6').id, 'kia-ev6')
  assert.is(profileFile(file), file)
  assert.ok(profileFile('kia-ev6').endsWith('profiles/kia-ev6.yaml'))
})

test('a profile that is not there is refused with those that are', () => {
  try {
    findProfile('kia-ev7')
    assert.unreachable()
  } catch (error) {
    assert.instance(error, OdographError)
    assert.is((error as OdographError).code, 'file-unreadable')
    assert.match((error as OdographError).message, /built-in profiles are .*kia-ev6/)
  }
  assert.throws(() => loadProfile(join(folder, 'none.yaml')), /does not exist/)
})

test('a broken profile is refused whole', () => {
  const file = join(folder, 'broken.yaml')
  writeFileSync(file, whole.replace('0x123', 'x'))
  assert.is(loadProfile(file).profile, undefined)
  try {
    findProfile(file)
    assert.unreachable()
  } catch (error) {
    assert.is((error as OdographError).code, 'config-invalid')
    assert.match((error as OdographError).message, 'broken.yaml:6:9: passive.0.id')
  }
})

test('the schema is there as JSON Schema', () => {
  const schema = profileJsonSchema() as { properties: Record<string, unknown>; required: string[] }
  assert.ok(schema.properties.polled)
  assert.equal(schema.required, ['id', 'label', 'applies', 'sources'])
})

test.run()
