/**
 * Damaged files of block formats: whatever a reader makes of them, it ends, throws nothing but that
 * the file is none, reads no more than the file has room for and gives only frames that can be.
 */
import * as assert from 'uvu/assert'
import { isFdLength } from '../../../../src/device/capture/fd-lengths.ts'
import type { BlockFormat } from '../../../../src/device/capture/format.ts'
import { OdographError } from '../../../../src/model/errors.ts'
import type { CanFrame } from '../../../../src/model/frame.ts'
import { type Random, randomOf } from '../../../fuzz/mutate.ts'

const MAX_READS = 2000
const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]

type Mutation = (bytes: Buffer, random: Random) => Buffer

const mutations: readonly Mutation[] = [
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  },
  (bytes, random) => {
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
    return bytes
  },
  // A number of 4 bytes, where numbers usually stand.
  (bytes, random) => {
    const at = 4 * random.below(Math.floor(bytes.length / 4))
    bytes.writeUInt32LE(NUMBERS[random.below(NUMBERS.length)] ?? 0, at)
    return bytes
  },
  // A place of the file itself: links go in circles.
  (bytes, random) => {
    const at = 8 * random.below(Math.floor(bytes.length / 8))
    bytes.writeUInt32LE(8 * random.below(Math.ceil(bytes.length / 8)), at)
    return bytes
  },
  (bytes, random) => bytes.subarray(0, 1 + random.below(bytes.length)),
  (bytes, random) => {
    const from = random.below(bytes.length)
    const to = from + random.below(bytes.length - from)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  (bytes, random) => {
    const from = random.below(bytes.length)
    const part = bytes.subarray(from, from + random.below(64))
    return Buffer.concat([bytes.subarray(0, from), part, bytes.subarray(from)])
  },
]

function assertPossible({ id, extended, error, fd, remote, length, time }: CanFrame): void {
  const isPossible =
    Number.isSafeInteger(time) &&
    time >= 0 &&
    id >= 0 &&
    id <= (extended || error ? 0x1fffffff : 0x7ff) &&
    isFdLength(length) &&
    (fd || length <= 8) &&
    !(fd && remote)
  assert.ok(isPossible, JSON.stringify({ id, extended, error, fd, remote, length, time }))
}

/** Reads so many damaged files; returns how many frames they still gave. */
export async function readDamaged(
  format: BlockFormat,
  seeds: readonly Uint8Array[],
  { rounds, seed }: { rounds: number; seed: number },
): Promise<number> {
  const random = randomOf(seed)
  let frames = 0
  for (let round = 0; round < rounds; round += 1) {
    let bytes: Buffer = Buffer.from(seeds[round % seeds.length] as Uint8Array)
    for (let i = random.below(4); i >= 0; i -= 1) {
      const mutation = mutations[random.below(mutations.length)] as Mutation
      if (bytes.length >= 8) bytes = mutation(bytes, random)
    }
    frames += await readOne(format, bytes, `round ${round}`)
  }
  return frames
}

async function readOne(format: BlockFormat, bytes: Buffer, round: string): Promise<number> {
  let reads = 0
  let frames = 0
  let issues = 0
  const file = {
    path: 'damaged',
    size: bytes.length,
    read: async (offset: number, length: number) => {
      reads += 1
      assert.ok(reads <= MAX_READS, `${round}: reads without end`)
      return Uint8Array.from(bytes.subarray(offset, offset + length))
    },
  }
  const buses: string[] = []
  const options = {
    at: 'damaged',
    buses,
    issue: () => {
      issues += 1
    },
    frame: (frame: CanFrame) => {
      frames += 1
      assertPossible(frame)
      assert.type(buses[frame.bus], 'string')
    },
  }
  try {
    for await (const position of format.read(file, options)) assert.ok(position >= 0)
  } catch (error) {
    if (!(error instanceof OdographError)) throw error
  }
  // A record or an object needs some bytes, of which deflating can make few.
  assert.ok(frames + issues <= 2000 + 100 * bytes.length, `${round}: ${frames} frames`)
  return frames
}
