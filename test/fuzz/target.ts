/** What is fuzzed: inputs to begin with, and what must hold for every input. */
export interface Target {
  readonly name: string
  /** Valid inputs, from which all others are made. */
  seeds(): Uint8Array[]
  /** Throws where something does not hold: an exception is a find. */
  check(input: Uint8Array): void | Promise<void>
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

/** Two-digit hexadecimal, blanks allowed. */
export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}
