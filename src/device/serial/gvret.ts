/**
 * An adapter that speaks GVRET (SavvyCAN: M2RET, ESP32RET, Macchina) as a source. Its bus is set up
 * listen-only unless it may ask, and how it is set up is read back: such an adapter acknowledges
 * frames from the moment it has power, and one that does not say that it stopped is not used.
 */
import type { Clock, Source } from '../../model/ports.ts'
import { openLine } from '../open-line.ts'
import { type After, type BackOff, Supervisor, systemAfter, systemClock } from '../supervisor.ts'
import { type GvretOptions, GvretSession } from './gvret-session.ts'
import type { OpenPort, PortOptions } from './port.ts'

export type { GvretOptions }

export interface GvretDependencies {
  clock?: Clock
  after?: After
  random?: () => number
  backOff?: Partial<BackOff>
  open?: (options: PortOptions) => Promise<OpenPort>
}

export function createGvretSource(options: GvretOptions, deps: GvretDependencies = {}): Source {
  const { clock = systemClock, after = systemAfter, open = openLine } = deps
  let frames = 0
  let supervisor: Supervisor | undefined
  return {
    id: options.id,
    buses: [
      options.busName ?? options.id,
      `${options.id}-2`,
      `${options.id}-3`,
      `${options.id}-4`,
      `${options.id}-5`,
    ],
    start(events) {
      if (supervisor !== undefined) return
      const counted = () => {
        frames += 1
      }
      supervisor = new Supervisor({
        adapter: {
          open: (context) =>
            GvretSession.open(options, { clock, after, open }, events, counted, context),
        },
        health: (health) => events.health(health),
        transmitter: (transmitter) => events.transmitter?.(transmitter),
        frames: () => frames,
        clock,
        after,
        ...(deps.random === undefined ? {} : { random: deps.random }),
        ...(deps.backOff === undefined ? {} : { backOff: deps.backOff }),
      })
      supervisor.start()
    },
    async stop() {
      await supervisor?.stop()
    },
  }
}
