/**
 * Groups whose samples are whole messages, each with what it says of several parameters: most
 * messages of a group show many of them at once. Hands every row its share of the samples.
 */
import type { Indicator, PgnRow, SpnRow, TextRow } from '../rows.ts'

/** An indicator alone holds for every parameter of the group but the texts. */
type Expected = Indicator | Readonly<Record<number, number | Indicator>>

export interface SampledGroup extends Omit<PgnRow, 'spns'> {
  readonly spns: readonly (Omit<SpnRow, 'samples'> | TextRow)[]
  readonly samples: readonly (readonly [hex: string, expected: Expected])[]
}

function samplesOf(spn: number, samples: SampledGroup['samples']): SpnRow['samples'] {
  return samples.flatMap(([hex, expected]) => {
    const own = typeof expected === 'string' ? expected : expected[spn]
    return own === undefined ? [] : [[hex, own] as const]
  })
}

export function withSamples(groups: readonly SampledGroup[]): readonly PgnRow[] {
  return groups.map(({ samples, spns, ...group }) => ({
    ...group,
    spns: spns.map((row) =>
      'text' in row ? row : { ...row, samples: samplesOf(row.spn, samples) },
    ),
  }))
}
