/** Who the vehicles are: what their VIN says, and the profiles that are made for such a one. */
import { builtInProfiles, findProfile } from '../config/profile.ts'
import type { Config } from '../config/schema.ts'
import { vinFacts } from '../decoder/vin-maker.ts'
import type { IdentityReader, StatusReader, VehicleIdentity } from '../model/ports.ts'
import type { Profile } from '../model/profile.ts'

export class Identities implements IdentityReader {
  readonly #vehicles: Config['vehicles']
  readonly #status: StatusReader

  constructor({ vehicles }: Pick<Config, 'vehicles'>, status: StatusReader) {
    this.#vehicles = vehicles
    this.#status = status
  }

  identity(vehicle: string): VehicleIdentity {
    const configured = this.#vehicles.find(({ id }) => id === vehicle)
    const vin = this.#status.status(vehicle).vin?.value
    const said = typeof vin === 'string' ? { vin, ...vinFacts(vin) } : {}
    const { make, year, profile } = configured ?? {}
    const known = {
      ...said,
      ...(make === undefined ? {} : { make }),
      ...(year === undefined ? {} : { year }),
    }
    return {
      ...known,
      ...(profile === undefined ? {} : { profile }),
      proposals: builtInProfiles()
        .map((name) => findProfile(name))
        .filter((one) => isFor(one, known))
        .map(({ id, label }) => ({ id, label })),
    }
  }
}

/** A make alone is enough: people choose. */
function isFor({ applies }: Profile, { vin, make, year }: Partial<VehicleIdentity>): boolean {
  if (vin !== undefined && applies.vins?.some((beginning) => vin.startsWith(beginning))) return true
  if (make === undefined || applies.make.toLowerCase() !== make.toLowerCase()) return false
  const { from = 0, to = Number.POSITIVE_INFINITY } = applies.years ?? {}
  return year === undefined || (year >= from && year <= to)
}
