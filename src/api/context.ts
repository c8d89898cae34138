/** What the routes know of the rest of the gateway. */

import type { ReadLogReader, ReadLogWriter } from '../model/data-read.ts'
import type { LoraDesk } from '../model/lora-desk.ts'
import type {
  Clock,
  ConfigAccess,
  EventReader,
  ExportJobs,
  GatewayReader,
  GeofenceReader,
  Logger,
  RecordReader,
  StatusReader,
  TripReader,
  TroubleCodeReader,
  VehicleCommands,
} from '../model/ports.ts'
import type { Vehicle } from '../model/vehicle.ts'
import type { Authenticator } from './auth/authenticator.ts'
import type { ClaimDesk } from './auth/claim.ts'
import type { TokenKeys } from './auth/tokens.ts'
import type { WalletLogin } from './wallet-login.ts'

export interface ApiContext {
  records: RecordReader
  status: StatusReader
  gateway: GatewayReader
  troubleCodes: TroubleCodeReader | undefined
  events: EventReader | undefined
  trips: TripReader | undefined
  geofences: GeofenceReader | undefined
  /** Undefined: nothing is heard by LoRa. */
  lora: LoraDesk | undefined
  /** Undefined: there is none to read or change. */
  config: ConfigAccess | undefined
  /** Undefined: nothing is ever sent to a vehicle. */
  commands: VehicleCommands | undefined
  /** Undefined: exports are not sent by e-mail. */
  exports: ExportJobs | undefined
  /** Undefined: no address is known to be the owner's. */
  walletLogin: WalletLogin | undefined
  keys: TokenKeys
  /** Undefined: nobody asks who read what. */
  audit: (ReadLogReader & ReadLogWriter) | undefined
  claim: ClaimDesk | undefined
  /** `sub` of who owns the gateway. */
  owner: string | undefined
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
