/**
 * A car for tests of the poller, as a table: control units with their PIDs, data identifiers and
 * habits, behind an `Asker` that answers after a while of a hand clock. Every request is kept.
 */
import type { PollItem } from '../../src/device/poller/catalogue.ts'
import {
  codeIntervals,
  defaultIntervals,
  onceIntervals,
} from '../../src/device/poller/intervals.ts'
import { Poller, type PollerOptions } from '../../src/device/poller/poller.ts'
import type { ActivityState } from '../../src/model/activity.ts'
import type {
  Asker,
  BusRequest,
  RequestAnswer,
  RequestOutcome,
} from '../../src/model/bus-request.ts'
import type { SignalName } from '../../src/model/signals.ts'
import { HandClock } from './hand-clock.ts'

/** What becomes of several PIDs in one request. */
export type Several = 'answers' | 'first only' | 'reversed' | 'padded' | 'refused' | 'silent'

export interface CarUnit {
  /** The identifier it answers with. */
  answers: number
  /** Another way to be asked than the standard's. */
  asked?: number
  /** Data of service 01 in hexadecimal, by PID; bitmaps are made from it. */
  pids?: Record<number, string>
  /** PIDs that the bitmaps announce and nobody answers. */
  mute?: number[]
  /** Service 09 in hexadecimal, by kind. */
  infos?: Record<number, string>
  /** Other answers by request, all in hexadecimal. */
  others?: Record<string, string>
  /** Codes of service 03, 07, 0A in hexadecimal, after the service byte. */
  codes?: string
  several?: Several
  /** Answers only what all are asked. */
  onlyFunctional?: boolean
  /** NRC for what it does not know; absent: silence. */
  refuses?: number
}

export interface SentRequest {
  at: number
  hex: string
  request: BusRequest
}

export class PolledCar implements Asker {
  readonly sent: SentRequest[] = []
  units: CarUnit[]
  latencyMs = 60
  silenceMs = 200
  isAsleep = false
  /** What an answer of so many bytes takes longer. */
  extraMs: (bytes: number) => number = () => 0
  /** Instead of an answer, when it gives something. */
  refusal: (request: BusRequest) => RequestOutcome | undefined = () => undefined
  readonly #clock: HandClock

  constructor(clock: HandClock, units: CarUnit[]) {
    this.#clock = clock
    this.units = units
  }

