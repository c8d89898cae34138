/** A GNSS receiver as a source, fed with the sentences of a simulated one. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSentence } from '../../../src/device/gnss/nmea-sentence.ts'
import { createNmeaSource } from '../../../src/device/gnss/nmea-source.ts'
import { type GnssFault, nmeaSentences } from '../../../src/device/simulator/gnss.ts'
import type { Issue } from '../../../src/model/issue.ts'
import type { GnssTime, SourceHealth } from '../../../src/model/ports.ts'
import { signed } from '../../support/gnss-bench.ts'
import { HandClock } from '../../support/hand-clock.ts'

const test = suite('NMEA')

class Bench {
  readonly clock = new HandClock()
  readonly measured: [signal: string, value: number][] = []
  readonly issues: Issue[] = []
  readonly health: SourceHealth[] = []
  readonly times: GnssTime[] = []
  readonly source
  place = { latitude: 45.4798, longitude: -9.1441, heading: 271.5, speed: 36 }
  #hears: ((chunk: Uint8Array) => void) | undefined

  constructor() {
    this.source = createNmeaSource(
      { id: 'gnss', port: '/dev/x' },
      {
        clock: this.clock,
        after: this.clock.after,
        open: async ({ path, data }) => {
          this.#hears = data
          const write = async () => assert.unreachable('nothing is written to a receiver')
          return { path, device: path, write, close: async () => undefined }
        },
      },
    )
    this.source.start({
      frame: () => assert.unreachable('a receiver has no frames'),
      issue: (issue) => this.issues.push(issue),
      health: (health) => this.health.push(health),
      end: () => undefined,
      time: (fix) => this.times.push(fix),
      measured: (signal, value) => this.measured.push([signal, Number(value)]),
    })
  }

  /** A second of the receiver's talk, in chunks of that size. */
  async second(faults: GnssFault[] = [], size = 1000): Promise<void> {
    await this.clock.advance(1000)
    const text = nmeaSentences({ at: () => this.place }, this.clock.now() * 1000, {
      faults: new Set(faults),
      altitude: 122,
    }).join('')
    for (let at = 0; at < text.length; at += size) {
      this.#hears?.(Buffer.from(text.slice(at, at + size), 'latin1'))
    }
  }

  text(text: string): void {
    this.#hears?.(Buffer.from(text, 'latin1'))
  }
}

test('place, speed and quality of a fix come, latitude before longitude, however cut', async () => {
  for (const size of [1, 7, 1000]) {
    const bench = new Bench()
    await bench.second([], size)
    const values = Object.fromEntries(bench.measured)
    assert.ok(Math.abs((values.latitude ?? 0) - 45.4798) < 1e-5)
    assert.ok(Math.abs((values.longitude ?? 0) + 9.1441) < 1e-5)
    assert.ok(Math.abs((values.speed ?? 0) - 36) < 0.05)
    assert.is(values.heading, 271.5)
    assert.is(values.altitude, 122)
    assert.ok((values.nsat ?? 0) >= 4 && (values.hdop ?? 99) < 5)
    const names = bench.measured.map(([name]) => name)
    assert.is(names.indexOf('longitude'), names.indexOf('latitude') + 1)
    assert.match(bench.health.at(-1)?.detail ?? '', /receiving positions/)
    await bench.source.stop()
  }
})

test('without a fix nothing comes, and the sentence says so', async () => {
  const bench = new Bench()
  await bench.second(['no-fix'])
  assert.equal(bench.measured, [])
  assert.match(bench.health.at(-1)?.detail ?? '', /no fix yet/)
  assert.equal(bench.issues, [])
  await bench.source.stop()
})

test('a wrong checksum makes an issue and no value', async () => {
  const bench = new Bench()
  await bench.second(['checksum'])
  assert.equal(bench.measured, [])
  assert.ok(bench.issues.length >= 3 && bench.issues.every(({ code }) => code === 'checksum-wrong'))
  await bench.source.stop()
})

test('a receiver that stands has no heading', async () => {
  const bench = new Bench()
  bench.place = { ...bench.place, speed: 0 }
  await bench.second()
  const values = Object.fromEntries(bench.measured)
  assert.is(values.speed, 0)
  assert.is(values.heading, undefined)
  await bench.source.stop()
})

