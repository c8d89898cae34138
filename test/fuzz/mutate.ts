/**
 * Mutations of inputs, all from one seeded generator: the same seed gives the same inputs, so a find
 * can be had again from its number.
 */
export interface Random {
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
}

/** xorshift32: small, fast, and the same everywhere. */
export function randomOf(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1
  return {
    below(limit) {
      state ^= state << 13
      state >>>= 0
      state ^= state >>> 17
      state ^= state << 5
      state >>>= 0
      return state % limit
    },
  }
}

const INTERESTING = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, 0x0a, 0x0d, 0x20, 0x23, 0x22, 0x3b, 0x3a]
const MAX_INPUT = 64 * 1024

type Mutation = (input: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array

function change(input: Uint8Array, at: number, value: number): Uint8Array {
  const next = input.slice()
  next[at] = value
  return next
}

function spliced(input: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array {
  const next = new Uint8Array(input.length - (to - from) + middle.length)
  next.set(input.subarray(0, from))
  next.set(middle, from)
  next.set(input.subarray(to), from + middle.length)
  return next
}

function span(input: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.below(input.length)
  return [from, from + 1 + random.below(Math.min(32, input.length - from))]
}

const mutations: readonly Mutation[] = [
  (input, random) => {
    const at = random.below(input.length)
    return change(input, at, (input[at] ?? 0) ^ (1 << random.below(8)))
  },
  (input, random) => change(input, random.below(input.length), random.below(256)),
  (input, random) =>
    change(input, random.below(input.length), INTERESTING[random.below(INTERESTING.length)] ?? 0),
  // A character of the same class: digits stay digits, so that texts stay close to valid.
  (input, random) => change(input, random.below(input.length), 0x30 + random.below(23)),
  (input, random) => {
    const at = random.below(input.length)
    return change(input, at, ((input[at] ?? 0) + (random.below(2) === 0 ? 1 : 255)) & 0xff)
  },
  (input, random) => spliced(input, ...span(input, random), new Uint8Array(0)),
  (input, random) => {
    const [from, to] = span(input, random)
    return spliced(input, to, to, input.slice(from, to))
  },
  (input, random) => {
    const at = random.below(input.length)
    return spliced(input, at, at, Uint8Array.of(random.below(256)))
  },
  (input, random) => input.slice(0, random.below(input.length)),
  (input, random, others) => {
    const other = others[random.below(others.length)] ?? input
    const [from, to] = span(input, random)
    if (other.length === 0) return input
    return spliced(input, from, to, other.slice(...span(other, random)))
  },
]

/** One to eight mutations of one of the inputs. Never empty, never longer than 64 KiB. */
export function mutant(inputs: readonly Uint8Array[], random: Random): Uint8Array {
  let input = inputs[random.below(inputs.length)] ?? Uint8Array.of(0)
  for (let left = 1 + random.below(8); left > 0; left -= 1) {
    if (input.length === 0) input = Uint8Array.of(random.below(256))
    const mutation = mutations[random.below(mutations.length)] as Mutation
    input = mutation(input, random, inputs).subarray(0, MAX_INPUT)
  }
  return input
}
