/** The lengths that CAN and CAN FD data can have, and the codes that stand for them (DLC). */
const fdLengths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64] as const

export function isFdLength(length: number): boolean {
  return (fdLengths as readonly number[]).includes(length)
}

/** Bytes of a data length code 0 to 15; undefined for others. */
export function lengthOfCode(code: number): number | undefined {
  return fdLengths[code]
}

/** The smallest code whose length holds so many bytes, up to 64. */
export function codeOfLength(length: number): number {
  return fdLengths.findIndex((known) => known >= length)
}
