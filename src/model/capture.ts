/** A recording of raw frames around a moment, kept by the gateway as a file. */
import type { Reading } from './reading.ts'
import type { SignalName } from './signals.ts'
import type { Micros, Millis } from './time.ts'

export const captureTriggers = [
  'request',
  'button',
  'trouble-code',
  'harsh-braking',
  'anomaly',
  'continuous',
] as const

/** Why it was made; `request`: somebody asked, `continuous`: all the time. */
export type CaptureTrigger = (typeof captureTriggers)[number]

export interface Capture {
  id: string
  vehicle: string
  trigger: CaptureTrigger
  /** What exactly, in words. */
  cause: string
  /** When it was triggered. */
  at: Millis
  from: Millis
  to: Millis
  /** `recording` until what comes after the moment is there, too. */
  state: 'recording' | 'ready'
  frames: number
  bytes: number
}

export interface CaptureRequest {
  cause: string
  /** Seconds before and after now. */
  before: number
  after: number
}

export interface CaptureDesk {
  /** Newest first. */
  captures(vehicle: string): Capture[]
  /** Throws `captures-off` where none are kept. */
  start(vehicle: string, request: CaptureRequest): Capture
  /** The file of one that is ready, a candump log, compressed. */
  file(vehicle: string, id: string): { path: string; name: string; bytes: number } | undefined
  /** Whether there was one. */
  remove(vehicle: string, id: string): boolean
}

/** What stands behind a value. */
export interface FrameExplanation {
  reading: Reading
  frames: { time: Micros; bus: string; id: number; extended: boolean; data: Uint8Array }[]
  /** Everything the message said; `matches`: this is the value. */
  said: {
    definition: string
    label: string
    raw?: number
    value?: number | string
    unit: string
    text?: string
    matches: boolean
  }[]
  /** Where the frames are; in memory where it is absent. */
  capture?: string
}

export interface FrameExplainer {
  /** The newest reading of the signal up to then; undefined: no frames of that time are kept. */
  explain(
    vehicle: string,
    signal: SignalName,
    at: { at: Millis; bus?: string | undefined },
  ): Promise<FrameExplanation | undefined>
}
