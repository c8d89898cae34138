/** Bytes with which control units fill up their answers. */
const FILLERS: ReadonlySet<number> = new Set([0x00, 0x55, 0xaa, 0xcc, 0xff])

/** Whether bytes `start` (inclusive) to `end` (exclusive) are one filler throughout. */
export function isPadding(data: Uint8Array, start: number, end: number): boolean {
  const filler = data[start] as number
  if (start >= end || !FILLERS.has(filler)) return false
  for (let at = start + 1; at < end; at += 1) if (data[at] !== filler) return false
  return true
}
