/**
 * The register of vehicles: those of the configuration, those that sources name, and those that the
 * store has seen. Ids that nobody gave are derived once and kept in the store.
 */
import { type Identity, vehicleIds } from '../config/identity.ts'
import { type Config, isName, vehicleSources } from '../config/schema.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import { isKsuid } from '../model/ksuid.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { withoutUndefined } from '../model/without-undefined.ts'
import type { Journal } from '../uplink/store/journal.ts'

export interface VehicleRegister {
  all(): readonly Vehicle[]
  byId(id: string): Vehicle | undefined
  /** Finds a vehicle by any of its ids, or makes one that goes by it. Throws `vehicle-unknown`. */
  resolve(anyId: string): Vehicle
}

export interface RegisterOptions {
  config: Config
  identity: Identity
  journal: Journal
  /** Told of ids that two vehicles claim (the later one is left out) or that cannot be kept. */
  conflict: (sentence: string) => void
}

export function createVehicleRegister(options: RegisterOptions): VehicleRegister {
  const { config, identity, journal, conflict } = options
  const vehicles = new Map<string, Vehicle>()

  /** Given ids win over kept ones, kept ones over derived ones. */
  function add(id: string, given: Partial<Vehicle> = {}): Vehicle {
    const kept = journal.vehicles().find((vehicle) => vehicle.id === id)
    const vehicle: Vehicle = {
      ...vehicleIds(identity, id),
      ...kept,
      ...given,
      id,
      owner: config.gateway.owner,
    }
    try {
      journal.saveVehicle(vehicle)
    } catch (error) {
      // On a full or read-only card the vehicle is there, only its ids are not kept.
      if (!(error instanceof OdographError) || error.code !== 'store-failed') throw error
      conflict(error.message)
    }
    vehicles.set(id, vehicle)
    return vehicle
  }

  const named = [...vehicleSources(config), ...config.lora.devices].map(({ vehicle }) => ({
    id: vehicle,
  }))
  for (const vehicle of [...config.vehicles, ...named, ...journal.vehicles()]) {
    if (vehicles.has(vehicle.id)) continue
    try {
      add(vehicle.id, withoutUndefined(vehicle))
    } catch (error) {
      conflict(messageOf(error))
    }
  }

  const find = (anyId: string) =>
    vehicles.get(anyId) ??
    [...vehicles.values()].find((v) => v.tokenId === anyId || v.userDeviceId === anyId)

  return {
    all: () => [...vehicles.values()],
    byId: (id) => vehicles.get(id),
    resolve(anyId) {
      const known = find(anyId)
      if (known !== undefined) return known
      if (!isName(anyId)) {
        const accepted = 'use 1 to 64 letters, digits, "-", "_" or "."'
        throw new OdographError('vehicle-unknown', `--vehicle ${anyId}`, accepted)
      }
      if (/^\d+$/.test(anyId)) return add(anyId, { tokenId: anyId })
      return add(anyId, isKsuid(anyId) ? { userDeviceId: anyId } : {})
    },
  }
}
