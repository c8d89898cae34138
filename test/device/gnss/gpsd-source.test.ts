/** gpsd as a source: by scripted lines, and the simulated one over TCP. */
import { connect } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseGpsd } from '../../../src/device/gnss/gpsd-message.ts'
import { createGpsdSource } from '../../../src/device/gnss/gpsd-source.ts'
import { type GpsdFault, gpsdReports } from '../../../src/device/simulator/gpsd-lines.ts'
import { openGpsdServer } from '../../../src/device/simulator/gpsd-server.ts'
import { GnssBench } from '../../support/gnss-bench.ts'

const test = suite('gpsd')

const ONE = '/dev/ttyACM0'
const OTHER = '/dev/ttyACM1'
const version = { class: 'VERSION', release: '3.22', rev: '3.22', proto_major: 3, proto_minor: 14 }
const devices = (...paths: string[]) => ({
  class: 'DEVICES',
  devices: paths.map((path) => ({ class: 'DEVICE', path })),
})
const tpv = (more: object = {}) => ({
  ...{ class: 'TPV', device: ONE, mode: 3, time: '2026-07-23T12:00:00.000Z' },
  ...{ lat: 45.4798, lon: -9.1441, altHAE: 170, altMSL: 122, alt: 121, speed: 10, track: 271.5 },
  ...more,
})
const sky = (more: object = {}) => ({
  ...{ class: 'SKY', device: ONE, hdop: 0.9, nSat: 12, uSat: 9 },
  ...more,
})

test('it asks to watch, and takes place, height above the sea, speed, course and time', async () => {
  const bench = GnssBench.gpsd()
  await bench.tell(version, devices(ONE), tpv(), sky())
  assert.is(Buffer.from(bench.written[0] ?? []).toString(), '?WATCH={"enable":true,"json":true}\n')
  assert.equal(bench.measured, [
    ['latitude', 45.4798],
    ['longitude', -9.1441],
    ['altitude', 122],
    ['heading', 271.5],
    ['speed', 36],
    ['hdop', 0.9],
    ['nsat', 9],
  ])
  assert.equal(
    bench.times.map(({ utc }) => utc),
    [Date.UTC(2026, 6, 23, 12)],
  )
  await bench.clock.advance(1000)
  assert.is(
    bench.detail,
    'receiving positions from gpsd at 127.0.0.1:2947: 3D, 9 satellites, HDOP 0.9',
  )
  assert.equal(bench.issues, [])
  await bench.source.stop()
  assert.is(bench.clock.waiting, 0)
})

const withoutMode = (({ mode, ...rest }) => rest)(tpv())
const kinds: [name: string, message: object, kind: string][] = [
  ['mode 0', tpv({ mode: 0 }), 'no-fix'],
  ['mode 1, with the last place', tpv({ mode: 1 }), 'no-fix'],
  ['mode 2', tpv({ mode: 2 }), 'fix'],
  ['a mode that there is not', tpv({ mode: 7 }), 'no-fix'],
  ['no mode', withoutMode, 'no-fix'],
  ['differential', tpv({ status: 2 }), 'fix'],
  ['fixed RTK', tpv({ status: 3 }), 'fix'],
  ['dead reckoning', tpv({ status: 5 }), 'no-fix'],
  ['satellites with dead reckoning', tpv({ status: 6 }), 'fix'],
  ['a surveyed place', tpv({ status: 7 }), 'no-fix'],
  ['a simulation', tpv({ status: 8 }), 'no-fix'],
  ['0, 0', tpv({ lat: 0, lon: 0 }), 'no-fix'],
  ['a half of a place', { ...tpv(), lon: undefined }, 'nothing'],
  ['numbers as texts', tpv({ lat: '45.4', lon: '9.1' }), 'nothing'],
  ['a latitude of 95', tpv({ lat: 95 }), 'impossible'],
  ['1,800 km/h', tpv({ speed: 500 }), 'impossible'],
  ['pulses', { class: 'PPS', device: ONE }, 'nothing'],
  ['the name of something of JavaScript', { class: 'constructor' }, 'nothing'],
  ['no class', { device: ONE }, 'malformed'],
]
for (const [name, message, kind] of kinds) {
  test(`of ${name}: ${kind}`, () => assert.is(parseGpsd(JSON.stringify(message)).kind, kind))
}

