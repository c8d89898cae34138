/** From what the configuration says of a source to the source. */
import type { Clock, Source } from '../model/ports.ts'
import type { FrameFilter } from '../model/transmit.ts'
import { createPlayback } from './capture/playback.ts'
import { createGpsdSource } from './gnss/gpsd-source.ts'
import { createNmeaSource } from './gnss/nmea-source.ts'
import type { UbloxSettings } from './gnss/ubx-setup.ts'
import { onClock, steadyClock } from './on-clock.ts'
import { createElmSource } from './serial/elm/elm.ts'
import { createGvretSource } from './serial/gvret.ts'
import { createSlcanSource } from './serial/slcan.ts'
import { createSimulatedBus } from './simulator/bus-source.ts'
import {
  type SimulatedVehicleName,
  simulatedBus,
  simulatedVehicles,
} from './simulator/simulated-bus.ts'
import { createSocketcanSource } from './socketcan/socketcan.ts'
import { systemClock } from './supervisor.ts'

interface Line {
  id: string
  /** A serial device, or `tcp://HOST:PORT`. */
  port: string
}

/** The part of the configuration that `device` needs; checked before it comes here. */
export type SourceSettings =
  | { type: 'simulator'; id: string; model: SimulatedVehicleName; listenOnly: boolean }
  | { type: 'playback'; id: string; file: string; speed: number | 'max' }
  | ({
      type: 'slcan'
      baud: number
      bitrate: number
      dataBitrate?: number | undefined
      listenOnly: boolean
    } & Line)
  | ({
      type: 'elm327'
      baud?: number | undefined
      bitrate?: 250_000 | 500_000 | undefined
      listenOnly: boolean
    } & Line)
  | {
      type: 'socketcan'
      id: string
      interface: string
      bitrate?: number | undefined
      listenOnly: boolean
    }
  | ({ type: 'gvret'; baud: number; bitrate: number; listenOnly: boolean } & Line)
  | ({ type: 'nmea'; baud: number; ublox?: UbloxSettings | undefined } & Line)
  | { type: 'gpsd'; id: string; address: string; device?: string | undefined }

/** `wanted`: frames that an adapter may leave the others out for; empty: all are wanted. */
export function createSource(
  settings: SourceSettings,
  wanted: readonly FrameFilter[],
  clock: Clock = systemClock,
): Source {
  const { id } = settings
  switch (settings.type) {
    case 'simulator':
      return simulated(settings, clock)
    case 'playback':
      return createPlayback({ id, path: settings.file, speed: settings.speed })
    case 'slcan':
      return createSlcanSource({ ...settings, wanted }, { clock })
    case 'elm327':
      return createElmSource({ ...settings, wanted }, { clock })
    case 'socketcan':
      // The kernel has stamped its frames by the system clock.
      return onClock(
        createSocketcanSource({ ...settings, filters: wanted }, { clock }),
        systemClock.now,
        clock,
      )
    case 'gvret':
      return createGvretSource(settings, { clock })
    case 'nmea':
      return createNmeaSource(settings, { clock })
    case 'gpsd':
      return createGpsdSource(settings, { clock })
  }
}

function simulated(
  { id, model, listenOnly }: Extract<SourceSettings, { type: 'simulator' }>,
  clock: Clock,
): Source {
  const detail = `driving ${simulatedVehicles[model]}`
  const options = { id, busName: 'sim0', detail, model: simulatedBus(model), listenOnly }
  // A vehicle drives on evenly while the clock of the gateway jumps by years.
  const steady = steadyClock(clock)
  return onClock(createSimulatedBus(options, { clock: steady }), steady.now, clock)
}
