/** The journal of a gateway that may be running, opened for reading alone, and whose records it holds. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { journalPath } from '../config/data-folder.ts'
import { loadIdentity, vehicleIds } from '../config/identity.ts'
import type { Config } from '../config/schema.ts'
import type { Database } from '../database/sqlite.ts'
import { messageOf, OdographError, systemCode } from '../model/errors.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { withoutUndefined } from '../model/without-undefined.ts'
import { vehiclesWithRecords } from '../uplink/store/read-range.ts'
import { openReading, type Reading } from '../uplink/store/reading.ts'
import { keptVehicles } from '../uplink/store/vehicle-ids.ts'

/** Runs with the journal of a data folder. Throws `store-failed` if there is none that can be read. */
export async function withJournal<T>(
  folder: string,
  work: (reading: Reading) => Promise<T>,
): Promise<T> {
  const path = journalPath(folder)
  if (!existsSync(path)) throw new OdographError('store-failed', path, 'there is no journal')
  const reading = openReading(path)
  try {
    return await work(reading)
  } catch (error) {
    throw isDatabaseError(error) ? failed(path, error) : error
  } finally {
    reading.database.close()
  }
}

/** What SQLite says, or that a value of it is too great for a number. */
export function isDatabaseError(error: unknown): boolean {
  return /^ERR_(SQLITE|OUT_OF_RANGE)/.test(systemCode(error) ?? '')
}

function failed(path: string, error: unknown): OdographError {
  return new OdographError('store-failed', path, messageOf(error), error)
}

/**
 * The vehicle that is named by any of its ids, or the only one. Throws `vehicle-unknown`, or `usage`
 * where there are several and none is named; both list them.
 */
export function chosenVehicle(database: Database, name: string | undefined): string {
  const kept = keptVehicles(database)
  const recorded = vehiclesWithRecords(database)
  const all = [...new Set([...recorded, ...kept.map(({ id }) => id)])].sort()
  if (name === undefined) {
    const [only, ...others] = recorded.length > 0 ? recorded : all
    if (only === undefined)
      throw new OdographError('vehicle-unknown', 'the journal', 'has none yet')
    if (others.length === 0) return only
    const detail = `is missing; the journal holds ${[only, ...others].join(', ')}`
    throw new OdographError('usage', '--vehicle', detail)
  }
  if (all.includes(name)) return name
  const found = kept.find((ids) => ids.tokenId === name || ids.userDeviceId === name)
  if (found !== undefined) return found.id
  const detail = `no such vehicle; the journal holds ${all.join(', ') || 'none'}`
  throw new OdographError('vehicle-unknown', `--vehicle ${name}`, detail)
}

/** As the register of a gateway has it: given ids win over kept ones, kept ones over derived ones. */
export function vehicleOf(database: Database, folder: string, config: Config, id: string): Vehicle {
  const given = config.vehicles.find((vehicle) => vehicle.id === id)
  const kept = keptVehicles(database).find((vehicle) => vehicle.id === id)
  const ids = { ...kept, ...withoutUndefined(given ?? {}) }
  const { tokenId, userDeviceId } = ids
  if (tokenId !== undefined && userDeviceId !== undefined) {
    return { ...ids, tokenId, userDeviceId, id, owner: config.gateway.owner }
  }
  // Its ids could never be kept. To derive them anew needs the gateway's identity, which is not made here.
  if (!existsSync(join(folder, 'gateway.json'))) {
    const detail =
      'its ids are not in the journal; start the gateway on it once, or give them in the configuration'
    throw new OdographError('vehicle-unknown', `vehicle ${id}`, detail)
  }
  return { ...vehicleIds(loadIdentity(folder), id), ...ids, id, owner: config.gateway.owner }
}
