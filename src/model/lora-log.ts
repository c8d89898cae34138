/** Uplinks of known devices as they are kept: what came, and what became of it. */
import type { LoraUplink } from './lora.ts'
import type { Millis } from './time.ts'

/** What became of an uplink. */
export interface LoraOutcome {
  /** Name of the codec that has read it, or has failed to. */
  codec?: string
  /** Why its payload could not be read. */
  error?: string
  warnings?: string[]
  /** What its payload said, by field. */
  fields?: Record<string, unknown>
  /** The signals that came of it. */
  signals?: string[]
  /** Fields that are no signal, and why. */
  dropped?: string[]
  /** When it was measured, where its payload says so. */
  measured?: Millis
  /** Id of the record that came of it. */
  record?: string
}

export type LoraState = 'open' | 'done' | 'failed'

export interface StoredUplink {
  seq: number
  /** Id of the device. */
  device: string
  state: LoraState
  uplink: LoraUplink
  outcome?: LoraOutcome
}

export interface LoraQuery {
  device: string
  /** The newest so many. */
  limit: number
  /** Older than this one. */
  before?: number
}

export interface LoraLogReader {
  /** The newest first. */
  loraUplinks(query: LoraQuery): Promise<StoredUplink[]>
}
