/**
 * The acceptance filter behind `M` and `m`: the code and mask registers of an SJA1000, as its public
 * data sheet describes them. A mask bit of 1 means "does not matter".
 *
 * Dual mode: two filters of 16 bits, either may pass. 11-bit: identifier, RTR, then bits of the first
 * data byte; 29-bit: the upper 16 bits of the identifier. Single mode: one filter of 32 bits over
 * identifier, RTR and, for 11 bits, the first data bytes.
 */
import type { CanFrame } from '../../model/frame.ts'

export interface AcceptanceFilter {
  /** Registers 0 to 3, the first one highest. */
  code: number
  mask: number
  mode: 'dual' | 'single'
}

export function isAccepted(frame: CanFrame, { code, mask, mode }: AcceptanceFilter): boolean {
  const remote = frame.remote ? 1 : 0
  const first = frame.remote || frame.length < 1 ? 0 : (frame.data[0] ?? 0)
  if (mode === 'single') {
    const bits = frame.extended
      ? (frame.id << 3) | (remote << 2)
      : (frame.id << 21) | (remote << 20) | (first << 8)
    // Bits that stand for nothing, or for a second data byte, do not count.
    const idle = frame.extended ? 0x3 : 0xf00ff
    return ((bits ^ code) & ~(mask | idle)) === 0
  }
  const upper = frame.extended ? frame.id >>> 13 : (frame.id << 5) | (remote << 4)
  const passes = (half: number, halfMask: number, nibble: number) => {
    const bits = frame.extended ? upper : upper | nibble
    return ((bits ^ half) & ~halfMask & 0xffff) === 0
  }
  const lowNibble = frame.extended || ((first ^ code) & ~mask & 0x0f) === 0
  return (
    (passes(code >>> 16, mask >>> 16, first >> 4) && lowNibble) ||
    passes(code & 0xffff, (mask & 0xffff) | (frame.extended ? 0 : 0x0f), 0)
  )
}
