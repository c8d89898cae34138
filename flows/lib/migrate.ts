/**
 * Settings of a node that an older version of the palette has saved, brought up to date when they are
 * read; the flow file is not touched. The step at place 0 leads from version 1 to 2.
 */
import type { RawConfig } from './node-red.ts'

export type Step = (config: RawConfig) => RawConfig

/** A node of a newer palette is read as far as it is understood. */
export function migrate(config: RawConfig, steps: readonly Step[]): RawConfig {
  const saved = Number(config.version)
  const from = Number.isInteger(saved) && saved >= 1 ? saved : 1
  return steps.slice(from - 1).reduce((made, step) => step(made), config)
}
