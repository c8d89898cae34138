/** What the configuration says of the buses of the vehicles. */
import { type Config, type SourceConfig, vehicleSources } from '../config/schema.ts'
import type { Protocol } from '../decoder/bus-decoder.ts'

const ALL: readonly Protocol[] = ['j1939', 'obd']

export class VehicleBuses {
  readonly #sources: readonly SourceConfig[]

  constructor(config: Pick<Config, 'sources'>) {
    this.#sources = vehicleSources(config)
  }

  /** As what frames of a bus are decoded. */
  protocols(vehicle: string, bus: string): readonly Protocol[] {
    const source = this.#of(vehicle, bus)
    return source !== undefined && 'protocols' in source ? source.protocols : ALL
  }

  /** Undefined: it is not said. */
  bitrate(vehicle: string, bus: string): number | undefined {
    const source = this.#of(vehicle, bus)
    return source !== undefined && 'bitrate' in source ? source.bitrate : undefined
  }

  /** The ports and interfaces that sources use. */
  ports(): { id: string; path: string }[] {
    return this.#sources.flatMap((source) => {
      if ('port' in source) return [{ id: source.id, path: source.port }]
      return 'interface' in source ? [{ id: source.id, path: source.interface }] : []
    })
  }

  /** A source has its own name as that of its bus, or before it. */
  #of(vehicle: string, bus: string): SourceConfig | undefined {
    return this.#sources.find(
      ({ id, vehicle: of }) => of === vehicle && (bus === id || bus.startsWith(`${id}/`)),
    )
  }
}
