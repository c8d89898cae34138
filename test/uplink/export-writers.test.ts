/** The formats of exports: what other readers make of them, and in how much memory. */
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { statusEvent } from '../../src/model/cloud-event.ts'
import type { RecordData, StoredRecord } from '../../src/model/record.ts'
import type { SignalName } from '../../src/model/signals.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import {
  type ExportFormat,
  type ExportOptions,
  exportWriter,
  pump,
} from '../../src/uplink/export/export.ts'
import type { ExportOutput } from '../../src/uplink/export/output.ts'
import { newRecord, START } from '../support/journal-records.ts'

const test = suite('export writers')

const vehicle: Vehicle = {
  id: 'van',
  tokenId: '1',
  userDeviceId: 'subject',
  owner: 'o',
  make: 'Ford',
}

class Collected implements ExportOutput {
  readonly pieces: Buffer[] = []
  waits = 0

  write(piece: string | Uint8Array): void {
    this.pieces.push(Buffer.from(piece as string))
  }

  pressure(): Promise<void> | undefined {
    this.waits += 1
    return undefined
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces)
  }
}

async function exported(
  format: ExportFormat,
  records: Iterable<StoredRecord> | AsyncIterable<StoredRecord>,
  options: Partial<ExportOptions> = {},
): Promise<Buffer> {
  const output = new Collected()
  const writer = exportWriter(format, output, { vehicle, createdBy: 'odograph 0', ...options })
  await pump(records, writer, output)
  return output.bytes
}

function record(
  seconds: number,
  data: RecordData,
  fields: Partial<StoredRecord> = {},
): StoredRecord {
  const time = START + seconds * 1000
  return {
    ...newRecord(seconds, { time, receivedAt: time + 5, data }),
    seq: seconds + 1,
    ...fields,
  }
}

const place = (seconds: number, more: RecordData = {}) =>
  record(seconds, { latitude: 48 + seconds / 1000, longitude: 11, ...more })

test('JSON lines are the events of the history', async () => {
  const records = [record(0, { speed: 1.5 }), place(1), record(2, {})]
  const text = (await exported('jsonl', records)).toString()
  assert.equal(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    records.map((one) => JSON.parse(JSON.stringify(statusEvent(one, vehicle)))),
  )
  const some = await exported('jsonl', [place(1, { speed: 3 })], { signals: ['speed', 'latitude'] })
  const event = JSON.parse(some.toString())
  assert.equal(Object.keys(event.data), ['speed', 'latitude', 'make', 'timestamp'])
  assert.is(event.location, undefined)
})

test('records may come from where waiting is needed', async () => {
  async function* late() {
    yield record(0, { speed: 1 })
    yield record(1, { speed: 2 })
  }
  assert.is((await exported('jsonl', late())).toString().split('\n').length, 3)
})

test('CSV has a header, empty fields for what is not known, and quotes what needs it', async () => {
  const signals: SignalName[] = ['speed', 'charging', 'activityReason']
  const records = [
    record(0, { speed: 1.5 }),
    record(1, { charging: false, activityReason: 'a "b", c\nd' }, { source: 'a,b' }),
  ]
  const head = 'time,received,source,clock'
  assert.is(
    (await exported('csv', records, { signals })).toString(),
    `${head},speed,charging,activityReason\r
2026-03-01T00:00:00.000Z,2026-03-01T00:00:00.005Z,can0,network,1.5,,\r
2026-03-01T00:00:01.000Z,2026-03-01T00:00:01.005Z,"a,b",network,,false,"a ""b"", c
d"\r\n`,
  )
  const units = await exported('csv', [], { signals: ['speed', 'charging'], units: true })
  assert.is(units.toString(), `${head},speed [km/h],charging\r\n`)
})

