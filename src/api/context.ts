/** What the routes know of the rest of the gateway. */

import type {
  Clock,
  EventReader,
  GatewayReader,
  Logger,
  RecordReader,
  StatusReader,
  TripReader,
  TroubleCodeReader,
  VehicleCommands,
} from '../model/ports.ts'
import type { Vehicle } from '../model/vehicle.ts'
import type { Authenticator } from './auth/authenticator.ts'
import type { TokenKeys } from './auth/tokens.ts'

export interface ApiContext {
  records: RecordReader
  status: StatusReader
  gateway: GatewayReader
  troubleCodes: TroubleCodeReader | undefined
  events: EventReader | undefined
  trips: TripReader | undefined
  /** Undefined: nothing is ever sent to a vehicle. */
  commands: VehicleCommands | undefined
  keys: TokenKeys
  authenticator: Authenticator
  clock: Clock
  logger: Logger
  version: string
  /** The only contract whose privilege tokens are accepted; undefined: any. */
  vehicleContract: string | undefined
}

export function vehicleByTokenId(context: ApiContext, tokenId: string): Vehicle | undefined {
  return context.gateway.vehicles().find((vehicle) => vehicle.tokenId === tokenId)
}

export function vehicleByUserDeviceId(context: ApiContext, id: string): Vehicle | undefined {
  return context.gateway.vehicles().find((vehicle) => vehicle.userDeviceId === id)
}
