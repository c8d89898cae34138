/**
 * Finds out what a vehicle supports (SAE J1979 as public knowledge): who answers service 01, PID 00,
 * asked of all, with 11 bits, then with 29, then in turns with growing pauses; then of each control
 * unit by itself which PIDs and which kinds of information it has, following its bitmaps, and
 * whether it takes several PIDs at once.
 *
 * Written as a generator: it yields a question or a pause and is given the answers. It knows no
 * clock and can be dropped at any point. A vehicle that is known is recognised by the first question.
 */
import type { RequestAnswer } from '../../model/bus-request.ts'
import type { CanAddress } from '../../model/profile.ts'
import type { Millis } from '../../model/time.ts'
import { byRank, everybody, isSameAddress, requestAddress, unitName } from './addresses.ts'
import { announced, bitmapOf, judge } from './answers.ts'
import { isExactAnswer, type SizedPid } from './pid-batch.ts'
import type { UnitSupport, VehicleSupport } from './support.ts'

export interface Question {
  readonly to: CanAddress
  /** From the service byte on. */
  readonly data: Uint8Array
  readonly cause: string
}

export type DiscoveryStep = { ask: Question } | { pauseMs: Millis }

/** Empty: nobody answered. */
export type Answers = readonly RequestAnswer[]

export type Discovery = Generator<DiscoveryStep, VehicleSupport, Answers>

export interface DiscoveryOptions {
  /** What was found before. */
  readonly known?: VehicleSupport | undefined
  /** PIDs of known length that are going to be asked for. */
  readonly pids: readonly SizedPid[]
}

const CURRENT_DATA = 0x01
const VEHICLE_INFO = 0x09
const FIRST_PAUSE_MS: Millis = 2000
const MAX_PAUSE_MS: Millis = 60_000
/** A vehicle that has answered before will do so again. */
const MAX_KNOWN_PAUSE_MS: Millis = 10_000
const BITMAP_STEP = 0x20
const LAST_BITMAP = 0xe0
/** A control unit that falls silent, or is busy, in the middle is given time. */
const PATIENCE_MS: Millis = 2000
const MAX_PATIENCE = 3
const TRIES = 2

export function* discover({ known, pids }: DiscoveryOptions): Discovery {
  const found = yield* findUnits(
    known?.extended ?? false,
    known === undefined ? MAX_PAUSE_MS : MAX_KNOWN_PAUSE_MS,
  )
  const units = known !== undefined && isSameVehicle(known, found) ? [...known.units] : []
  const added = found.filter(({ from }) => unitOf(units, from) === undefined)
  if (known !== undefined && units.length > 0 && added.length === 0) return known
  for (const { from, data } of added) {
    // A PID is asked of the first who has it.
    const left = pids.filter(({ pid }) => !units.some((unit) => unit.pids.includes(pid)))
    units.push(yield* explore(from, data, left))
  }
  return { extended: units[0]?.answers.extended ?? false, units }
}

/** Until somebody answers. */
function* findUnits(
  extended: boolean,
  maxPauseMs: Millis,
): Generator<DiscoveryStep, Answers, Answers> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    for (const width of [extended, !extended]) {
      const cause = `discovery: who answers with ${width ? 29 : 11} bits`
      const answers = yield { ask: { to: everybody(width), data: Uint8Array.of(1, 0), cause } }
      const found = answers.filter(({ data }) => data[0] === 0x41 && bitmapOf(data, 0))
      if (found.length > 0) return found.toSorted((one, other) => byRank(one.from, other.from))
    }
    yield { pauseMs }
  }
}

/** By those who answer now: who is missing, or came to it, may only have been slow. */
function isSameVehicle({ units }: VehicleSupport, found: Answers): boolean {
  const again = found.filter(({ from }) => unitOf(units, from) !== undefined)
  return (
    again.length > 0 &&
    again.every(({ from, data }) => unitOf(units, from)?.bitmap === hexOf(bitmapOf(data, 0)))
  )
}

function unitOf(units: readonly UnitSupport[], from: CanAddress): UnitSupport | undefined {
  return units.find(({ answers }) => isSameAddress(answers, from))
}

