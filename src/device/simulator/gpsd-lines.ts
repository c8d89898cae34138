/**
 * What gpsd says, protocol 3.14 (gpsd.io/gpsd_json.html): lines of JSON about a simulated vehicle, and
 * answers to the commands of one client.
 */
import type { Micros } from '../../model/time.ts'
import type { Whereabouts } from './gnss.ts'

export const gpsdFaults = {
  'no-fix': 'its receiver sees too few satellites',
  'null-island': 'its receiver claims a fix at 0, 0',
  'dead-reckoning': 'its receiver guesses on from its last place',
  'week-rollover': 'the date is 1024 weeks early',
  'no-receiver': 'no receiver is plugged in',
  'two-receivers': 'a second receiver stands a kilometre away',
  silence: 'it says nothing for 20 s of every minute',
  garbage: 'broken lines stand between the others',
} as const

export type GpsdFault = keyof typeof gpsdFaults

export const gpsdDevices = ['/dev/ttyACM0', '/dev/ttyACM1'] as const

const SECOND: Micros = 1e6
const WEEKS: Micros = 1024 * 7 * 86_400 * SECOND
const SILENT_FROM_S = 40
const MPS = 3.6
/** About a kilometre. */
const AWAY = 0.01
const USED = 9
const SEEN = 12

/** What it tells by itself in the full second that `time` lies in. */
export function gpsdReports(
  physics: { at(time: Micros): Whereabouts },
  time: Micros,
  faults: ReadonlySet<GpsdFault> = new Set(),
): object[] {
  const second = Math.floor(time / SECOND) * SECOND
  if (faults.has('no-receiver')) return []
  if (faults.has('silence') && (second / SECOND) % 60 >= SILENT_FROM_S) return []
  const place = physics.at(second)
  const other = { ...place, latitude: place.latitude + AWAY }
  const all = faults.has('two-receivers') ? [place, other] : [place]
  return all.flatMap((at, index) => {
    const device = gpsdDevices[index]
    return [timePlaceVelocity(at, second, faults, device), sky(faults, device)]
  })
}

function timePlaceVelocity(
  { latitude, longitude, speed, heading }: Whereabouts,
  second: Micros,
  faults: ReadonlySet<GpsdFault>,
  device: string | undefined,
): object {
  const told = faults.has('week-rollover') ? second - WEEKS : second
  const time = new Date(told / 1000).toISOString()
  const head = { class: 'TPV', device }
  if (faults.has('no-fix')) return { ...head, mode: 1, time, ept: 0.005 }
  const isNowhere = faults.has('null-island')
  return {
    ...head,
    ...(faults.has('dead-reckoning') ? { status: 5 } : {}),
    ...{ mode: 3, time, ept: 0.005 },
    lat: isNowhere ? 0 : latitude,
    lon: isNowhere ? 0 : longitude,
    ...{ altHAE: 170, altMSL: 122, alt: 122 },
    ...(speed < 1 ? {} : { track: heading }),
    ...{ speed: speed / MPS, climb: 0, geoidSep: 48, eph: 17.1 },
  }
}

function sky(faults: ReadonlySet<GpsdFault>, device: string | undefined): object {
  const used = faults.has('no-fix') ? 0 : USED
  const satellites = Array.from({ length: SEEN }, (_, at) => ({
    ...{ PRN: at + 1, el: 45, az: 30 * at, ss: 30 + at },
    used: at < used,
  }))
  const hdop = used === 0 ? {} : { hdop: 0.9, pdop: 1.6, vdop: 1.3 }
  return { class: 'SKY', device, ...hdop, nSat: SEEN, uSat: used, satellites }
}

/** The conversation with one client: a greeting, answers, and reports while it watches. */
export class GpsdConversation {
  #text = ''
  /** Undefined: it does not watch. Empty: all receivers. */
  #watched: string | undefined
  readonly #faults: ReadonlySet<GpsdFault>

  constructor(faults: ReadonlySet<GpsdFault> = new Set()) {
    this.#faults = faults
  }

  get isWatching(): boolean {
    return this.#watched !== undefined
  }

  greeting(): string {
    const version = { release: '3.22', rev: '3.22', proto_major: 3, proto_minor: 14 }
    return lineOf({ class: 'VERSION', ...version })
  }

  /** What is answered to bytes of the client. */
  receive(bytes: Uint8Array): string {
    this.#text += Buffer.from(bytes).toString('latin1')
    const requests = this.#text.split(/[;\n]/)
    this.#text = (requests.pop() ?? '').slice(0, 256)
    return requests.map((request) => this.#answer(request.trim())).join('')
  }

  /** Reports as this client gets them. */
  told(reports: readonly object[]): string {
    if (this.#watched === undefined) return ''
    const own = reports.filter(
      (report) => this.#watched === '' || ('device' in report && report.device === this.#watched),
    )
    const broken = this.#faults.has('garbage') ? '{"class":"TPV","mode":3,"lat":12.5,"lo\r\n' : ''
    return own.map((report) => broken + lineOf(report)).join('')
  }

  #answer(request: string): string {
    const [, name = '', argument] = /^\?([A-Z]+)(?:=(.*))?$/.exec(request) ?? []
    if (request === '') return ''
    if (name === 'VERSION') return this.greeting()
    if (name === 'DEVICES') return lineOf(this.#devices())
    if (name === 'WATCH') return this.#watch(argument)
    return lineOf({ class: 'ERROR', message: `Unrecognized request '${request}'` })
  }

  #watch(argument: string | undefined): string {
    const { enable = true, device = '' } = settingsOf(argument)
    const { devices } = this.#devices()
    if (device !== '' && !devices.some(({ path }) => path === device)) {
      return lineOf({ class: 'ERROR', message: `No such device as ${device}` })
    }
    this.#watched = enable ? device : undefined
    const watch = { class: 'WATCH', enable, json: true, nmea: false, raw: 0, scaled: false }
    return lineOf(this.#devices()) + lineOf(device === '' ? watch : { ...watch, device })
  }

  #devices() {
    const count = this.#faults.has('no-receiver') ? 0 : this.#faults.has('two-receivers') ? 2 : 1
    const devices = gpsdDevices.slice(0, count).map((path) => ({
      ...{ class: 'DEVICE', path, driver: 'u-blox', flags: 1, native: 1, bps: 9600 },
    }))
    return { class: 'DEVICES', devices }
  }
}

function settingsOf(argument = '{}'): { enable?: boolean; device?: string } {
  try {
    const value: unknown = JSON.parse(argument)
    if (typeof value !== 'object' || value === null) return {}
    const { enable, device } = value as Record<string, unknown>
    return {
      ...(typeof enable === 'boolean' ? { enable } : {}),
      ...(typeof device === 'string' ? { device } : {}),
    }
  } catch {
    // As gpsd does: what it does not understand is left out.
    return {}
  }
}

function lineOf(message: object): string {
  return `${JSON.stringify(message)}\r\n`
}
