import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { busmasterLogFormat } from '../../../../src/device/capture/text/busmaster-log.ts'
import { carbusAnalyzerFormat } from '../../../../src/device/capture/text/carbus-analyzer.ts'
import { crtdFormat } from '../../../../src/device/capture/text/crtd.ts'
import { elmMonitorFormat } from '../../../../src/device/capture/text/elm-monitor.ts'
import { microchipLogFormat } from '../../../../src/device/capture/text/microchip-log.ts'
import { rp1210TextFormat } from '../../../../src/device/capture/text/rp1210-text.ts'
import { slcanFormat } from '../../../../src/device/capture/text/slcan-text.ts'
import { readAll } from './text-reading.ts'

const test = suite('texts of adapters and analysers')

const elm: [line: string, frame: string][] = [
  ['7E8 04 41 0C 1A F8 ', '7e8 rx [5] 04410c1af8'],
  ['18 DA F1 10 03 41 0D 00', '18daf110x rx [4] 03410d00'],
  ['7E80441', '7e8 rx [2] 0441'],
  ['18DAF1100341', '18daf110x rx [2] 0341'],
  ['7E8 2 04 41', '7e8 rx [2] 0441'],
  ['18 DA F1 10 0', '18daf110x rx [0]'],
  ['18 DA F1 10 RTR', '18daf110x rx remote [0]'],
  ['>7E8 04', '7e8 rx [1] 04'],
  ['SEARCHING...7E8 04 41', '7e8 rx [2] 0441'],
]
for (const [line, frame] of elm) {
  test(`the adapter's line is a frame: ${line}`, () => {
    const read = readAll(elmMonitorFormat, `${line}\r\r>`)
    assert.equal([read.frames, read.issues], [[frame], []])
    assert.is(read.timed, false)
  })
}

for (const text of [
  'OK',
  'ATMA',
  '>ATH1',
  'ELM327 v1.5',
  'SEARCHING...',
  'STOPPED',
  'BUFFER FULL',
  'NO DATA',
  'CAN ERROR',
  'BUS BUSY',
  '<RX ERROR',
  '?',
]) {
  test(`the adapter's text "${text}" is neither a frame nor an issue`, () => {
    const read = readAll(elmMonitorFormat, `${text}\r`)
    assert.equal([read.frames, read.issues], [[], []])
  })
}

for (const line of [
  '7E8 04 41 0C 1A F8 <DATA ERROR',
  '7E8 00 01 02 03 04 05 06 07 08',
  '7E8 04 41 0C 1G F8',
  '41 0C 1A F8',
  '7E8',
  '18 DA F1 10',
  '18DAF110',
  'FFF 00',
  '7E8 3 04 41',
  '7E8 RTR 00',
  '0:49020157503',
  '7E80441F',
  'DEADBEEF00',
]) {
  test(`no frame, but an issue, comes out of "${line}"`, () => {
    const read = readAll(elmMonitorFormat, `${line}\r`)
    assert.equal(read.frames, [])
    assert.equal(
      read.issues.map(({ code }) => code),
      ['line-malformed'],
    )
  })
}

test('BUSMASTER times are of the day, since the start or since the frame before', () => {
  const times = (mode: string) =>
    readAll(
      busmasterLogFormat,
      [
        '***BUSMASTER Ver 3***',
        '***START DATE AND TIME 1:3:2024 12:00:00:500***',
        `***${mode} MODE***`,
        '00:00:01:0000 Rx 1 123 s 0',
        '00:00:02:0000 Rx 1 123 s 0',
        '',
      ].join('\n'),
    ).times.map((time) => (time - Date.UTC(2024, 2, 1) * 1000) / 1e6)
  assert.equal(times('SYSTEM'), [1, 2])
  assert.equal(times('ABSOLUTE'), [43_201.5, 43_202.5])
  assert.equal(times('RELATIVE'), [43_201.5, 43_203.5])
})

