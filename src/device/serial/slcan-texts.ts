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
  /** Whether filters are configured. */
  hasFilters: boolean
  /** What came of them. */
  filters: string | undefined
  /** Frames a second through a line that is full. */
  full: number | undefined
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
  const all = [...sentences, facts.full === undefined ? lineWarning(facts) : fullText(facts)]
  all.push(facts.filters)
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
  return `if there is a real serial line behind it, its ${facts.baud} baud carry ${carried} extended frames a second where a full bus has up to ${full}: ${advice(facts)}`
}

function fullText(facts: RunningFacts): string {
  return `the serial line is full with ${facts.full} frames a second, and what does not fit is lost: ${advice(facts)}`
}

function advice({ hasFilters }: RunningFacts): string {
  return hasFilters ? 'raise baud' : 'raise baud, or set filters to "decoded"'
}
