/** A small recording of our own in each text format: two or more frames, and what else it has. */
import { candumpFormat } from '../../../../src/device/capture/candump/candump-format.ts'
import type { StreamFormat } from '../../../../src/device/capture/format.ts'
import { ascFormat } from '../../../../src/device/capture/text/asc.ts'
import { busmasterLogFormat } from '../../../../src/device/capture/text/busmaster-log.ts'
import { canedgeCsvFormat } from '../../../../src/device/capture/text/canedge-csv.ts'
import { carbusAnalyzerFormat } from '../../../../src/device/capture/text/carbus-analyzer.ts'
import { crtdFormat } from '../../../../src/device/capture/text/crtd.ts'
import { elmMonitorFormat } from '../../../../src/device/capture/text/elm-monitor.ts'
import { genericIdFormat } from '../../../../src/device/capture/text/generic-id.ts'
import { gvretCsvFormat } from '../../../../src/device/capture/text/gvret-csv.ts'
import { microchipLogFormat } from '../../../../src/device/capture/text/microchip-log.ts'
import { pythonCanCsvFormat } from '../../../../src/device/capture/text/python-can-csv.ts'
import { rp1210TextFormat } from '../../../../src/device/capture/text/rp1210-text.ts'
import { slcanFormat } from '../../../../src/device/capture/text/slcan-text.ts'
import { trcFormat } from '../../../../src/device/capture/text/trc.ts'

export interface Sample {
  format: StreamFormat
  text: string
  frames: string[]
  buses: string[]
  times: number[]
}

const engine = 'cf00400x rx [8] f19f7d000000f67d'
const DAY_2024 = Date.UTC(2024, 2, 1) * 1000

