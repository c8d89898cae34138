/** The ids that vehicles go by, kept so that they stay the same. */
import { type Database, isRefusal } from '../../database/sqlite.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { Vehicle } from '../../model/vehicle.ts'

export type VehicleIds = Pick<Vehicle, 'id' | 'tokenId' | 'userDeviceId'>

export function keptVehicles(database: Database): VehicleIds[] {
  const rows = database.prepare('SELECT * FROM vehicle ORDER BY id').all()
  return rows.map((row) => ({
    id: String(row.id),
    tokenId: String(row.token_id),
    userDeviceId: String(row.user_device_id),
  }))
}

/**
 * Keeps the ids of a vehicle. Throws `config-invalid` if another vehicle has one of them, and
 * `store-failed` if they cannot be written; what is kept already needs no writing.
 */
export function keepVehicle(database: Database, path: string, vehicle: VehicleIds): void {
  try {
    database
      .prepare(
        `INSERT INTO vehicle VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET token_id = ?2, user_device_id = ?3
         WHERE token_id <> ?2 OR user_device_id <> ?3`,
      )
      .run(vehicle.id, vehicle.tokenId, vehicle.userDeviceId)
  } catch (error) {
    if (!isRefusal(error)) throw new OdographError('store-failed', path, messageOf(error), error)
    const detail = `tokenId ${vehicle.tokenId} or userDeviceId ${vehicle.userDeviceId} belongs to another vehicle of this store`
    throw new OdographError('config-invalid', `vehicle ${vehicle.id}`, detail, error)
  }
}
