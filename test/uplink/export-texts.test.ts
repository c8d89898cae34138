/** The texts of exports: numbers, times and events, against the language's own. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { statusEvent } from '../../src/model/cloud-event.ts'
import type { RecordData, StoredRecord } from '../../src/model/record.ts'
import { type SignalName, signalNames } from '../../src/model/signals.ts'
import { isoTime } from '../../src/model/time.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import { ByteLine } from '../../src/uplink/export/byte-line.ts'
import { EventLines } from '../../src/uplink/export/event-lines.ts'
import { IsoTimes } from '../../src/uplink/export/iso-times.ts'
import { quoted } from '../../src/uplink/export/quoted.ts'
import { chance, newRecord, START } from '../support/journal-records.ts'

const test = suite('export texts')

const TEXTS = [
  '',
  'P0301',
  'say "hi"',
  'a\\b',
  'tab\there',
  '\u0000',
  'über',
  '\ud800',
  '😀',
  '\u2028',
  '\u007f',
]

function textOf({ bytes, length }: ByteLine): string {
  return bytes.toString('utf8', 0, length)
}

function written(write: (line: ByteLine) => void): string {
  // a small one, so that it has to grow
  const line = new ByteLine(1)
  write(line)
  return textOf(line)
}

const numberText = (value: number) => written((line) => line.number(value))

test('a line takes texts of any length and alphabet, one after the other', () => {
  const random = chance(4)
  const line = new ByteLine(1)
  let expected = ''
  for (let i = 0; i < 2000; i += 1) {
    const text = 'aé😀"'.repeat(Math.floor(random() * 40)).slice(0, Math.floor(random() * 60))
    const whole = /\p{Cs}/u.test(text) ? '' : text
    line.text(whole)
    const part = Buffer.from(whole)
    line.copy(part, part.length)
    expected += whole + whole
  }
  assert.is(textOf(line), expected)
})

test('a number reads as String writes it', () => {
  const random = chance(1)
  const edges = [
    0,
    -0,
    1,
    -1,
    0.1,
    0.5,
    1e-6,
    9.99e-7,
    1e-7,
    9_999_999.99999999,
    1e7,
    1e7 + 0.5,
    1e21,
  ]
  edges.push(0.1 + 0.2, 5e-324, Number.MAX_VALUE, Number.MIN_VALUE, 123_456.70000000001, 0.00000001)
  for (const value of edges) {
    assert.is(numberText(value), String(value))
    assert.is(numberText(-value), String(-value))
  }
  for (let i = 0; i < 200_000; i += 1) {
    const scale = 10 ** Math.floor(random() * 11)
    const wide = (random() - 0.5) * 10 ** (random() * 30 - 15)
    const values = [wide, Math.round(wide * scale) / scale, Math.round(random() * 1e6) / 256]
    for (const value of values) assert.is(numberText(value), String(value))
  }
})

test('a time reads as isoTime writes it, before 1970 and after 9999 too', () => {
  const times = new IsoTimes()
  const line = new ByteLine()
  const random = chance(2)
  const edges = [
    0,
    -1,
    999,
    1000,
    59_999,
    60_000,
    START,
    START + 0.5,
    253_402_300_799_999,
    253_402_300_800_000,
  ]
  for (const time of [...edges, -62_167_219_200_001, 8.64e15, -8.64e15]) {
    assert.is(times.text(time), isoTime(time), String(time))
    line.length = 0
    line.time(time)
    assert.is(textOf(line), isoTime(time))
  }
  for (let i = 0; i < 20_000; i += 1) {
    const time = START + Math.floor((random() - 0.5) * 10 ** (random() * 15))
    assert.is(times.text(time), isoTime(time), String(time))
    line.length = 0
    line.time(time)
    assert.is(textOf(line), isoTime(time))
  }
  assert.throws(() => line.time(Number.NaN), RangeError)
  assert.throws(() => times.text(Number.NaN), RangeError)
})

test('a text is quoted as JSON does it', () => {
  for (let code = 0; code < 0x10000; code += 1) {
    const text = `a${String.fromCharCode(code)}b`
    assert.is(quoted(text), JSON.stringify(text))
  }
  for (const text of TEXTS) assert.is(quoted(text), JSON.stringify(text))
})

const vehicles: Vehicle[] = [
  { id: 'van', tokenId: '1', userDeviceId: '2bcDEFghijKLMNopqrSTUVwxyz0', owner: 'o' },
  {
    id: 'van',
    tokenId: '1',
    userDeviceId: 'x"y',
    owner: 'o',
    make: 'Škoda "1"',
    model: 'T',
    year: 2019,
  },
  { id: 'van', tokenId: '1', userDeviceId: 'x', owner: 'o', year: 2019 },
]

function randomRecord(random: () => number, number: number): StoredRecord {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  const data: Record<string, unknown> = {}
  for (let left = Math.floor(random() * 14); left > 0; left -= 1) {
    const scale = 10 ** Math.floor(random() * 9)
    const number = Math.round((random() - 0.3) * 500 * scale) / scale
    data[pick(signalNames)] = pick([
      number,
      number,
      number,
      0,
      -0,
      random() > 0.5,
      pick(TEXTS),
      undefined,
      Number.NaN,
    ])
  }
  if (random() > 0.5) data.latitude = random() * 90
  if (random() > 0.5) data.longitude = Math.round(random() * 1e9) / 1e7
  const id = random() > 0.8 ? pick(TEXTS) : undefined
  const time = START + Math.floor(random() * 1e9)
  const source = pick(['can0', 'lora "x"', 'über'])
  const record = newRecord(number, { time, receivedAt: time + Math.floor(random() * 1e5), source })
  return { ...record, ...(id === undefined ? {} : { id }), seq: number, data: data as RecordData }
}

test('an event is byte for byte what JSON.stringify makes of it', () => {
  const random = chance(3)
  for (const vehicle of vehicles) {
    const lines = new EventLines(vehicle)
    for (let number = 0; number < 4000; number += 1) {
      const record = randomRecord(random, number)
      assert.is(textOf(lines.line(record)), `${JSON.stringify(statusEvent(record, vehicle))}\n`)
      // Once more: what is kept of the last record must not show.
      assert.is(textOf(lines.line(record)), `${JSON.stringify(statusEvent(record, vehicle))}\n`)
    }
  }
})

test('a position without its other half is no location', () => {
  const lines = new EventLines(vehicles[0] as Vehicle)
  const half = (name: SignalName) =>
    textOf(lines.line({ ...newRecord(0, { data: { [name]: 48 } }), seq: 1 }))
  assert.not.match(half('latitude'), /location/)
  assert.not.match(half('longitude'), /location/)
})

test.run()
