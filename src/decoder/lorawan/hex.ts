/** EUIs, addresses and keys between bytes and upper-case hex, most significant digit first. */

/** Upper-case hex of bytes as they stand. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex').toUpperCase()
}

/** Upper-case hex of a number that is sent with its least significant byte first. */
export function littleEndianHex(bytes: Uint8Array, start: number, length: number): string {
  // A copy: `slice` of a Buffer is none, and what is turned round must not be the frame itself.
  return toHex(Uint8Array.from(bytes.subarray(start, start + length)).reverse())
}

/** Bytes of hex digits in any case; undefined where it is anything else. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined
  return Uint8Array.from(Buffer.from(text, 'hex'))
}