  async request(request: BusRequest): Promise<RequestOutcome> {
    const refused = this.refusal(request)
    if (refused !== undefined) return refused
    const hex = Buffer.from(request.data).toString('hex').toUpperCase()
    this.sent.push({ at: this.#clock.monotonic(), hex, request })
    const answers = this.answersTo(request)
    const [first] = answers
    const delay =
      first === undefined ? this.silenceMs : this.latencyMs + this.extraMs(first.data.length)
    await new Promise<void>((resolve) => this.#clock.after(delay, resolve))
    return answers.length > 0 ? { kind: 'answered', answers } : { kind: 'silent' }
  }

  answersTo(request: Pick<BusRequest, 'kind' | 'to' | 'data'>): RequestAnswer[] {
    return this.isAsleep ? [] : this.units.flatMap((unit) => this.#answer(unit, request))
  }

  /** When that was sent. */
  times(hex: string): number[] {
    return this.sent.filter((sent) => sent.hex === hex).map(({ at }) => at)
  }

  #answer(
    unit: CarUnit,
    { to, data, kind }: Pick<BusRequest, 'kind' | 'to' | 'data'>,
  ): RequestAnswer[] {
    if (kind === 'pgn') return []
    const { answers: id, asked, onlyFunctional = false } = unit
    const extended = id > 0x7ff
    const own = asked ?? (extended ? 0x18da00f1 | ((id & 0xff) << 8) : id - 8)
    const isToAll = to.id === 0x7df || to.id === 0x18db33f1
    if (to.extended !== extended) return []
    if (isToAll ? asked !== undefined : to.id !== own || onlyFunctional) return []
    const hex = answerOf(unit, data, isToAll)
    if (hex === undefined) return []
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
    return [{ from: { id, extended }, data: bytes, time: this.#clock.now() * 1000 }]
  }
}

/** A state as the activity monitor tells it. */
export function activityOf(activity: ActivityState['activity'], since = 0): ActivityState {
  return { activity, reason: 'test', since }
}

function answerOf(unit: CarUnit, data: Uint8Array, isToAll: boolean): string | undefined {
  const [service = 0, ...rest] = data
  const hex = positive(unit, service, rest, Buffer.from(data).toString('hex').toUpperCase())
  // Whoever is asked with all the others says nothing of what it does not know.
  if (hex !== undefined || unit.refuses === undefined || isToAll) return hex
  const isMute = service === 1 && rest.some((pid) => unit.mute?.includes(pid))
  return isMute ? undefined : `7F${byte(service)}${byte(unit.refuses)}`
}

function positive(
  { pids, mute = [], infos, others, codes, several = 'answers' }: CarUnit,
  service: number,
  rest: number[],
  hex: string,
): string | undefined {
  if (others?.[hex] !== undefined) return others[hex]
  if (service === 1 && pids !== undefined) {
    const known = { ...pids, ...bitmaps([...Object.keys(pids).map(Number), ...mute]) }
    return rest.length === 1 ? onePid(known, rest[0] ?? 0) : severalPids(known, rest, several)
  }
  if (service === 9 && infos !== undefined) {
    const known: Record<number, string> = { ...infos, 0: bitmap(Object.keys(infos).map(Number), 0) }
    const [kind = 0] = rest
    return known[kind] === undefined ? undefined : `49${byte(kind)}${known[kind]}`
  }
  const isCodes = service === 3 || service === 7 || service === 10
  return isCodes && codes !== undefined ? `${byte(service + 0x40)}${codes}` : undefined
}

function onePid(known: Record<number, string>, pid: number): string | undefined {
  return known[pid] === undefined ? undefined : `41${byte(pid)}${known[pid]}`
}

function severalPids(
  known: Record<number, string>,
  pids: number[],
  several: Several,
): string | undefined {
  const parts = pids.filter((pid) => known[pid] !== undefined).map((pid) => byte(pid) + known[pid])
  if (parts.length === 0 || several === 'silent') return undefined
  if (several === 'refused') return '7F0112'
  if (several === 'first only') return `41${parts[0]}`
  if (several === 'reversed') return `41${parts.reverse().join('')}`
  return `41${parts.join('')}${several === 'padded' ? '00' : ''}`
}

/** Service 01, PIDs 00, 20, 40, … as far as they are needed. */
function bitmaps(pids: number[]): Record<number, string> {
  const highest = Math.max(...pids, 1)
  const result: Record<number, string> = {}
  for (let base = 0; base < highest; base += 0x20) {
    result[base] = bitmap([...pids, ...(highest > base + 0x20 ? [base + 0x20] : [])], base)
  }
  return result
}

function bitmap(numbers: number[], base: number): string {
  const bytes = new Uint8Array(4)
  for (const number of numbers) {
    const bit = number - base - 1
    if (bit >= 0 && bit < 32) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  }
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

function byte(number: number): string {
  return number.toString(16).toUpperCase().padStart(2, '0')
}

/** A row of the catalogue for a PID of service 01. */
export function pidItem(
  pid: number,
  length: number,
  signals: SignalName[],
  rest: Partial<PollItem> = {},
): PollItem {
  return {
    key: `01 ${byte(pid)}`,
    kind: 'pid',
    request: { to: 'functional', data: Uint8Array.of(1, pid) },
    signals,
    length,
    every: defaultIntervals(signals),
    priority: 10,
    ...rest,
  }
}

/** A row for anything else, by its request in hexadecimal. */
export function otherItem(
  kind: PollItem['kind'],
  hex: string,
  rest: Partial<PollItem> & { to?: number } = {},
): PollItem {
  const { to, ...more } = rest
  const data = Uint8Array.from(Buffer.from(hex, 'hex'))
  return {
    key: to === undefined ? hex : `${hex} at ${to.toString(16)}`,
    kind,
    request: { to: to === undefined ? 'functional' : { id: to, extended: to > 0x7ff }, data },
    signals: [],
    every: kind === 'codes' ? codeIntervals : kind === 'info' ? onceIntervals : { driving: 30 },
    priority: 20,
    ...more,
  }
}

/** A catalogue as a small car has it: fast and slow PIDs, codes, VIN. */
export function carCatalogue(): PollItem[] {
  return [
    pidItem(0x0d, 1, ['speed'], { priority: 0 }),
    pidItem(0x0c, 2, ['engineSpeed'], { priority: 1 }),
    pidItem(0x01, 4, ['malfunctionLamp', 'dtcCount']),
    pidItem(0x04, 1, ['engineLoad']),
    pidItem(0x05, 1, ['coolantTemp']),
    pidItem(0x0b, 1, ['intakePressure']),
    pidItem(0x0f, 1, ['intakeTemp']),
    pidItem(0x10, 2, ['massAirFlow']),
    pidItem(0x11, 1, ['throttlePosition']),
    pidItem(0x1f, 2, ['runTime']),
    pidItem(0x21, 2, ['distanceWithMil']),
    pidItem(0x2f, 1, ['fuelPercentRemaining']),
    pidItem(0x33, 1, ['barometricPressure']),
    pidItem(0x42, 2, ['batteryVoltage']),
    pidItem(0x46, 1, ['ambientTemp']),
    pidItem(0x5c, 1, ['oilTemp']),
    pidItem(0x5e, 2, ['fuelRate']),
    pidItem(0xa6, 4, ['odometer']),
    otherItem('codes', '03'),
    otherItem('codes', '07'),
    otherItem('codes', '0A'),
    otherItem('info', '0902', { signals: ['vin'] }),
    otherItem('info', '0904'),
  ]
}

/** An engine that has all of `carCatalogue`. */
export function engine(rest: Partial<CarUnit> = {}): CarUnit {
  return {
    answers: 0x7e8,
    pids: Object.fromEntries(
      carCatalogue()
        .filter(({ kind }) => kind === 'pid')
        .map(({ request, length = 1 }) => [request.data[1] ?? 0, '00'.repeat(length)]),
    ),
    infos: {
      2: `01${Buffer.from('WAUZZZ8K9AA000001').toString('hex')}`,
      4: `01${'41'.repeat(16)}`,
    },
    codes: '00',
    refuses: 0x12,
    ...rest,
  }
}

/** A poller in such a car, with an adapter that can send; it runs once `drive` was called. */
export class PolledBench {
  readonly clock = new HandClock()
  readonly car: PolledCar
  readonly poller: Poller
  readonly outcomes: string[] = []
  silent = 0
  discovered = 0
  /** Timers that the poller ever set. */
  timers = 0

  constructor(units: CarUnit[], options: Partial<PollerOptions> = {}) {
    const { clock } = this
    this.car = new PolledCar(clock, units)
    this.poller = new Poller({
      asker: this.car,
      catalogue: carCatalogue(),
      clock,
      after: (delayMs, run) => {
        this.timers += 1
        return clock.after(delayMs, run)
      },
      random: seeded(7),
      outcome: (kind) => this.outcomes.push(kind),
      silentBus: () => {
        this.silent += 1
      },
      discovered: () => {
        this.discovered += 1
      },
      ...options,
    })
    this.poller.start()
    this.poller.available(true)
  }

  activity(activity: ActivityState['activity']): void {
    this.poller.activity(activityOf(activity, this.clock.now()))
  }

  async drive(seconds: number): Promise<void> {
    this.activity('driving')
    await this.advance(seconds)
  }

  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000)
  }

  /** Requests sent from now on. */
  forget(): void {
    this.car.sent.length = 0
  }
}

/** 0 to 1, the same each time (a linear congruential generator). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}
