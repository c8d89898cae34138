/** `odograph export`: its choices, its files, and what it says of what cannot be done. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetReadObjects } from 'hyparquet'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exportRecords } from '../../src/cli/export.ts'
import { timeRange } from '../../src/cli/time-range.ts'
import type { NewRecord } from '../../src/model/record.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { refusal, runCommand } from '../support/command-run.ts'
import { Folder, startGateway } from '../support/gateway-process.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
} from '../support/journal-records.ts'
import { testWith } from '../support/needs.ts'

const test = suite('odograph export')

const IDS = { id: 'van', tokenId: '123', userDeviceId: '2bcDEFghijKLMNopqrSTUVwxyz0' }

function fill(
  journal: Journal,
  count: number,
  fields: (number: number) => Partial<NewRecord>,
): void {
  for (let i = 0; i < count; i += 1) journal.append(newRecord(i, fields(i)), checkpointOf())
  journal.commit()
}

const moving = (i: number): Partial<NewRecord> => ({
  data: { speed: i / 8, latitude: 48 + i / 1e4, longitude: 11, ...(i % 2 ? { oilTemp: 90 } : {}) },
})

const run = (...args: string[]) => runCommand(exportRecords, args)
const refused = (...args: string[]) => refusal(exportRecords, args)

test('all of the only vehicle goes to standard output, while the gateway has the journal open', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    journal.saveVehicle(IDS)
    fill(journal, 4500, moving)
    const { code, out, err } = await run('--format', 'jsonl', '--data', folder)
    assert.equal([code, err], [0, ''])
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.is(events.length, 4500)
    assert.equal(events[4321], {
      data: {
        speed: 540.125,
        latitude: 48.4321,
        longitude: 11,
        oilTemp: 90,
        timestamp: new Date(START + 43_210_000).toISOString(),
      },
      subject: IDS.userDeviceId,
      specversion: '1.0',
      location: { lon: '11', lat: '48.4321' },
      id: 'van-boot-1-4321',
      source: events[0].source,
      time: new Date(START + 43_210_007).toISOString(),
      type: 'zone.dimo.device.status.update',
    })
    journal.stop()
  }))

test('a window, signals and units can be chosen', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    fill(journal, 20_000, moving)
    journal.stop()
    const csv = (...args: string[]) => run('--format', 'csv', '--data', folder, ...args)
    const day = await csv('--from', '2026-03-01', '--to', '2026-03-01')
    assert.is(day.out.trimEnd().split('\r\n').length, 1 + 8640)
    assert.match(day.out, /^time,received,source,clock,speed,latitude,longitude,oilTemp\r\n/)
    const minute = await csv('--from', '2026-03-02T01:00:00+01:00', '--to', '2026-03-02T00:00:50')
    assert.is(minute.out.trimEnd().split('\r\n').length, 1 + 6)
    const two = await csv('--signals', 'oilTemp, speed', '--units', '--to', '2026-03-01T00:00:10Z')
    assert.is(
      two.out,
      `time,received,source,clock,oilTemp [°C],speed [km/h]\r
2026-03-01T00:00:00.000Z,2026-03-01T00:00:00.007Z,can0,network,,0\r
2026-03-01T00:00:10.000Z,2026-03-01T00:00:10.007Z,can0,network,90,0.125\r\n`,
    )
    const none = await csv('--to', '2020-01-01')
    assert.equal([none.code, none.out], [0, 'time,received,source,clock\r\n'])
    assert.match(none.err, /no record of van in this window/)
  }))

test('a file gets its name when it is whole, and is not replaced without --force', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    fill(journal, 5000, moving)
    journal.stop()
    const out = join(folder, 'van.parquet')
    const args = ['--format', 'parquet', '--data', folder, '--out', out]
    const { code, out: said, err } = await run(...args)
    assert.equal([code, said, err], [0, '', `5000 records of van in ${out}\n`])
    const bytes = readFileSync(out)
    const file = bytes.buffer.slice(
      bytes.byteOffset,
      bytes.byteOffset + bytes.length,
    ) as ArrayBuffer
    const rows = await parquetReadObjects({ file })
    assert.is(rows.length, 5000)
    assert.equal(rows[4999]?.time, new Date(START + 49_990_000))
    assert.match(
      await refused(...args),
      /^usage: --out .*van\.parquet: is there already; use --force/,
    )
    writeFileSync(out, 'old')
    await run(...args, '--force')
    assert.ok(readFileSync(out).equals(bytes))
    assert.equal(
      readdirSync(folder).filter((name) => name.startsWith('van')),
      ['van.parquet'],
    )
  }))

test('a cut export leaves nothing, and what stood there before', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    fill(journal, 5000, moving)
    journal.stop()
    const out = join(folder, 'van.csv')
    writeFileSync(out, 'old')
    const args = ['--format', 'csv', '--data', folder, '--out', out, '--force']
    try {
      await runCommand(exportRecords, args, { signal: AbortSignal.abort() })
      assert.unreachable()
    } catch (error) {
      assert.is((error as Error).name, 'AbortError')
    }
    assert.is(readFileSync(out, 'utf8'), 'old')
    assert.equal(
      readdirSync(folder).filter((name) => name.startsWith('van')),
      ['van.csv'],
    )
    const nowhere = join(folder, 'missing', 'van.csv')
    assert.match(
      await refused('--format', 'csv', '--data', folder, '--out', nowhere),
      /^file-unwritable: .*missing\/van\.csv/,
    )
  }))

test('several vehicles have to be told apart, by any of their ids', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    journal.saveVehicle(IDS)
    fill(journal, 10, moving)
    fill(journal, 5, (i) => ({ ...moving(i), vehicle: 'bus' }))
    journal.stop()
    const base = ['--format', 'csv', '--data', folder]
    assert.is(await refused(...base), 'usage: --vehicle: is missing; the journal holds bus, van')
    for (const name of ['van', IDS.tokenId, IDS.userDeviceId]) {
      const { out } = await run(...base, '--vehicle', name)
      assert.is(out.split('\r\n').length, 12)
    }
    const unknown = await refused(...base, '--vehicle', 'tram')
    assert.is(
      unknown,
      'vehicle-unknown: --vehicle tram: no such vehicle; the journal holds bus, van',
    )
    // Its events have a subject that nobody knows here, and none is made up.
    const bus = await refused('--format', 'jsonl', '--data', folder, '--vehicle', 'bus')
    assert.match(bus, /^vehicle-unknown: vehicle bus: its ids are not in the journal/)
    assert.not.ok(existsSync(join(folder, 'gateway.json')))
  }))

test('an empty journal, a folder without one, and a file that is none are told apart', () =>
  inFolder(async (folder) => {
    const args = ['--format', 'csv', '--data', folder]
    assert.is(await refused(...args), `store-failed: ${folder}/journal.db: there is no journal`)
    assert.not.ok(existsSync(join(folder, 'journal.db')))
    openJournal(folder).stop()
    assert.is(await refused(...args), 'vehicle-unknown: the journal: has none yet')
    await inFolder(async (other) => {
      writeFileSync(join(other, 'journal.db'), 'x'.repeat(5000))
      const said = await refused('--format', 'csv', '--data', other)
      assert.match(said, /^store-failed: .*journal\.db: .*not a database/)
    })
  }))

test('what is not understood is told with what would be', async () => {
  const cases: [args: string[], said: RegExp][] = [
    [[], /^usage: --format: is missing; use jsonl, csv, parquet, gpx, geojson/],
    [['--format', 'xml'], /^usage: --format xml: use jsonl/],
    [['--format', 'csv', '--from', 'yesterday'], /^usage: --from yesterday: use a day/],
    [['--format', 'csv', '--to', '2026-02-30'], /^usage: --to 2026-02-30: use a day/],
    [['--format', 'csv', '--from', '2026-03-02', '--to', '2026-03-01'], /is not before --to/],
    [['--format', 'csv', '--signals', 'sped'], /^usage: --signals sped: no such signal; .*speed/],
    [['--format', 'csv', '--signals', ','], /^usage: --signals: no such signal/],
    [['--format', 'gpx', '--signals', 'speed'], /^usage: --signals: goes with jsonl/],
    [['--format', 'gpx', '--points'], /^usage: --points: goes with geojson/],
    [['--format', 'jsonl', '--units'], /^usage: --units: goes with csv/],
    [['--what'], /options are --format, --vehicle/],
  ]
  for (const [args, said] of cases) assert.match(await refused(...args), said)
  const terminal = await refusal(exportRecords, ['--format', 'parquet'], { isTTY: true })
  assert.match(terminal, /^usage: parquet: is nothing for a terminal/)
})

test('dates are days of UTC, times, or how long ago', () => {
  const now = Date.parse('2026-03-10T12:00:00Z')
  const range = (from?: string, to?: string) => {
    const window = timeRange({ from, to }, now)
    return [window.from, window.to].map((time) => new Date(time).toISOString())
  }
  assert.equal(range('2026-03-01', '2026-03-02'), [
    '2026-03-01T00:00:00.000Z',
    '2026-03-03T00:00:00.000Z',
  ])
  assert.equal(range('12h', '2026-03-10T11:59:59'), [
    '2026-03-10T00:00:00.000Z',
    '2026-03-10T12:00:00.000Z',
  ])
  assert.equal(range('2026-03-01T08:00:00.5+02:00', '1d'), [
    '2026-03-01T06:00:00.500Z',
    '2026-03-09T12:00:00.001Z',
  ])
  assert.is(range()[0], new Date(-8.64e15).toISOString())
})

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

test('a reader that has gone ends it quietly', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    fill(journal, 30_000, moving)
    journal.stop()
    const args = [MAIN, 'export', '--format', 'csv', '--data', folder]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let err = ''
    child.stderr.on('data', (data) => {
      err += data
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const code = await new Promise((resolve) => child.on('close', resolve))
    assert.equal([code, err], [0, ''])
  }))

test('JSON lines are the events that the running gateway serves as history', async () => {
  const folder = new Folder()
  try {
    const data = join(folder.path, 'data')
    mkdirSync(data)
    const journal = openJournal(data)
    fill(journal, 50, moving)
    journal.stop()
    const config = folder.file(
      'odograph.yaml',
      'vehicles:\n  - id: van\n    make: "\u0160koda"\n    model: Fabia\n    year: 2019\n',
    )
    const gateway = await startGateway(folder, ['--config', config])
    const { body: vehicles } = await gateway.get('/v1/gateway/vehicles')
    const [van] = vehicles as { tokenId: string; userDeviceId: string }[]
    const path = `/v1/vehicle/${van?.tokenId}/history?startDate=2026-03-01&endDate=2026-03-01`
    const { body } = await gateway.get(path)
    const served = (body as { hits: { hits: { _source: unknown }[] } }).hits.hits
    const { out } = await run('--format', 'jsonl', '--data', data, '--config', config)
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.is(events.length, 50)
    assert.is(events[0].subject, van?.userDeviceId)
    assert.is(events[0].data.make, '\u0160koda')
    assert.equal(
      events,
      served.map((hit) => hit._source),
    )
  } finally {
    folder.remove()
  }
})

const CHECK = `
import csv, io, json, subprocess, sys
from xml.etree import ElementTree
node, main, folder = sys.argv[1:]
def export(*args):
    return subprocess.run([node, main, 'export', '--data', folder, *args], check=True, capture_output=True).stdout.decode()
rows = list(csv.DictReader(io.StringIO(export('--format', 'csv'), newline='')))
tree = ElementTree.fromstring(export('--format', 'gpx'))
ns = {'g': 'http://www.topografix.com/GPX/1/1'}
points = tree.findall('g:trk/g:trkseg/g:trkpt', ns)
geo = json.loads(export('--format', 'geojson'))
print(json.dumps({
    'rows': len(rows), 'first': rows[0], 'reason': rows[3]['activityReason'],
    'gpx': tree.attrib['version'], 'points': len(points),
    'order': [child.tag.split('}')[1] for child in points[0]],
    'geo': [[f['geometry']['type'], len(f['geometry']['coordinates'])] for f in geo['features']],
}))
`

testWith(test, 'python3', 'Python reads CSV, GPX and GeoJSON as they were meant', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    fill(journal, 100, (i) => ({
      data: {
        latitude: 48,
        longitude: 11 + i / 1000,
        altitude: 3,
        speed: 1,
        activityReason: `"${i}",\nüber`,
      },
    }))
    journal.stop()
    const told = spawnSync('python3', ['-c', CHECK, process.execPath, MAIN, folder])
    assert.is(told.stderr.toString(), '')
    assert.equal(JSON.parse(told.stdout.toString()), {
      rows: 100,
      first: {
        time: '2026-03-01T00:00:00.000Z',
        received: '2026-03-01T00:00:00.007Z',
        source: 'can0',
        clock: 'network',
        speed: '1',
        latitude: '48',
        longitude: '11',
        altitude: '3',
        activityReason: '"0",\nüber',
      },
      reason: '"3",\nüber',
      gpx: '1.1',
      points: 100,
      order: ['ele', 'time', 'extensions'],
      geo: [['LineString', 100]],
    })
  }),
)

test.run()
