/**
 * A record as the JSON text of its CloudEvent, byte for byte what `JSON.stringify(statusEvent())`
 * gives, many times as fast: weeks of records are written in one go. What does not change from record
 * to record is made once: the vehicle's part, a source's address, the minute of a time, the text of a
 * value that is still the same.
 */
import { sourceUri } from '../../model/cloud-event.ts'
import type { StoredRecord } from '../../model/record.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { ByteLine } from './byte-line.ts'
import { quoted } from './quoted.ts'

/** `"name":value,` with the last value of a signal. */
interface Kept {
  name: string
  value: unknown
  line: ByteLine
  /** Where the value begins. */
  start: number
  /** Of the whole; 0 where JSON has no text for the value. */
  length: number
  /** Where it stands in the last line that it was in; -1: another value stood there. */
  at: number
  /** The number of that line. */
  seen: number
}

const COMMA = 0x2c
const START = Buffer.from('{"data":{')
const LOCATION = Buffer.from('"location":{"lon":')
const LATITUDE = Buffer.from(',"lat":')
const ID = Buffer.from('"id":')
const END = Buffer.from('","type":"zone.dimo.device.status.update"}\n')

export class EventLines {
  readonly #line = new ByteLine()
  #lines = 0
  readonly #kept = new Map<string, Kept>()
  /** The signals of the last record, in order: mostly those of the next, too. */
  readonly #order: Kept[] = []
  readonly #sources = new Map<string, Uint8Array>()
  /** Between the signals and the time of measurement. */
  readonly #vehicle: Uint8Array
  /** Between the data and the position. */
  readonly #subject: Uint8Array

  constructor(vehicle: Vehicle) {
    const { make, model, year, userDeviceId } = vehicle
    const known = JSON.stringify({ make, model, year }).slice(1, -1)
    this.#vehicle = Buffer.from(known === '' ? '"timestamp":"' : `${known},"timestamp":"`)
    this.#subject = Buffer.from(`"},"subject":${JSON.stringify(userDeviceId)},"specversion":"1.0",`)
  }

  /** With the end of its line; the same line is used for the next one. */
  line(record: StoredRecord): ByteLine {
    const line = this.#line
    const { data } = record
    line.length = 0
    this.#lines += 1
    line.copy(START, START.length)
    const order = this.#order
    let place = 0
    for (const name in data) {
      let kept = order[place]
      if (kept?.name !== name) {
        kept = this.#named(name)
        order[place] = kept
      }
      this.#part(kept, (data as Record<string, unknown>)[name])
      place += 1
    }
    line.copy(this.#vehicle, this.#vehicle.length)
    line.time(record.time)
    line.copy(this.#subject, this.#subject.length)
    const { latitude, longitude } = data
    if (latitude !== undefined && longitude !== undefined) {
      line.copy(LOCATION, LOCATION.length)
      this.#coordinate('longitude', longitude)
      line.copy(LATITUDE, LATITUDE.length)
      this.#coordinate('latitude', latitude)
      line.text('},')
    }
    line.copy(ID, ID.length)
    line.json(record.id)
    const source = this.#source(record.source)
    line.copy(source, source.length)
    line.time(record.receivedAt)
    line.copy(END, END.length)
    return line
  }

  /** Where the line before has the same at the same place, it is there already. */
  #part(kept: Kept, value: unknown): void {
    const line = this.#line
    if (kept.value !== value) rewritten(kept, value)
    if (kept.at === line.length && kept.seen === this.#lines - 1) line.length += kept.length
    else {
      kept.at = line.length
      line.copy(kept.line.bytes, kept.length)
    }
    kept.seen = this.#lines
  }

  #named(name: string): Kept {
    let kept = this.#kept.get(name)
    if (kept === undefined) {
      const line = new ByteLine(64)
      line.text(`${quoted(name)}:`)
      const { length: start } = line
      kept = { name, value: undefined, line, start, length: 0, at: -1, seen: 0 }
      this.#kept.set(name, kept)
    }
    return kept
  }

  /** A text, as the hosted API writes coordinates. */
  #coordinate(name: string, value: unknown): void {
    const line = this.#line
    if (!Number.isFinite(value)) {
      line.text(JSON.stringify(String(value)))
      return
    }
    const kept = this.#named(name)
    if (kept.value !== value) rewritten(kept, value)
    const { line: part, start, length } = kept
    line.text('"')
    line.copy(part.bytes.subarray(start, length - 1), length - 1 - start)
    line.text('"')
  }

  #source(source: string): Uint8Array {
    let text = this.#sources.get(source)
    if (text === undefined) {
      text = Buffer.from(`,"source":${JSON.stringify(sourceUri(source))},"time":"`)
      this.#sources.set(source, text)
    }
    return text
  }
}

function rewritten(kept: Kept, value: unknown): void {
  const { line, start } = kept
  line.length = start
  kept.value = value
  kept.at = -1
  kept.length = 0
  if (!writeJson(line, value)) return
  line.byte(COMMA)
  kept.length = line.length
}

/** False where JSON has no text for it. */
function writeJson(line: ByteLine, value: unknown): boolean {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) line.number(value)
    else line.text('null')
    return true
  }
  if (typeof value === 'string') {
    line.json(value)
    return true
  }
  const json = JSON.stringify(value)
  if (json !== undefined) line.text(json)
  return json !== undefined
}
