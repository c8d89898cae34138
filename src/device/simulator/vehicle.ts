/**
 * A fake truck on a J1939 bus: its frames as a function of wall time, the same for the same time and
 * seed, and consistent with one another. Layouts follow J1939-71 as public knowledge; every byte that
 * is not used is 0xFF, "not available".
 */
import { type CanFrame, type FrameSink, newFrame } from '../../model/frame.ts'
import type { Micros, Millis } from '../../model/time.ts'
import { Drive, type Motion } from './drive.ts'
import { Grid } from './ecu-grid.ts'
import type { Physics } from './physics.ts'
import { truckGroups, truckUnits } from './truck-groups.ts'
import { drivingStates, physicalStates, type TruckState, type TruckStates } from './truck-state.ts'

interface Message {
  pgn: number
  sender: number
  priority: number
  periodMs: Millis
  /** Spreads the messages, and orders the packets of one that is longer than a frame. */
  phaseMs: Millis
  encode: (data: Uint8Array, state: TruckState) => void
}

export interface SimulatedVehicleOptions {
  seed?: number
  /** What it does; drives all the time unless said. */
  physics?: Physics
  /** Leaves the VIN and trouble codes (DM1) to someone else. */
  isBare?: boolean
}

const PGN_TRANSFER = 0xecff
const PGN_PACKET = 0xebff
const PGN_VI = 65260
const PGN_DM1 = 65226

export class SimulatedVehicle {
  readonly vin: string
  readonly #drive = new Drive()
  readonly #states: TruckStates
  readonly #messages: readonly Message[]
  readonly #frame: CanFrame = newFrame()
  readonly #grid = new Grid()

  constructor(options: SimulatedVehicleOptions = {}) {
    const { seed = 1, physics, isBare = false } = options
    this.vin = vinOf('XD9SM7TR', 'SM', seed)
    this.#states = physics ? physicalStates(physics) : drivingStates(this.#drive, seed)
    this.#messages = isBare ? regular : [...regular, noCodes, ...vinMessages(this.vin)]
  }

  /** Of the drive that never ends; `state` is of whatever physics it was given. */
  motion(time: Micros): Motion {
    return this.#drive.at(time)
  }

  state(time: Micros): TruckState {
    return this.#states.at(time)
  }

  /** Every frame that is due after the last call, up to and with `time`. */
  framesUntil(time: Micros, sink: FrameSink): void {
    for (const now of this.#grid.until(time)) this.framesAt(now, sink)
  }

  /** The frames of one moment of the grid. */
  framesAt(time: Micros, sink: FrameSink): void {
    const timeMs = time / 1000
    let state: TruckState | undefined
    const frame = this.#frame
    for (const message of this.#messages) {
      if ((timeMs - message.phaseMs) % message.periodMs !== 0) continue
      state ??= this.#states.at(time)
      if (!state.isAwake) return
      frame.id = message.priority * 2 ** 26 + message.pgn * 256 + message.sender
      frame.extended = true
      frame.length = 8
      frame.time = time
      frame.data.fill(0xff, 0, 8)
      message.encode(frame.data, state)
      sink(frame)
    }
  }
}

const regular: readonly Message[] = truckGroups.flatMap(({ periodMs, ...group }) =>
  periodMs === undefined ? [] : [{ ...group, periodMs }],
)

/** DM1: every lamp off, not flashing, no code. */
const noCodes: Message = {
  pgn: PGN_DM1,
  sender: truckUnits.engine,
  priority: 6,
  periodMs: 1000,
  phaseMs: 910,
  encode: (data) => data.set([0x00, 0xff, 0, 0, 0, 0, 0xff, 0xff]),
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
    sender: truckUnits.engine,
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
export function vinOf(start: string, plant: string, seed: number): string {
  const serial = String(Math.abs(seed * 7919) % 1_000_000).padStart(6, '0')
  return `${start}${checkDigit(`${start}0${plant}${serial}`)}${plant}${serial}`
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
