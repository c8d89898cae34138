import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileDbc } from '../../src/decoder/dbc/compile.ts'
import { dbcText, parseDbc } from '../../src/decoder/dbc/parse.ts'
import { randomBytes, seeded } from './dbc-reference.ts'

const test = suite('dbc parse')

const SAMPLE = `VERSION "1.0"

NS_ :
	NS_DESC_
	CM_
	BA_DEF_
	VAL_
	FILTER

BS_: 500 : 1,2

BU_: Engine Dash
  Gateway
VAL_TABLE_ OnOff 1 "on" 0 "off" ;

BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX
 SG_ Lost : 0|8@1+ (1,0) [0|0] "" Vector__XXX

BO_ 500 Motor: 8 Engine
 SG_ Mode M : 0|4@1+ (1,0) [0|15] "" Dash,Gateway
 SG_ Speed m0 : 15|16@0+ (0.125,-1.5E+002) [-.5|8031.875] "rpm"  Dash
 SG_ Torque m1:32|16@1-(+5.,0)[-3.4E+038|nan]"N \\"m\\"" Dash
 SG_ Bare : 48|8@1+ (1,0) [|] ""

BO_ 2566844926 Vehicle: 11 Vector__XXX
 SG_ WheelSpeed : 8|16@1+ (0.00390625,0) [0|250.996] "km/h" Vector__XXX
 SG_ Counter : 24|64@1+ (1,0) [0|1.8446744073709552e+19] "" Vector__XXX

BO_TX_BU_ 500 : Engine,Dash;
EV_ Light: 0 [0|1] "" 0 1 DUMMY_NODE_VECTOR0 Vector__XXX;
SIG_GROUP_ 500 Group 1 : Speed Torque;

CM_ "of the file; with a semicolon";
CM_ BU_ Engine "a node";
CM_ BO_ 500 "first line
BO_ 501 no message: 8
third line";
CM_ SG_ 500 Speed "says \\"fast\\"";
// a remark
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_DEF_ SG_ "SPN" INT 0 524287;
BA_DEF_ SG_ "SystemSignalLongSymbol" STRING ;
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_DEF_DEF_ "GenMsgCycleTime" 100;
BA_ "BusType" "CAN";
BA_ "Address" BU_ Engine 5;
BA_ "VFrameFormat" BO_ 2566844926 3;
BA_ "GenMsgCycleTime" BO_ 500 20;
BA_ "SPN" SG_ 2566844926 WheelSpeed 84;
BA_ "SystemSignalLongSymbol" SG_ 2566844926 WheelSpeed "WheelBasedVehicleSpeedOfTheFrontAxle";
BA_ "SystemMessageLongSymbol" BO_ 2566844926 "CruiseControlVehicleSpeed1";
VAL_ 500 Mode 0 "speed" 1 "torque" -1 "odd" ;
VAL_ 500 Bare OnOff ;
VAL_ 2566844926 Counter 18446744073709551615 "not available"
  0 "none" ;
VAL_ Light 0 "dark" ;
SIG_VALTYPE_ 500 Mode : 0;
`

test('reads what a file says', () => {
  const { dbc, problems } = parseDbc(SAMPLE)
  assert.equal(problems, [])
  assert.is(dbc.version, '1.0')
  assert.equal(dbc.nodes, ['Engine', 'Dash', 'Gateway'])
  assert.is(dbc.messages.length, 2)
  const [motor, vehicle] = dbc.messages
  assert.is(motor?.comment, 'first line\nBO_ 501 no message: 8\nthird line')
  assert.is(motor?.cycleTimeMs, 20)
  assert.is(motor?.transmitter, 'Engine')
  assert.equal([motor?.id, motor?.extended, motor?.j1939], [500, false, false])
  assert.equal([vehicle?.id, vehicle?.extended, vehicle?.j1939], [0x18fef1fe, true, true])
  assert.equal([vehicle?.name, vehicle?.symbol], ['CruiseControlVehicleSpeed1', 'Vehicle'])
  assert.is(vehicle?.cycleTimeMs, 100)
})