test('silence is told of, and its end', async () => {
  const bench = new Bench()
  await bench.second()
  await bench.clock.advance(7000)
  assert.is(bench.health.at(-1)?.state, 'silent')
  assert.match(bench.health.at(-1)?.detail ?? '', /baud rate/)
  await bench.second()
  assert.is(bench.health.at(-1)?.state, 'running')
  await bench.source.stop()
  assert.is(bench.clock.waiting, 0)
})

const sentences: [line: string, kind: string][] = [
  ['$GPRMC,120000.00,A,4528.7880,N,00908.6460,E,19.44,271.5,230726,,,A*5B', 'checksum'],
  ['$GPRMC,120000.00,A,4528.7880,N', 'malformed'],
  ['GPRMC,1*00', 'malformed'],
  ['$', 'malformed'],
]

test('a sentence is what its checksum and its fields say', () => {
  for (const [line, kind] of sentences) assert.is(parseSentence(line).kind, kind, line)
  assert.is(parseSentence(signed('GPRMC,120000.00,V,,,,,,,230726,,,N')).kind, 'no-fix')
  assert.is(parseSentence(signed('GPGSV,3,1,11,10,63,137,17')).kind, 'nothing')
  for (const body of [
    'GPRMC,120000,A,9960.00,N,00908.6,E,1,1,230726',
    'GPRMC,120000,A,4528.7,N,18100.0,E,1,1,230726',
    'GPRMC,120000,A,4528.7,X,00908.6,E,1,1,230726',
    'GPRMC,120000,A,,N,00908.6,E,1,1,230726',
  ]) {
    assert.is(parseSentence(signed(body)).kind, 'malformed', body)
  }
  assert.is(parseSentence(signed('GNGGA,120000,4528.7,N,00908.6,E,0,00,99,,,,,,')).kind, 'no-fix')
  assert.is(parseSentence(signed('GNGGA,120000,4528.7,N,00908.6,E,8,05,1,10,M,,,,')).kind, 'no-fix')
  assert.equal(parseSentence(signed('GNRMC,1,A,3351.000,S,15112.600,E,,,230726')), {
    ...{ kind: 'fix', type: 'RMC', clock: '1' },
    fix: { latitude: -33.85, longitude: 151.21 },
  })
})

const midnight = Date.UTC(2026, 2, 1)
const dated: [name: string, clock: string, date: string, utc: number | undefined][] = [
  ['a time of the day with a date', '235959.00', '280226', midnight - 1000],
  ['hundredths', '000000.25', '010326', midnight + 250],
  ['a leap second', '235960.00', '280226', midnight],
  ['the year that a receiver shows after a roll-over', '000000', '060180', Date.UTC(1980, 0, 6)],
  ['no date', '120000.00', '', undefined],
  ['no time', '', '010326', undefined],
  ['a 30th of February', '120000', '300226', undefined],
  ['a month 13', '120000', '011326', undefined],
  ['a month 0', '120000', '010026', undefined],
  ['a day 0', '120000', '000326', undefined],
  ['25 hours', '250000', '010326', undefined],
  ['61 seconds', '120061', '010326', undefined],
]
for (const [name, clock, date, utc] of dated) {
  test(`of the time of a fix: ${name}`, () => {
    const sentence = parseSentence(signed(`GNRMC,${clock},A,4528.79,N,00908.65,W,0.1,,${date},,,A`))
    assert.is(sentence.kind, 'fix')
    if (sentence.kind === 'fix') assert.is(sentence.utc, utc)
  })
}

test('the time comes with each dated fix and when it arrived, and without a fix not at all', async () => {
  const bench = new Bench()
  await bench.second(['no-fix'])
  assert.equal(bench.times, [])
  await bench.second()
  await bench.second()
  assert.equal(
    bench.times.map(({ monotonic }) => monotonic),
    [2000, 3000],
  )
  const start = bench.clock.now() - bench.clock.monotonic()
  for (const { utc, monotonic } of bench.times) assert.ok(Math.abs(utc - start - monotonic) <= 1000)
  await bench.source.stop()
})

test.run()
