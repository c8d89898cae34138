/**
 * A record as the JSON text of its CloudEvent, byte for byte what `JSON.stringify(statusEvent())`
 * gives, several times as fast: weeks of records are written in one go. What does not change from
 * record to record is made once: the vehicle's part, a source's address, the minute of a time, the
 * text of a value that is still the same.
 */
import { sourceUri } from '../../model/cloud-event.ts'
import type { StoredRecord } from '../../model/record.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { IsoTimes } from './iso-times.ts'
import { numberText } from './number-text.ts'

/** The last value of a signal. */
interface Kept {
  value: unknown
  /** As JSON; undefined where JSON has no text for it. */
  json: string | undefined
  /** `"name":value,`; empty where the value has no text. */
  part: string
}

const TYPE = '","type":"zone.dimo.device.status.update"}'

/** All but what stands for itself in JSON: not control characters, `"`, `\` and lone surrogates. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

export function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}

export class EventTexts {
  readonly #times = new IsoTimes()
  readonly #kept = new Map<string, Kept>()
  readonly #sources = new Map<string, string>()
  /** Between the signals and the time of measurement. */
  readonly #vehicle: string
  /** Between the data and the position. */
  readonly #subject: string

  constructor(vehicle: Vehicle) {
    const { make, model, year, userDeviceId } = vehicle
    const known = JSON.stringify({ make, model, year }).slice(1, -1)
    this.#vehicle = known === '' ? '"timestamp":"' : `${known},"timestamp":"`
    this.#subject = `"},"subject":${JSON.stringify(userDeviceId)},"specversion":"1.0",`
  }

  text(record: StoredRecord): string {
    const { data } = record
    let text = '{"data":{'
    for (const name in data) {
      text += this.#keep(name, (data as Record<string, unknown>)[name]).part
    }
    text += this.#vehicle + this.#times.text(record.time) + this.#subject
    const { latitude, longitude } = data
    if (latitude !== undefined && longitude !== undefined) {
      const lon = this.#coordinate('longitude', longitude)
      text += `"location":{"lon":${lon},"lat":${this.#coordinate('latitude', latitude)}},`
    }
    text += `"id":${quoted(record.id)}${this.#source(record.source)}`
    return text + this.#times.text(record.receivedAt) + TYPE
  }

  #keep(name: string, value: unknown): Kept {
    const kept = this.#kept.get(name)
    if (kept !== undefined && kept.value === value) return kept
    const json = jsonOf(value)
    const part = json === undefined ? '' : `${quoted(name)}:${json},`
    if (kept === undefined) {
      const first = { value, json, part }
      this.#kept.set(name, first)
      return first
    }
    kept.value = value
    kept.json = json
    kept.part = part
    return kept
  }

  /** A text, as the hosted API writes coordinates. */
  #coordinate(name: string, value: unknown): string {
    if (!Number.isFinite(value)) return JSON.stringify(String(value))
    return `"${this.#keep(name, value).json}"`
  }

  #source(source: string): string {
    let text = this.#sources.get(source)
    if (text === undefined) {
      text = `,"source":${JSON.stringify(sourceUri(source))},"time":"`
      this.#sources.set(source, text)
    }
    return text
  }
}

function jsonOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : 'null'
  if (typeof value === 'string') return quoted(value)
  return JSON.stringify(value)
}