test('reads every part of a signal', () => {
  const { dbc } = parseDbc(SAMPLE)
  const [mode, speed, torque, bare] = dbc.messages[0]?.signals ?? []
  assert.equal(speed, {
    name: 'Speed',
    symbol: 'Speed',
    start: 15,
    length: 16,
    bigEndian: true,
    type: 'unsigned',
    factor: 0.125,
    offset: -150,
    minimum: -0.5,
    maximum: 8031.875,
    unit: 'rpm',
    receivers: ['Dash'],
    multiplexer: false,
    branch: { multiplexer: 'Mode', ranges: [{ from: 0, to: 0 }] },
    choices: undefined,
    spn: undefined,
    comment: 'says "fast"',
  })
  assert.equal([torque?.type, torque?.factor, torque?.unit], ['signed', 5, 'N "m"'])
  assert.equal([torque?.minimum, torque?.maximum], [-3.4e38, undefined])
  assert.equal([bare?.minimum, bare?.maximum, bare?.receivers], [undefined, undefined, []])
  assert.is(bare?.choices?.get(1), 'on')
  assert.is(mode?.multiplexer, true)
  assert.equal(mode?.receivers, ['Dash', 'Gateway'])
  assert.is(mode?.choices?.get(-1), 'odd')
  const [wheel, counter] = dbc.messages[1]?.signals ?? []
  assert.equal([wheel?.name, wheel?.spn], ['WheelBasedVehicleSpeedOfTheFrontAxle', 84])
  assert.is(counter?.choices?.get(2n ** 64n - 1n), 'not available')
  assert.is(counter?.choices?.get(0), 'none')
})

test('line ends of Windows and old Macintosh and a byte order mark make no difference', () => {
  const plain = parseDbc(SAMPLE.replace(/\nBO_ 501 no message: 8/, ''))
  for (const end of ['\r\n', '\r']) {
    const text = `\ufeff${SAMPLE.replace(/\nBO_ 501 no message: 8/, '').replaceAll('\n', end)}`
    assert.equal(parseDbc(text), plain)
  }
})

test('bytes are UTF-8 where they can be, else Windows-1252', () => {
  assert.is(dbcText(new TextEncoder().encode('"°C €"')), '"°C €"')
  assert.is(dbcText(Uint8Array.of(0x22, 0xb0, 0x43, 0x20, 0x80, 0x22)), '"°C €"')
})

/** Three good messages around one line; what it costs must be that line. */
function around(line: string): string {
  return `BO_ 1 First: 8 X
 SG_ A : 0|8@1+ (1,0) [0|0] "" X
${line}
 SG_ B : 8|8@1+ (1,0) [0|0] "" X

BO_ 2 Second: 8 X
 SG_ C : 0|8@1+ (1,0) [0|0] "" X
CM_ SG_ 2 C "a comment";
VAL_ 2 C 0 "off" ;
`
}

