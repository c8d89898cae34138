/** From what the configuration says of a source to the source. */
import { OdographError } from '../model/errors.ts'
import type { Source } from '../model/ports.ts'
import type { FrameFilter } from '../model/transmit.ts'
import { createPlayback } from './capture/playback.ts'
import { createSlcanSource } from './serial/slcan.ts'
import { createSimulatedVehicle } from './simulator/source.ts'
import { createSocketcanSource } from './socketcan/socketcan.ts'

interface Line {
  id: string
  /** A serial device, or `tcp://HOST:PORT`. */
  port: string
}

/** The part of the configuration that `device` needs; checked before it comes here. */
export type SourceSettings =
  | { type: 'simulator'; id: string; model: 'truck' | 'car' | 'ev'; listenOnly: boolean }
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
      extended?: boolean | undefined
      listenOnly: boolean
    } & Line)
  | ({ type: 'gvret'; baud: number; bitrate: number; listenOnly: boolean } & Line)
  | { type: 'socketcan'; id: string; interface: string; listenOnly: boolean }
  | ({ type: 'nmea'; baud: number } & Line)

/** `wanted`: frames that an adapter may leave the others out for; empty: all are wanted. */
export function createSource(settings: SourceSettings, wanted: readonly FrameFilter[]): Source {
  const { id } = settings
  switch (settings.type) {
    case 'simulator':
      return createSimulatedVehicle({ id })
    case 'playback':
      return createPlayback({ id, path: settings.file, speed: settings.speed })
    case 'slcan': {
      const { port, baud, bitrate, listenOnly } = settings
      return createSlcanSource({ id, port, baud, bitrate, listenOnly })
    }
    case 'socketcan':
      return createSocketcanSource({ ...settings, filters: wanted })
    default:
      throw new OdographError('config-invalid', id, 'not there yet')
  }
}
