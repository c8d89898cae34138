/**
 * Runs a profile's evidence: the bytes that were recorded go through the same decoder as those of a
 * bus, and each signal must become what the evidence says.
 */
import { type CanFrame, frameOf } from '../../model/frame.ts'
import type { Evidence, Profile } from '../../model/profile.ts'
import { Isotp } from '../isotp.ts'
import { signalsNamed } from './check.ts'
import { ProfileDecoder, type ProfileValue } from './profile-decoder.ts'

export interface EvidenceResult {
  /** Index in the profile's list. */
  index: number
  /** `message.name` */
  signal: string
  expected: number | string | null
  /** Undefined where the signal did not come at all; null where it came without a value. */
  got: number | string | null | undefined
  right: boolean
}

/** How often a signal was seen with a value, and without one. */
export interface SignalProof {
  signal: string
  values: number
  absent: number
}

/** Published values are rounded. */
const TOLERANCE = 1e-5
const SPACING = 1000

export function runEvidence(profile: Profile): EvidenceResult[] {
  return profile.evidence.flatMap((evidence, index) => {
    const values = decode(profile, evidence)
    return Object.entries(evidence.expect).map(([name, expected]) => {
      const signal = signalsNamed(profile, name)[0] ?? name
      const got = gotOf(values.get(signal), expected)
      return { index, signal, expected, got, right: agrees(expected, got) }
    })
  })
}

/** What the evidence shows of each signal, in the profile's order. */
export function proofOf(profile: Profile, results: readonly EvidenceResult[]): SignalProof[] {
  return [...profile.passive, ...profile.polled].flatMap((message) =>
    message.signals.map(({ name }) => {
      const signal = `${message.name}.${name}`
      const right = results.filter((result) => result.right && result.signal === signal)
      const absent = right.filter(({ expected }) => expected === null).length
      return { signal, values: right.length - absent, absent }
    }),
  )
}

function decode(profile: Profile, { frames, message }: Evidence): Map<string, ProfileValue> {
  const values = new Map<string, ProfileValue>()
  const decoder = new ProfileDecoder(profile, {
    value: (value) => values.set(`${value.message}.${value.name}`, value),
    reading: () => undefined,
    issue: () => undefined,
  })
  const isotp = new Isotp({
    message: (id, _kind, data, length, time, extended) =>
      decoder.message(id, extended, data, length, time),
    issue: () => undefined,
  })
  frames?.forEach((text, index) => {
    const frame = parsedFrame(text, index * SPACING)
    decoder.frame(frame)
    if (!decoder.isResponder(frame.id, frame.extended)) return
    isotp.frame(frame.id, frame.data, frame.length, frame.time, frame.extended)
  })
  if (message !== undefined) {
    const { id, bytes, isLong } = parsed(message)
    decoder.message(id, isLong, bytes, bytes.length, 0)
  }
  return values
}

function parsedFrame(text: string, time: number): CanFrame {
  const { id, bytes, isLong } = parsed(text)
  return frameOf(id, bytes, { extended: isLong, time })
}

function parsed(text: string): { id: number; bytes: Uint8Array; isLong: boolean } {
  const [id = '', data = ''] = text.split('#')
  const bytes = Uint8Array.from(data.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  return { id: Number.parseInt(id, 16), bytes, isLong: id.length > 3 }
}

function gotOf(value: ProfileValue | undefined, expected: EvidenceResult['expected']) {
  if (value === undefined) return undefined
  if (value.value === undefined) return null
  return typeof expected === 'string' ? (value.text ?? value.value) : value.value
}

function agrees(expected: EvidenceResult['expected'], got: EvidenceResult['got']): boolean {
  if (typeof expected !== 'number' || typeof got !== 'number') return expected === got
  return Math.abs(expected - got) <= TOLERANCE + 1e-9 * Math.abs(expected)
}
