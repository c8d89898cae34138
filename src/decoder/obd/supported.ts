/**
 * Bitmaps of what a control unit supports (PIDs, monitors, kinds of vehicle information): four
 * bytes under the numbers 00, 20, 40, …; the most significant bit stands for the next number.
 */

/** The numbers that the four bytes at `start` announce. */
export function supportedAfter(base: number, data: Uint8Array, start: number): number[] {
  const numbers: number[] = []
  for (let bit = 0; bit < 32; bit += 1) {
    const byte = data[start + (bit >> 3)] ?? 0
    if ((byte >> (7 - (bit & 7))) & 1) numbers.push(base + bit + 1)
  }
  return numbers
}

/** The 32 bits, in the order of the numbers they stand for. */
export function bitsText(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4), (byte) => byte.toString(2).padStart(8, '0')).join('')
}
