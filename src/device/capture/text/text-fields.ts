/** Frames → fields of lines: what the writers of text formats have in common. */
import { type CanFrame, MAX_FRAME_DATA } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { codeOfLength } from '../fd-lengths.ts'
import { countLeft } from '../format.ts'

const bytes = Array.from({ length: 256 }, (_, value) =>
  value.toString(16).toUpperCase().padStart(2, '0'),
)

/** The data of a frame, two digits a byte; empty for a remote frame. */
export function dataText(frame: CanFrame, separator = ''): string {
  const length = frame.remote ? 0 : Math.min(frame.length, MAX_FRAME_DATA)
  let text = ''
  for (let index = 0; index < length; index++) {
    if (index > 0) text += separator
    text += bytes[frame.data[index] ?? 0]
  }
  return text
}

export function hexText(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

/** Seconds with six decimals. */
export function secondsText(time: Micros): string {
  return `${Math.floor(time / 1_000_000)}.${String(time % 1_000_000).padStart(6, '0')}`
}

/** Length code of a frame; remote frames ask for at most 8 bytes. */
export function codeOf(frame: CanFrame): number {
  return codeOfLength(frame.remote ? Math.min(frame.length, 8) : frame.length)
}

/**
 * Numbers for the buses of formats that number them: that of the name, or the next free one. They
 * are read as `can<number>`; any other name is left behind, which is counted once.
 */
export class BusNumbers {
  readonly #numbers = new Map<string, number>()
  readonly #left: Map<string, number>

  constructor(left: Map<string, number>) {
    this.#left = left
  }

  of(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const taken = new Set(this.#numbers.values())
    let number = Number(/^[a-z]*can([1-5]?\d|6[0-3])$/i.exec(name)?.[1] ?? 0)
    while (taken.has(number)) number++
    this.#numbers.set(name, number)
    if (name !== `can${number}`) countLeft(this.#left, 'name of a bus')
    return number
  }
}

/** Counts the further buses of a format that names none. */
export function oneBusOnly(left: Map<string, number>): (bus: string) => void {
  let first: string | undefined
  return (bus) => {
    first ??= bus
    if (bus !== first) countLeft(left, 'name of a further bus')
  }
}
