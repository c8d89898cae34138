/**
 * A vehicle profile: which signals a make and model sends by itself (passive) or answers when asked
 * (polled), where their bits are, what they become in our signal table, and the evidence for it.
 * Written as YAML (`profiles/*.yaml`, checked by config/profile.ts), run by decoder/profile/.
 *
 * Bits are counted as DBC files count them: bit 0 is the least significant bit of byte 0; an Intel
 * field starts at its least significant bit, a Motorola one at its most significant. Byte 0 is, for
 * a passive signal, the first byte of the CAN frame; for a polled one, the first byte after service
 * and DID or PID: in `62 40 4C 34 65 30` that is 34. Transport bytes (PCI) never count.
 */
import type { SignalName } from './signals.ts'

export interface Profile {
  /** What the configuration names; the built-in ones have it as their file name. */
  id: string
  label: string
  applies: ProfileApplies
  /** Public places that the facts were taken from. */
  sources: readonly string[]
  passive: readonly PassiveMessage[]
  polled: readonly PolledMessage[]
  evidence: readonly Evidence[]
}

/** For which vehicles it is meant; for people, nothing is decided by it. */
export interface ProfileApplies {
  make: string
  models: readonly string[]
  years?: YearRange | undefined
  /** Beginnings of VINs. */
  vins?: readonly string[] | undefined
}

export interface YearRange {
  from?: number | undefined
  to?: number | undefined
}

/** An identifier on the bus, without flag bits. */
export interface CanAddress {
  id: number
  extended: boolean
}

export type ChecksumKind = 'toyota'

export interface PassiveMessage extends CanAddress {
  name: string
  /** Bytes of the frame; a shorter one is refused. */
  length?: number | undefined
  /** A frame with a wrong checksum is refused. */
  checksum?: ChecksumKind | undefined
  signals: readonly ProfileSignal[]
}

export interface PolledMessage {
  name: string
  request: PollRequest
  response: CanAddress
  /** Bytes after the DID or PID; needed where several are asked for at once. */
  length?: number | undefined
  /** Seconds between two requests that are worth it. */
  every?: number | undefined
  signals: readonly ProfileSignal[]
}

export interface PollRequest extends CanAddress {
  /** Hexadecimal, from the service byte on: `22404C`. */
  data: string
}

export interface ProfileSignal {
  /** Unique in its message. */
  name: string
  label?: string | undefined
  layout: Layout
  /** What the raw bits are, where they are no integer. */
  float?: boolean | undefined
  /** The signal of our table that it feeds; its unit is converted. */
  maps?: SignalName | undefined
  /** Our signal counts the other way round: its value is the negated one. */
  invert?: boolean | undefined
  /** As in a reading; 10 where nothing is said, which is after every standard. */
  rank?: number | undefined
  /** Words for raw values. */
  states?: Readonly<Record<number, string>> | undefined
  /** Raw values that mean: not available. */
  absent?: readonly RawRange[] | undefined
  /** Present only while another signal of the message has one of these raw values. */
  mux?: MuxCondition | undefined
}

/** value = raw × factor ÷ divisor + offset, in `unit`. */
export interface Layout {
  start: number
  length: number
  bigEndian: boolean
  signed: boolean
  factor: number
  divisor: number
  offset: number
  /** A value further outside than half a step is refused. */
  min?: number | undefined
  max?: number | undefined
  unit: string
}

/** Inclusive. */
export interface RawRange {
  from: number
  to: number
}

export interface MuxCondition {
  signal: string
  values: readonly RawRange[]
}

/** What a recording or a public document shows: bytes, and what they must become. */
export interface Evidence {
  /** CAN frames as `7EC#103E620101…`; eight digits before # for 29 bits. */
  frames?: readonly string[] | undefined
  /** A response after reassembly, from its service byte on: `7EC#620101…`. */
  message?: string | undefined
  /** By signal (`name` or `message.name`): a number in its unit, a state's words, null for no value. */
  expect: Readonly<Record<string, number | string | null>>
  from: string
}

export const DEFAULT_PROFILE_RANK = 10
