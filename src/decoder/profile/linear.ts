/**
 * Linear expressions over the bits of a message: Σ weight × bit + constant. What foreign profiles
 * write as arithmetic on bytes, `([B49:B50]*65536+[B51:B52])/10`, is one in the end, and where its
 * weights are those of neighbouring bits it is a field: a layout.
 */
import type { Layout } from '../../model/profile.ts'

export interface Linear {
  /** By position, byte × 8 + bit. */
  weights: ReadonlyMap<number, number>
  constant: number
}

const CLOSE = 1e-9

export function constantOf(constant: number): Linear {
  return { weights: new Map(), constant }
}

/** Bytes from the most significant one on, as one number. */
export function bytesOf(bytes: readonly number[], signed: boolean): Linear {
  const weights = new Map<number, number>()
  bytes.toReversed().forEach((byte, place) => {
    for (let bit = 0; bit < 8; bit += 1) weights.set(byte * 8 + bit, 2 ** (place * 8 + bit))
  })
  const top = (bytes[0] ?? 0) * 8 + 7
  if (signed) weights.set(top, -(weights.get(top) ?? 0))
  return { weights, constant: 0 }
}

export function bitOf(byte: number, bit: number): Linear {
  return { weights: new Map([[byte * 8 + bit, 1]]), constant: 0 }
}

export function sum(a: Linear, b: Linear): Linear {
  const weights = new Map(a.weights)
  for (const [position, weight] of b.weights) {
    const total = (weights.get(position) ?? 0) + weight
    if (total === 0) weights.delete(position)
    else weights.set(position, total)
  }
  return { weights, constant: a.constant + b.constant }
}

export function scaled(a: Linear, by: (number: number) => number): Linear {
  const weights = [...a.weights].map(([position, weight]) => [position, by(weight)] as const)
  return { weights: new Map(weights), constant: by(a.constant) }
}

/** The bits of an unscaled, unsigned number that `keep` accepts, moved down by `shift`. */
export function selected(
  a: Linear,
  keep: (place: number) => boolean,
  shift: number,
): Linear | undefined {
  if (a.constant !== 0) return undefined
  const weights = new Map<number, number>()
  for (const [position, weight] of a.weights) {
    const place = Math.log2(weight)
    if (!Number.isInteger(place)) return undefined
    if (keep(place)) weights.set(position, 2 ** (place - shift))
  }
  return { weights, constant: 0 }
}

type Field = Omit<Layout, 'min' | 'max' | 'unit'>

/** Undefined where the bits are no field: scattered, or weighted otherwise. */
export function fieldOf({ weights, constant }: Linear): Field | undefined {
  const bits = [...weights].sort(([, a], [, b]) => Math.abs(a) - Math.abs(b))
  const [lowest] = bits
  if (lowest === undefined || lowest[1] === 0) return undefined
  const factor = lowest[1]
  const last = bits.length - 1
  let signed = false
  for (const [place, [, weight]] of bits.entries()) {
    const ratio = weight / factor / 2 ** place
    if (place > 0 && place === last && Math.abs(ratio + 1) < CLOSE) signed = true
    else if (Math.abs(ratio - 1) > CLOSE) return undefined
  }
  const positions = bits.map(([position]) => position)
  const isIntel = positions.every((position, i) => position === lowest[0] + i)
  const isMotorola = positions.every(
    (position, i) => i === 0 || isAbove(position, positions[i - 1]),
  )
  if (!isIntel && !isMotorola) return undefined
  return {
    start: isMotorola ? (positions[last] ?? 0) : lowest[0],
    length: bits.length,
    bigEndian: isMotorola,
    signed,
    factor,
    divisor: 1,
    offset: constant,
  }
}

/** Whether a bit follows another one towards the most significant of a Motorola field. */
function isAbove(position: number, below = 0): boolean {
  return position === (below % 8 === 7 ? below - 15 : below + 1)
}
