import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FramesBehind } from '../../src/decoder/frames-behind.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { SignalName } from '../../src/model/signals.ts'

function behind(signal: SignalName, bus?: string): FramesBehind {
  return new FramesBehind({ signal, bus, protocols: () => ['j1939', 'obd'], profile: undefined })
}

function bytes(hex: string): number[] {
  return [...Buffer.from(hex, 'hex')]
}

/** The VIN of the truck, broadcast in three packets, among other traffic. */
const broadcast: [id: number, data: string][] = [
  [0x1cecff00, '20120003FFECFE00'],
  [0x0cf00400, 'FFFFFF7235FFFFFF'],
  [0x1cebff00, '01584439534D3754'],
  [0x1cebff0b, '0100000000000000'],
  [0x1cebff00, '025235534D303037'],
  [0x1cebff00, '033931392AFFFFFF'],
]

test('a text of a broadcast is led back to all packets of its session, and to no other frame', () => {
  const search = behind('vin')
  for (const [i, [id, hex]] of broadcast.entries()) {
    search.frame(frameOf(id, bytes(hex), { time: i * 50_000 }), 'can0')
  }
  assert.is(search.finding?.reading.value, 'XD9SM7TR5SM007919')
  assert.equal(
    search.finding?.frames.map(({ id }) => id.toString(16)),
    ['1cecff00', '1cebff00', '1cebff00', '1cebff00'],
  )
  assert.is(search.finding?.said[0]?.definition, 'SPN 237')
})

test('an OBD-II answer in one frame is led back to it, with its PID', () => {
  const search = behind('coolantTemp')
  search.frame(frameOf(0x7e8, bytes('0341057b00000000'), { time: 1 }), 'obd')
  assert.is(search.finding?.reading.value, 83)
  assert.equal(search.finding?.frames.length, 1)
  assert.is(search.finding?.said[0]?.definition, 'service 01 PID 05')
})

test('a segmented answer is led back to its first frame and all that follow', () => {
  const search = behind('vin')
  const frames = ['1014490201584439', '21534d3754523553', '224d303037393139']
  for (const [i, hex] of frames.entries()) {
    search.frame(frameOf(0x7e8, bytes(hex), { time: i }), 'obd')
    search.frame(frameOf(0x7e0, bytes('300000aaaaaaaaaa'), { time: i }), 'obd')
  }
  assert.is(search.finding?.reading.value, 'XD9SM7TR5SM007919')
  assert.equal(
    search.finding?.frames.map(({ time }) => time),
    [0, 1, 2],
  )
})

test('the last reading counts, and one of another bus does not where a bus is named', () => {
  const search = behind('coolantTemp', 'obd')
  search.frame(frameOf(0x7e8, bytes('0341057b00000000'), { time: 1 }), 'obd')
  search.frame(frameOf(0x7e8, bytes('0341057c00000000'), { time: 2 }), 'obd')
  search.frame(frameOf(0x7e8, bytes('0341059000000000'), { time: 3 }), 'other')
  assert.is(search.finding?.reading.value, 84)
  assert.is(search.readings, 2)
})

test('a refusal explains nothing', () => {
  const search = behind('coolantTemp')
  search.frame(frameOf(0x7e8, bytes('037f011200000000'), { time: 1 }), 'obd')
  assert.is(search.finding, undefined)
})

test.run()
