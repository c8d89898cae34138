/**
 * A fake truck on a J1939 bus: its frames as a function of wall time, the same for the same time and
 * seed, and consistent with one another. Layouts follow J1939-71 as public knowledge; every byte that
 * is not used is 0xFF, "not available".
 */
import { type CanFrame, type FrameSink, newFrame } from '../../model/frame.ts'
import type { Micros, Millis } from '../../model/time.ts'
import { Drive, type Motion } from './drive.ts'
import { Random } from './random.ts'

/** Writes the parameter group's bytes; those it leaves alone are 0xFF. */
type Encode = (data: Uint8Array, motion: Motion, time: Micros) => void

interface Message {
  pgn: number
  sender: number
  priority: number
  periodMs: Millis
  /** Spreads the messages, and orders the packets of one that is longer than a frame. */
  phaseMs: Millis
  encode: Encode
}

const ENGINE = 0x00
const CLUSTER = 0x17
const BODY = 0x21
const NAVIGATION = 0x4a

const PGN_TRANSFER = 0xecff
const PGN_PACKET = 0xebff
const PGN_VI = 65260
const GRID_MS = 10
/** After a pause, such as a suspended process, only this much is made up for. */
const BACKLOG: Micros = 1_000_000
const DAY_HOURS = 24

export class SimulatedVehicle {
  readonly vin: string
  readonly #seed: number
  readonly #drive = new Drive()
  readonly #messages: readonly Message[]
  readonly #frame: CanFrame = newFrame()
  #done: Micros | undefined

  constructor(options: { seed?: number } = {}) {
    this.#seed = options.seed ?? 1
    this.vin = vinOf(this.#seed)
    this.#messages = [...this.#regular(), ...vinMessages(this.vin)]
  }

  motion(time: Micros): Motion {
    return this.#drive.at(time)
  }

  /** Every frame that is due after the last call, up to and with `time`. */
  framesUntil(time: Micros, sink: FrameSink): void {
    const oldest = time - BACKLOG
    const done = this.#done ?? oldest
    const from = done > time ? time : Math.max(done, oldest)
    this.#done = time
    const step = GRID_MS * 1000
    for (let now = (Math.floor(from / step) + 1) * step; now <= time; now += step) {
      this.#framesAt(now, sink)
    }
  }

  #framesAt(time: Micros, sink: FrameSink): void {
    const timeMs = time / 1000
    let motion: Motion | undefined
    const frame = this.#frame
    for (const message of this.#messages) {
      if ((timeMs - message.phaseMs) % message.periodMs !== 0) continue
      motion ??= this.#drive.at(time)
      frame.id = message.priority * 2 ** 26 + message.pgn * 256 + message.sender
      frame.extended = true
      frame.length = 8
      frame.time = time
      frame.data.fill(0xff, 0, 8)
      message.encode(frame.data, motion, time)
      sink(frame)
    }
  }

