/** From what the configuration says of a source to the source. */
import type { Source } from '../model/ports.ts'
import { createPlayback } from './capture/playback.ts'
import { createSlcanSource } from './serial/slcan.ts'
import { createSimulatedVehicle } from './simulator/source.ts'

/** The part of the configuration that `device` needs; checked before it comes here. */
export type SourceSettings =
  | { type: 'simulator'; id: string }
  | { type: 'playback'; id: string; file: string; speed: number | 'max' }
  | {
      type: 'slcan'
      id: string
      port: string
      baud: number
      bitrate: number
      listenOnly: boolean
    }

export function createSource(settings: SourceSettings): Source {
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
  }
}
