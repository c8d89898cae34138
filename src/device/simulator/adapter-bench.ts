/**
 * Gives a fake adapter its time: what a host writes goes in with the moment, and a tick lets time go
 * on, often while something is under way and seldom while nothing is. Behind `openPty` or
 * `openTcpLine` it is an adapter that a gateway can open.
 *
 * Time is the wall time of the start plus what passed since, so it never steps.
 */
import type { Clock } from '../../model/ports.ts'
import { type Micros, millisToMicros } from '../../model/time.ts'
import { type After, systemAfter, systemClock } from '../supervisor.ts'

/** What a fake adapter is to the bench. */
export interface AdapterEngine {
  receive(bytes: Uint8Array, time: Micros): void
  advance(time: Micros): void
  /** Whether answers or frames are to be expected. */
  readonly isBusy: boolean
}

export interface BenchOptions {
  clock?: Clock
  after?: After
  busyMs?: number
  idleMs?: number
}

export interface Bench {
  /** Bytes from the host, now. */
  receive(bytes: Uint8Array): void
  /** The adapter's time. */
  now(): Micros
  /** Idempotent. */
  stop(): void
}

export function connect(engine: AdapterEngine, options: BenchOptions = {}): Bench {
  const { clock = systemClock, after = systemAfter, busyMs = 5, idleMs = 100 } = options
  const start = clock.now() - clock.monotonic()
  let cancel: () => void = () => undefined
  let wasBusy = false
  let isStopped = false

  const now = () => Math.round(millisToMicros(start + clock.monotonic()))
  const schedule = () => {
    cancel()
    if (isStopped) return
    wasBusy = engine.isBusy
    cancel = after(wasBusy ? busyMs : idleMs, tick)
  }
  const tick = () => {
    engine.advance(now())
    schedule()
  }
  schedule()

  return {
    now,
    receive(bytes) {
      if (isStopped) return
      engine.receive(bytes, now())
      if (engine.isBusy && !wasBusy) schedule()
    },
    stop() {
      isStopped = true
      cancel()
    },
  }
}
