/**
 * GPX 1.1 (topografix.com/GPX/1/1): one track, a segment for each stretch without a gap. A point has
 * elevation, time, satellites and dilution in the order of the schema (`wptType`); speed (m/s) and
 * course have no place in 1.1 and stand in Garmin's TrackPointExtension v2, which readers know.
 */
import type { StoredRecord } from '../../model/record.ts'
import { IsoTimes } from './iso-times.ts'
import { type ExportOutput, type ExportWriter, TextPieces } from './output.ts'
import { follows, isNumber, type TrackPoint, trackPoint } from './track.ts'

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="odograph" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">
<trk>
`

export class GpxWriter implements ExportWriter {
  readonly #times = new IsoTimes()
  readonly #pieces: TextPieces
  #last: TrackPoint | undefined

  /** `name`: of the track. */
  constructor(output: ExportOutput, name: string) {
    this.#pieces = new TextPieces(output)
    this.#pieces.add(`${HEAD}<name>${xmlText(name)}</name>\n`)
  }

  record(record: StoredRecord): void {
    const point = trackPoint(record)
    if (point === undefined) return
    if (!follows(this.#last, point)) {
      this.#pieces.add(this.#last === undefined ? '<trkseg>\n' : '</trkseg>\n<trkseg>\n')
    }
    this.#last = point
    this.#pieces.add(this.#point(point, record))
  }

  end(): void {
    if (this.#last !== undefined) this.#pieces.add('</trkseg>\n')
    this.#pieces.add('</trk>\n</gpx>\n')
    this.#pieces.flush()
  }

  #point({ time, latitude, longitude, altitude }: TrackPoint, { data }: StoredRecord): string {
    // The schema has longitudes below 180 only.
    const east = longitude >= 180 ? longitude - 360 : longitude
    let text = `<trkpt lat="${decimal(latitude)}" lon="${decimal(east)}">`
    if (altitude !== undefined) text += `<ele>${decimal(altitude)}</ele>`
    text += `<time>${this.#times.text(time)}</time>`
    const { nsat, hdop, speed, heading } = data
    if (isNumber(nsat) && Number.isInteger(nsat) && nsat >= 0) text += `<sat>${nsat}</sat>`
    if (isNumber(hdop)) text += `<hdop>${decimal(hdop)}</hdop>`
    let more = ''
    if (isNumber(speed)) more += `<gpxtpx:speed>${decimal(speed / 3.6)}</gpxtpx:speed>`
    // 0 to below 360.
    if (isNumber(heading)) more += `<gpxtpx:course>${decimal(heading % 360)}</gpxtpx:course>`
    if (more !== '') {
      const name = 'gpxtpx:TrackPointExtension'
      text += `<extensions><${name}>${more}</${name}></extensions>`
    }
    return `${text}</trkpt>\n`
  }
}

/** xsd:decimal has no exponents; a tenth of a millimetre in a degree is enough for anything here. */
function decimal(value: number): string {
  const text = String(value)
  if (text.length <= 12 && !text.includes('e')) return text
  return value.toFixed(9).replace(/\.?0+$/, '')
}

function xmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '\ufffd')
}
