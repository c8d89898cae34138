/**
 * What a record says of the uplink that brought it: `data.lora`, in the names and types that clients
 * of the hosted API know (texts, but for `dc_balance`), and beside them names of our own.
 */
export interface LoraBlock {
  devAddr?: string
  dc_balance?: number
  fPort?: string
  app_eui?: string
  payload_size?: string
  fcnt?: string
  deveui?: string
  /** dBm and dB at the gateway that heard it best. */
  rssi?: number
  snr?: number
  gateways?: LoraBlockGateway[]
  spreadingFactor?: number
  frequencyHz?: number
}

export interface LoraBlockGateway {
  id: string
  rssi?: number
  snr?: number
}
