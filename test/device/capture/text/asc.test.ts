import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ascFormat } from '../../../../src/device/capture/text/asc.ts'
import { parseAscDate } from '../../../../src/device/capture/text/asc-date.ts'
import { readAll } from './text-reading.ts'

const test = suite('ASC')

const at = (text: string) => Date.parse(text) * 1000
const lines = (...all: string[]) => `${all.join('\n')}\n`

const dates: [text: string, time: string][] = [
  ['Sat Sep 30 15:06:13.191 2017', '2017-09-30T15:06:13.191Z'],
  ['Sam Sep 30 15:06:13.191 2017', '2017-09-30T15:06:13.191Z'],
  ['Sat Sep 30 10:06:13.191 PM 2017', '2017-09-30T22:06:13.191Z'],
  ['Mon Sep 30 03:06:13 pm 2024', '2024-09-30T15:06:13.000Z'],
  ['Mon Sep 30 12:06:13 am 2024', '2024-09-30T00:06:13.000Z'],
  ['Mon Sep 30 12:06:13 pm 2024', '2024-09-30T12:06:13.000Z'],
  ['Mon Sep 30 15:06:13 pm 2024', '2024-09-30T15:06:13.000Z'],
  ['Die M\xe4r 6 10:20:30.5 2018', '2018-03-06T10:20:30.005Z'],
  ['Die M\xc3\xa4r 6 10:20:30 2018', '2018-03-06T10:20:30.000Z'],
  ['Mi. Okt. 31 10:20:30,250 2018', '2018-10-31T10:20:30.250Z'],
  ['Mon Dez 31 10:20:30 nachm. 2018', '2018-12-31T22:20:30.000Z'],
  ['mar. d\xe9c. 4 10:20:30.000 2018', '2018-12-04T10:20:30.000Z'],
  ['jeu. ao\xfbt 2 10:20:30.000 2018', '2018-08-02T10:20:30.000Z'],
  ['gio ott 4 10:20:30.000 2018', '2018-10-04T10:20:30.000Z'],
  ['mar ene 2 10:20:30 p. m. 2018', '2018-01-02T22:20:30.000Z'],
  ['30.09.2017 15:06:13.191', '2017-09-30T15:06:13.191Z'],
  ['2017-09-30 15:06:13.191', '2017-09-30T15:06:13.191Z'],
]
for (const [text, time] of dates) {
  test(`the date is understood: ${text}`, () => {
    assert.is(parseAscDate(text), at(time))
  })
}

test('what is no date is none', () => {
  for (const text of [
    '',
    'Sat Sep 31 15:06:13 2017',
    'Sat Sep 30 25:06:13 2017',
    'Sat Sep 30 15:66:13 2017',
    'Sat Xyz 30 15:06:13 2017',
    'Sat Sep 30 2017',
    'Sat Sep 30 15:06:13',
    'Sat Sep 30 15:06:13 1969',
    '9/30/2017 15:06:13',
  ]) {
    assert.is(parseAscDate(text), undefined, text)
  }
})

