/**
 * A frame of u-blox's binary protocol: B5 62, class, id, length (2, little end first), payload, and two
 * check bytes, Fletcher's sums over all between (UBX-13003221, 32.4; the same in every generation).
 */
const HEAD = 6

/** `type`: class and id, as one number. */
export function ubxFrame(type: number, payload: ArrayLike<number> = []): Uint8Array {
  const frame = new Uint8Array(HEAD + payload.length + 2)
  frame.set([0xb5, 0x62, type >> 8, type & 0xff, payload.length & 0xff, payload.length >> 8])
  frame.set(payload, HEAD)
  frame.set(sums(frame.subarray(2, -2)), HEAD + payload.length)
  return frame
}

/** Whether the check bytes of a whole frame are right. */
export function ubxCheck(frame: Uint8Array): boolean {
  const [a, b] = sums(frame.subarray(2, -2))
  return frame.at(-2) === a && frame.at(-1) === b
}

function sums(bytes: Uint8Array): [number, number] {
  let a = 0
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) & 0xff
    b = (b + a) & 0xff
  }
  return [a, b]
}

/** Little end first. */
export function bytesOf(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, at) => Math.floor(value / 256 ** at) & 0xff)
}
