/** What the API shows of LoRa. */
import type { LoraGateway, LoraHooks, LoraNotice, LoraReject, LoraRejectReason } from './lora.ts'
import type { StoredUplink } from './lora-log.ts'
import type { Millis } from './time.ts'

export interface LoraDeviceReport {
  id: string
  vehicle: string
  devEui?: string
  name?: string
  devAddr?: string
  codec: string
  /** Since the start. */
  uplinks: number
  lastHeard?: Millis
  fCnt?: number
  /** Who heard the last uplink best. */
  gateway?: LoraGateway
  /** How many heard it. */
  gateways?: number
  spreadingFactor?: number
  /** Of the tracker's own cell. */
  battery?: { volts?: number; fraction?: number }
  rejects: { reason: LoraRejectReason; text: string; count: number }[]
  lastReject?: LoraReject
  decodeErrors: number
  lastDecodeError?: { time: Millis; error: string }
  notices: LoraNotice[]
}

/** One that no device of the configuration is. */
export interface LoraStranger {
  /** Its EUI, address or name. */
  key: string
  count: number
  first: Millis
  last: Millis
  detail: string
}

export interface LoraReport {
  devices: LoraDeviceReport[]
  strangers: LoraStranger[]
  /** All that had no effect, by reason. */
  rejects: { reason: LoraRejectReason; text: string; count: number }[]
  /** The newest first. */
  newestRejects: LoraReject[]
}

export interface LoraDesk extends LoraHooks {
  report(): LoraReport
  /** The newest first; undefined for a device that is none. */
  uplinks(device: string, limit: number): Promise<StoredUplink[] | undefined>
}
