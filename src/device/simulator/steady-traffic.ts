/** Frames at a fixed rate, for load: 29-bit, 8 bytes, the first four a running number. */
import { type CanFrame, newFrame } from '../../model/frame.ts'
import type { Clock, Source, SourceEvents } from '../../model/ports.ts'
import { type After, systemAfter, systemClock } from '../supervisor.ts'

const STEP_MS = 5
const FIRST_ID = 0x18fef100

/** Sets the frame to the one with this number. */
export function steadyFrame(frame: CanFrame, number: number): CanFrame {
  frame.id = FIRST_ID + (number & 0x3f)
  frame.extended = true
  frame.length = 8
  frame.data.fill(0xff, 0, 8)
  for (let i = 0; i < 4; i++) frame.data[i] = (number >>> (8 * i)) & 0xff
  return frame
}

export function createSteadyTraffic(
  options: { id: string; rate: number; limit?: number },
  deps: { clock?: Clock; after?: After } = {},
): Source {
  const { clock = systemClock, after = systemAfter } = deps
  const { id, rate, limit = Number.POSITIVE_INFINITY } = options
  const frame = newFrame()
  let sent = 0
  let cancel: (() => void) | undefined
  let events: SourceEvents | undefined
  let started = 0
  let isStopped = false

  function step(): void {
    const due = Math.min(Math.floor(((clock.monotonic() - started) * rate) / 1000), limit)
    frame.time = clock.now() * 1000
    while (sent < due) events?.frame(steadyFrame(frame, sent++))
    if (isStopped) return
    if (sent < limit) cancel = after(STEP_MS, step)
    else events?.end()
  }

  const health = (state: 'running' | 'stopped') => {
    const detail = `${rate} frames a second`
    events?.health({ state, detail, since: clock.now(), frames: sent, reopened: 0 })
  }

  return {
    id,
    buses: [id],
    start(given) {
      if (events !== undefined) return
      events = given
      started = clock.monotonic()
      health('running')
      step()
    },
    async stop() {
      if (isStopped || events === undefined) return
      isStopped = true
      cancel?.()
      health('stopped')
    },
  }
}
