import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { trcFormat } from '../../../../src/device/capture/text/trc.ts'
import { readAll } from './text-reading.ts'

const test = suite('TRC')

const fdBytes = '00 01 02 03 04 05 06 07 08 09 0A 0B'
const FD = '000102030405060708090a0b'
const forms: [version: string, line: string, frame: string, bus?: string][] = [
  ['1.0', '1) 1 0001 2 F0 00', '1 rx [2] f000'],
  ['1.0', '1) 1 18FEF100 1 F0', '18fef100x rx [1] f0'],
  ['1.0', '1) 1 0100 3 RTR', '100 rx remote [3]'],
  ['1.0', '2) 1 0008 4 ERROR 00 19 08 08', '0x rx error [0]'],
  ['1.1', '1) 1.0 Tx 0401 1 F0', '401 tx [1] f0'],
  ['1.1', '1) 1.0 Rx 00000100 0', '100x rx [0]'],
  ['1.1', '6) 1.0 Error 0008 4 00 19 08 08', '0x rx error [0]'],
  ['1.2', '1) 1.000 2  Rx 0401  1    F0', '401 rx [1] f0', 'can1'],
  ['1.3', '1) 1.000 1  Rx 0401 -  1    F0', '401 rx [1] f0'],
  ['1.3', '1) 1.000 1  Rx 0704 -  1    RTR', '704 rx remote [1]'],
  ['2.0', '1 1.000 DT 0300 Rx 2 00 04', '300 rx [2] 0004'],
  ['2.0', `1 1.000 FB 0300 Tx 12 ${fdBytes}`, `300 tx fd brs [12] ${FD}`],
  ['2.0', '1 1.000 RR 0300 Rx 3', '300 rx remote [3]'],
  ['2.1', '1 1.000 DT 3 0300 Rx - 2 00 04', '300 rx [2] 0004', 'can2'],
  ['2.1', `1 1.000 FD 1 0300 Rx - 9 ${fdBytes}`, `300 rx fd [12] ${FD}`],
  ['2.1', `1 1.000 FE 1 0300 Rx - 9 ${fdBytes}`, `300 rx fd esi [12] ${FD}`],
  ['2.1', `1 1.000 BI 1 0300 Rx - 9 ${fdBytes}`, `300 rx fd brs esi [12] ${FD}`],
  ['2.1', '1 1.000 RR 1 0100 Rx -  3 ', '100 rx remote [3]'],
]
for (const [version, line, frame, bus = 'can0'] of forms) {
  test(`a line of version ${version} is read without any heading: ${line}`, () => {
    const read = readAll(trcFormat, `${line}\n`)
    assert.equal(read.issues, [])
    assert.equal(read.frames, [frame])
    assert.equal(read.buses, [bus])
    assert.equal(read.times, [1000])
  })
}

const columns: [columns: string, line: string, frame: string, bus?: string][] = [
  ['N,O,T,B,I,d,L,D', '0 0.2 DT 2 0123 Rx 01 12', '123 rx [1] 12', 'can1'],
  ['N,O,T,B,I,d,l,D', `0 0.2 FD 1 0123 Rx 12 ${fdBytes}`, `123 rx fd [12] ${FD}`],
  ['N,O,T,I,d,L,D', `0 0.2 FD 0123 Rx 9 ${fdBytes}`, `123 rx fd [12] ${FD}`],
  ['N,O,T,I,l,D', '0 0.2 DT 0123 1 AB', '123 rx [1] ab'],
  ['N,O,B,T,d,I,R,L,D', '0 0.2 1 ER Rx - - 5 04 00', '0x rx error [0]'],
]
for (const [names, line, frame, bus = 'can0'] of columns) {
  test(`the columns are those the file names: ${names}`, () => {
    const read = readAll(trcFormat, `;$FILEVERSION=2.1\n;$COLUMNS=${names}\n${line}\n`)
    assert.equal(read.issues, [])
    assert.equal(read.frames, [frame])
    assert.equal(read.buses, [bus])
  })
}

const ignored = [
  '2) 17540  FFFFFFFF  4  00 00 00 08 -- -- -- -- BUSHEAVY',
  '2) 17540.3  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY ',
  '2) 17540.300 1  Warng FFFFFFFF -  4    00 00 00 08 BUSHEAVY',
  '2 1.000 ST 1 - Rx - 4 00 00 00 08',
  '2 1.000 EC 1 - Rx - 2 02 00',
  '2 1.000 EV 1 User-defined event',
  ';---+--   ----+----',
]
for (const line of ignored) {
  test(`nothing comes out of "${line}", and no issue`, () => {
    const read = readAll(trcFormat, `${line}\n`)
    assert.equal([read.frames, read.issues], [[], []])
  })
}

const malformed = [
  '1) 1.0 Rx 0401 2 F0',
  '1) 1.0 Rx 0401 1 F0 00',
  '1) 1.0 Rx 0401 9 00 01 02 03 04 05 06 07 08',
  '1) 1.0 Rx 0401 1 xx',
  '1) 1.0 Rx 0800 0',
  '1) 1.0 Rx 20000000 0',
  '1) 1.0 Rx 0401 1 RTR 00',
  '1) x Rx 0401 0',
  '1) ',
  '1 1.0 DT 1 0300 Rx - 2 00',
  '1 1.0 DT 0 0300 Rx - 1 00',
  '1 1.0 DT 0300 Xx 1 00',
  `1 1.0 DT 1 0300 Rx - 9 ${fdBytes}`,
  `1 1.0 FD 1 0300 Rx - 12 ${fdBytes}`,
  '1 1.0 FD 1 0300 Rx - 16 00',
  'rubbish',
]
for (const line of malformed) {
  test(`no frame, but an issue, comes out of "${line}"`, () => {
    const read = readAll(trcFormat, `1) 1.0 Rx 0401 0\n${line}\n`)
    assert.equal(read.frames, ['401 rx [0]'])
    assert.equal(
      read.issues.map(({ code, at }) => [code, at]),
      [['line-malformed', 'drive:2']],
    )
  })
}

test('the start time is days since 1899-12-30, and exact to the microsecond', () => {
  const timeAfter = (start: string) =>
    readAll(trcFormat, `;$FILEVERSION=1.1\n;$STARTTIME=${start}\n1) 0.5 Rx 0401 0\n`).times[0]
  assert.is(timeAfter('25569'), 500)
  assert.is(timeAfter('45352.5'), Date.UTC(2024, 2, 1, 12) * 1000 + 500)
  assert.is(timeAfter('45352,5'), Date.UTC(2024, 2, 1, 12) * 1000 + 500)
  assert.is(timeAfter('43008.920986006946'), Date.UTC(2017, 8, 30, 22, 6, 13, 191) * 1000 + 500)
  for (const none of ['', 'x', '1.5', '9999999', '25568']) assert.is(timeAfter(none), 500, none)
})

test.run()
