/**
 * One request for what is due, one question or several PIDs at once, and what its outcome means for
 * each of them and for the control unit.
 */
import type { Activity } from '../../model/activity.ts'
import type { BusRequest } from '../../model/bus-request.ts'
import type { Millis } from '../../model/time.ts'
import { judge } from './answers.ts'
import type { Answers } from './discovery.ts'
import type { Entry } from './entry.ts'
import type { Pace } from './pace.ts'
import { answerBytes, firstByteOf, isExactAnswer, type SizedPid } from './pid-batch.ts'
import { requestOf } from './request.ts'
import type { Schedule } from './schedule.ts'
import type { Task } from './task.ts'
import type { UnitState } from './unit-state.ts'
import type { Units } from './units.ts'
import { causeOf } from './words.ts'

export interface ItemTaskOptions {
  /** Never empty; several are PIDs of one control unit. */
  entries: readonly [Entry, ...Entry[]]
  schedule: Schedule
  units: Units
  pace: Pace
  activity: Activity | undefined
  /** Told at the end, whether anything was answered. */
  heard: (isAnswered: boolean) => void
}

const CURRENT_DATA = 0x01
/** Lamp and number of trouble codes are the first byte of this PID. */
const MONITOR_STATUS = 0x01

export class ItemTask implements Task {
  readonly request: BusRequest
  readonly unit: string
  readonly isProven: boolean
  readonly #options: ItemTaskOptions
  readonly #entries: readonly [Entry, ...Entry[]]
  readonly #state: UnitState
  /** Empty for one question. */
  readonly #several: readonly SizedPid[]

  constructor(options: ItemTaskOptions) {
    const { units, activity } = options
    const [first] = options.entries
    this.#options = options
    this.unit = first.planned.unit
    this.isProven = options.entries.some(({ health }) => health.isProven)
    this.#state = units.state(this.unit)
    this.#entries = options.entries
    const sized = options.entries
      .map(({ planned }) => planned.sized)
      .filter((pid) => pid !== undefined)
      .toSorted((one, other) => one.pid - other.pid)
    this.#several = options.entries.length > 1 ? sized : []
    const data =
      this.#several.length > 0
        ? Uint8Array.of(CURRENT_DATA, ...this.#several.map(({ pid }) => pid))
        : first.planned.item.request.data
    const cause = causeOf(options.entries, activity)
    const responders = this.#state.answersOnce ? 1 : first.responders
    this.request = {
      ...requestOf({ to: first.planned.to, data, cause }, first.planned),
      ...(responders > 0 ? { responders } : {}),
    }
  }

  answered(answers: Answers, now: Millis, elapsed: Millis): void {
    const { pace, heard } = this.#options
    const { planned } = this.#entries[0]
    const isGroup = planned.item.kind === 'pgn'
    const service = this.request.data[0] ?? 0
    // A group's answer has no service byte, and may be in many frames, which only the decoder sees.
    const { verdict, data } = isGroup
      ? { verdict: groupVerdict(answers), data: none }
      : judge(service, answers, planned.from)
    if (verdict === 'silent') this.#silent(now)
    else if (verdict === 'later') this.#later(now)
    else if (this.#several.length > 0) this.#severalAnswered(data, now, elapsed)
    else if (verdict === 'negative') this.#refused(now)
    else this.#oneAnswered(data ?? none, answers.length, now)
    if (verdict === 'positive' && this.#state.hasRecovered()) {
      this.#options.schedule.retry(this.unit, now)
    }
    pace.measured(elapsed, this.#entries.length)
    heard(verdict !== 'silent')
  }

  forbidden(now: Millis): void {
    for (const entry of this.#entries) this.#options.schedule.refused(entry, now)
  }

  #oneAnswered(data: Uint8Array, responders: number, now: Millis): void {
    const [entry] = this.#entries
    // Where one is asked by itself, discovery has told; else it is counted when all were waited for.
    const isAlone = this.#options.units.support(this.unit)?.isPhysical ?? false
    if (!isAlone && this.request.responders === undefined) entry.responders = responders
    const { sized } = entry.planned
    this.#state.isBack()
    this.#state.several.answeredAlone()
    this.#options.schedule.answered(entry, now)
    entry.isOddlySized = sized !== undefined && !isExactAnswer(data, [sized])
    const [service, pid] = this.request.data
    if (service === CURRENT_DATA && pid === MONITOR_STATUS) this.#lookAtLamp(data[2], now)
  }

  /** What is not exactly as it should be is asked for one by one, now and from now on. */
  #severalAnswered(data: Uint8Array | undefined, now: Millis, elapsed: Millis): void {
    const pids = this.#several
    this.#state.isBack()
    if (data === undefined || !isExactAnswer(data, pids)) {
      this.#state.several.garbled()
      return
    }
    this.#state.several.answered(answerBytes(pids), elapsed / pids.length)
    for (const entry of this.#entries) this.#options.schedule.answered(entry, now)
    this.#lookAtLamp(firstByteOf(data, pids, MONITOR_STATUS), now)
  }

  #lookAtLamp(byte: number | undefined, now: Millis): void {
    if (byte !== undefined && this.#state.lampChanged(byte))
      this.#options.schedule.refreshCodes(now)
  }

  #refused(now: Millis): void {
    this.#state.isBack()
    this.#state.several.answeredAlone()
    this.#options.schedule.refused(this.#entries[0], now)
  }

  #later(now: Millis): void {
    this.#state.isBack()
    for (const entry of this.#entries) entry.later(now)
  }

  #silent(now: Millis): void {
    const { schedule } = this.#options
    const [first] = this.#entries
    const own = schedule.entries.filter(
      ({ planned, wanted }) => planned.unit === this.unit && wanted !== undefined,
    )
    const alive = own.filter(({ health }) => !health.isDead)
    const proven = alive.filter(({ health }) => health.isProven)
    const expected = proven.length > 0 ? proven : alive
    const isExpected = expected.includes(first)
    if (isExpected && this.#state.missed(first.planned.id, expected.length, now)) {
      for (const { health } of own) health.forgive()
    } else if (this.#several.length > 0) {
      this.#state.several.missed()
    } else {
      schedule.silent(first, now)
      if (isExpected && first.health.isDead && haveAllDied(own)) this.#state.sleeps(now)
    }
  }
}

/** One that has it is enough; the others refuse it. */
function groupVerdict(answers: Answers): 'positive' | 'negative' | 'silent' {
  if (answers.some(({ isRefusal }) => isRefusal !== true)) return 'positive'
  return answers.length > 0 ? 'negative' : 'silent'
}

/** Questions that used to be answered, one after the other, so that it is not about a question. */
function haveAllDied(entries: readonly Entry[]): boolean {
  const proven = entries.filter(({ health }) => health.isProven)
  return proven.length > 1 && proven.every(({ health }) => health.isDead)
}

const none = new Uint8Array(0)