export const samples: Sample[] = [
  {
    format: candumpFormat,
    text: '(1709251200.000000) can0 0CF00400#F19F7D000000F67D\n(1709251200.000100) can1 123#AB T\n',
    frames: [engine, '123 tx [1] ab'],
    buses: ['can0', 'can1'],
    times: [DAY_2024, DAY_2024 + 100],
  },
  {
    format: slcanFormat,
    text: 'T0CF004008F19F7D000000F67D0001\rr12330003\rt1231AB0004\r',
    frames: [engine, '123 rx remote [3]', '123 rx [1] ab'],
    buses: ['slcan0', 'slcan0', 'slcan0'],
    times: [1000, 3000, 4000],
  },
  {
    format: ascFormat,
    text: [
      'date Fri Mar 1 12:00:00.000 am 2024',
      'base hex  timestamps absolute',
      'no internal events logged',
      '// version 9.0.0',
      '   0.000000 Start of measurement',
      '   0.000000 1  CF00400x        Rx   d 8 F1 9F 7D 00 00 00 F6 7D  Length = 270000 BitCount = 139',
      '   0.000100 1  Statistic: D 12 R 0 XD 4 XR 0 E 0 O 0 B 2.45%',
      '   0.000200 2  123             Tx   d 1 AB',
      '   0.000300 CANFD   2 Rx     123                     1 0 9 12 00 01 02 03 04 05 06 07 08 09 0A 0B 0 0 3000 0 0',
      '',
    ].join('\n'),
    frames: [engine, '123 tx [1] ab', '123 rx fd brs [12] 000102030405060708090a0b'],
    buses: ['can0', 'can1', 'can1'],
    times: [DAY_2024, DAY_2024 + 200, DAY_2024 + 300],
  },
  {
    format: trcFormat,
    text: [
      ';$FILEVERSION=2.1',
      ';$STARTTIME=45352.0',
      ';$COLUMNS=N,O,T,B,I,d,R,L,D',
      ';   Start time: 01.03.2024',
      '      1         0.000 DT 1 0CF00400 Rx -  8    F1 9F 7D 00 00 00 F6 7D ',
      '      2         0.100 ST 1      - Rx -  4    00 00 00 08 ',
      '      3         0.200 DT 2     0123 Tx -  1    AB ',
      '',
    ].join('\r\n'),
    frames: [engine, '123 tx [1] ab'],
    buses: ['can0', 'can1'],
    times: [DAY_2024, DAY_2024 + 200],
  },
  {
    format: gvretCsvFormat,
    text: [
      'Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8',
      '1709251200000000,0CF00400,true,Rx,0,8,F1,9F,7D,00,00,00,F6,7D,',
      '1709251200000100,00000123,false,Tx,1,1,AB,00,00,00,00,00,00,00,',
      '',
    ].join('\n'),
    frames: [engine, '123 tx [1] ab'],
    buses: ['can0', 'can1'],
    times: [DAY_2024, DAY_2024 + 100],
  },
  {
    format: pythonCanCsvFormat,
    text: [
      'timestamp,arbitration_id,extended,remote,error,dlc,data',
      '1709251200.0,0xcf00400,1,0,0,8,8Z99AAAA9n0=',
      '1709251200.0001,0x123,0,0,0,1,qw==',
      '1709251200.000200,0x123,0,1,0,3,',
      '',
    ].join('\n'),
    frames: [engine, '123 rx [1] ab', '123 rx remote [3]'],
    buses: ['can0', 'can0', 'can0'],
    times: [DAY_2024, DAY_2024 + 100, DAY_2024 + 200],
  },
  {
    format: canedgeCsvFormat,
    text: [
      'TimestampEpoch;BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;DataBytes',
      '1709251200.000000;1;CF00400;1;8;8;0;0;0;F19F7D000000F67D',
      '1709251200.000100;2;123;0;9;12;1;1;1;000102030405060708090A0B',
      '',
    ].join('\n'),
    frames: [engine, '123 tx fd brs [12] 000102030405060708090a0b'],
    buses: ['can0', 'can1'],
    times: [DAY_2024, DAY_2024 + 100],
  },
  {
    format: rp1210TextFormat,
    text: [
      '2024-02-29 23:59:59.999 FINE   a.b.Bus lambda$1 00:00:00.0000 0CF00400 [8] F1 9F 7D 00 00 00 F6 7D',
      '2024-03-01 00:00:00.001 INFO   a.b.Bus started',
      '00:00:00.0001 18FEF100 [1] AB (TX)',
      '',
    ].join('\r\n'),
    frames: [engine, '18fef100x tx [1] ab'],
    buses: ['can0', 'can0'],
    times: [DAY_2024, DAY_2024 + 100],
  },
  {
    format: crtdFormat,
    text: [
      '1709251200.000000 CXX a comment',
      '1709251200.000000 1R29 0CF00400 F1 9F 7D 00 00 00 F6 7D',
      '1709251200.000100 2T11 123 AB',
      '',
    ].join('\n'),
    frames: [engine, '123 tx [1] ab'],
    buses: ['can0', 'can1'],
    times: [DAY_2024, DAY_2024 + 100],
  },
  {
    format: genericIdFormat,
    text: 'ID,Data Bytes\n0CF00400,F1 9F 7D 00 00 00 F6 7D \n00000123,AB \n',
    frames: [engine, '123 rx [1] ab'],
    buses: ['can0', 'can0'],
    times: [0, 1000],
  },
  {
    format: microchipLogFormat,
    text: [
      '//---------------------------------',
      'Logging Started: 1/3/2024 00:00:00',
      '//---------------------------------',
      '5;RX;0x0CF00400;8;0xF1;0x9F;0x7D;0x00;0x00;0x00;0xF6;0x7D;',
      '6;TX;0x00000123;1;0xAB;',
      '7;RX;0x00000123x;0;',
      '',
    ].join('\n'),
    frames: [engine, '123 tx [1] ab', '123x rx [0]'],
    buses: ['can0', 'can0', 'can0'],
    times: [5000, 6000, 7000],
  },
  {
    format: busmasterLogFormat,
    text: [
      '***BUSMASTER Ver 2.4.0***',
      '***START DATE AND TIME 29:2:2024 23:59:59:000***',
      '***HEX***',
      '***SYSTEM MODE***',
      '23:59:59:5000 Rx 0 0CF00400 x 8 F1 9F 7D 00 00 00 F6 7D ',
      '00:00:00:0001 Tx 1 123 s 1 AB ',
      '00:00:00:0002 Rx 1 123 sr 3',
      '',
    ].join('\n'),
    frames: [engine, '123 tx [1] ab', '123 rx remote [3]'],
    buses: ['can0', 'can1', 'can1'],
    times: [DAY_2024 - 500_000, DAY_2024 + 100, DAY_2024 + 200],
  },
  {
    format: carbusAnalyzerFormat,
    text: [
      '@ TEXT @ 2 @ 64 @ 0 @',
      '1,000\t1\t0004\tCF00400\t8\tF1 9F 7D 00 00 00 F6 7D\t00000000\t........\t',
      '1,500\t2\t0004\t123\t1\tAB\t00000000\t.\t',
      '',
    ].join('\r'),
    frames: [engine, '123 rx [1] ab'],
    buses: ['can0', 'can1'],
    times: [1_000_000, 1_500_000],
  },
  {
    format: elmMonitorFormat,
    text: '>ATMA\r0C F0 04 00 F1 9F 7D 00 00 00 F6 7D \r123 AB \r\r123 RTR\r7E8 04 41 <DATA ERROR\r',
    frames: [engine, '123 rx [1] ab', '123 rx remote [0]'],
    buses: ['can0', 'can0', 'can0'],
    times: [0, 1000, 2000],
  },
]

export const sampleOf = (name: string): Sample => {
  const sample = samples.find(({ format }) => format.name === name)
  if (sample === undefined) throw new Error(name)
  return sample
}
