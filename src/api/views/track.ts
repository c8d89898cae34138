/**
 * The way of one trip, as GPX 1.1 (topografix.com/GPX/1/1) or GeoJSON (RFC 7946), record by record:
 * a segment of the track, or a line, for each part without a gap.
 */
import type { StoredRecord } from '../../model/record.ts'
import { isoTime, type Millis } from '../../model/time.ts'

const GAP_MS: Millis = 300_000

interface Point {
  time: Millis
  latitude: number
  longitude: number
  altitude: number | undefined
  /** km/h */
  speed: number | undefined
}

type Pages = AsyncIterable<readonly StoredRecord[]>

const GPX_HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<gpx version="1.1" creator="odograph" xmlns="http://www.topografix.com/GPX/1/1" ' +
  'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">\n<trk>\n'

/** Not written before the first page is there: until then a failure can be answered as one. */
export async function* gpxTrack(pages: Pages, name: string): AsyncGenerator<string> {
  let head = `${GPX_HEAD}<name>${xmlText(name)}</name>\n`
  let last: Point | undefined
  for await (const points of pointsOf(pages)) {
    let text = head
    head = ''
    for (const point of points) {
      if (!follows(last, point)) text += last === undefined ? '<trkseg>\n' : '</trkseg>\n<trkseg>\n'
      text += gpxPoint(point)
      last = point
    }
    if (text !== '') yield text
  }
  yield `${head}${last === undefined ? '' : '</trkseg>\n'}</trk>\n</gpx>\n`
}

function gpxPoint({ time, latitude, longitude, altitude, speed }: Point): string {
  // The schema has longitudes below 180 only.
  const east = longitude >= 180 ? longitude - 360 : longitude
  const elevation = altitude === undefined ? '' : `<ele>${decimal(altitude)}</ele>`
  const name = 'gpxtpx:TrackPointExtension'
  const more =
    speed === undefined
      ? ''
      : `<extensions><${name}><gpxtpx:speed>${decimal(speed / 3.6)}</gpxtpx:speed></${name}></extensions>`
  return `<trkpt lat="${decimal(latitude)}" lon="${decimal(east)}">${elevation}<time>${isoTime(time)}</time>${more}</trkpt>\n`
}

/** A line is held until it ends, for its times stand beside it. */
export async function* geojsonTrack(
  pages: Pages,
  properties: Readonly<Record<string, string>>,
): AsyncGenerator<string> {
  let head = '{"type":"FeatureCollection","features":['
  let line: Point[] = []
  const flush = () => {
    const text = `${head}\n${feature(line, properties)}`
    head = ','
    line = []
    return text
  }
  for await (const points of pointsOf(pages)) {
    for (const point of points) {
      const last = line.at(-1)
      if (last !== undefined && (!follows(last, point) || crosses(last, point))) yield flush()
      line.push(point)
    }
  }
  if (line.length > 0) yield flush()
  yield `${head === ',' ? '' : head}\n]}\n`
}

function feature(line: readonly Point[], properties: Readonly<Record<string, string>>): string {
  const positions = line.map(({ longitude, latitude, altitude }) =>
    altitude === undefined ? [longitude, latitude] : [longitude, latitude, altitude],
  )
  const geometry =
    positions.length === 1
      ? { type: 'Point', coordinates: positions[0] }
      : { type: 'LineString', coordinates: positions }
  const times = line.map(({ time }) => isoTime(time))
  return JSON.stringify({ type: 'Feature', geometry, properties: { ...properties, times } })
}

async function* pointsOf(pages: Pages): AsyncGenerator<Point[]> {
  for await (const page of pages) yield page.flatMap((record) => pointOf(record) ?? [])
}

function pointOf({ time, data }: StoredRecord): Point | undefined {
  const { latitude, longitude, altitude, speed } = data
  if (!isNumber(latitude) || !isNumber(longitude)) return undefined
  return {
    ...{ time, latitude, longitude },
    altitude: isNumber(altitude) ? altitude : undefined,
    speed: isNumber(speed) ? speed : undefined,
  }
}

function follows(last: Point | undefined, point: Point): boolean {
  return last !== undefined && point.time - last.time <= GAP_MS
}

/** Lines do not cross the antimeridian (RFC 7946, 3.1.9). */
function crosses(last: Point, point: Point): boolean {
  return Math.abs(point.longitude - last.longitude) > 180
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** xsd:decimal has no exponents. */
function decimal(value: number): string {
  return value.toFixed(9).replace(/\.?0+$/, '')
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
