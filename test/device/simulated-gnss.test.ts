import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type GnssFault, nmeaSentences } from '../../src/device/simulator/gnss.ts'
import { Physics } from '../../src/device/simulator/physics.ts'
import { scenarios } from '../../src/device/simulator/physics-scenario.ts'

const test = suite('simulated satellite receiver')

const START = Date.UTC(2026, 8, 21, 7, 5, 9) * 1000
const SECOND = 1_000_000
const physics = new Physics({ scenario: scenarios.morning, start: START })
const DRIVING = START + 36_400 * SECOND

/** Fields of the sentence of this type, its checksum checked. */
function fields(sentences: readonly string[], type: string): string[] {
  const found = sentences.find((one) => one.startsWith(`$GP${type},`))
  assert.ok(found, type)
  assert.ok(isRight(found), found)
  return found.slice(1, found.indexOf('*')).split(',').slice(1)
}

function isRight(sentence: string): boolean {
  const match = /^\$([ -~]*)\*([0-9A-F]{2})\r\n$/.exec(sentence)
  if (match === null) return false
  const sum = Buffer.from(match[1] ?? '').reduce((all, byte) => all ^ byte, 0)
  return sum === Number.parseInt(match[2] ?? '', 16)
}

function degrees(value: string | undefined, side: string | undefined): number {
  const number = Number(value)
  const whole = Math.floor(number / 100)
  const size = whole + (number - whole * 100) / 60
  return side === 'S' || side === 'W' ? -size : size
}

test('the checksum is that of a well-known sentence', () => {
  const known = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n'
  assert.ok(isRight(known))
  for (const sentence of nmeaSentences(physics, DRIVING)) assert.ok(sentence.length <= 82)
})

test('place, speed and course are those of the physics', () => {
  for (let minute = 0; minute < 20; minute++) {
    const time = DRIVING + minute * 60 * SECOND
    const { latitude, longitude, speed, heading } = physics.at(time)
    const sentences = nmeaSentences(physics, time + 400_000)
    const rmc = fields(sentences, 'RMC')
    assert.is(rmc.length, 12)
    assert.is(rmc[1], 'A')
    assert.ok(Math.abs(degrees(rmc[2], rmc[3]) - latitude) < 2e-6)
    assert.ok(Math.abs(degrees(rmc[4], rmc[5]) - longitude) < 2e-6)
    assert.ok(Math.abs(Number(rmc[6]) * 1.852 - speed) < 0.02)
    if (speed >= 1) assert.ok(Math.abs(Number(rmc[7]) - heading) <= 0.05)
    else assert.is(rmc[7], '')
    const gga = fields(sentences, 'GGA')
    assert.is(gga.length, 14)
    assert.equal(gga.slice(1, 5), rmc.slice(2, 6))
    assert.equal(gga.slice(5, 7), ['1', '09'])
    const vtg = fields(sentences, 'VTG')
    assert.ok(Math.abs(Number(vtg[6]) - speed) <= 0.005)
    const gsa = fields(sentences, 'GSA')
    assert.is(gsa.length, 17)
    assert.is(gsa.slice(2, 14).filter((satellite) => satellite !== '').length, 9)
  }
})

test('time and date are those of the full second', () => {
  const [time, , , , , , , , date] = fields(nmeaSentences(physics, START + 999_999), 'RMC')
  assert.is(time, '070509.00')
  assert.is(date, '210926')
})

test('south and west are told, and minutes never reach sixty', () => {
  const there = { latitude: -33.9999999999, longitude: -0.25, heading: 10, speed: 50 }
  const rmc = fields(nmeaSentences({ at: () => there }, START), 'RMC')
  assert.equal(rmc.slice(2, 6), ['3400.0000', 'S', '00015.0000', 'W'])
})

const withFault = (fault: GnssFault) =>
  nmeaSentences(physics, DRIVING, { faults: new Set([fault]) })

test('faults: wrong checksums, no fix, a date 1024 weeks early', () => {
  for (const sentence of withFault('checksum')) assert.not(isRight(sentence), sentence)
  const without = withFault('no-fix')
  assert.is(fields(without, 'RMC')[1], 'V')
  assert.is(fields(without, 'RMC').length, 12)
  assert.is(fields(without, 'GGA')[5], '0')
  assert.is(fields(without, 'GGA').length, 14)
  assert.is(fields(without, 'GSA')[1], '1')
  assert.is(fields(without, 'GSA').length, 17)
  assert.equal(fields(without, 'RMC').slice(2, 8), ['', '', '', '', '', ''])
  const [time, , , , , , , , date] = fields(withFault('week-rollover'), 'RMC')
  assert.is(time, fields(nmeaSentences(physics, DRIVING), 'RMC')[0])
  assert.is(date, '050207')
})

test('faults: the last place as not valid, 0 and 0, a date that is late, silence, bytes between', () => {
  const stale = fields(withFault('stale'), 'RMC')
  assert.equal(stale.slice(2, 6), fields(nmeaSentences(physics, DRIVING), 'RMC').slice(2, 6))
  assert.is(stale[1], 'V')
  assert.equal(fields(withFault('null-island'), 'RMC').slice(1, 6), [
    ...['A', '0000.0000', 'N', '00000.0000', 'E'],
  ])
  const nights = Array.from({ length: 20 }, (_, second) => {
    const faults = new Set<GnssFault>(['midnight'])
    const rmc = fields(nmeaSentences(physics, DRIVING + second * SECOND, { faults }), 'RMC')
    return `${rmc[0]} ${rmc[8]}`
  })
  assert.ok(
    nights.includes('000000.00 210926') && nights.includes('000001.00 220926'),
    nights.join(),
  )
  const faults = new Set<GnssFault>(['silence'])
  const spoken = Array.from({ length: 60 }, (_, second) =>
    nmeaSentences(physics, DRIVING + second * SECOND, { faults }),
  )
  assert.is(spoken.filter((sentences) => sentences.length === 0).length, 20)
  const garbage = withFault('garbage')
  assert.is(garbage.filter((one) => one.startsWith('\xb5\x62')).length, garbage.length / 2)
})

test.run()
