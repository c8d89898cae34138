/**
 * Records of every kind of value that a batch has to bring back exactly: not likely ones, all of them.
 */
import type { Quality } from '../../src/model/reading.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import { recordId } from '../../src/model/record-id.ts'

type Random = () => number

/** A number from 0, below `below`. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[below(random, values.length)] as T
}

const oddNumbers = [
  0,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  Number.EPSILON,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 53,
  0.1 + 0.2,
]
const trusts = ['none', 'rtc', 'network', 'gnss', 'recorded'] as const
const qualities: Quality[] = ['estimated', 'stale', 'absent', 'error']

/** What a column can be made of; each call gives the values of one column. */
const makers: Record<string, (random: Random) => (index: number) => unknown> = {
  constant: (random) => {
    const value = random() * 100
    return () => value
  },
  counted: (random) => {
    const first = below(random, 1e6) - 5e5
    const step = below(random, 9) - 4
    return (index) => first + index * step
  },
  small: (random) => () => below(random, 7) - 3,
  wandering: (random) => {
    let value = 0
    return () => {
      value += below(random, 2001) - 1000
      return value
    }
  },
  accelerating: (random) => {
    const pace = random() * 100
    return (index) => Math.round(index * index * pace + random() * 3)
  },
  safe: (random) => () =>
    (below(random, 2) * 2 - 1) * Math.floor(random() * Number.MAX_SAFE_INTEGER),
  limits: (random) => () => oneOf(random, [1, -1]) * (Number.MAX_SAFE_INTEGER - below(random, 3)),
  powers: (random) => () =>
    oneOf(random, [1, -1]) * (2 ** below(random, 53) + below(random, 3) - 1),
  decimal: (random) => {
    const factor = 10 ** below(random, 8)
    return () => (below(random, 2e6) - 1e6) / factor
  },
  percent: (random) => () => below(random, 256) / 255,
  binary: (random) => () => (below(random, 65_536) - 32_768) / 256,
  real: (random) => () => (random() - 0.5) * 10 ** (below(random, 600) - 300),
  odd: (random) => () => oneOf(random, oddNumbers),
  zero: () => () => -0,
  text: (random) => () => oneOf(random, ['', 'D', 'WÜ 17', '1', '\u0000', '𝄞', 'null', '"x']),
  texts: (random) => () => String(random()),
  truth: (random) => () => random() < 0.3,
  mixed: (random) => () =>
    oneOf(random, [1, '1', true, 'true', null, 'null', 0.5, 2 ** 40, -(2 ** 40), Number.NaN]),
  json: (random) => () =>
    oneOf<unknown>(random, [
      [],
      {},
      [1, [2, 'three', { four: [] }]],
      { a: 1, b: null, 1: 'one', ü: false },
      { b: null, a: 1 },
      ['x'.repeat(300)],
      null,
    ]),
}

export const makerNames = Object.keys(makers)

/** `count` records of one vehicle with a column of each maker named. */
export function randomRecords(
  random: Random,
  count: number,
  names: readonly string[] = makerNames,
): StoredRecord[] {
  const vehicle = oneOf(random, ['van', 'bus-7', 'Ü', ''])
  const columns = names.map((name) => ({
    name,
    of: (makers[name] as (random: Random) => (index: number) => unknown)(random),
    density: oneOf(random, [1, 1, 0.9, 0.5, 0.02]),
  }))
  const place = placeMaker(random, vehicle)
  return Array.from({ length: count }, (_, index) => {
    const data: Record<string, unknown> = {}
    const quality: Record<string, Quality> = {}
    for (const { name, of, density } of columns) {
      const value = of(index)
      if (random() < density) data[name] = value
      if (random() < 0.02) quality[name] = oneOf(random, qualities)
    }
    return {
      ...place(index),
      data,
      ...(Object.keys(quality).length === 0 ? {} : { quality }),
    } as StoredRecord
  })
}

/** All of a record but what it says of the vehicle. */
function placeMaker(random: Random, vehicle: string) {
  const pace = oneOf(random, [0, 1000, 1000, 5000, -1000])
  const jitter = oneOf(random, [0, 1, 20, 1e9])
  const origin = oneOf(random, [0, 1_772_352_000_000, -5, 8e15])
  const sameBoot = random() < 0.6
  const derived = oneOf(random, [1, 1, 0, 0.9])
  const shifted = oneOf(random, [0, 0, 1, 0.1])
  let seq = below(random, 1e9)
  return (index: number) => {
    seq += random() < 0.8 ? 1 : below(random, 1000)
    const time = origin + index * pace + below(random, jitter + 1)
    const receivedAt = time + oneOf(random, [0, 3, -3, 17, 1e12])
    const fields = {
      vehicle,
      source: oneOf(random, ['can0', 'can0', 'gnss']),
      boot: sameBoot ? 'boot-1' : `boot-${below(random, 4)}`,
      number: index,
      monotonic: receivedAt - origin + oneOf(random, [0, 0, 1, -1e6]),
      time,
      receivedAt,
      clockTrust: oneOf(random, trusts),
      ...(random() < shifted ? { shift: oneOf(random, [0, 1000, -86_400_000, 1e12]) } : {}),
    }
    return { seq, id: random() < derived ? recordId(fields) : `id-${index}`, ...fields }
  }
}
