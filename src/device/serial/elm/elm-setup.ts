/**
 * Gets an ELM327 ready, and finds out on the way what it can. Only commands to the adapter itself:
 * nothing here sends a frame or searches for a protocol. A command that hangs it is not sent again.
 */
import type { Millis } from '../../../model/time.ts'
import type { ElmLink } from './elm-link.ts'
import type { ElmQuirk, ElmTraits } from './elm-traits.ts'

export interface ElmMemory {
  /** Commands that hung this adapter. */
  readonly avoid: Set<string>
  /** The command at which it last fell silent, and how often in a row that was the one. */
  hang: { command: string; times: number }
  readonly quirks: Set<ElmQuirk>
}

const OK = /OK/
const ATTEMPTS = 2
/** Without these nothing can be asked, so they are never given up. */
const ESSENTIAL = /^AT(E0|H1|SP|SH|CAF)/
/** Any adapter falls silent once; one that does it at the same command is hung by it. */
const HANGS = 2
const THERE_MS: Millis = 800

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
    const lines = await link.ask('ATE0', { deadlineMs: THERE_MS })
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
    throw link.failure(hung(command, memory))
  }
  const text = lines.join(' ')
  return text === '?' ? undefined : text
}

/** Takes note of it, and says what became of it. */
function hung(command: string, memory: ElmMemory): string {
  const times = memory.hang.command === command ? memory.hang.times + 1 : 1
  memory.hang = { command, times }
  if (times < HANGS || ESSENTIAL.test(command)) return `the adapter does not answer ${command}`
  memory.avoid.add(command)
  memory.quirks.add('hangs')
  return `${command} hangs the adapter; it is opened again without it`
}
