/**
 * `data.lora` of a record: the names and types of the DIMO Device Data API, texts but for
 * `dc_balance`, and ours beside them. What is not known is not there.
 */
export interface LoraBlock {
  devAddr?: string
  /** Only where the network has data credits. */
  dc_balance?: number
  fPort?: string
  /** The JoinEUI, by its former name. */
  app_eui?: string
  /** Bytes of the decrypted payload. */
  payload_size: string
  fcnt?: string
  deveui?: string
  /** Of the gateway that heard it best, dBm and dB. */
  rssi?: number
  snr?: number
  /** All that heard it, the best first. */
  gateways?: { id: string; rssi?: number; snr?: number }[]
  spreadingFactor?: number
  frequencyHz?: number
}
