/**
 * Gets an ELM327 ready, and finds out on the way what it can. Only commands to the adapter itself:
 * nothing here sends a frame or searches for a protocol. A command that hung is never sent again.
 */
import type { ElmLink } from './elm-link.ts'
import type { ElmQuirk, ElmTraits } from './elm-traits.ts'

export interface ElmMemory {
  /** Commands that hung this adapter. */
  readonly avoid: Set<string>
  readonly quirks: Set<ElmQuirk>
}

const OK = /OK/
const ATTEMPTS = 3

/** Undefined: nothing that answers like an ELM327. Throws when a command hangs it. */
export async function setUp(link: ElmLink, memory: ElmMemory): Promise<ElmTraits | undefined> {
  if (!(await isThere(link))) return undefined
  await tried(link, 'ATD', memory)
  await tried(link, 'ATE0', memory)
  const echoes = link.echoes
  const claims = (await told(link, 'ATI', memory)) ?? ''
  if (link.echoes > echoes) memory.quirks.add('echo')
  for (const command of ['ATL0', 'ATS0', 'ATH1', 'ATCAF1', 'ATAT1']) {
    await tried(link, command, memory)
  }
  const stn = await told(link, 'STI', memory)
  const canMeasure = /\d\.\d/.test((await told(link, 'ATRV', memory)) ?? '')
  const canFilter = await tried(link, 'ATAR', memory)
  if (!canMeasure) memory.quirks.add('no-voltage')
  if (!canFilter) memory.quirks.add('no-filter')
  if (link.strayBytes > 0) memory.quirks.add('stray')
  return {
    claims: claims.replace(/\s+/g, ' ').slice(0, 40),
    stn: stn !== undefined && /STN/.test(stn) ? stn : undefined,
    canBeSilent: false,
    canMeasure,
    canFilter,
    countsLines: true,
  }
}

/** A monitor that somebody left running swallows the first command. */
async function isThere(link: ElmLink): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const lines = await link.ask('ATE0')
    if (link.hasEnded) throw link.failure(await link.ended)
    if (lines?.some((line) => OK.test(line) || line === '?')) return true
  }
  return false
}

/** Whether it takes a command. */
export async function tried(link: ElmLink, command: string, memory: ElmMemory): Promise<boolean> {
  return OK.test((await told(link, command, memory)) ?? '')
}

/** What it says to a command; undefined where it is not sent, or not understood. */
export async function told(
  link: ElmLink,
  command: string,
  memory: ElmMemory,
): Promise<string | undefined> {
  if (memory.avoid.has(command)) return undefined
  const lines = await link.ask(command)
  if (link.hasEnded) throw link.failure(await link.ended)
  if (lines === undefined) {
    memory.avoid.add(command)
    memory.quirks.add('hangs')
    throw link.failure(`${command} hangs the adapter; it is opened again without it`)
  }
  const text = lines.join(' ')
  return text === '?' ? undefined : text
}
