/**
 * GeoJSON (RFC 7946): a FeatureCollection. Either a LineString for each stretch of the way without
 * a gap, with the time of each position in `times`, or, with `points`, a Point for each record with
 * a position, with its signals.
 *
 * A line is held in memory until it ends, so a long one is continued in a further feature that begins
 * with its last position. Lines do not cross the antimeridian (3.1.9); a single position is a Point.
 */
import type { StoredRecord } from '../../model/record.ts'
import type { SignalName } from '../../model/signals.ts'
import { IsoTimes } from './iso-times.ts'
import { type ExportOutput, type ExportWriter, TextPieces } from './output.ts'
import { quoted } from './quoted.ts'
import { follows, type TrackPoint, trackPoint } from './track.ts'

const MAX_LINE = 20_000

export interface GeojsonOptions {
  vehicle: string
  points?: boolean
  /** Of the points; absent: all but the position. */
  signals?: readonly SignalName[] | undefined
}

const POSITION: ReadonlySet<string> = new Set(['latitude', 'longitude', 'altitude'])

/** Writes features into their collection. */
class Features {
  readonly #pieces: TextPieces
  #count = 0

  constructor(output: ExportOutput) {
    this.#pieces = new TextPieces(output)
    this.#pieces.add('{"type":"FeatureCollection","features":[')
  }

  add(geometry: string, properties: string): void {
    const start = this.#count === 0 ? '\n' : ',\n'
    this.#count += 1
    this.#pieces.add(`${start}{"type":"Feature","geometry":${geometry},"properties":${properties}}`)
  }

  end(): void {
    this.#pieces.add('\n]}\n')
    this.#pieces.flush()
  }
}

export function geojsonWriter(output: ExportOutput, options: GeojsonOptions): ExportWriter {
  const features = new Features(output)
  return options.points === true
    ? new PointWriter(features, options)
    : new LineWriter(features, options)
}

class PointWriter implements ExportWriter {
  readonly #features: Features
  readonly #vehicle: string
  readonly #signals: ReadonlySet<string> | undefined
  readonly #times = new IsoTimes()

  constructor(features: Features, { vehicle, signals }: GeojsonOptions) {
    this.#features = features
    this.#vehicle = quoted(vehicle)
    this.#signals = signals && new Set(signals)
  }

  record(record: StoredRecord): void {
    const point = trackPoint(record)
    if (point === undefined) return
    let properties = `{"vehicle":${this.#vehicle},"time":"${this.#times.text(record.time)}"`
    for (const [name, value] of Object.entries(record.data)) {
      const isShown = this.#signals === undefined ? !POSITION.has(name) : this.#signals.has(name)
      if (isShown) properties += `,${quoted(name)}:${JSON.stringify(value)}`
    }
    this.#features.add(pointGeometry(point), `${properties}}`)
  }

  end(): void {
    this.#features.end()
  }
}

class LineWriter implements ExportWriter {
  readonly #features: Features
  readonly #vehicle: string
  readonly #times = new IsoTimes()
  #points: TrackPoint[] = []

  constructor(features: Features, { vehicle }: GeojsonOptions) {
    this.#features = features
    this.#vehicle = vehicle
  }

  record(record: StoredRecord): void {
    const point = trackPoint(record)
    if (point === undefined) return
    const last = this.#points.at(-1)
    if (last !== undefined && (!follows(last, point) || crosses(last, point))) this.#close([])
    else if (last !== undefined && this.#points.length === MAX_LINE) this.#close([last])
    this.#points.push(point)
  }

  end(): void {
    this.#close([])
    this.#features.end()
  }

  /** Ends the line; the next one starts with the given points. */
  #close(next: TrackPoint[]): void {
    const points = this.#points
    this.#points = next
    const [first] = points
    if (first === undefined) return
    const times = points.map((point) => this.#times.text(point.time))
    const properties = JSON.stringify({
      vehicle: this.#vehicle,
      from: times[0],
      to: times.at(-1),
      times,
    })
    const geometry =
      points.length === 1
        ? pointGeometry(first)
        : `{"type":"LineString","coordinates":[${points.map(position).join(',')}]}`
    this.#features.add(geometry, properties)
  }
}

function crosses(last: TrackPoint, point: TrackPoint): boolean {
  return Math.abs(point.longitude - last.longitude) > 180
}

function pointGeometry(point: TrackPoint): string {
  return `{"type":"Point","coordinates":${position(point)}}`
}

/** RFC 7946, 3.1.1: longitude first. */
function position({ longitude, latitude, altitude }: TrackPoint): string {
  const height = altitude === undefined ? '' : `,${altitude}`
  return `[${longitude},${latitude}${height}]`
}