test('two dimensions have no height, one that stands has no course', () => {
  const flat = parseGpsd(JSON.stringify(tpv({ mode: 2, speed: 0.1 })))
  assert.is(flat.kind, 'fix')
  if (flat.kind === 'fix') assert.equal(Object.keys(flat.fix), ['latitude', 'longitude', 'speed'])
})

test('releases before 3.20 tell height and satellites in their own way', () => {
  const { altMSL, altHAE, ...old } = tpv()
  const fix = parseGpsd(JSON.stringify(old))
  assert.is(fix.kind === 'fix' && fix.fix.altitude, 121)
  const satellites = [
    { PRN: 1, used: true },
    { PRN: 2, used: false },
    { PRN: 3, used: true },
  ]
  const seen = parseGpsd(JSON.stringify({ class: 'SKY', device: ONE, hdop: 1, satellites }))
  assert.equal(seen.kind === 'sky' && seen.fix, { hdop: 1, nsat: 2 })
})

const clocks = [
  '2026-07-23',
  '2026',
  '12:00',
  '2026-07-23T12:00:00+02:00',
  '2026-13-23T12:00:00Z',
  5,
]
test('a time that is none is left out, and the place is good', () => {
  for (const time of clocks) {
    const fix = parseGpsd(JSON.stringify(tpv({ time })))
    assert.is(fix.kind, 'fix')
    if (fix.kind === 'fix') assert.is(fix.utc, undefined, `${time}`)
  }
})

test('without a fix nothing comes, neither time nor the quality of the sky', async () => {
  const bench = GnssBench.gpsd()
  await bench.tell(version, devices(ONE), tpv({ mode: 1 }), sky(), tpv({ status: 5 }))
  assert.equal(bench.measured, [])
  assert.equal(bench.times, [])
  assert.match(bench.detail, /gpsd at 127.0.0.1:2947: the receiver has no fix yet/)
  await bench.source.stop()
})

test('of two receivers the first with a fix is followed, and the other one when that has lost it', async () => {
  const bench = GnssBench.gpsd()
  const there = { device: OTHER, lat: 50 }
  await bench.tell(version, devices(ONE, OTHER), tpv({ mode: 1 }))
  for (let second = 0; second < 5; second++) {
    await bench.tell(tpv(there), sky({ device: OTHER, uSat: 5 }), tpv(), sky())
    await bench.clock.advance(1000)
  }
  assert.equal([...new Set(bench.of('latitude'))], [50])
  assert.equal([...new Set(bench.of('nsat'))], [5])
  assert.match(bench.detail, /following \/dev\/ttyACM1/)
  for (let second = 0; second < 15; second++) {
    await bench.tell(tpv({ ...there, mode: 1 }), tpv())
    await bench.clock.advance(1000)
  }
  assert.is(bench.of('latitude').at(-1), 45.4798)
  assert.is(bench.of('latitude').filter((value) => value === 45.4798).length, 5)
  await bench.source.stop()
})

test('the configured receiver is the only one, and what is missing is said', async () => {
  const bench = GnssBench.gpsd(OTHER)
  await bench.tell(version)
  assert.match(Buffer.from(bench.written[0] ?? []).toString(), /"device":"\/dev\/ttyACM1"/)
  await bench.tell({ class: 'ERROR', message: 'No such device' }, devices(ONE), tpv())
  assert.is(Buffer.from(bench.written[1] ?? []).toString(), '?WATCH={"enable":true,"json":true}\n')
  assert.equal(bench.measured, [])
  await bench.clock.advance(1000)
  assert.match(bench.detail, /has no receiver \/dev\/ttyACM1; it has \/dev\/ttyACM0/)
  await bench.tell(devices(ONE, OTHER), tpv({ device: OTHER, lat: 50 }))
  assert.equal(bench.of('latitude'), [50])
  await bench.source.stop()
})