const FD = '000102030405060708090a0b'
const fdBytes = '00 01 02 03 04 05 06 07 08 09 0A 0B'
const bytes64 = Array.from({ length: 64 }, () => '5A').join(' ')
const forms: [line: string, frame: string, bus?: string][] = [
  ['0.1 1 7EC Rx d 2 0A 0B', '7ec rx [2] 0a0b'],
  ['0.1 4 7EC Tx d 0', '7ec tx [0]', 'can3'],
  ['0.1 1 18FEF100x Rx d 1 FF Length = 1 BitCount = 2 ID = 419361024x', '18fef100x rx [1] ff'],
  ['0,100000 1 7EC Rx d 1 FF', '7ec rx [1] ff'],
  ['0.1 1 Engine_Speed Rx d 1 FF Length = 1 ID = 419361024x', '18fef100x rx [1] ff'],
  ['0.1 1 7EC Rx r', '7ec rx remote [0]'],
  ['0.1 1 7EC Tx r 8 Length = 1', '7ec tx remote [8]'],
  ['0.1 1 7EC Rx r Length = 1704000 BitCount = 145', '7ec rx remote [0]'],
  ['0.1 2 ErrorFrame ECC: 10100010', '0x rx error [0]', 'can1'],
  [`0.1 1 7EC Rx d 9 ${fdBytes}`, `7ec rx fd [12] ${FD}`],
  [`0.1 1 7EC Rx d 15 ${bytes64}`, `7ec rx fd [64] ${'5a'.repeat(64)}`],
  [`0.1 1 7EC Rx d f ${bytes64}`, `7ec rx fd [64] ${'5a'.repeat(64)}`],
  [`0.1 1 7EC Rx d 40 ${bytes64}`, `7ec rx [8] ${'5a'.repeat(8)}`],
  ['0.1 CANFD 1 Rx 300 Name_1 1 0 2 2 01 02 102203 133 303000 e0006659', '300 rx fd brs [2] 0102'],
  ['0.1 CANFD 1 Rx 300x 0 1 2 2 01 02', '300x rx fd esi [2] 0102'],
  [`0.1 CANFD 2 300 Tx 0 0 9 12 ${fdBytes}`, `300 tx fd [12] ${FD}`, 'can1'],
  [`0.1 CANFD 1 Rx 300 0 0 f 64 ${bytes64} 1 1 0`, `300 rx fd [64] ${'5a'.repeat(64)}`],
  ['0.1 CANFD 1 Rx 300 0 0 8 8 01 02 03 04 05 06 07 08 1 1 200000', '300 rx [8] 0102030405060708'],
  ['0.1 CANFD 3 Tx 50005x 0 0 5 0 140000 73 200050', '50005x tx remote [5]', 'can2'],
  ['0.1 CANFD 1 Rx 300 0 0 0 0', '300 rx fd [0]'],
  ['0.1 CANFD 5 Tx ErrorFrame Not Acknowledge error fffe c7', '0x tx error [0]', 'can4'],
]
for (const [line, frame, bus = 'can0'] of forms) {
  test(`the event is read: ${line.slice(0, 70)}`, () => {
    const read = readAll(ascFormat, `${line}\n`)
    assert.equal(read.issues, [])
    assert.equal(read.frames, [frame])
    assert.equal(read.buses, [bus])
    assert.equal(read.times, [100_000])
  })
}

const ignored = [
  '0.1 Start of measurement',
  '0.1 CAN 1 Status:chip status error passive - TxErr: 132 RxErr: 0',
  '0.1 1  Statistic: D 2 R 0 XD 0 XR 0 E 0 O 0 B 0.04%',
  '0.1 1  J1939TP FEE3p        6    0  0   -   Rx   d 23 A0 0F A6 60 3B D1 40',
  '0.1 log trigger event',
  '0.1 Li 1 Rx 2 00 01',
  '0.1 1 7EC TxRq d 1 00',
  '0.1 CANFD 1 TxRq 300 0 0 1 1 00',
  '// version 9.0.0',
  'internal events logged',
  'End TriggerBlock',
  'date yesterday',
]
for (const line of ignored) {
  test(`nothing comes out of "${line}", and no issue`, () => {
    const read = readAll(ascFormat, `${line}\n`)
    assert.equal([read.frames, read.issues], [[], []])
  })
}

const malformed = [
  '0.1 1 7EC Rx d 8 01 02',
  '0.1 1 7EC Rx d 2 01 02 03',
  '0.1 1 7EC Rx d 9 01 02 03 04 05 06 07 08',
  `0.1 1 7EC Rx d 13 ${fdBytes}`,
  '0.1 1 7EC Rx d 2 01 G2',
  '0.1 1 7EC Rx d 2 01 2',
  '0.1 1 800 Rx d 0',
  '0.1 1 20000000x Rx d 0',
  '0.1 1 7EC Rx r 9',
  '0.1 1 7EC Rx x 1 00',
  '0.1 1 7EC Xx d 1 00',
  '0.1 1 Engine Rx d 1 00',
  '0.1 1',
  '0.1 100 7EC Rx d 0',
  '99999999999.0 1 7EC Rx d 0',
  '0.1 CANFD 1 Rx 300 2 0 1 1 00',
  '0.1 CANFD 1 Rx 300 0 0 9 8 00 01 02 03 04 05 06 07',
  '0.1 CANFD 1 Rx 300 0 0 2 2 00',
  '0.1 CANFD 1 Rx 800 0 0 1 1 00',
  '0.1 CANFD 1 Rx',
  'rubbish',
]
for (const line of malformed) {
  test(`no frame, but an issue, comes out of "${line.slice(0, 60)}"`, () => {
    const read = readAll(ascFormat, `0.0 1 7EC Rx d 0\n${line}\n0.2 1 7EC Rx d 0\n`)
    assert.equal(read.frames, ['7ec rx [0]', '7ec rx [0]'])
    assert.equal(
      read.issues.map(({ code, at: place }) => [code, place]),
      [['line-malformed', 'drive:2']],
    )
  })
}