function* explore(
  answers: CanAddress,
  firstAnswer: Uint8Array,
  wanted: readonly SizedPid[],
): Generator<DiscoveryStep, UnitSupport, Answers> {
  const name = unitName(answers)
  const asked = yield* howToAsk(answers)
  const isPhysical = !isSameAddress(asked, everybody(answers.extended))
  const first = bitmapOf(firstAnswer, 0) ?? new Uint8Array(0)
  const pids = yield* followBitmaps(asked, answers, first)
  const infos = yield* ask(asked, answers, [VEHICLE_INFO, 0], `discovery: information of ${name}`)
  const infoBits = bitmapOf(infos, 0)
  const own = wanted.filter(({ pid }) => pids.includes(pid))
  return {
    asked,
    answers,
    isPhysical,
    bitmap: hexOf(first),
    pids,
    ...(infoBits === undefined ? {} : { infos: announced(infoBits, 0) }),
    multi: isPhysical && (yield* takesSeveral(asked, answers, own)),
  }
}

/** By itself, if it answers so; some answer only what all are asked. */
function* howToAsk(answers: CanAddress): Generator<DiscoveryStep, CanAddress, Answers> {
  const alone = requestAddress(answers)
  const cause = `discovery: how ${unitName(answers)} is asked`
  for (let round = 1; round <= MAX_PATIENCE; round++) {
    for (const to of [alone, everybody(answers.extended)]) {
      if (yield* ask(to, answers, [CURRENT_DATA, 0], cause)) return to
    }
    yield { pauseMs: PATIENCE_MS * round }
  }
  return alone
}

function* followBitmaps(
  asked: CanAddress,
  answers: CanAddress,
  first: Uint8Array,
): Generator<DiscoveryStep, number[], Answers> {
  const pids = announced(first, 0)
  for (let base = BITMAP_STEP; base <= LAST_BITMAP && pids.includes(base); base += BITMAP_STEP) {
    const cause = `discovery of PIDs ${hex(base + 1)}–${hex(base + BITMAP_STEP)} of ${unitName(answers)}`
    const bitmap = bitmapOf(yield* insist(asked, answers, [CURRENT_DATA, base], cause), base)
    if (bitmap === undefined) break
    pids.push(...announced(bitmap, base))
  }
  return pids.filter((pid) => pid % BITMAP_STEP !== 0)
}

/** Two PIDs, one by one and then together: the same lengths, the same PIDs, nothing else. */
function* takesSeveral(
  asked: CanAddress,
  answers: CanAddress,
  own: readonly SizedPid[],
): Generator<DiscoveryStep, boolean, Answers> {
  const pair = own
    .toSorted((one, other) => one.length - other.length || one.pid - other.pid)
    .slice(0, 2)
    .toSorted((one, other) => one.pid - other.pid)
  if (pair.length < 2) return false
  const cause = `discovery: does ${unitName(answers)} take two PIDs at once`
  for (const pids of [...pair.map((pid) => [pid]), pair]) {
    const request = [CURRENT_DATA, ...pids.map(({ pid }) => pid)]
    const data = yield* ask(asked, answers, request, cause)
    if (data === undefined || !isExactAnswer(data, pids)) return false
  }
  return true
}

/** Of what was announced an answer is expected: half a discovery would be kept for ever. */
function* insist(
  to: CanAddress,
  from: CanAddress,
  data: readonly number[],
  cause: string,
): Generator<DiscoveryStep, Uint8Array | undefined, Answers> {
  for (let round = 1; ; round++) {
    const answer = yield* ask(to, from, data, cause)
    if (answer !== undefined || round === MAX_PATIENCE) return answer
    yield { pauseMs: PATIENCE_MS * round }
  }
}

/** The positive answer, or undefined; silence is asked once more, and who is busy a bit later. */
function* ask(
  to: CanAddress,
  from: CanAddress,
  bytes: readonly number[],
  cause: string,
): Generator<DiscoveryStep, Uint8Array | undefined, Answers> {
  const question = { to, data: Uint8Array.from(bytes), cause }
  for (let silences = 0, delays = 0; silences < TRIES && delays < MAX_PATIENCE; ) {
    const { verdict, data } = judge(bytes[0] ?? 0, yield { ask: question }, from)
    if (verdict === 'positive') return data
    if (verdict === 'negative') return undefined
    if (verdict === 'silent') silences += 1
    else {
      delays += 1
      yield { pauseMs: PATIENCE_MS }
    }
  }
  return undefined
}

function hex(number: number): string {
  return number.toString(16).toUpperCase().padStart(2, '0')
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Array.from(bytes ?? [], hex).join('')
}
