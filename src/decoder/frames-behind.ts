/**
 * From a value back to the frames that it was made of: frames of a window go through the decoders
 * once more, and the last reading of the signal that is wanted is kept with the frame, or with all
 * the frames of the transport session, that carried it, and with everything the message said.
 */
import type { CanFrame } from '../model/frame.ts'
import type { Profile } from '../model/profile.ts'
import type { Reading } from '../model/reading.ts'
import type { SignalName } from '../model/signals.ts'
import type { Micros } from '../model/time.ts'
import { BusDecoder, type Protocol } from './bus-decoder.ts'
import { destinationOf, pduFormatOf, sourceOf } from './can-id.ts'
import { PF_ETP_CM, PF_ETP_DT } from './j1939/extended-transport.ts'
import { PF_TP_CM, PF_TP_DT } from './j1939/transport.ts'
import type { DecoderTaps } from './taps.ts'

export interface KeptFrame {
  time: Micros
  bus: string
  id: number
  extended: boolean
  data: Uint8Array
}

/** One thing that the message said. */
export interface SaidValue {
  /** `SPN 917`, `service 01 PID 0C`, `DID F190`, or the name in the profile. */
  definition: string
  label: string
  raw?: number
  value?: number | string
  unit: string
  text?: string
}

export interface FrameFinding {
  reading: Reading
  frames: readonly KeptFrame[]
  said: readonly SaidValue[]
}

export interface FramesBehindOptions {
  signal: SignalName
  /** Only of this bus, where it is given. */
  bus?: string | undefined
  protocols: (bus: string) => readonly Protocol[]
  profile: Profile | undefined
}

/** TP.CM and ETP.CM: request to send, broadcast announcement, extended request. */
const BEGINS: ReadonlySet<number> = new Set([16, 20, 32])
/** A session of 1785 bytes has 256 packets and some control frames between. */
const MAX_SESSION = 600
const SINGLE = 8

export class FramesBehind {
  readonly #options: FramesBehindOptions
  readonly #buses = new Map<string, BusTrail>()
  finding: FrameFinding | undefined
  /** Readings of the signal in the window. */
  readings = 0

  constructor(options: FramesBehindOptions) {
    this.#options = options
  }

  /** In order of time. The frame is lent. */
  frame(frame: CanFrame, bus: string): void {
    if (this.#options.bus !== undefined && this.#options.bus !== bus) return
    const trail = this.#buses.get(bus) ?? this.#add(bus)
    const found = trail.frame(frame)
    if (found === undefined) return
    this.readings += 1
    this.finding = found
  }

  #add(bus: string): BusTrail {
    const trail = new BusTrail(bus, this.#options)
    this.#buses.set(bus, trail)
    return trail
  }
}

class BusTrail {
  readonly #bus: string
  readonly #decoder: BusDecoder
  readonly #sessions = new Map<string, KeptFrame[]>()
  #said: SaidValue[] = []
  #reading: Reading | undefined
  #length = 0

  constructor(bus: string, { signal, protocols, profile }: FramesBehindOptions) {
    this.#bus = bus
    this.#decoder = new BusDecoder({
      bus,
      protocols: protocols(bus),
      profile,
      reading: (reading) => {
        if (reading.signal === signal) this.#reading = { ...reading }
      },
      issue: () => undefined,
      taps: this.#taps(),
    })
  }

  frame(frame: CanFrame): FrameFinding | undefined {
    if (frame.error || frame.remote) return undefined
    const kept = keptOf(frame, this.#bus)
    const session = this.#session(kept)
    this.#said = []
    this.#reading = undefined
    this.#length = 0
    this.#decoder.frame(frame)
    const reading: Reading | undefined = this.#reading
    if (reading === undefined) return undefined
    const isWhole = session !== undefined && this.#length > SINGLE - 1
    return { reading, frames: isWhole ? [...session] : [kept], said: this.#said }
  }

  /** The frames of the session that this one belongs to, if it is of one. */
  #session(frame: KeptFrame): KeptFrame[] | undefined {
    const { key, begins } = placeOf(frame)
    if (key === undefined) return undefined
    const known = begins ? undefined : this.#sessions.get(key)
    const session = known ?? []
    if (known === undefined) this.#sessions.set(key, session)
    if (session.length < MAX_SESSION) session.push(frame)
    return session
  }

  #taps(): DecoderTaps {
    const say = (value: SaidValue) => this.#said.push(value)
    return {
      transport: ({ data }) => {
        this.#length = data.length
      },
      isotp: ({ data }) => {
        this.#length = data.length
      },
      spn: ({ spn, label, raw, value, unit, text }) =>
        say({ definition: `SPN ${spn}`, label, unit, ...known({ raw, value, text }) }),
      pid: (_message, { service, pid, items, label: ofPid }) => {
        for (const { label, value, unit, text } of items) {
          const definition = `service ${hex(service)} PID ${hex(pid)}`
          say({ definition, label: label || ofPid || '', unit, ...known({ value, text }) })
        }
      },
      info: (_message, { infoType, values }) => {
        for (const { label, value } of values)
          say({ definition: `service 09 type ${hex(infoType)}`, label, value, unit: '' })
      },
      did: (_message, { did, label = '', data, text }) =>
        say({
          definition: `DID ${did.toString(16).toUpperCase().padStart(4, '0')}`,
          ...{ label, unit: '', value: text ?? bytesText(data) },
        }),
      profile: ({ name, message, raw, value, unit, text }) =>
        say({
          definition: `${message}.${name}`,
          label: name,
          unit,
          raw,
          ...known({ value, text }),
        }),
    }
  }
}

/** What session a frame is of, and whether it is its first. */
function placeOf({ id, extended, data }: KeptFrame): { key?: string; begins?: boolean } {
  const format = extended ? pduFormatOf(id) : undefined
  if (format === PF_TP_CM || format === PF_ETP_CM) {
    return { key: sessionKey(id), begins: BEGINS.has(data[0] ?? 0) }
  }
  if (format === PF_TP_DT || format === PF_ETP_DT) return { key: sessionKey(id) }
  const kind = (data[0] ?? 0) >>> 4
  if (kind === 1) return { key: `iso ${id}`, begins: true }
  return kind === 2 ? { key: `iso ${id}` } : {}
}

function sessionKey(id: number): string {
  return `tp ${sourceOf(id)} ${destinationOf(id)}`
}

function keptOf({ time, id, extended, data, length }: CanFrame, bus: string): KeptFrame {
  return { time, bus, id, extended, data: data.slice(0, length) }
}

function known(values: {
  raw?: number | undefined
  value?: number | string | undefined
  text?: string | undefined
}): Partial<SaidValue> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function hex(number: number): string {
  return number.toString(16).toUpperCase().padStart(2, '0')
}

function bytesText(data: Uint8Array): string {
  return Array.from(data, hex).join(' ')
}
