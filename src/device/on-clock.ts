/**
 * Puts a source on the gateway's clock that has stamped by another one: by the kernel's, or by its own.
 * What the two are apart is followed only where it is more than their resolution, so that frames
 * keep their order.
 */
import type { Clock, Source, SourceEvents } from '../model/ports.ts'
import { type Micros, type Millis, millisToMicros } from '../model/time.ts'

const RESOLUTION_MS: Millis = 2

/** `stamps`: the clock that the source goes by. */
export function onClock(source: Source, stamps: () => Millis, clock: Clock): Source {
  let apart: Millis = 0
  const shift = (): Micros => {
    const now = clock.now() - stamps()
    if (Math.abs(now - apart) > RESOLUTION_MS) apart = now
    return millisToMicros(apart)
  }
  return {
    id: source.id,
    get buses() {
      return source.buses
    },
    start: (events) => source.start(shifted(events, shift)),
    stop: () => source.stop(),
  }
}

/** A clock that runs from now on by monotonic time alone, whatever becomes of the other one. */
export function steadyClock(clock: Clock): Clock {
  const offset = clock.now() - clock.monotonic()
  return {
    now: () => Math.floor(offset + clock.monotonic()),
    monotonic: () => clock.monotonic(),
  }
}

function shifted(events: SourceEvents, shift: () => Micros): SourceEvents {
  return {
    frame: (frame) => {
      // The frame is the source's own, and used again.
      const { time } = frame
      frame.time = time + shift()
      events.frame(frame)
      frame.time = time
    },
    issue: (issue) => events.issue({ ...issue, time: issue.time + shift() }),
    health: (health) => events.health(health),
    end: () => events.end(),
    transmitter: (transmitter) => events.transmitter?.(transmitter),
    busState: (state, detail) => events.busState?.(state, detail),
    measured: (signal, value, time) => events.measured?.(signal, value, time + shift()),
    time: (fix) => events.time?.(fix),
  }
}