test('Parquet holds the same values, with types, nulls and row groups', async () => {
  const signals: SignalName[] = ['speed', 'charging', 'activity', 'odometer']
  function* records() {
    for (let i = 0; i < 45_000; i += 1) {
      const data: RecordData = i % 3 === 0 ? {} : { speed: i / 8, charging: i % 2 === 0 }
      if (i % 1000 === 1) data.activity = 'über'
      yield record(i, data)
    }
  }
  const bytes = await exported('parquet', records(), { signals })
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  const metadata = parquetMetadata(file)
  assert.equal(
    metadata.row_groups.map(({ num_rows }) => Number(num_rows)),
    [20_000, 20_000, 5000],
  )
  assert.is(metadata.created_by, 'odograph 0')
  assert.equal(JSON.parse(metadata.key_value_metadata?.[0]?.value ?? ''), {
    speed: 'km/h',
    charging: '',
    activity: '',
    odometer: 'km',
  })
  const types = metadata.schema
    .slice(1)
    .map(({ name, type, converted_type, repetition_type }) => [
      name,
      converted_type ?? type,
      repetition_type,
    ])
  assert.equal(types, [
    ['time', 'TIMESTAMP_MILLIS', 'REQUIRED'],
    ['received', 'TIMESTAMP_MILLIS', 'REQUIRED'],
    ['vehicle', 'UTF8', 'REQUIRED'],
    ['source', 'UTF8', 'REQUIRED'],
    ['clock', 'UTF8', 'REQUIRED'],
    ['speed', 'DOUBLE', 'OPTIONAL'],
    ['charging', 'BOOLEAN', 'OPTIONAL'],
    ['activity', 'UTF8', 'OPTIONAL'],
    ['odometer', 'DOUBLE', 'OPTIONAL'],
  ])
  const rows = await parquetReadObjects({ file })
  const expected = [...records()].map(
    ({ time, receivedAt, vehicle, source, clockTrust, data }) => ({
      time: new Date(time),
      received: new Date(receivedAt),
      vehicle,
      source,
      clock: clockTrust,
      speed: data.speed ?? null,
      charging: data.charging ?? null,
      activity: data.activity ?? null,
      odometer: null,
    }),
  )
  assert.is(rows.length, expected.length)
  for (let i = 0; i < rows.length; i += 97) {
    assert.equal(Object.fromEntries(signalsNulled(rows[i])), expected[i])
  }
})

function signalsNulled(row: Record<string, unknown> | undefined): [string, unknown][] {
  return Object.entries(row ?? {}).map(([name, value]) => [name, value ?? null])
}

test('Parquet of no record at all is a file with a schema', async () => {
  const bytes = await exported('parquet', [], { signals: ['speed'] })
  const metadata = parquetMetadata(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  )
  assert.is(metadata.num_rows, 0n)
  assert.is(metadata.schema.length, 7)
})

test('a GPX track is cut where no position was known for more than five minutes', async () => {
  const more = { altitude: 520.25, nsat: 9, hdop: 0.9, speed: 36, heading: 360 }
  const records = [place(0, more), record(100, { speed: 5 }), place(300), place(601), place(602)]
  const gpx = (await exported('gpx', records)).toString()
  assert.is(
    gpx,
    `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="odograph" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">
<trk>
<name>van</name>
<trkseg>
<trkpt lat="48" lon="11"><ele>520.25</ele><time>2026-03-01T00:00:00.000Z</time><sat>9</sat><hdop>0.9</hdop><extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>10</gpxtpx:speed><gpxtpx:course>0</gpxtpx:course></gpxtpx:TrackPointExtension></extensions></trkpt>
<trkpt lat="48.3" lon="11"><time>2026-03-01T00:05:00.000Z</time></trkpt>
</trkseg>
<trkseg>
<trkpt lat="48.601" lon="11"><time>2026-03-01T00:10:01.000Z</time></trkpt>
<trkpt lat="48.602" lon="11"><time>2026-03-01T00:10:02.000Z</time></trkpt>
</trkseg>
</trk>
</gpx>
`,
  )
})

test('numbers of a GPX file have no exponents, and longitudes are below 180', async () => {
  const odd = record(0, { latitude: -1e-7, longitude: 180, altitude: 1 / 3, speed: 1e-9 })
  const gpx = (await exported('gpx', [odd])).toString()
  assert.match(gpx, /lat="-0\.0000001" lon="-180"><ele>0\.333333333<\/ele>/)
  assert.match(gpx, /<gpxtpx:speed>0<\/gpxtpx:speed>/)
})

