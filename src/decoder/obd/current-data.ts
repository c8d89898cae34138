/**
 * Services 01 (current data) and 02 (freeze frame): PID, data, PID, data, …; in a freeze frame the
 * number of the frame stands after each PID. The lengths are those of the PID table, so an unknown
 * PID ends the answer: where the next one starts is not known. Fillers behind the last one are none.
 */
import { hex } from './hex.ts'
import { isPadding } from './padding.ts'
import { type PidPlan, pidPlan, pidReadings, pidValue } from './pid-decode.ts'
import type { ResponseSinks } from './sinks.ts'

const CURRENT_DATA = 0x01
const FREEZE_FRAME = 0x02
/** A request names no more, so an answer holds no more. */
const MAX_PIDS = 6

/** An answer; `head` bytes stand before the data of each PID. */
interface Answer {
  readonly data: Uint8Array
  readonly length: number
  readonly head: number
}

export function decodeCurrentData(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  decodePids(CURRENT_DATA, { data, length, head: 1 }, sinks)
}

/** A freeze frame is the past: it is shown, and no reading is made of it. */
export function decodeFreezeFrame(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  decodePids(FREEZE_FRAME, { data, length, head: 2 }, sinks)
}

function decodePids(service: number, answer: Answer, sinks: ResponseSinks): void {
  const { data, length, head } = answer
  let at = 1
  while (at < length) {
    if (at > 1 && isPadding(data, at, length)) return
    const pid = data[at] as number
    const plan = pidPlan(pid)
    if (plan === undefined) {
      sinks.pid?.({ service, pid, label: undefined, value: undefined, unit: '', items: [] })
      return
    }
    const start = at + head
    const size = sizeOf(plan, start, answer)
    if (size === undefined) {
      const left = Math.max(0, length - start)
      sinks.issue('message-short', `PID ${hex(pid)} with ${left} of ${plan.bytes} bytes`)
      return
    }
    const span = { data, start, size }
    if (service === CURRENT_DATA) {
      sinks.pid?.(pidValue(service, pid, plan, span))
      pidReadings(plan, span, sinks.reading)
    } else {
      sinks.pid?.({ ...pidValue(service, pid, plan, span), frame: data[at + 1] as number })
    }
    at = start + size
  }
}

/**
 * How many bytes of data a PID has here, or undefined where there are too few. Where it can be
 * shorter, it is so if the rest of the answer then comes out even: few engines have more banks.
 */
function sizeOf({ bytes, shortest }: PidPlan, start: number, answer: Answer): number | undefined {
  if (shortest !== undefined && comesOutEven(start + shortest, answer, MAX_PIDS)) return shortest
  return start + bytes <= answer.length ? bytes : undefined
}

/** Whether at most `most` known PIDs fill the answer exactly, from `start` on. */
function comesOutEven(start: number, answer: Answer, most: number): boolean {
  const { data, length, head } = answer
  if (start >= length) return start === length
  const plan = pidPlan(data[start] as number)
  if (plan === undefined || most === 0) return false
  const sizes = plan.shortest === undefined ? [plan.bytes] : [plan.shortest, plan.bytes]
  return sizes.some((size) => comesOutEven(start + head + size, answer, most - 1))
}
