/**
 * One request that is under way: what answers it, for how long it is waited, and who is owed flow
 * control. Pure but for its end, which is told once.
 *
 * It ends when the one who was asked has answered, or as many as are known to; when the adapter has
 * waited by itself; or by time: P2 and the way through the adapter, P2* after a "response pending" (7F
 * xx 78, ISO 14229-1), N_Cr while a segmented answer goes on (ISO 15765-2).
 */
import type { BusRequest, RequestAnswer } from '../../model/bus-request.ts'
import type { CanFrame } from '../../model/frame.ts'
import type { Micros, Millis } from '../../model/time.ts'
import { GLOBAL, isAnswer, isFunctional } from './addresses.ts'
import { pgnOf } from './policy.ts'

const FIRST_FRAME = 1
const CONSECUTIVE_FRAME = 2
const NEGATIVE = 0x7f
const PENDING = 0x78
const BUSY = 0x21

/** After a "response pending". */
const PENDING_MS: Millis = 5100
/** In a row from one control unit; more is a control unit that never ends. */
const MAX_PENDING = 6
/** Between the frames of a segmented answer. */
const SEGMENT_MS: Millis = 1000
/** Control units that may answer a functional request. */
const MAX_ANSWERS = 16

const PF_TRANSFER = 0xec
const PF_ACKNOWLEDGE = 0xe8
/** Control bytes of a broadcast announcement and of a request to send. */
const announcements = [32, 16]
const POSITIVE_ACKNOWLEDGEMENT = 0

export class Exchange {
  readonly request: BusRequest
  readonly answers: RequestAnswer[] = []
  /** When it is over, if nothing else comes; of the monotonic clock. */
  deadline: Millis = Number.NEGATIVE_INFINITY
  /** A control unit said that it is busy. */
  wasBusy = false
  /** The newest "response pending". */
  pending: RequestAnswer | undefined
  readonly #owed = new Set<number>()
  #pendingCount = 0

  constructor(request: BusRequest) {
    this.request = request
  }

  /** It is on the bus: answers may come for so long. */
  sent(now: Millis, waitMs: Millis): void {
    this.deadline = Math.max(this.deadline, now + waitMs)
  }

  get isComplete(): boolean {
    const { request, answers } = this
    if (answers.length >= MAX_ANSWERS) return true
    const wanted = isFunctional(request) ? (request.responders ?? 0) : 1
    return wanted > 0 && answers.length >= wanted
  }

  /**
   * A frame of the bus. True if its sender is to be given flow control, which is the case once for
   * each sender.
   */
  frame({ id, extended, data, length, time }: CanFrame, now: Millis): boolean {
    if (this.request.kind === 'pgn') {
      this.#groupFrame(id, data.subarray(0, length), time)
      return false
    }
    if (length < 2 || !isAnswer(this.request, id, extended)) return false
    const kind = (data[0] as number) >> 4
    if (kind !== FIRST_FRAME && kind !== CONSECUTIVE_FRAME) return false
    this.deadline = Math.max(this.deadline, now + SEGMENT_MS)
    if (kind !== FIRST_FRAME || this.#owed.has(id) || this.#owed.size >= MAX_ANSWERS) return false
    this.#owed.add(id)
    return true
  }

  /** A diagnostic message after reassembly. */
  message(id: number, extended: boolean, data: Uint8Array, time: Micros, now: Millis): void {
    const { request } = this
    if (request.kind !== 'diagnostic' || !isAnswer(request, id, extended)) return
    const service = request.data[0] as number
    const isNegative = data[0] === NEGATIVE && data[1] === service
    if (!isNegative && !isPositive(request.data, data)) return
    if (isNegative && data[2] === BUSY) this.wasBusy = true
    const answer = { from: { id, extended }, data: Uint8Array.from(data), time }
    if (!isNegative || data[2] !== PENDING) {
      this.answers.push(answer)
      return
    }
    this.pending = answer
    this.#pendingCount += 1
    if (this.#pendingCount <= MAX_PENDING) this.deadline = now + PENDING_MS
  }

  /**
   * A parameter group that was asked for: in one frame, announced by a transport session (then without
   * data: the decoder puts it together), or refused.
   */
  #groupFrame(id: number, data: Uint8Array, time: Micros): void {
    const wanted = pgnOf(this.request.data)
    const format = (id >> 16) & 0xff
    const page = (id >> 24) & 0x03
    const sender = id & 0xff
    const group = page * 0x10000 + format * 0x100 + (format < 0xf0 ? 0 : (id >> 8) & 0xff)
    if (this.request.to.id !== GLOBAL && this.request.to.id !== sender) return
    const from = { id, extended: true }
    if (group === wanted) this.answers.push({ from, data: Uint8Array.from(data), time })
    if (data.length !== 8 || pgnOf(data.subarray(5)) !== wanted) return
    const answer = { from, data: new Uint8Array(0), time }
    const control = data[0] as number
    if (format === PF_TRANSFER && announcements.includes(control)) this.answers.push(answer)
    if (format !== PF_ACKNOWLEDGE) return
    this.answers.push(
      control === POSITIVE_ACKNOWLEDGEMENT ? answer : { ...answer, isRefusal: true },
    )
  }
}

/** Whether an answer is to this question, and not to another one of the same service. */
function isPositive(question: Uint8Array, answer: Uint8Array): boolean {
  const service = question[0] as number
  const asked = [...question.subarray(1)]
  const named = answer[1] as number
  if (answer[0] !== service + 0x40) return false
  switch (service) {
    case 0x01:
    case 0x06:
    case 0x09:
      return asked.includes(named)
    case 0x02:
      return asked.some((pid, index) => index % 2 === 0 && pid === named)
    case 0x19:
      return named === asked[0]
    case 0x22:
      return asked.some(
        (high, index) => index % 2 === 0 && high === named && asked[index + 1] === answer[2],
      )
    default:
      return true
  }
}