const malformedLines: [string, string, number, RegExp][] = [
  ['no start bit', ' SG_ Bad : |8@1+ (1,0) [0|0] "" X', 12, /start bit expected/],
  ['no colon', ' SG_ Bad 0|8@1+ (1,0) [0|0] "" X', 10, /'M', 'm' with a number, or ':'/],
  ['no name', ' SG_ : 0|8@1+ (1,0) [0|0] "" X', 6, /signal name expected/],
  ['a byte order that does not exist', ' SG_ Bad : 0|8@2+ (1,0) [0|0] "" X', 16, /byte order/],
  ['no sign', ' SG_ Bad : 0|8@1 (1,0) [0|0] "" X', 18, /'\+' or '-' expected/],
  ['a text for a factor', ' SG_ Bad : 0|8@1+ (one,0) [0|0] "" X', 20, /factor expected/],
  ['a factor of 0', ' SG_ Bad : 0|8@1+ (0,0) [0|0] "" X', 20, /factor is 0/],
  ['an infinite factor', ' SG_ Bad : 0|8@1+ (1e999,0) [0|0] "" X', 20, /finite/],
  ['a decimal comma', ' SG_ Bad : 0|8@1+ (0,5,0) [0|0] "" X', 23, /'\)' expected/],
  ['a text for a limit', ' SG_ Bad : 0|8@1+ (1,0) [low|0] "" X', 26, /minimum is not a number/],
  ['no closing bracket', ' SG_ Bad : 0|8@1+ (1,0) [0|0 "" X', 30, /']' expected/],
  ['no unit', ' SG_ Bad : 0|8@1+ (1,0) [0|0] X', 31, /unit in quotes expected/],
  ['an open unit', ' SG_ Bad : 0|8@1+ (1,0) [0|0] "km X', 31, /closing quote is missing/],
  ['no bits', ' SG_ Bad : 0|0@1+ (1,0) [0|0] "" X', 12, /no bits/],
  ['too many bits', ' SG_ Bad : 0|99999@1+ (1,0) [0|0] "" X', 12, /beyond the longest message/],
  ['a huge number', ' SG_ Bad : 0|99999999999999999999@1+ (1,0) [0|0] "" X', 14, /too large/],
  ['the wrong multiplexer letter', ' SG_ Bad x1 : 0|8@1+ (1,0) [0|0] "" X', 10, /'M', 'm'/],
  [
    'a dependent signal without multiplexer',
    ' SG_ Bad m1 : 0|8@1+ (1,0) [0|0] "" X',
    6,
    /left out/,
  ],
  ['no keyword', '?? what is this', 1, /no keyword/],
  ['an unclosed comment', 'CM_ SG_ 1 A "never closed;', 13, /closing quote is missing/],
  ['a comment without quotes', 'CM_ SG_ 1 A none;', 13, /comment in quotes expected/],
  ['a comment on no message', 'CM_ BO_ 77 "x";', 9, /there is no message 77/],
  ['a comment on no signal', 'CM_ SG_ 1 Z "x";', 11, /First has no signal Z/],
  ['a value without text', 'VAL_ 1 A 0 "off" 1 ;', 20, /text of the value in quotes/],
  ['an unclosed text', 'VAL_ 1 A 0 "off 1 ;', 12, /closing quote is missing/],
  ['an unknown table', 'VAL_ 1 A NoTable ;', 10, /no value table NoTable/],
  ['an attribute without name', 'BA_ BO_ 1 5;', 5, /attribute name in quotes/],
  ['an attribute without value', 'BA_ "SPN" SG_ 1 A ;', 19, /value expected/],
  ['an unknown value type', 'SIG_VALTYPE_ 1 A : 9;', 20, /no value type 9/],
  ['a float of 8 bits', 'SIG_VALTYPE_ 1 A : 1;', 20, /does not have the 32 bits/],
  ['a multiplexer range of one number', 'SG_MUL_VAL_ 1 B A 1;', 20, /'-' expected/],
  ['a range backwards', 'SG_MUL_VAL_ 1 B A 3-1;', 22, /runs backwards/],
  ['a node list without colon', 'BU_ X', 5, /':' expected/],
  ['a version without quotes', 'VERSION 1', 9, /version in quotes/],
]

for (const [what, line, column, text] of malformedLines) {
  test(`costs its own line: ${what}`, () => {
    const { dbc, problems } = parseDbc(around(line))
    assert.is(problems.length, 1, JSON.stringify(problems))
    assert.equal([problems[0]?.line, problems[0]?.column], [3, column], problems[0]?.text)
    assert.match(problems[0]?.text ?? '', text)
    const names = dbc.messages.map(({ name, signals }) => [name, signals.map((s) => s.name)])
    assert.equal(names, [
      ['First', ['A', 'B']],
      ['Second', ['C']],
    ])
    assert.is(dbc.messages[1]?.signals[0]?.comment, 'a comment')
    assert.is(dbc.messages[1]?.signals[0]?.choices?.get(0), 'off')
  })
}

