/** The simulated vehicle as a source: a bus to look at where there is none. */
import type { Clock, Source, SourceEvents } from '../../model/ports.ts'
import { millisToMicros } from '../../model/time.ts'
import { type After, systemAfter, systemClock } from '../supervisor.ts'
import { SimulatedVehicle } from './vehicle.ts'

export interface SimulatorOptions {
  id: string
  seed?: number
}

const BUS = 'sim0'
const STEP_MS = 50

export function createSimulatedVehicle(
  options: SimulatorOptions,
  deps: { clock?: Clock; after?: After } = {},
): Source {
  const { clock = systemClock, after = systemAfter } = deps
  const { id, seed } = options
  let state: 'new' | 'running' | 'stopped' = 'new'
  let frames = 0
  let end: (() => void) | undefined

  function run(events: SourceEvents): void {
    const vehicle = new SimulatedVehicle(seed === undefined ? {} : { seed })
    let cancel: (() => void) | undefined
    const health = (name: 'running' | 'stopped', detail: string) => {
      events.health({ state: name, detail, since: clock.now(), frames, reopened: 0 })
    }
    const step = () => {
      cancel = after(STEP_MS, step)
      vehicle.framesUntil(millisToMicros(clock.now()), (frame) => {
        frames += 1
        events.frame(frame)
      })
    }
    end = () => {
      cancel?.()
      health('stopped', 'stopped')
    }
    health('running', 'driving a simulated vehicle on J1939')
    step()
  }

  return {
    id,
    buses: [BUS],
    start(events) {
      if (state !== 'new') return
      state = 'running'
      run(events)
    },
    async stop() {
      if (state === 'running') end?.()
      state = 'stopped'
    },
  }
}
