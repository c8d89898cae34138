/**
 * What goes on on the buses of a vehicle, for as long as somebody looks: counted from the first look
 * on, and for half a minute after the last.
 */
import { BusDecoder, type Protocol } from '../decoder/bus-decoder.ts'
import { destinationOf, pageOf, pduFormatOf, pgnOf, sourceOf } from '../decoder/can-id.ts'
import { groupName } from '../decoder/j1939/group-name.ts'
import {
  BusStatistics,
  type IdStatistics,
  likelyBitrate,
} from '../decoder/statistics/bus-statistics.ts'
import type { DecoderTaps } from '../decoder/taps.ts'
import type { BusActivity, BusIdentifier, BusReader, BusReport } from '../model/bus-report.ts'
import { type CanFrame, newFrame } from '../model/frame.ts'
import type { Clock, FrameReader } from '../model/ports.ts'
import type { Profile } from '../model/profile.ts'
import { type Millis, microsToMillis } from '../model/time.ts'

export interface BusViewsOptions {
  frames: FrameReader
  profiles: ReadonlyMap<string, Profile>
  protocols: (vehicle: string, bus: string) => readonly Protocol[]
  /** As configured; undefined: not said. */
  bitrate: (vehicle: string, bus: string) => number | undefined
  clock: Clock
}

const LINGER: Millis = 30_000
/** Rates are those of the last so many seconds. */
const WINDOW = 5
const ON_EXTENDED = 0x2000_0000
const SHOWN_VALUES = 8

export class BusViews implements BusReader {
  readonly #options: BusViewsOptions
  readonly #looks = new Map<string, Look>()

  constructor(options: BusViewsOptions) {
    this.#options = options
  }

  bus(vehicle: string): BusReport {
    const { clock, frames } = this.#options
    let look = this.#looks.get(vehicle)
    if (look === undefined) {
      const made = new Look(vehicle, this.#options)
      made.end = frames.watch(vehicle, (frame, bus) => made.frame(frame, bus))
      this.#looks.set(vehicle, made)
      look = made
    }
    look.lookedAt = clock.monotonic()
    return look.report()
  }

  tick(): void {
    const now = this.#options.clock.monotonic()
    for (const [vehicle, look] of this.#looks) {
      if (now - look.lookedAt > LINGER) {
        look.end()
        this.#looks.delete(vehicle)
      } else look.tick(now)
    }
  }
}

class Look {
  lookedAt: Millis = 0
  end: () => void = () => undefined
  readonly #options: BusViewsOptions
  readonly #vehicle: string
  readonly #since: Millis
  readonly #buses = new Map<string, BusLook>()
  #tickedAt: Millis

  constructor(vehicle: string, options: BusViewsOptions) {
    this.#vehicle = vehicle
    this.#options = options
    this.#since = options.clock.now()
    this.#tickedAt = options.clock.monotonic()
  }

  /** Hot while somebody looks. */
  frame(frame: CanFrame, bus: string): void {
    const look = this.#buses.get(bus) ?? this.#add(bus)
    look.frame(frame)
  }

