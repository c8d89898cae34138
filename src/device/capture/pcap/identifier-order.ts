/**
 * In which byte order a capture has its SocketCAN identifiers. A word that can be an identifier with
 * its flags in one order only decides; until there is one, nothing is known.
 */
const EXTENDED = 0x80000000
const REMOTE = 0x40000000
const ERROR = 0x20000000
const MAX_STANDARD = 0x7ff
/** Error frames have class bits up to here, and eight bytes. */
const MAX_ERROR_CLASS = 0x3ff
const ERROR_LENGTH = 8

export class IdentifierOrder {
  #swapped: boolean | undefined

  get isKnown(): boolean {
    return this.#swapped !== undefined
  }

  /** Little-endian; big-endian as long as nothing is known. */
  get isSwapped(): boolean {
    return this.#swapped === true
  }

  /** Takes the word as it reads in big-endian order, and the length of its frame. */
  learn(word: number, length: number): void {
    if (this.#swapped !== undefined) return
    const big = isPossible(word, length)
    const little = isPossible(swapped(word), length)
    if (big !== little) this.#swapped = little
  }
}

function isPossible(word: number, length: number): boolean {
  const id = word & 0x1fffffff
  if ((word & ERROR) !== 0) {
    return (word & (REMOTE | EXTENDED)) === 0 && id <= MAX_ERROR_CLASS && length === ERROR_LENGTH
  }
  return (word & EXTENDED) !== 0 || id <= MAX_STANDARD
}

function swapped(word: number): number {
  const high = ((word & 0xff) << 24) | ((word & 0xff00) << 8)
  return (high | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
