/** Bytes as a list of frames: identifier byte, length byte (its high bits a pause), data. */
export interface FuzzFrame {
  id: number
  data: Uint8Array
  /** Microseconds since the frame before. */
  pause: number
}

const PAUSES = [1000, 1000, 1000, 800_000]

export function framesOf(input: Uint8Array): FuzzFrame[] {
  const frames: FuzzFrame[] = []
  for (let at = 0; at + 2 <= input.length; ) {
    const id = input[at] as number
    const size = input[at + 1] as number
    const length = Math.min(size & 0x3f, input.length - at - 2)
    const data = input.slice(at + 2, at + 2 + length)
    frames.push({ id, data, pause: PAUSES[size >> 6] ?? 1000 })
    at += 2 + length
  }
  return frames
}