test('a request is never longer than the 80 characters that gpsd reads', async () => {
  const bench = GnssBench.gpsd('/dev/serial/by-id/usb-u-blox_AG_-_www.u-blox.com_u-blox_7-if00')
  await bench.tell(version)
  assert.ok((bench.written[0]?.length ?? 99) <= 81)
  await bench.source.stop()
})

test('a gpsd without a receiver is told of, and one that is silent', async () => {
  const bench = GnssBench.gpsd()
  await bench.tell(version, devices())
  await bench.clock.advance(1000)
  assert.match(bench.detail, /gpsd has no receiver/)
  await bench.clock.advance(6000)
  assert.is(bench.health.at(-1)?.state, 'silent')
  await bench.tell(devices(ONE), tpv())
  assert.is(bench.health.at(-1)?.state, 'running')
  await bench.clock.advance(7000)
  assert.match(bench.detail, /gpspipe/)
  await bench.source.stop()
})

test('another protocol is told of', async () => {
  const bench = GnssBench.gpsd()
  await bench.tell({ ...version, proto_major: 4 }, tpv())
  assert.match(bench.detail, /protocol 4/)
  await bench.source.stop()
})

test('lines that are no JSON, too long ones and cut ones are issues, and the next is good', async () => {
  const bench = GnssBench.gpsd()
  await bench.tell(version)
  bench.text('{"class":"TPV","mode":3,"lat":12,\r\n')
  bench.text(`{"class":"SKY","x":"${'y'.repeat(50_000)}"}\r\n`)
  bench.text('[1,2]\n"x"\nnull\n\n')
  for (const char of `${JSON.stringify(tpv())}\n`) bench.text(char)
  assert.equal(
    bench.issues.map(({ code }) => code),
    ['line-malformed', 'line-too-long', 'line-malformed', 'line-malformed', 'line-malformed'],
  )
  assert.equal(bench.of('latitude'), [45.4798])
  await bench.source.stop()
})

const place = { latitude: 45.4798, longitude: 9.1441, heading: 90, speed: 36 }
const faulty: [fault: GpsdFault, places: boolean, issues: boolean][] = [
  ['no-fix', false, false],
  ['null-island', false, false],
  ['dead-reckoning', false, false],
  ['no-receiver', false, false],
  ['week-rollover', true, false],
  ['two-receivers', true, false],
  ['garbage', true, true],
]
for (const [fault, places, issues] of faulty) {
  test(`the simulated gpsd with the fault ${fault}, over TCP: places ${places}`, async () => {
    const faults = new Set([fault])
    const server = await openGpsdServer({ faults })
    const address = `127.0.0.1:${server.port}`
    const source = createGpsdSource({ id: 'gnss', address })
    const latitudes: number[] = []
    const seen: string[] = []
    const ended = new Promise<void>((resolve) => {
      source.start({
        frame: () => undefined,
        issue: ({ code, detail }) => (detail === 'the end' ? resolve() : seen.push(code)),
        health: () => undefined,
        end: () => undefined,
        measured: (signal, value) => {
          if (signal === 'latitude') latitudes.push(Number(value))
        },
      })
    })
    const other = connect(server.port, '127.0.0.1')
    other.write('?WATCH={"enable":true};\n')
    while (server.watching < 2) await new Promise(setImmediate)
    for (let second = 0; second < 3; second++) {
      server.tell(gpsdReports({ at: () => place }, second * 1e6, faults))
    }
    server.tell([{ class: 'ERROR', message: 'the end' }])
    await ended
    await source.stop()
    other.destroy()
    await server.close()
    assert.is(latitudes.length, places ? 3 : 0)
    assert.ok(latitudes.every((value) => value === place.latitude))
    assert.is(seen.length > 0, issues)
  })
}

test.run()
