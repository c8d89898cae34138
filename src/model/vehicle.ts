/** A vehicle and the names it goes by. */
export interface Vehicle {
  /** The configuration's name for it; part of MQTT topics: letters, digits, `-`, `_`, `.`. */
  id: string
  /** Decimal string: the id of the vehicle routes and of privilege tokens. */
  tokenId: string
  /** 27-character KSUID: the id of the user routes and the subject of its CloudEvents. */
  userDeviceId: string
  /** The `sub` of the user tokens that own it. */
  owner: string
  make?: string
  model?: string
  year?: number
  /** For the estimated range, where no source sends one: litres, and km per litre. */
  tankLitres?: number
  kmPerLitre?: number
}
