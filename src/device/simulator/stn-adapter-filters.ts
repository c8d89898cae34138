/**
 * The filters of a fake STN (OBDLink Family Reference, "Filtering ST Commands"): patterns and masks
 * over identifier and data. A frame passes that fits a pass filter or a parameter group and no
 * block filter. Without any of one's own, the identifiers of OBD answers pass.
 */
import type { CanFrame } from '../../model/frame.ts'
import { groupOf } from './elm-adapter-j1939.ts'

interface BytePattern {
  pattern: Uint8Array
  mask: Uint8Array
}

const OBD: readonly BytePattern[] = [patternOf('07E8', '07F8'), patternOf('18DAF100', '1FFFFF00')]

export class StnFilters {
  #isOwn = false
  #pass: BytePattern[] = []
  #block: BytePattern[] = []
  #groups = new Set<number>()

  /** False if pattern and mask differ in length, or are too long. */
  add(kind: 'pass' | 'block', pattern: string, mask: string): boolean {
    if (pattern.length !== mask.length || pattern.length > 10) return false
    this.#isOwn = true
    const list = kind === 'pass' ? this.#pass : this.#block
    list.push(patternOf(pattern, mask))
    return true
  }

  addGroup(group: number): void {
    this.#isOwn = true
    this.#groups.add(group)
  }

  clear(kind: 'pass' | 'block' | 'all'): void {
    this.#isOwn = true
    if (kind !== 'block') this.#pass = []
    if (kind !== 'pass') this.#block = []
    if (kind === 'all') this.#groups = new Set()
  }

  passes(frame: CanFrame): boolean {
    const bytes = bytesOf(frame)
    if (!this.#isOwn) return OBD.some((filter) => fits(bytes, filter))
    if (this.#block.some((filter) => fits(bytes, filter))) return false
    const isGroup = frame.extended && this.#groups.has(groupOf(frame.id))
    return isGroup || this.#pass.some((filter) => fits(bytes, filter))
  }
}

function patternOf(pattern: string, mask: string): BytePattern {
  const even = (text: string) => Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex')
  return { pattern: even(pattern), mask: even(mask) }
}

/** Identifier, two or four bytes, then data. */
function bytesOf({ id, extended, data, length }: CanFrame): number[] {
  const head = extended ? [24, 16, 8, 0] : [8, 0]
  return [...head.map((shift) => (id >>> shift) & 0xff), ...data.subarray(0, length)]
}

function fits(bytes: readonly number[], { pattern, mask }: BytePattern): boolean {
  return pattern.every((byte, index) => {
    const actual = bytes[index]
    return actual !== undefined && ((actual ^ byte) & (mask[index] ?? 0)) === 0
  })
}
