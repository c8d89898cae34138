/** Sentences of receivers, mutated at random: nothing is thrown, nothing made up. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSentence } from '../../../src/device/gnss/nmea-sentence.ts'
import { mutant, randomOf } from '../../fuzz/mutate.ts'
import { GnssBench, signed } from '../../support/gnss-bench.ts'

const test = suite('NMEA, mutated')

const COUNT = 20_000
const bodies = [
  'GNRMC,120000.00,A,4528.7880,N,00908.6460,E,19.44,271.5,230726,3.1,E,A,V',
  'GPRMC,235959,A,3351.000,S,15112.600,W,0.1,,311226,,',
  'GNGGA,120000.00,4528.7880,N,00908.6460,E,1,09,0.9,122.0,M,48.0,M,,',
  'GNGNS,120000.00,4528.7880,N,00908.6460,E,ANAN,14,0.7,122.0,48.0,,,V',
  'GNGLL,4528.7880,N,00908.6460,E,120000.00,A,A',
  'GNVTG,271.5,T,268.4,M,19.44,N,36.00,K,A',
  'GNGSA,A,3,03,06,11,14,17,,,,,,,,1.6,0.9,1.3,1',
  'GNZDA,120000.00,23,07,2026,00,00',
]
const seeds = bodies.map((body) => Uint8Array.from(Buffer.from(body, 'latin1')))

/** Where the four fields of a place stand. */
const PLACE_AT: Record<string, number> = { RMC: 3, GGA: 2, GNS: 2, GLL: 1 }

function mutated(count: number, seed: number): string[] {
  const random = randomOf(seed)
  return Array.from({ length: count }, () =>
    Buffer.from(mutant(seeds, random))
      .toString('latin1')
      .replace(/[\r\n]/g, ''),
  )
}

test('a mutated sentence with a right checksum gives the place that it encodes, or none', () => {
  let places = 0
  for (const body of mutated(COUNT, 1)) {
    const sentence = parseSentence(signed(body))
    if (sentence.kind !== 'fix') continue
    places += 1
    const { latitude = Number.NaN, longitude = Number.NaN, speed = 0, heading = 0 } = sentence.fix
    const fields = body.split(',')
    const from = PLACE_AT[sentence.type] ?? 0
    const [north = '', side, east = '', other] = fields.slice(from, from + 4)
    const up = Number(north.slice(0, 2)) + Number(north.slice(2)) / 60
    const along = Number(east.slice(0, 3)) + Number(east.slice(3)) / 60
    assert.ok(Math.abs(latitude - (side === 'S' ? -up : up)) < 1e-9, body)
    assert.ok(Math.abs(longitude - (other === 'W' ? -along : along)) < 1e-9, body)
    assert.ok(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)
    assert.ok(latitude !== 0 || longitude !== 0)
    assert.ok(speed >= 0 && speed <= 300 && heading >= 0 && heading <= 360, body)
  }
  assert.ok(places > 500, `${places} places`)
})

test('with a wrong checksum nothing comes of any', async () => {
  const bench = GnssBench.nmea()
  await bench.say('GPTXT,hello')
  for (const body of mutated(2000, 2)) {
    const line = signed(body.replace(/[$*]/g, ''))
    const sum = Number.parseInt(line.slice(-2), 16) ^ 0x11
    bench.text(`${line.slice(0, -2)}${sum.toString(16).padStart(2, '0')}\r\n`)
  }
  assert.equal(bench.measured, [])
  assert.equal(bench.times, [])
  assert.ok(bench.issues.length > 1000)
  await bench.source.stop()
})

test('whatever a receiver sends, no reading is beyond its signal', async () => {
  const bench = GnssBench.nmea()
  await bench.say('GPTXT,hello')
  for (const body of mutated(COUNT, 3)) bench.text(`${signed(body)}\r\n`)
  assert.ok(bench.of('latitude').length > 100)
  for (const value of bench.of('altitude')) assert.ok(value >= -500 && value <= 9000)
  for (const value of bench.of('hdop')) assert.ok(value >= 0 && value <= 100)
  for (const value of bench.of('nsat')) assert.ok(value >= 0 && value <= 64)
  for (const { utc } of bench.times) assert.ok(Number.isInteger(utc))
  await bench.source.stop()
})

test.run()
