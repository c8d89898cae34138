/**
 * Frames as SLCAN writes them, in both directions (`t T r R`, for CAN FD `d D b B`), and what `S` and
 * `s` say of the bit rate.
 */
import { type CanFrame, frameOf } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'

const CR = 0x0d
const MINUTE_MS = 60_000
/** Index: the digit after `S`. */
const speeds = [10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000]
const digits = Buffer.from('0123456789ABCDEF')

const fdLengths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]
const fdCodes = new Map(fdLengths.map((length, code) => [length, code]))
/** Half of the 16 MHz that an SJA1000 runs at. */
const QUANTA_A_SECOND = 8_000_000
const COMMAND = /^([tTrRdDbB])([0-9A-F]+)$/i

/** Undefined if the command is malformed. */
export function frameOfCommand(command: string): CanFrame | undefined {
  const [, letter = '', digits = ''] = COMMAND.exec(command) ?? []
  if (letter === '') return undefined
  const extended = letter < 'a'
  const kind = letter.toLowerCase()
  const idDigits = extended ? 8 : 3
  const id = Number.parseInt(digits.slice(0, idDigits), 16)
  const code = Number.parseInt(digits.charAt(idDigits), 16)
  const fd = kind === 'd' || kind === 'b'
  const length = fd ? (fdLengths[code] ?? 64) : code
  const remote = kind === 'r'
  const data = Buffer.from(digits.slice(idDigits + 1), 'hex')
  const isWhole = remote
    ? digits.length === idDigits + 1
    : digits.length === idDigits + 1 + 2 * length
  if (!isWhole || (!fd && length > 8) || id > (extended ? 0x1fffffff : 0x7ff)) return undefined
  const frame = frameOf(id, data, { extended, remote, fd, brs: kind === 'b', sent: true })
  if (remote) frame.length = length
  return frame
}

/** Of `S` and a digit, or of `s` and the bus timing registers of an SJA1000; else not known. */
export function bitrateOf(command: string): number | undefined {
  if (command.charAt(0) === 'S') return speeds[Number(command.charAt(1))]
  if (command.length !== 5) return undefined
  const first = Number.parseInt(command.slice(1, 3), 16)
  const second = Number.parseInt(command.slice(3), 16)
  const quanta = 3 + (second & 0x0f) + ((second >> 4) & 0x07)
  return Math.round(QUANTA_A_SECOND / ((first & 0x3f) + 1) / quanta)
}

/** Milliseconds of the minute. */
export function stampOf(time: Micros): number {
  return Math.floor(time / 1000) % MINUTE_MS
}

/** Writes a frame with its CR into `line`; returns the length. `stamp` −1: none. */
export function encodeLine(frame: CanFrame, line: Uint8Array, stamp = -1): number {
  const letter = frame.remote ? 'r' : frame.fd ? (frame.brs ? 'b' : 'd') : 't'
  line[0] = letter.charCodeAt(0) - (frame.extended ? 0x20 : 0)
  let at = hex(line, 1, frame.id, frame.extended ? 8 : 3)
  at = hex(line, at, frame.fd ? (fdCodes.get(frame.length) ?? frame.length) : frame.length, 1)
  if (!frame.remote) {
    for (let i = 0; i < frame.length; i++) at = hex(line, at, frame.data[i] as number, 2)
  }
  if (stamp >= 0) at = hex(line, at, stamp, 4)
  line[at] = CR
  return at + 1
}

function hex(line: Uint8Array, start: number, value: number, count: number): number {
  for (let shift = 4 * (count - 1), at = start; shift >= 0; shift -= 4, at++) {
    line[at] = digits[(value >>> shift) & 0x0f] as number
  }
  return start + count
}
