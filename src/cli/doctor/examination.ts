/** What the checks are given, and how they are run: none of them can end the doctor. */
import { setTimeout as passed } from 'node:timers/promises'
import type { LoadedConfig } from '../../config/load.ts'
import { messageOf } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import { type Finding, warning } from './finding.ts'
import type { GatewayAnswer } from './gateway-answer.ts'
import type { World } from './world.ts'

export interface Examination {
  world: World
  loaded: LoadedConfig
  /** The data folder. */
  folder: string
  /** Whether ports may be opened, and something may be published. */
  mayAsk: boolean
  /** What answers at the address of the API. */
  gateway: GatewayAnswer
  signal: AbortSignal
}

export interface Check {
  /** As it is told while it takes long. */
  name: string
  /** It takes long, and no timer runs meanwhile. */
  isBlocking?(examination: Examination): boolean
  run(examination: Examination): Promise<Finding[]> | Finding[]
}

const SLOW_MS: Millis = 1000
const LIMIT_MS: Millis = 120_000

/** `progress` hears of checks that take longer than a second. */
export async function examine(
  examination: Examination,
  checks: readonly Check[],
  progress: (name: string) => void,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of checks) {
    if (examination.signal.aborted) break
    findings.push(...(await guarded(check, examination, progress)))
  }
  return findings
}

async function guarded(
  check: Check,
  examination: Examination,
  progress: (name: string) => void,
): Promise<Finding[]> {
  if (check.isBlocking?.(examination) === true) progress(check.name)
  const slow = setTimeout(() => progress(check.name), SLOW_MS)
  const end = new AbortController()
  try {
    return await Promise.race([check.run(examination), late(end.signal)])
  } catch (error) {
    return [
      warning('check-impossible', `${check.name}: could not be checked`, {
        cause: messageOf(error),
        remedy: 'run it once more with sudo, and send `odograph bundle` if it stays',
      }),
    ]
  } finally {
    clearTimeout(slow)
    end.abort()
  }
}

async function late(signal: AbortSignal): Promise<never> {
  await passed(LIMIT_MS, undefined, { signal, ref: false })
  throw new Error(`it did not end within ${LIMIT_MS / 1000} s`)
}