test('BUSMASTER identifiers and bytes may be decimal', () => {
  const text = '***DEC***\n1:02:03:0 Rx 1 2028 s 2 10 255\n1:02:03:0 Rx 1 2028 s 1 256\n'
  const read = readAll(busmasterLogFormat, text)
  assert.equal(read.frames, ['7ec rx [2] 0aff'])
  assert.is(read.issues.length, 1)
})

const malformed = [
  [busmasterLogFormat, '22:20:14:992 Rx 0 21A s 2 FE'],
  [busmasterLogFormat, '22:20:14:992 Rx 0 21A s 1 FE 36'],
  [busmasterLogFormat, '22:20:14:992 Rx 0 800 s 0'],
  [busmasterLogFormat, '22:20:14:992 Rx 0 21A sr 1 FE'],
  [busmasterLogFormat, '24:20:14:992 Rx 0 21A s 0'],
  [busmasterLogFormat, '22:20:14:992 Xx 0 21A s 0'],
  [busmasterLogFormat, '22:20:14:992 Rx 0 21A q 0'],
  [crtdFormat, '1.0 R11 800 00'],
  [crtdFormat, '1.0 R29 20000000 00'],
  [crtdFormat, '1.0 R11 123 0'],
  [crtdFormat, '1.0 R11 123 00 01 02 03 04 05 06 07 08'],
  [crtdFormat, '1.0 R12 123 00'],
  [crtdFormat, 'x R11 123 00'],
  [microchipLogFormat, '5;RX;0x123;2;0xF1;'],
  [microchipLogFormat, '5;RX;0x123;1;0xF;'],
  [microchipLogFormat, '5;RX;0x20000000;0;'],
  [microchipLogFormat, '5;RX;0x123;9;0x01;0x01;0x01;0x01;0x01;0x01;0x01;0x01;0x01;'],
  [carbusAnalyzerFormat, '1,0\t1\t0004\t123\t2\tAB\t'],
  [carbusAnalyzerFormat, '1,0\t1\t0004\t20000000\t1\tAB\t'],
  [carbusAnalyzerFormat, '1,0\t0\t0004\t123\t1\tAB\t'],
  [rp1210TextFormat, '12:00:00.0001 0CF00400 [8] F1 9F'],
  [rp1210TextFormat, '12:00:00.0001 0CF00400 [1] F1 9F'],
  [rp1210TextFormat, '12:00:00.0001 2CF00400 [1] F1'],
  [rp1210TextFormat, '12:00:00.0001 CF00400 [1] F1'],
  [rp1210TextFormat, '25:00:00.0001 0CF00400 [1] F1'],
] as const
for (const [format, line] of malformed) {
  test(`${format.name}: no frame, but an issue, comes out of ${line}`, () => {
    const read = readAll(format, `${line}\n`)
    assert.equal(read.frames, [])
    assert.equal(
      read.issues.map(({ code }) => code),
      ['line-malformed'],
    )
  })
}

test('RP1210 packets run on over midnight with and without the dates of a log', () => {
  const packet = (time: string) => `${time} 0CF00400 [1] F1`
  const bare = readAll(
    rp1210TextFormat,
    `${packet('11:00:00.0000')}\n${packet('23:00:00.0000')}\n${packet('00:00:01.0000')}\n`,
  )
  assert.equal(
    bare.times.map((time) => time / 3.6e9),
    [11, 23, 24 + 1 / 3600],
  )
})

test('SLCAN stamps are unwrapped over the minute, and frames without any are a ms apart', () => {
  assert.equal(
    readAll(slcanFormat, 't1230EA5F\rt12300000\rt12300001\r').times,
    [59_999_000, 60_000_000, 60_001_000],
  )
  const bare = readAll(slcanFormat, 't1230\rt1230\r')
  assert.equal([bare.times, bare.timed], [[0, 1000], false])
})

test('a file that is no SLCAN adds no bus', () => {
  const buses: string[] = []
  const reader = slcanFormat.reader({
    at: 'x',
    buses,
    frame: () => undefined,
    issue: () => undefined,
  })
  reader.push(Buffer.from('rubbish\n'))
  reader.end()
  assert.equal(buses, [])
})

test.run()