  tick(now: Millis): void {
    if (now - this.#tickedAt < 1000) return
    for (const bus of this.#buses.values()) bus.second((now - this.#tickedAt) / 1000)
    this.#tickedAt = now
  }

  #add(bus: string): BusLook {
    const { protocols, profiles } = this.#options
    const made = new BusLook(bus, protocols(this.#vehicle, bus), profiles.get(this.#vehicle))
    this.#buses.set(bus, made)
    return made
  }

  report(): BusReport {
    const buses = [...this.#buses.values()]
    return {
      since: this.#since,
      buses: buses.map((bus) => bus.activity(this.#options.bitrate(this.#vehicle, bus.bus))),
      ids: buses.flatMap((bus) => bus.identifiers()),
    }
  }
}

interface Newest {
  frame: CanFrame
}

class BusLook {
  readonly bus: string
  readonly #statistics = new BusStatistics()
  readonly #newest = new Map<number, Newest>()
  readonly #seconds: { frames: number; bits: number; span: number }[] = []
  readonly #decoder: BusDecoder
  #said: BusIdentifier['values'] = []
  #frames = 0
  #bits = 0

  constructor(bus: string, protocols: readonly Protocol[], profile: Profile | undefined) {
    this.bus = bus
    this.#decoder = new BusDecoder({
      ...{ bus, protocols, profile },
      reading: () => undefined,
      issue: () => undefined,
      taps: this.#taps(),
    })
  }

  frame(frame: CanFrame): void {
    this.#statistics.frame(frame)
    if (frame.error || frame.remote) return
    const key = frame.extended ? frame.id + ON_EXTENDED : frame.id
    if (!this.#statistics.ids.has(key)) return
    const newest = this.#newest.get(key) ?? { frame: newFrame() }
    const { data } = newest.frame
    Object.assign(newest.frame, frame, { data })
    data.set(frame.data.subarray(0, frame.length))
    this.#newest.set(key, newest)
  }

  second(span: number): void {
    const { frames, nominalBits, dataBits } = this.#statistics
    const bits = nominalBits + dataBits
    this.#seconds.push({ frames: frames - this.#frames, bits: bits - this.#bits, span })
    if (this.#seconds.length > WINDOW) this.#seconds.shift()
    this.#frames = frames
    this.#bits = bits
  }

  activity(configured: number | undefined): BusActivity {
    const { frames, errors, others } = this.#statistics
    const bitrate = configured ?? likelyBitrate(this.#statistics)
    const span = this.#seconds.reduce((sum, second) => sum + second.span, 0)
    const recent = this.#seconds.reduce((sum, second) => sum + second.frames, 0)
    const bits = this.#seconds.reduce((sum, second) => sum + second.bits, 0)
    return {
      ...{ bus: this.bus, frames, errors, others, bitrate, assumed: configured === undefined },
      perSecond: span === 0 ? 0 : Math.round(recent / span),
      ...(span === 0 ? {} : { load: Math.min(bits / span / bitrate, 1) }),
    }
  }

  identifiers(): BusIdentifier[] {
    return [...this.#newest].map(([key, { frame }]) => {
      const known = this.#statistics.ids.get(key) as IdStatistics
      this.#said = []
      this.#decoder.frame(frame)
      const { id, extended, count, missing, period } = known
      return {
        ...{ bus: this.bus, id, extended, count, missing },
        ...(count < 2 ? {} : { period: Math.round(period / 100) / 10 }),
        data: frame.data.slice(0, frame.length),
        time: microsToMillis(frame.time),
        ...nameOf(id, extended),
        values: this.#said.slice(0, SHOWN_VALUES),
      }
    })
  }

  #taps(): DecoderTaps {
    const say = (label: string, value: number | string | undefined, unit: string) => {
      if (value !== undefined) this.#said.push({ label, value, unit })
    }
    return {
      spn: ({ label, value, text, unit }) => say(label, text ?? value, unit),
      pid: (_message, { label, value, unit }) => say(label ?? '', value, unit),
      profile: ({ name, value, text, unit }) => say(name, text ?? value, unit),
      did: (_message, { label, text }) => say(label ?? '', text, ''),
      dtcs: (_message, { codes }) => say('Trouble codes', codes.length, ''),
      dm1: ({ dtcs }) => say('Trouble codes', dtcs.length, ''),
    }
  }
}

/** What an identifier tells by itself. */
function nameOf(id: number, extended: boolean): Partial<BusIdentifier> {
  if (!extended) return (id & 0x700) === 0x700 ? { name: obdName(id) } : {}
  const format = pduFormatOf(id)
  if (format === 0xda || format === 0xdb) return { name: 'OBD-II or UDS', source: sourceOf(id) }
  if (pageOf(id) > 1) return {}
  const pgn = pgnOf(id)
  const group = groupName(pgn)
  return {
    ...{ pgn, source: sourceOf(id) },
    ...(format < 240 ? { destination: destinationOf(id) } : {}),
    ...(group === undefined ? {} : { name: group.name }),
  }
}

function obdName(id: number): string {
  if (id === 0x7df) return 'OBD-II or UDS, to all'
  return id >= 0x7e8 && id <= 0x7ef ? 'OBD-II or UDS, answer' : 'OBD-II or UDS'
}