test('a GPX track without a position has no segment, and its name is no markup', async () => {
  const other = { ...vehicle, id: 'a<b>&"c' }
  const gpx = (await exported('gpx', [record(0, { latitude: 3 })], { vehicle: other })).toString()
  assert.match(gpx, /<trk>\n<name>a&lt;b&gt;&amp;"c<\/name>\n<\/trk>/)
})

interface Feature {
  type: string
  geometry: { type: string; coordinates: unknown[] }
  properties: { times: string[]; from: string; to: string } & Record<string, unknown>
}

async function featuresOf(records: Iterable<StoredRecord>, options: Partial<ExportOptions> = {}) {
  const parsed = JSON.parse((await exported('geojson', records, options)).toString())
  assert.is(parsed.type, 'FeatureCollection')
  return parsed.features as Feature[]
}

test('GeoJSON is a line for each segment, with a time for each position', async () => {
  const features = await featuresOf([
    place(0, { altitude: 5 }),
    place(300),
    place(601),
    record(602, {}),
  ])
  assert.equal(features, [
    {
      type: 'Feature',
      geometry: {
        type: 'LineString',
        coordinates: [
          [11, 48, 5],
          [11, 48.3],
        ],
      },
      properties: {
        vehicle: 'van',
        from: '2026-03-01T00:00:00.000Z',
        to: '2026-03-01T00:05:00.000Z',
        times: ['2026-03-01T00:00:00.000Z', '2026-03-01T00:05:00.000Z'],
      },
    },
    {
      type: 'Feature',
      // A line has two positions at least.
      geometry: { type: 'Point', coordinates: [11, 48.601] },
      properties: {
        vehicle: 'van',
        from: '2026-03-01T00:10:01.000Z',
        to: '2026-03-01T00:10:01.000Z',
        times: ['2026-03-01T00:10:01.000Z'],
      },
    },
  ])
  assert.equal(await featuresOf([]), [])
})

test('a long line goes on in the next feature where it ended, none crosses the antimeridian', async () => {
  function* long() {
    for (let i = 0; i < 45_000; i += 1) yield record(i, { latitude: 1, longitude: i / 1000 })
  }
  const features = await featuresOf(long())
  assert.equal(
    features.map(({ geometry }) => geometry.coordinates.length),
    [20_000, 20_000, 5002],
  )
  for (const [index, { geometry, properties }] of features.entries()) {
    assert.is(properties.times.length, geometry.coordinates.length)
    const next = features[index + 1]
    if (next) assert.equal(next.geometry.coordinates[0], geometry.coordinates.at(-1))
  }
  const east = [179.9, 179.99, -179.99, -179.9].map((longitude, i) =>
    record(i, { latitude: 1, longitude }),
  )
  assert.is((await featuresOf(east)).length, 2)
})

test('GeoJSON points carry their signals', async () => {
  const points = await featuresOf(
    [place(1, { speed: 5, charging: false, activity: 'a"b' }), record(2, {})],
    {
      points: true,
    },
  )
  assert.equal(points, [
    {
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [11, 48.001] },
      properties: {
        vehicle: 'van',
        time: '2026-03-01T00:00:01.000Z',
        speed: 5,
        charging: false,
        activity: 'a"b',
      },
    } as unknown as Feature,
  ])
  const some = await featuresOf([place(1, { speed: 5, odometer: 7 })], {
    points: true,
    signals: ['speed'],
  })
  assert.equal(some[0]?.properties, {
    vehicle: 'van',
    time: '2026-03-01T00:00:01.000Z',
    speed: 5,
  } as never)
})

test('writing waits for a slow reader, and nothing is held meanwhile', async () => {
  let held = 0
  let most = 0
  const output: ExportOutput = {
    write(piece) {
      held += piece.length
      most = Math.max(most, held)
    },
    pressure() {
      if (held === 0) return undefined
      return new Promise((resolve) =>
        setImmediate(() => {
          held = 0
          resolve()
        }),
      )
    },
  }
  function* records() {
    for (let i = 0; i < 20_000; i += 1) yield place(i)
  }
  const writer = exportWriter('jsonl', output, { vehicle, createdBy: '' })
  assert.is(await pump(records(), writer, output), 20_000)
  assert.ok(most > 0 && most < 100_000, `${most} bytes at once`)
})

test('an abort ends the writing, and takes no further record', async () => {
  const controller = new AbortController()
  const output = new Collected()
  let read = 0
  function* endless() {
    for (;;) {
      read += 1
      if (read === 5000) controller.abort()
      yield record(read, {})
    }
  }
  const writer = exportWriter('jsonl', output, { vehicle, createdBy: '' })
  try {
    await pump(endless(), writer, output, { signal: controller.signal })
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).name, 'AbortError')
  }
  assert.ok(read < 10_000, `${read} records`)
})

test.run()