const badHeaders: [string, string, number, RegExp][] = [
  ['more than 11 bits', 'BO_ 2048 Bad: 8 X', 5, /2048 has more than 11 bits/],
  ['more than 29 bits', 'BO_ 2684354560 Bad: 8 X', 5, /more than 29 bits/],
  ['no number', 'BO_ abc Bad: 8 X', 5, /message id expected/],
  ['no colon', 'BO_ 100 Bad 8 X', 13, /':' expected/],
  ['no length', 'BO_ 100 Bad: X', 14, /length in bytes expected/],
  ['an impossible length', 'BO_ 100 Bad: 1786 X', 14, /no message has 1786 bytes/],
  ['a damaged keyword', 'B0_ 100 Bad: 8 X', 1, /no keyword/],
]

for (const [what, line, column, text] of badHeaders) {
  test(`a bad message header takes its signals with it, into no other message: ${what}`, () => {
    const { dbc, problems } = parseDbc(around(line))
    assert.is(problems.length, 1, JSON.stringify(problems))
    assert.equal([problems[0]?.line, problems[0]?.column], [3, column], problems[0]?.text)
    assert.match(problems[0]?.text ?? '', text)
    const names = dbc.messages.map(({ name, signals }) => [name, signals.map((s) => s.name)])
    assert.equal(names, [
      ['First', ['A']],
      ['Second', ['C']],
    ])
  })
}

test('what refers to a message that was left out is not reported again', () => {
  const text = `BO_ 5000 Bad: 8 X
 SG_ A : 0|8@1+ (1,0) [0|0] "" X
CM_ SG_ 5000 A "x";
VAL_ 5000 A 0 "x" ;
BA_ "SPN" SG_ 5000 A 1;`
  assert.is(parseDbc(text).problems.length, 1)
})

test('of two signals or messages of one name the later is used, and that is said', () => {
  const text = `BO_ 1 M: 8 X
 SG_ A : 0|8@1+ (1,0) [0|0] "first" X
 SG_ A : 8|8@1+ (1,0) [0|0] "second" X
BO_ 2 N: 8 X
BO_ 2 O: 8 X`
  const { dbc, problems } = parseDbc(text)
  assert.equal(
    dbc.messages.map(({ name, signals }) => [name, ...signals.map(({ unit }) => unit)]),
    [['M', 'second'], ['O']],
  )
  assert.equal(
    problems.map(({ line, column }) => [line, column]),
    [
      [3, 6],
      [5, 5],
    ],
  )
})

test('multiplexers that select one another in a circle are left out', () => {
  const text = `BO_ 1 M: 8 X
 SG_ A m1M : 0|8@1+ (1,0) [0|0] "" X
 SG_ B m1M : 8|8@1+ (1,0) [0|0] "" X
 SG_ C : 16|8@1+ (1,0) [0|0] "" X
SG_MUL_VAL_ 1 A B 1-1;
SG_MUL_VAL_ 1 B A 1-1;`
  const { dbc, problems } = parseDbc(text)
  assert.equal(
    dbc.messages[0]?.signals.map(({ name }) => name),
    ['C'],
  )
  assert.is(problems.length, 2)
})

test('what no multiplexer of several is known for is left out', () => {
  const text = `BO_ 1 M: 8 X
 SG_ A M : 0|8@1+ (1,0) [0|0] "" X
 SG_ B m1M : 8|8@1+ (1,0) [0|0] "" X
 SG_ C m2 : 16|8@1+ (1,0) [0|0] "" X`
  const { dbc, problems } = parseDbc(text)
  assert.equal(
    dbc.messages[0]?.signals.map(({ name }) => name),
    ['A', 'B'],
  )
  assert.match(problems[0]?.text ?? '', /C is left out: its multiplexer is not known/)
})

test('a path that ends in a backslash ends its string', () => {
  const text = 'BO_ 1 M: 8 X\nCM_ BO_ 1 "C:\\data\\";\nBA_ "Path" "C:\\";\nCM_ "other";'
  const { dbc, problems } = parseDbc(text)
  assert.equal(problems, [])
  assert.is(dbc.messages[0]?.comment, 'C:\\data\\')
})

