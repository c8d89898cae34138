/**
 * A simulated truck on its diagnostic connector: what its control units broadcast on J1939 (the
 * fake truck of `vehicle.ts`), trouble codes and VIN included, and their answers to requests
 * (J1939-21, -73, -81 as public knowledge).
 *
 * A request to all is answered to all by whoever has the group, and by silence where nobody does. A
 * request to one is answered to the tester where it is long; where it cannot be, it is refused.
 */
import { type CanFrame, type FrameSink, frameOf } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { BusModel } from './bus-model.ts'
import { DueFrames, keep } from './ecu-frames.ts'
import { Grid } from './ecu-grid.ts'
import type { Physics } from './physics.ts'
import { Random } from './random.ts'
import { type TruckCode, TruckCodes } from './truck-codes.ts'
import { type TruckUnit, truckUnits } from './truck-groups.ts'
import { codeUnits, messageOf, PGN } from './truck-messages.ts'
import type { TruckState } from './truck-state.ts'
import { idOf, TruckTransport } from './truck-transport.ts'
import { SimulatedVehicle } from './vehicle.ts'

export const truckFaults = {
  silence: 'no control unit answers; traffic goes on',
  'bus-off': 'nobody is on the bus: nothing comes, nothing is acknowledged',
  slow: 'answers take most of a second',
} as const

export type TruckFault = keyof typeof truckFaults

export interface SimulatedTruckOptions {
  seed?: number
  /** Drives all the time unless said. */
  physics?: Physics
  faults?: Iterable<TruckFault>
}

/** A request for a parameter group. */
export interface AskedGroup {
  time: Micros
  id: number
  data: Uint8Array
  pgn: number
}

type Acknowledgement = 'done' | 'refused' | 'busy'

const REQUEST = 0xea
const TRANSPORT = 0xec
const ACKNOWLEDGEMENT = 0xe8
const GLOBAL = 0xff
const FIRST_BROADCAST_FORMAT = 0xf0
const PRIORITY = 6
const controls: Readonly<Record<Acknowledgement, number>> = { done: 0, refused: 1, busy: 3 }
const DM1_EVERY: Micros = 1_000_000
const VI_EVERY: Micros = 10_000_000
/** Within their periods, so that they do not all begin at once. */
const DM1_AT: Micros = 910_000
const VI_AT: Micros = 9_230_000
const DELAY_MS = [4, 40] as const
const SLOW_MS = [300, 900] as const

export class SimulatedTruck implements BusModel {
  readonly bitrate = 250_000
  readonly extendedDiagnostics = true
  readonly vin: string
  /** May be changed while it runs. */
  readonly faults: Set<TruckFault>
  /** Oldest first, bounded. */
  readonly asked: AskedGroup[] = []
  readonly codes = new TruckCodes()
  readonly #vehicle: SimulatedVehicle
  readonly #random: Random
  readonly #due = new DueFrames()
  readonly #transport = new TruckTransport((frame) => this.#due.put(frame))
  readonly #grid = new Grid()

  constructor(options: SimulatedTruckOptions = {}) {
    const { seed = 1, physics } = options
    this.#vehicle = new SimulatedVehicle({ seed, isBare: true, ...(physics && { physics }) })
    this.#random = new Random(seed)
    this.vin = this.#vehicle.vin
    this.faults = new Set(options.faults ?? [])
  }

  state(time: Micros): TruckState {
    return this.#vehicle.state(time)
  }

  /** A trouble code becomes active. */
  raise(code: TruckCode, time: Micros): void {
    this.codes.raise(code, this.state(time))
  }

