/**
 * Which version runs, `choice.json` in the versions folder; the launcher reads it at every start and
 * counts those of a trial. `null` is the packaged version.
 *
 *   packaged   version of the package when the choice was made; one that is newer by now runs instead
 *   current    what runs, or ran before the trial
 *   previous   what ran before `current`
 *   trial      what is tried: since when (ms since 1970), and how often it was started
 *   refused    what was tried last and given up, when and why
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../config/durable-file.ts'

export interface Choice {
  packaged: string
  current: string | null
  previous?: string | null
  trial?: { version: string; since: number; starts: number }
  refused?: { version: string; at: number; reason: string }
}

/** One that cannot be understood is none: the launcher takes it so, too. */
export function readChoice(folder: string): Choice | undefined {
  const path = join(folder, 'choice.json')
  if (!existsSync(path)) return undefined
  try {
    const choice = JSON.parse(readFileSync(path, 'utf8')) as Choice
    return choice.current === null || typeof choice.current === 'string' ? choice : undefined
  } catch {
    return undefined
  }
}

export function writeChoice(folder: string, choice: Choice): void {
  writeDurably(join(folder, 'choice.json'), `${JSON.stringify(choice, undefined, 2)}\n`)
}

/** The trial ran well. */
export function confirmed({ trial, refused: _refused, current, ...choice }: Choice): Choice {
  if (trial === undefined) return { current, ...choice }
  return { ...choice, current: trial.version, previous: current }
}

/** It did not. */
export function refused({ trial, ...choice }: Choice, reason: string, at: number): Choice {
  if (trial === undefined) return choice
  return { ...choice, refused: { version: trial.version, at, reason } }
}
