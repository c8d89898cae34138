/** What the state of an SLCAN adapter is in sentences, with the arithmetic of the serial line. */
import { hasBaud } from './slcan-load.ts'

export interface RunningFacts {
  path: string
  device: string
  baud: number
  bitrate: number
  listenOnly: boolean
  timestamps: boolean
  isAcknowledged: boolean
  /** Parts of the sentence that came up while it ran. */
  remarks: readonly (string | undefined)[]
}

/** `T`, 8 digits, length, 16 digits, CR; a character is 10 bits on the line. */
const LINE_CHARACTERS = 27
const STAMP_CHARACTERS = 4
const CHARACTER_BITS = 10
/** A 29-bit frame with 8 bytes and the gap after it, without stuff bits. */
const FRAME_BITS = 131

export function runningText(facts: RunningFacts): string {
  const mode = facts.listenOnly ? 'listen-only' : 'as a normal node that acknowledges frames'
  const sentences = [`receiving from ${facts.path} at ${facts.bitrate / 1000} kbit/s, ${mode}`]
  if (!facts.isAcknowledged) sentences.push('the adapter did not acknowledge that it is open')
  const all = [...sentences, lineWarning(facts), ...facts.remarks]
  return all.filter((sentence) => sentence !== undefined).join('; ')
}

export function silentText(path: string, hasAnswered: boolean): string {
  return hasAnswered
    ? `${path}: the adapter is there, but no frame comes: the ignition is off, the bit rate is not that of the bus, or the wiring is open`
    : `${path}: nothing comes and the adapter has never answered: it may not speak SLCAN or not at this baud rate, or the bus is quiet`
}

/** Frames with 8 bytes a second that the serial line can carry. */
export function lineCapacity(baud: number, timestamps: boolean): number {
  const characters = LINE_CHARACTERS + (timestamps ? STAMP_CHARACTERS : 0)
  return Math.floor(baud / CHARACTER_BITS / characters)
}

function lineWarning(facts: RunningFacts): string | undefined {
  if (!hasBaud(facts.device)) return undefined
  const carried = lineCapacity(facts.baud, facts.timestamps)
  const full = Math.floor(facts.bitrate / FRAME_BITS)
  if (carried >= full) return undefined
  return `if there is a real serial line behind it, its ${facts.baud} baud carry ${carried} extended frames a second where a full bus has up to ${full}: raise baud, or set filters to "decoded"`
}
