/** What a serial line carries of a bus, as SLCAN writes it. */

/** Start and stop bit with every byte. */
const CHARACTER_BITS = 10
/** `T`, 8 of the identifier, length, 16 of data, CR; `t` and 3 for the short identifier. */
const EXTENDED_BYTES = 27
/** ISO 11898-1, eight bytes, with the bit stuffing that is usual and the space between frames. */
const EXTENDED_BITS = 131
const FULL = 0.9

/** Frames a second; undefined where the line carries all. */
export function slowLine(
  baud: number,
  bitrate: number,
): { carried: number; possible: number } | undefined {
  const carried = Math.floor(baud / CHARACTER_BITS / EXTENDED_BYTES)
  const possible = Math.floor(bitrate / EXTENDED_BITS)
  return carried < possible ? { carried, possible } : undefined
}

export function fullBus(bytesPerSecond: number, baud: number): boolean {
  return bytesPerSecond >= (baud / CHARACTER_BITS) * FULL
}
