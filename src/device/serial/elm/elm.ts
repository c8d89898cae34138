/**
 * An adapter with an ELM327 or an STN11xx/STN21xx as a source (ELM327 data sheet, as far as it is
 * public). Unless it may ask, it listens in silent mode; one that has none is left alone. It never
 * searches for a protocol, which would transmit: bit rate and identifiers are tried with the
 * requests that the governor lets out, and remembered.
 */
import type { Clock, Source } from '../../../model/ports.ts'
import type { FrameFilter } from '../../../model/transmit.ts'
import { openLine } from '../../open-line.ts'
import { type After, type BackOff, Supervisor, systemAfter, systemClock } from '../../supervisor.ts'
import type { ElmBusMemory } from './elm-asking.ts'
import { candidatesOf } from './elm-candidates.ts'
import type { ElmWorld } from './elm-link.ts'
import type { ElmHearing } from './elm-listening.ts'
import { ElmSession, type ElmSettings } from './elm-session.ts'
import type { ElmMemory } from './elm-setup.ts'

export interface ElmOptions {
  id: string
  /** Path of the serial device, or `tcp://HOST:PORT`. */
  port: string
  /** Speed of the serial line; the usual ones are tried if absent. */
  baud?: number | undefined
  /** Bit rate of the bus; found out if absent. */
  bitrate?: 250_000 | 500_000 | undefined
  listenOnly?: boolean
  /** Default: the id. */
  busName?: string
  /** How often the supply voltage is read. */
  voltageSeconds?: number
  /** Listening: without frames for so long, the bus counts as silent and the adapter is asked. */
  silenceSeconds?: number
  /** Frames that are wanted: the adapter leaves out others where it can. */
  wanted?: readonly FrameFilter[]
}

export interface ElmDependencies extends Partial<ElmWorld> {
  clock?: Clock
  after?: After
  random?: () => number
  backOff?: Partial<BackOff>
}

/** What ELM327s, STNs and their clones are delivered with. */
const usualBauds = [38_400, 115_200, 9600, 230_400, 500_000, 57_600]
/** An adapter that comes back is found again within seconds. */
const BACK_OFF = { maxMs: 5000 }
const usualBitrates = [500_000, 250_000]

export function createElmSource(options: ElmOptions, deps: ElmDependencies = {}): Source {
  const { id, port, baud, bitrate, listenOnly = true, voltageSeconds = 5 } = options
  const { clock = systemClock, after = systemAfter, open = openLine } = deps
  const isTcp = port.startsWith('tcp://')
  const settings: ElmSettings = {
    path: port,
    bauds: baud === undefined ? (isTcp ? [38_400] : [...usualBauds]) : [baud],
    listenOnly,
    ...{ failures: 0, isKnown: false },
    voltageMs: voltageSeconds * 1000,
    silenceMs: (options.silenceSeconds ?? 10) * 1000,
    wanted: options.wanted ?? [],
  }
  const memory: ElmMemory = {
    avoid: new Set(),
    quirks: new Set(),
    hang: { command: '', times: 0 },
  }
  const bus: ElmBusMemory = {
    bitrates: bitrate === undefined ? [...usualBitrates] : [bitrate],
    isProven: false,
  }
  const hearing: ElmHearing = { candidates: candidatesOf(bus.bitrates), isProven: false }
  let frames = 0
  let supervisor: Supervisor | undefined
  return {
    id,
    buses: [options.busName ?? id],
    start(events) {
      if (supervisor !== undefined) return
      const counted = () => {
        frames += 1
      }
      const world = { clock, after, open }
      supervisor = new Supervisor({
        adapter: {
          open: (context) =>
            ElmSession.open({ settings, memory, bus, hearing, events, counted, world, context }),
        },
        health: (health) => events.health(health),
        transmitter: (transmitter) => events.transmitter?.(transmitter),
        frames: () => frames,
        clock,
        after,
        ...(deps.random === undefined ? {} : { random: deps.random }),
        backOff: { ...BACK_OFF, ...deps.backOff },
      })
      supervisor.start()
    },
    async stop() {
      await supervisor?.stop()
    },
  }
}