  send({ id, extended, remote, error, data, length, time }: CanFrame): void {
    const format = (id >>> 16) & 0xff
    const isOther = !extended || remote || error || ((id >>> 24) & 3) !== 0
    if (isOther || (format !== REQUEST && format !== TRANSPORT)) return
    const bytes = data.slice(0, length)
    const pgn = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16)
    if (format === REQUEST && length >= 3) keep(this.asked, { time, id, data: bytes, pgn })
    if (!this.isAwake(time) || this.faults.has('silence')) return
    const tester = id & 0xff
    const destination = (id >>> 8) & 0xff
    if (format === TRANSPORT && length === 8) {
      this.#transport.expire(time)
      this.#transport.receive(destination, tester, bytes, time)
    }
    if (format === REQUEST && length >= 3) this.#request(pgn, destination, tester, time)
  }

  framesUntil(time: Micros, sink: FrameSink): void {
    // A clock that jumped back: what was due then would be due for ever.
    if (this.#grid.isBefore(time) || this.faults.has('bus-off')) {
      this.#due.clear()
      this.#transport.reset()
    }
    if (this.faults.has('bus-off')) return
    for (const now of this.#grid.until(time)) {
      this.#answersUntil(now - 1, sink)
      this.#vehicle.framesAt(now, sink)
      this.#periodic(now)
    }
    this.#answersUntil(time, sink)
  }

  voltage(time: Micros): number {
    return this.state(time).voltage
  }

  isAwake(time: Micros): boolean {
    return !this.faults.has('bus-off') && this.state(time).isAwake
  }

  #answersUntil(time: Micros, sink: FrameSink): void {
    this.#transport.expire(time)
    for (let frame = this.#due.next(time); frame !== undefined; frame = this.#due.next(time)) {
      sink(frame)
    }
  }

  /** VIN and trouble codes, which may be longer than a frame. */
  #periodic(time: Micros): void {
    const isDm1 = time % DM1_EVERY === DM1_AT
    const isVehicle = time % VI_EVERY === VI_AT
    if (!(isDm1 || isVehicle) || !this.state(time).isAwake) return
    if (isDm1) for (const unit of codeUnits) this.#tell(unit, PGN.dm1, GLOBAL, time)
    if (isVehicle) this.#tell('engine', PGN.vehicle, GLOBAL, time)
  }

  #request(pgn: number, destination: number, tester: number, time: Micros): void {
    for (const unit of unitNames) {
      const isForAll = destination === GLOBAL
      if (!isForAll && destination !== truckUnits[unit]) continue
      const at = time + this.#delay()
      if (pgn === PGN.dm11 || pgn === PGN.dm3) this.#clear(pgn, unit, isForAll, tester, at)
      else this.#tell(unit, pgn, isForAll ? GLOBAL : tester, at)
    }
  }

  /** To all, or to the tester that asked for it. */
  #tell(unit: TruckUnit, pgn: number, destination: number, time: Micros): void {
    const source = truckUnits[unit]
    const { vin, codes } = this
    const data = messageOf(pgn, { unit, vin, codes, state: this.state(time) })
    if (data === undefined) {
      if (destination !== GLOBAL) this.#acknowledge('refused', pgn, source, destination, time)
    } else if (data.length <= 8) {
      this.#short(pgn, source, data, time)
    } else if (destination === GLOBAL) {
      this.#transport.broadcast({ source, pgn, data }, time)
    } else if (!this.#transport.open({ source, pgn, data }, destination, time)) {
      this.#acknowledge('busy', pgn, source, destination, time)
    }
  }

  /** Groups of which the format says that they have a destination go to all too. */
  #short(pgn: number, source: number, data: Uint8Array, time: Micros): void {
    const format = (pgn >> 8) & 0xff
    const destination = format < FIRST_BROADCAST_FORMAT ? GLOBAL : pgn & 0xff
    const id = idOf(format, destination, source, PRIORITY)
    this.#due.put(frameOf(id, data, { extended: true, time }))
  }

  /** Refused while the engine runs. Where all were asked, nobody acknowledges. */
  #clear(pgn: number, unit: TruckUnit, isForAll: boolean, tester: number, time: Micros): void {
    const isPossible = codeUnits.includes(unit) && !this.state(time).isRunning
    if (isPossible) this.codes.clear(unit, pgn === PGN.dm11)
    if (isForAll) return
    this.#acknowledge(isPossible ? 'done' : 'refused', pgn, truckUnits[unit], tester, time)
  }

  #acknowledge(
    kind: Acknowledgement,
    pgn: number,
    source: number,
    tester: number,
    time: Micros,
  ): void {
    const group = [pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16]
    const bytes = [controls[kind], 0xff, 0xff, 0xff, tester, ...group]
    const id = idOf(ACKNOWLEDGEMENT, GLOBAL, source, PRIORITY)
    this.#due.put(frameOf(id, bytes, { extended: true, time }))
  }

  #delay(): Micros {
    const [shortest, longest] = this.faults.has('slow') ? SLOW_MS : DELAY_MS
    return Math.round((shortest + (longest - shortest) * this.#random.next()) * 1000)
  }
}

const unitNames = Object.keys(truckUnits) as TruckUnit[]