  #regular(): Message[] {
    const often = (pgn: number, priority: number, phaseMs: Millis, encode: Encode): Message => {
      return { pgn, sender: ENGINE, priority, periodMs: 100, phaseMs, encode }
    }
    const slow = (pgn: number, sender: number, phaseMs: Millis, encode: Encode): Message => {
      return { pgn, sender, priority: 6, periodMs: 1000, phaseMs, encode }
    }
    return [
      // EEC1: engine speed, 1/8 rpm
      often(61444, 3, 0, (data, motion, time) => {
        put(data, 4, 2, (engineSpeed(motion) + 6 * this.#noise(time, 1)) * 8)
      }),
      // EEC2: load at the current speed, 1 %
      often(61443, 3, 20, (data, motion, time) => {
        put(data, 3, 1, engineLoad(motion) + 2 * this.#noise(time, 2))
      }),
      // CCVS1: wheel-based speed, 1/256 km/h
      often(65265, 6, 40, (data, motion) => put(data, 2, 2, motion.speed * 256)),
      // VDHR: total and trip distance, 5 m
      slow(65217, CLUSTER, 110, (data, motion) => {
        put(data, 1, 4, Math.floor(motion.odometer * 200))
        put(data, 5, 4, Math.floor(motion.trip * 200))
      }),
      // VD: trip and total distance, 1/8 km
      slow(65248, CLUSTER, 210, (data, motion) => {
        put(data, 1, 4, Math.floor(motion.trip * 8))
        put(data, 5, 4, Math.floor(motion.odometer * 8))
      }),
      // DD: fuel level, 0.4 %; from 92 % down to 12 %, then refuelled
      slow(65276, CLUSTER, 310, (data, motion) => {
        put(data, 2, 1, (92 - 80 * motion.tankUsed) / 0.4)
      }),
      // VEP1: battery and key switch potential, 0.05 V
      slow(65271, BODY, 410, (data, _motion, time) => {
        put(data, 5, 2, (13.8 + 0.1 * this.#noise(time, 3)) * 20)
        put(data, 7, 2, (13.7 + 0.1 * this.#noise(time, 3)) * 20)
      }),
      // AMB: barometric pressure, 0.5 kPa; ambient temperature, 1/32 °C from −273 °C
      slow(65269, ENGINE, 510, (data, _motion, time) => {
        put(data, 1, 1, 100.5 * 2)
        put(data, 4, 2, (ambient(time) + 273) * 32)
      }),
      // ET1: coolant temperature, 1 °C from −40 °C
      slow(65262, ENGINE, 610, (data, motion) => put(data, 1, 1, coolant(motion) + 40)),
      // HOURS: engine hours, 0.05 h
      slow(65253, ENGINE, 710, (data, motion) => {
        put(data, 1, 4, Math.floor((motion.engineSeconds / 3600) * 20))
      }),
      // VP: latitude and longitude, 10⁻⁷° from −210°
      slow(65267, NAVIGATION, 810, (data, motion) => {
        put(data, 1, 4, (motion.latitude + 210) * 1e7)
        put(data, 5, 4, (motion.longitude + 210) * 1e7)
      }),
      // DM1: every lamp off, not flashing, no code
      slow(65226, ENGINE, 910, (data) => data.set([0x00, 0xff, 0, 0, 0, 0, 0xff, 0xff])),
    ]
  }

  /** −1 to 1, the same for the same time. */
  #noise(time: Micros, channel: number): number {
    const tenths = Math.floor(time / 100_000) % 2 ** 28
    return 2 * new Random(this.#seed * 31 + tenths * 8 + channel).next() - 1
  }
}

/** `at` counts from 1, as the standard does; low byte first. */
function put(data: Uint8Array, at: number, bytes: number, value: number): void {
  let rest = Math.max(Math.round(value), 0)
  for (let i = 0; i < bytes; i++) {
    data[at - 1 + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

/** Six gears that change at speeds of a light truck. */
function engineSpeed({ speed }: Motion): number {
  if (speed < 1) return 650
  const gears = [12, 20, 29, 39, 50, 90]
  const gear = gears.findIndex((top) => speed <= top)
  const bottom = gears[gear - 1] ?? 0
  const top = gears[gear] ?? 90
  return 1050 + 750 * ((speed - bottom) / (top - bottom))
}

function engineLoad({ speed, acceleration }: Motion): number {
  if (speed < 1) return 14
  return Math.min(Math.max(22 + speed * 0.35 + acceleration * 28, 3), 98)
}

/** 88 to 92 °C, warmer after a stretch at speed. */
function coolant({ engineSeconds, speed }: Motion): number {
  return 90 + Math.sin(engineSeconds / 240) + (speed > 40 ? 1 : -1)
}

/** By the hour: coldest before dawn, warmest in the afternoon. */
function ambient(time: Micros): number {
  const hour = (time / 3_600_000_000) % DAY_HOURS
  return 14 + 6 * Math.cos(((hour - 14) / DAY_HOURS) * 2 * Math.PI)
}

/**
 * VI by broadcast (J1939-21): an announcement (control byte 32, size, packets, 0xFF, PGN), then packets
 * of a number and seven bytes, 50 ms apart. The VIN ends with `*`.
 */
function vinMessages(vin: string): Message[] {
  const bytes = Buffer.from(`${vin}*`, 'latin1')
  const packets = Math.ceil(bytes.length / 7)
  const announcement = [32, bytes.length & 0xff, bytes.length >> 8, packets, 0xff]
  const group = [PGN_VI & 0xff, (PGN_VI >> 8) & 0xff, PGN_VI >> 16]
  const message = (pgn: number, index: number, content: ArrayLike<number>): Message => ({
    pgn,
    sender: ENGINE,
    priority: 7,
    periodMs: 10_000,
    phaseMs: 9_230 + 50 * index,
    encode: (data) => data.set(content),
  })
  const parts = Array.from({ length: packets }, (_, index) =>
    message(PGN_PACKET, index + 1, [index + 1, ...bytes.subarray(7 * index, 7 * index + 7)]),
  )
  return [message(PGN_TRANSFER, 0, [...announcement, ...group]), ...parts]
}

/** An invented VIN; its ninth character checks the others (49 CFR 565.15). */
function vinOf(seed: number): string {
  const serial = String(Math.abs(seed * 7919) % 1_000_000).padStart(6, '0')
  const unchecked = `XD9SM7TR0SM${serial}`
  return `XD9SM7TR${checkDigit(unchecked)}SM${serial}`
}

/** Of a VIN; what stands at the ninth place does not count. */
export function checkDigit(vin: string): string {
  const values = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ'
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
  let sum = 0
  for (const [index, weight] of weights.entries()) {
    sum += weight * (values.indexOf(vin.charAt(index)) % 10)
  }
  return sum % 11 === 10 ? 'X' : String(sum % 11)
}