const PIECES = [
  '"',
  ';',
  '\n',
  '\\"',
  ':',
  '|',
  '(',
  '-',
  '9',
  '99999999999',
  ' ',
  'BO_ ',
  'SG_ ',
  '\0',
  'é',
]

function mutated(random: () => number, text: string): string {
  let result = text
  const at = () => Math.floor(random() * (result.length + 1))
  for (let edits = 1 + Math.floor(random() * 12); edits > 0; edits--) {
    const from = at()
    const kind = random()
    const length = Math.floor(random() * (kind < 0.3 ? 60 : 3))
    const piece =
      kind < 0.3
        ? result.slice(at(), at())
        : kind < 0.8
          ? (PIECES[Math.floor(random() * PIECES.length)] ?? '')
          : ''
    result = (result.slice(0, from) + piece + result.slice(from + length)).slice(0, 20_000)
  }
  return result
}

test('no damage to a file makes reading or decoding throw or hang', () => {
  const random = seeded(7)
  const data = randomBytes(random, 64)
  const sample = `${SAMPLE}SG_MUL_VAL_ 500 Torque Mode 1-1, 3-9;\nSIG_VALTYPE_ 2566844926 Counter : 2;\n`
  for (let round = 0; round < 2000; round++) {
    const { dbc, problems } = parseDbc(mutated(random, sample))
    assert.ok(problems.every(({ line, column }) => line >= 1 && column >= 1))
    const decoder = compileDbc(dbc)
    for (const { id, extended } of dbc.messages) {
      decoder.decode({ id, extended, length: round % 65, data }, (_, signal, raw) => {
        assert.ok(raw !== undefined, signal.name)
      })
    }
  }
})

const repeated: [string, string][] = [
  ['quotes', '"'],
  ['escaped quotes after a comment', 'CM_ \\"\n'],
  ['unclosed comments', 'CM_ "x\n'],
  ['spaces', ' '],
  ['unclosed value lists', 'VAL_ 1 A 0 "x" \n'],
  ['keyword characters', 'A_'],
  ['digits', '1'],
  ['new lines', '\n'],
  ['backslashes', '\\'],
  ['signals of one name', ' SG_ A : 0|8@1+ (1,0) [0|0] "" X\n'],
  ['messages of one id', 'BO_ 1 M: 8 X\n'],
  ['value texts', '0 "x" '],
]

for (const [what, piece] of repeated) {
  test(`a megabyte of ${what} is read to its end`, () => {
    const body = piece.repeat(Math.ceil(1_000_000 / piece.length))
    for (const start of [
      '',
      'BO_ 1 M: 8 X\n SG_ A : 0|8@1+ (1,0) [0|0] "" X\n',
      'VAL_ 1 A ',
      'NS_ :\n',
    ]) {
      const { problems } = parseDbc(start + body)
      const lines = (start + body).split('\n').length
      assert.ok(problems.every(({ line, column }) => line <= lines && column >= 1))
    }
  })
}

test('a file of a megabyte is read whole', () => {
  const parts: string[] = ['VERSION ""', 'BU_: X']
  const references: string[] = []
  for (let id = 0; id < 2000; id++) {
    parts.push(`BO_ ${id} Message${id}: 8 X`)
    for (let index = 0; index < 8; index++) {
      const start = index * 8
      parts.push(` SG_ Signal${index} : ${start}|8@1+ (0.5,-40) [-40|87.5] "degC" X`)
    }
    references.push(`CM_ SG_ ${id} Signal1 "of message ${id}";`, `VAL_ ${id} Signal2 255 "none" ;`)
  }
  const text = [...parts, ...references].join('\n')
  assert.ok(text.length > 1_000_000)
  const { dbc, problems } = parseDbc(text)
  assert.equal(problems, [])
  assert.is(dbc.messages.length, 2000)
  assert.ok(dbc.messages.every(({ signals }) => signals.length === 8))
  assert.is(dbc.messages[1999]?.signals[1]?.comment, 'of message 1999')
  assert.is(dbc.messages[1999]?.signals[2]?.choices?.get(255), 'none')
})

test.run()
