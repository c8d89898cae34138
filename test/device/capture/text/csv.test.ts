import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { StreamFormat } from '../../../../src/device/capture/format.ts'
import { canedgeCsvFormat } from '../../../../src/device/capture/text/canedge-csv.ts'
import { genericIdFormat } from '../../../../src/device/capture/text/generic-id.ts'
import { gvretCsvFormat } from '../../../../src/device/capture/text/gvret-csv.ts'
import { pythonCanCsvFormat } from '../../../../src/device/capture/text/python-can-csv.ts'
import { readAll } from './text-reading.ts'

const test = suite('CSV recordings')

const gvretHead = 'Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8'
const pythonHead = 'timestamp,arbitration_id,extended,remote,error,dlc,data'
const canedgeHead = 'TimestampEpoch;BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;DataBytes'
const longHead = canedgeHead.replace('DataBytes', 'ESI;RTR;DataBytes')
const fdDigits = '000102030405060708090a0b'
const fdColumns = '00,01,02,03,04,05,06,07,08,09,0A,0B'

const good: [format: StreamFormat, head: string, line: string, frame: string, time: number][] = [
  [gvretCsvFormat, gvretHead, '1000,7EC,FALSE,Tx,1,1,10,00,00,', '7ec tx [1] 10', 1000],
  [gvretCsvFormat, gvretHead, '1000,7EC,0,Rx,0,0,', '7ec rx [0]', 1000],
  [gvretCsvFormat, 'Time Stamp,ID,Extended,Bus,LEN', '5,7EC,1,0,1,AB', '7ecx rx [1] ab', 5],
  [gvretCsvFormat, gvretHead, `5,7EC,0,Rx,0,12,${fdColumns},`, `7ec rx fd [12] ${fdDigits}`, 5],
  [pythonCanCsvFormat, pythonHead, '1e-05,0x7ec,0,0,0,1,qw==', '7ec rx [1] ab', 10],
  [pythonCanCsvFormat, pythonHead, '1.1888888888,0x0,1,0,1,0,', '0x rx error [0]', 1_188_889],
  [
    pythonCanCsvFormat,
    pythonHead,
    '0.0,0x7ec,0,0,0,12,AAECAwQFBgcICQoL',
    `7ec rx fd [12] ${fdDigits}`,
    0,
  ],
  [canedgeCsvFormat, canedgeHead, '1.5;1;7EC;0;1;1;1;0;0;AB', '7ec tx [1] ab', 1_500_000],
  [canedgeCsvFormat, canedgeHead, '1.5;1;7EC;0;0;0;0;1;0;', '7ec rx fd [0]', 1_500_000],
  [
    canedgeCsvFormat,
    longHead,
    `1.5;2;7EC;0;9;12;0;1;1;1;0;${fdDigits}`,
    `7ec rx fd brs esi [12] ${fdDigits}`,
    1_500_000,
  ],
  [canedgeCsvFormat, longHead, '1.5;1;7EC;0;3;0;0;0;0;0;1;', '7ec rx remote [3]', 1_500_000],
  [
    canedgeCsvFormat,
    'TimestampEpoch,ID,IDE,DataLength,DataBytes',
    '1.5,7EC,0,1,AB',
    '7ec rx [1] ab',
    1.5e6,
  ],
  [genericIdFormat, 'ID,Data Bytes', '000007EC,', '7ec rx [0]', 0],
  [genericIdFormat, 'ID,Data Bytes', '18FEF100,AB CD', '18fef100x rx [2] abcd', 0],
]
for (const [format, head, line, frame, time] of good) {
  test(`${format.name} is read: ${line}`, () => {
    for (const mark of ['', '\xef\xbb\xbf']) {
      const read = readAll(format, `${mark}${head}\r\n${line}\r\n`)
      assert.equal(read.issues, [])
      assert.equal(read.frames, [frame])
      assert.equal(read.times, [time])
      assert.is(format.magic?.(Buffer.from(`${mark}${head}\n`, 'latin1')), true)
    }
  })
}

const bad: [format: StreamFormat, head: string, lines: string[]][] = [
  [
    gvretCsvFormat,
    gvretHead,
    [
      '1000,7EC,false,Rx,0,2,AB',
      '1000,7EC,false,Rx,0,1,A',
      '1000,7EC,false,Rx,0,1,AB,x',
      '1000,7EC,false,Rx,0,9,00,00,00,00,00,00,00,00,00',
      '1000,18FEF100,false,Rx,0,1,AB',
      '1000,20000000,true,Rx,0,1,AB',
      '1000,7EC,maybe,Rx,0,1,AB',
      '1000,7EC,false,Rx,x,1,AB',
      '1000.5,7EC,false,Rx,0,1,AB',
      '-1,7EC,false,Rx,0,1,AB',
      '99999999999999999,7EC,false,Rx,0,1,AB',
      '1000,7EC',
    ],
  ],
  [
    pythonCanCsvFormat,
    pythonHead,
    [
      '1.0,0x7ec,0,0,0,2,qw==',
      '1.0,0x7ec,0,0,0,1,q===',
      '1.0,0x7ec,0,0,0,1,qw',
      '1.0,7ec,0,0,0,1,qw==',
      '1.0,0x800,0,0,0,1,qw==',
      '1.0,0x20000000,1,0,0,1,qw==',
      '1.0,0x7ec,0,1,0,1,qw==',
      '1.0,0x7ec,0,1,0,9,',
      '1.2.3,0x7ec,0,0,0,1,qw==',
      '1e99,0x7ec,0,0,0,1,qw==',
      'nan,0x7ec,0,0,0,1,qw==',
      '1.0,0x7ec,0,0,0,9,AAECAwQFBgcI',
    ],
  ],
  [
    canedgeCsvFormat,
    canedgeHead,
    [
      '1.5;1;7EC;0;1;1;0;0;0;A',
      '1.5;1;7EC;0;2;1;0;0;0;AB',
      '1.5;1;7EC;0;1;2;0;0;0;AB',
      `1.5;1;7EC;0;9;12;0;0;0;${fdDigits}`,
      '1.5;0;7EC;0;1;1;0;0;0;AB',
      '1.5;1;800;0;1;1;0;0;0;AB',
      '1.5;1;7EC;2;1;1;0;0;0;AB',
      'x;1;7EC;0;1;1;0;0;0;AB',
      '1.5;1;7EC;0;1;1;0;0;0',
      '1.5;1;7EC;0;16;1;0;0;0;AB',
    ],
  ],
  [genericIdFormat, 'ID,Data Bytes', ['7EC', '7EC,1', '7EC,00 01,02', '20000000,00', ',00']],
]
for (const [format, head, lines] of bad) {
  for (const line of lines) {
    test(`${format.name}: no frame, but an issue, comes out of ${line}`, () => {
      const read = readAll(format, `${head}\n${line}\n`)
      assert.equal(read.frames, [])
      assert.equal(
        read.issues.map(({ code, at }) => [code, at]),
        [['line-malformed', 'drive:2']],
      )
    })
  }
}

test('CANedge lines without the line that names their columns are not guessed at', () => {
  const read = readAll(canedgeCsvFormat, '1.5;1;7EC;0;1;1;1;0;0;AB\n')
  assert.equal(read.frames, [])
  assert.is(read.issues.length, 1)
})

test.run()
