/** What the sentences of one receiver come to: one place, told once, and nothing without a fix. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSentence } from '../../../src/device/gnss/nmea-sentence.ts'
import { type GnssFault, nmeaSentences } from '../../../src/device/simulator/gnss.ts'
import { GnssBench, signed } from '../../support/gnss-bench.ts'

const test = suite('NMEA receiver')

const PLACE = '4528.7880,N,00908.6460,E'
const LATITUDE = 45.4798

const rmc = (clock: string, rest = '19.44,271.5,230726,,,A', status = 'A', at = PLACE) =>
  `GNRMC,${clock},${status},${at},${rest}`
const gga = (clock: string, quality = '1', at = PLACE) =>
  `GNGGA,${clock},${at},${quality},09,0.9,122.0,M,48.0,M,,`

const modes: [name: string, body: string, kind: string][] = [
  ['RMC, autonomous', rmc('120000', '1,,230726,,,A'), 'fix'],
  ['RMC, differential', rmc('120000', '1,,230726,,,D'), 'fix'],
  ['RMC, float RTK', rmc('120000', '1,,230726,,,F'), 'fix'],
  ['RMC, fixed RTK', rmc('120000', '1,,230726,,,R'), 'fix'],
  ['RMC, precise', rmc('120000', '1,,230726,,,P'), 'fix'],
  ['RMC without a mode (NMEA 2.1)', rmc('120000', '1,,230726,,'), 'fix'],
  ['RMC of u-blox, which always writes V at its end', rmc('120000', '1,,230726,,,A,V'), 'fix'],
  ['RMC, estimated', rmc('120000', '1,,230726,,,E'), 'no-fix'],
  ['RMC, manual', rmc('120000', '1,,230726,,,M'), 'no-fix'],
  ['RMC, simulated', rmc('120000', '1,,230726,,,S'), 'no-fix'],
  ['RMC, not valid by its mode', rmc('120000', '1,,230726,,,N'), 'no-fix'],
  ['RMC, not valid by its status', rmc('120000', '1,,230726,,,A', 'V'), 'no-fix'],
  ['RMC at 0, 0', rmc('120000', '0,,230726,,,A', 'A', '0000.0000,N,00000.0000,E'), 'no-fix'],
  ['RMC on the equator', rmc('120000', '0,,230726,,,A', 'A', '0000.0000,N,00908.0000,E'), 'fix'],
  ['RMC at 1,000 knots', rmc('120000', '1000,,230726,,,A'), 'impossible'],
  ['RMC at a negative speed', rmc('120000', '-3,,230726,,,A'), 'impossible'],
  ['RMC in minute 60', rmc('120000', '1,,230726,,,A', 'A', '4560.0000,N,00908.0,E'), 'malformed'],
  ['RMC of a compass', rmc('120000').replace('GN', 'HC'), 'nothing'],
  ['GGA, precise', gga('120000', '3'), 'fix'],
  ['GGA, float RTK', gga('120000', '5'), 'fix'],
  ['GGA, dead reckoning', gga('120000', '6'), 'no-fix'],
  ['GGA, manual', gga('120000', '7'), 'no-fix'],
  ['GGA, simulated', gga('120000', '8'), 'no-fix'],
  ['GGA without a quality', gga('120000', ''), 'no-fix'],
  ['GGA at 0, 0', gga('120000', '1', '0000.0,N,00000.0,E'), 'no-fix'],
  ['GNS, GPS and GLONASS', `GNGNS,120000,${PLACE},AA,14,0.7,122.0,48.0,,,V`, 'fix'],
  ['GNS, one system of four', `GNGNS,120000,${PLACE},NANN,05,1.7,122.0,48.0,,`, 'fix'],
  ['GNS, none', `GNGNS,120000,${PLACE},NNNN,00,99.0,,,,`, 'no-fix'],
  ['GNS, estimated', `GNGNS,120000,${PLACE},EE,00,99.0,,,,`, 'no-fix'],
  ['GLL', `GPGLL,${PLACE},120000,A,A`, 'fix'],
  ['GLL, not valid', `GPGLL,${PLACE},120000,V,N`, 'no-fix'],
  ['GLL, estimated', `GPGLL,${PLACE},120000,A,E`, 'no-fix'],
  ['VTG', 'GNVTG,271.5,T,,M,19.44,N,36.00,K,A', 'velocity'],
  ['GSA', 'GNGSA,A,3,03,06,11,14,,,,,,,,,1.6,0.9,1.3,1', 'satellites'],
  ['GSA with letters', 'GNGSA,A,x,03,06,11,14,,,,,,,,,1.6,0.9,1.3,1', 'malformed'],
  ['ZDA', 'GNZDA,120000.00,23,07,2026,00,00', 'date'],
  ['ZDA without a date', 'GNZDA,,,,,00,00', 'nothing'],
  ['ZDA of no day', 'GNZDA,120000.00,31,02,2026,00,00', 'malformed'],
  ['a sentence of the maker', 'PUBX,00,081350.00,4717.113210,N,00833.915187,E', 'nothing'],
  ['another sentence of a maker', 'PMTK001,604,3', 'nothing'],
  ['satellites in view', 'GLGSV,3,1,11,65,63,137,17', 'nothing'],
]
for (const [name, body, kind] of modes) {
  test(`${name}: ${kind}`, () => {
    assert.is(parseSentence(signed(body)).kind, kind)
    assert.is(parseSentence(signed(body).replace(/..$/, 'zz')).kind, 'malformed')
  })
}

test('every talker of satellites is heard', () => {
  for (const talker of ['GP', 'GL', 'GA', 'GB', 'BD', 'QZ', 'GQ', 'GI', 'GN']) {
    assert.is(parseSentence(signed(rmc('120000').replace('GN', talker))).kind, 'fix', talker)
  }
})

test('a sentence of a maker without a checksum is nobody’s business, another one is malformed', () => {
  assert.is(parseSentence('$PSRF100,1,9600,8,1,0').kind, 'nothing')
  assert.is(parseSentence(`$${rmc('120000')}`).kind, 'malformed')
})

test('a place is told once a moment, from the best sentence that comes', async () => {
  const bench = GnssBench.nmea()
  await bench.say(
    rmc('120000'),
    gga('120000', '1', '4528.0000,N,00908.0000,E'),
    `GNGNS,120000,4528.1000,N,00908.1000,E,AA,14,0.7,122.0,48.0,,`,
    'GNGLL,4528.2000,N,00908.2000,E,120000,A,A',
  )
  assert.equal(bench.of('latitude').length, 1)
  assert.ok(Math.abs((bench.of('latitude')[0] ?? 0) - LATITUDE) < 1e-9)
  assert.equal(bench.of('altitude'), [122, 122])
  await bench.source.stop()
})

test('a receiver without RMC is followed by GNS, GGA or GLL, and its speed by VTG', async () => {
  for (const body of [
    gga('120000'),
    `GNGNS,120000,${PLACE},AA,14,0.7,122,48,,`,
    `GNGLL,${PLACE},120000,A,A`,
  ]) {
    const bench = GnssBench.nmea()
    await bench.say(body, 'GNVTG,271.5,T,,M,19.44,N,36.00,K,A')
    assert.is(bench.of('latitude').length, 1, body)
    assert.equal(bench.of('speed'), [36])
    assert.equal(bench.of('heading'), [271.5])
    await bench.source.stop()
  }
})

test('beside RMC, VTG adds nothing; without a fix it says nothing', async () => {
  const bench = GnssBench.nmea()
  await bench.say('GNVTG,271.5,T,,M,19.44,N,36.00,K,A')
  await bench.say(rmc('120000', '10,90,230726,,,A'), 'GNVTG,271.5,T,,M,19.44,N,36.00,K,A')
  assert.is(bench.of('speed').length, 1)
  assert.ok(Math.abs((bench.of('speed')[0] ?? 0) - 18.52) < 1e-9)
  await bench.source.stop()
})

test('a last place that is repeated as not valid gives nothing, whoever repeats it', async () => {
  const bench = GnssBench.nmea()
  await bench.say(rmc('120000'))
  const before = bench.measured.length
  const [still, ...rest] = [rmc('120001', '0,,230726,,,N', 'V'), gga('120001', '1')]
  await bench.say(still, ...rest, `GNGLL,${PLACE},120001,A,A`)
  assert.is(bench.measured.length, before)
  assert.match(bench.detail, /no fix, the last one is 0 s old/)
  await bench.source.stop()
})

test('dead reckoning that only GGA tells of stops RMC without a mode', async () => {
  const bench = GnssBench.nmea()
  await bench.say(gga('120000', '6'), rmc('120000', '10,90,230726,,'))
  assert.equal(bench.measured.length, 0)
  await bench.say(rmc('120001', '10,90,230726,,'), gga('120001', '6'))
  const before = bench.measured.length
  await bench.say(rmc('120002', '10,90,230726,,'), gga('120002', '6'))
  assert.is(bench.measured.length, before)
  assert.is(bench.times.length, before === 0 ? 0 : 1)
  await bench.say(gga('120003', '1'), rmc('120003', '10,90,230726,,'))
  assert.ok(bench.measured.length > before)
  await bench.source.stop()
})

test('a height in two dimensions is an assumed one', async () => {
  const bench = GnssBench.nmea()
  await bench.say(rmc('120000'), 'GNGSA,A,2,03,06,11,,,,,,,,,,2.6,1.9,1.3')
  await bench.say(rmc('120001'), gga('120001'))
  assert.equal(bench.of('altitude'), [])
  await bench.say('GNGSA,A,3,03,06,11,14,,,,,,,,,2.6,1.9,1.3', rmc('120002'), gga('120002'))
  assert.equal(bench.of('altitude'), [122])
  await bench.source.stop()
})

test('satellites of all systems count together where only GSA tells them', async () => {
  const bench = GnssBench.nmea()
  await bench.say(
    rmc('120000'),
    'GNGSA,A,3,03,06,11,14,17,,,,,,,,1.6,0.9,1.3,1',
    'GNGSA,A,3,66,67,,,,,,,,,,,1.6,0.9,1.3,2',
    'GNGSA,A,3,,,,,,,,,,,,,1.6,0.9,1.3,3',
    'GPGSV,1,1,01,10,63,137,17',
  )
  assert.equal(bench.of('nsat'), [7])
  assert.equal(bench.of('hdop'), [0.9])
  await bench.say(rmc('120001'), gga('120001'), 'GNGSA,A,3,03,,,,,,,,,,,,1.6,0.9,1.3,1')
  await bench.say(rmc('120002'))
  assert.equal(bench.of('nsat'), [7, 9])
  await bench.source.stop()
})

test('a receiver that hangs tells the same moment: nothing is believed, and it is said', async () => {
  const bench = GnssBench.nmea()
  for (let second = 0; second < 10; second++) {
    await bench.say(rmc('120000'))
    await bench.clock.advance(1000)
  }
  assert.is(bench.of('latitude').length, 5)
  assert.match(bench.detail, /the same moment again and again/)
  await bench.say(rmc('120010'))
  assert.match(bench.detail, /receiving positions/)
  await bench.source.stop()
})

test('of ZDA the date counts beside a valid RMC of the same moment that has none', async () => {
  const undated = (clock: string, status: string) => rmc(clock, '10,90,,,,', status)
  const told: [name: string, bodies: string[], times: number][] = [
    ['alone', ['GNZDA,120000.00,23,07,2026,00,00'], 0],
    ['beside a GGA', [gga('120000'), 'GNZDA,120000.00,23,07,2026,00,00'], 0],
    ['beside one not valid', [undated('120000', 'V'), 'GNZDA,120000.00,23,07,2026,00,00'], 0],
    ['of another moment', [undated('115959', 'A'), 'GNZDA,120000.00,23,07,2026,00,00'], 0],
    ['of this moment', [undated('120000', 'A'), 'GNZDA,120000.00,23,07,2026,00,00'], 1],
    ['of one with a date', [rmc('120000'), 'GNZDA,120000.00,24,07,2026,00,00'], 1],
  ]
  for (const [name, bodies, times] of told) {
    const bench = GnssBench.nmea()
    await bench.say(...bodies)
    assert.is(bench.times.length, times, name)
    if (times > 0) assert.is(bench.times[0]?.utc, Date.UTC(2026, 6, 23, 12), name)
    await bench.source.stop()
  }
})

test('frames of another protocol between sentences, and within them, change nothing', async () => {
  const plain = GnssBench.nmea()
  const mixed = GnssBench.nmea()
  const place = { latitude: LATITUDE, longitude: 9.1441, heading: 90, speed: 36 }
  const second = (faults: GnssFault[]) =>
    nmeaSentences({ at: () => place }, plain.clock.now() * 1000, { faults: new Set(faults) }).join(
      '',
    )
  await plain.clock.advance(0)
  await mixed.clock.advance(0)
  plain.text(second([]))
  for (const byte of Buffer.from(second(['garbage']), 'latin1')) mixed.bytes(Uint8Array.of(byte))
  assert.ok(plain.measured.length > 5)
  assert.equal(mixed.measured, plain.measured)
  assert.equal(mixed.issues, [])
  await plain.source.stop()
  await mixed.source.stop()
})

test('a broken frame costs no sentence after it, and is told', async () => {
  const bench = GnssBench.nmea()
  await bench.clock.advance(0)
  bench.text(`${signed('GPTXT,hello')}\r\n`)
  for (const junk of [
    '\xb5\x62\x01\x07\x04\x00ab',
    '\xb5',
    '\xb5\x62',
    '\xb5\x62\x01\x07\xff\xff',
  ]) {
    const before = bench.of('latitude').length
    bench.text(`${junk}${signed(rmc('120000'))}\r\n`)
    await bench.clock.advance(1000)
    bench.text(`${signed(rmc('120001'))}\r\n${signed(rmc('120002'))}\r\n`)
    assert.ok(bench.of('latitude').length - before >= 2, JSON.stringify(junk))
  }
  bench.text('\x01\x02\x03\xff\r\n')
  assert.is(bench.issues.at(-1)?.code, 'line-malformed')
  await bench.source.stop()
})

test('what was cut off by the opening of the port is no fault', async () => {
  const bench = GnssBench.nmea()
  await bench.clock.advance(0)
  bench.text(`46.0,M,,*47\r\n${signed(rmc('120000'))}\r\n`)
  assert.equal(bench.issues, [])
  assert.is(bench.of('latitude').length, 1)
  await bench.source.stop()
})

test('an endless line is cut and told once', async () => {
  const bench = GnssBench.nmea()
  await bench.say('GPTXT,hello')
  bench.text(`$${'A'.repeat(100_000)}\r\n`)
  assert.equal(
    bench.issues.map(({ code }) => code),
    ['line-too-long'],
  )
  await bench.source.stop()
})

test('the sentence tells quality; it changes with its kind, and its figures once in ten seconds', async () => {
  const bench = GnssBench.nmea()
  await bench.clock.advance(0)
  const before = bench.health.length
  for (let second = 0; second < 60; second++) {
    const clock = `1200${String(second).padStart(2, '0')}`
    const hdop = `${(1 + second / 50).toFixed(1)}`
    await bench.say(rmc(clock), gga(clock).replace('0.9', hdop), 'GNGSA,A,3,03,,,,,,,,,,,,1,1,1')
    await bench.clock.advance(1000)
  }
  const told = bench.health.slice(before)
  assert.ok(told.length >= 6 && told.length <= 8, `${told.length}`)
  assert.is(told[0]?.isUpdate, undefined)
  assert.ok(told.slice(1).every(({ isUpdate }) => isUpdate))
  assert.match(bench.detail, /^receiving positions from \/dev\/x: 3D, 9 satellites, HDOP \d\.\d$/)
  await bench.source.stop()
})

test('the age of the last fix is told, and that there is none at all', async () => {
  const bench = GnssBench.nmea()
  await bench.say(rmc('120000', '0,,,,,N', 'V'))
  assert.match(bench.detail, /no fix yet/)
  await bench.say(rmc('120001'))
  for (let second = 0; second < 45; second++) {
    await bench.say(rmc('120002', '0,,,,,N', 'V'))
    await bench.clock.advance(1000)
  }
  assert.match(bench.detail, /the last one is (3\d|4\d) s old/)
  await bench.source.stop()
})

test('talk without places ends a fix', async () => {
  const bench = GnssBench.nmea()
  await bench.say(rmc('120000'))
  for (let second = 0; second < 8; second++) {
    await bench.say('GPGSV,1,1,00')
    await bench.clock.advance(1000)
  }
  assert.match(bench.detail, /has no fix, the last one/)
  await bench.source.stop()
})

const place = { latitude: LATITUDE, longitude: 9.1441, heading: 90, speed: 36 }
const faulty: [fault: GnssFault, places: boolean, times: boolean, issues: boolean][] = [
  ['checksum', false, false, true],
  ['no-fix', false, false, false],
  ['stale', false, false, false],
  ['null-island', false, false, false],
  ['week-rollover', true, true, false],
  ['midnight', true, true, false],
  ['garbage', true, true, false],
]
for (const [fault, places, times, issues] of faulty) {
  test(`a receiver with the fault ${fault}: places ${places}, times ${times}`, async () => {
    const bench = GnssBench.nmea()
    for (let second = 0; second < 12; second++) {
      await bench.clock.advance(1000)
      const faults = new Set([fault])
      const text = nmeaSentences({ at: () => place }, bench.clock.now() * 1000, { faults })
      bench.text(text.join(''))
    }
    assert.is(bench.of('latitude').length > 0, places)
    assert.is(bench.times.length > 0, times)
    assert.is(bench.issues.length > 0, issues)
    for (const value of bench.of('latitude')) assert.ok(Math.abs(value - LATITUDE) < 1e-6)
    await bench.source.stop()
  })
}

test('over midnight each time follows the one before by a second', async () => {
  const bench = GnssBench.nmea()
  const start = Date.UTC(2026, 11, 31, 23, 59, 57)
  for (let second = 0; second < 6; second++) {
    const time = (start + second * 1000) * 1000
    await bench.clock.advance(1000)
    bench.text(nmeaSentences({ at: () => place }, time).join(''))
  }
  assert.equal(
    bench.times.map(({ utc }) => utc - start),
    [0, 1000, 2000, 3000, 4000, 5000],
  )
  await bench.source.stop()
})

test.run()