test('in decimal base identifiers and bytes are decimal, and what is out of range is none', () => {
  const read = readAll(
    ascFormat,
    lines(
      'base dec  timestamps absolute',
      '0.1 1 2028 Rx d 2 10 255',
      '0.2 1 419361024x Rx d 1 7',
      '0.3 1 2028 Rx d 1 256',
      '0.4 1 7EC Rx d 1 1',
      '0.5 CANFD 1 Rx 300 0 0 f 64 '.concat(Array.from({ length: 64 }, () => '200').join(' ')),
    ),
  )
  assert.equal(read.frames, [
    '7ec rx [2] 0aff',
    '18fef100x rx [1] 07',
    `12c rx fd [64] ${'c8'.repeat(64)}`,
  ])
  assert.is(read.issues.length, 2)
})

test('relative times add up, also those of events that are no frames', () => {
  const read = readAll(
    ascFormat,
    lines(
      'date Fri Mar 1 00:00:00 2024',
      'base hex timestamps relative',
      '0.5 1 Statistic: D 1',
      '0.5 1 123 Rx d 0',
      '0.25 1 123 Rx d 0',
    ),
  )
  assert.equal(
    read.times.map((time) => time - at('2024-03-01T00:00:00Z')),
    [1_000_000, 1_250_000],
  )
})

test('the date of the first block counts for all, unless the times begin anew in a later one', () => {
  const block = (date: string, ...events: string[]) => [
    `Begin Triggerblock ${date}`,
    ...events,
    'End TriggerBlock',
  ]
  const frame = (time: string) => `${time} 1 123 Rx d 0`
  const read = readAll(
    ascFormat,
    lines(
      'date Thu Feb 29 00:00:00 2024',
      ...block('Fri Mar 1 00:00:00 2024', frame('1.0')),
      ...block('Fri Mar 1 00:01:00 2024', frame('60.0')),
      ...block('Fri Mar 1 00:02:00 2024', frame('0.5')),
    ),
  )
  assert.equal(
    read.times.map((time) => time - at('2024-03-01T00:00:00Z')),
    [1_000_000, 60_000_000, 120_500_000],
  )
})

test('a block that began later does not move the times that have run on until then', () => {
  const first = (...header: string[]) =>
    readAll(ascFormat, lines(...header, '300.5 1 123 Rx d 0')).times[0]
  const noon = 'Fri Mar 1 12:00:00 2024'
  const later = 'Fri Mar 1 12:05:00 2024'
  const run = at('2024-03-01T12:05:00.500Z')
  assert.is(first(`date ${noon}`, `Begin Triggerblock ${later}`), run)
  assert.is(first(`date ${later}`, `Begin Triggerblock ${noon}`), run)
  assert.is(first(`date ${noon}`, `Begin Triggerblock ${noon}`), run)
  assert.is(first(`date ${noon}`), run)
  assert.is(first(`Begin Triggerblock ${noon}`), run)
})

test('without a date the times are those in the file', () => {
  const read = readAll(ascFormat, '7.000001 1 123 Rx d 0\n')
  assert.equal(read.times, [7_000_001])
  assert.is(read.timed, true)
})

test('a channel 0, which ASC does not have, is not mixed with the first', () => {
  assert.equal(readAll(ascFormat, '0.1 0 123 Rx d 0\n0.1 1 123 Rx d 0\n').buses, [
    'channel0',
    'can0',
  ])
})

test.run()
