/** What `run` does about updates: the journal before them, the trial of a new version, and its verdict. */
import { get } from 'node:https'
import { journalPath } from '../config/data-folder.ts'
import type { UpdateConfig } from '../config/update-schema.ts'
import {
  copyJournalBefore,
  dropJournalBefore,
  restoreJournalBefore,
} from '../gateway/journal-before.ts'
import { keepBefore, readBefore, Trial } from '../gateway/trial.ts'
import type { Gateway } from '../gateway.ts'
import { messageOf } from '../model/errors.ts'
import type { Clock, Logger } from '../model/ports.ts'
import { isoTime, type Millis } from '../model/time.ts'
import { readChoice, refused, writeChoice } from '../update/choice.ts'

const LOOK_EVERY_MS: Millis = 2000
const ANSWER_MS: Millis = 5000
/** Then it is known what runs. */
const SETTLED_MS: Millis = 60_000

export interface Launch {
  /** The versions folder; undefined: the launcher knows none. */
  folder: string | undefined
  isTrial: boolean
  /** Somebody starts the gateway again when it ends. */
  isSupervised: boolean
  /** Where in the data folder. */
  data: string
  version: string
}

export function launchOf(
  environment: NodeJS.ProcessEnv,
  place: Pick<Launch, 'data' | 'version'>,
): Launch {
  const { ODOGRAPH_VERSIONS, ODOGRAPH_TRIAL, NOTIFY_SOCKET, INVOCATION_ID } = environment
  return {
    ...place,
    folder: ODOGRAPH_VERSIONS,
    isTrial: ODOGRAPH_VERSIONS !== undefined && ODOGRAPH_TRIAL === place.version,
    isSupervised: (NOTIFY_SOCKET ?? INVOCATION_ID) !== undefined,
  }
}

/** Before the journal is opened: sentences for the health, or why a version on trial must not open it. */
export async function prepareJournal(launch: Launch): Promise<{ found: string[]; stop?: string }> {
  const journal = journalPath(launch.data)
  try {
    if (launch.isTrial) await copyJournalBefore({ journal })
  } catch (error) {
    const stop = `the journal cannot be copied before it is changed: ${messageOf(error)}`
    giveUp(launch, stop)
    return { found: [], stop }
  }
  const found = [restoredIn(journal), refusedIn(launch)]
  return { found: found.filter((sentence) => sentence !== undefined) }
}

function restoredIn(journal: string): string | undefined {
  try {
    return restoreJournalBefore({ journal })
  } catch (error) {
    return `The journal from before the update cannot be put back: ${messageOf(error)}`
  }
}

function refusedIn({ folder, version }: Launch): string | undefined {
  const tried = folder === undefined ? undefined : readChoice(folder)?.refused
  if (tried === undefined || tried.version === version) return undefined
  return `The update to ${tried.version} was given up at ${isoTime(tried.at)}: ${tried.reason}. ${version} runs.`
}

function giveUp({ folder }: Launch, reason: string): void {
  const choice = folder === undefined ? undefined : readChoice(folder)
  if (folder !== undefined && choice !== undefined) {
    writeChoice(folder, refused(choice, reason, Date.now()))
  }
}

export interface RunTrialOptions {
  gateway: Gateway
  launch: Launch
  settings: UpdateConfig
  clock: Clock
  logger: Logger
  /** Ends the gateway, so that the version before is started. */
  end: () => void
}

/** The trial of this run, or the notes by which the next one is judged. */
export class RunTrial {
  readonly #options: RunTrialOptions
  readonly #trial: Trial | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: RunTrialOptions) {
    this.#options = options
    this.#trial = options.launch.isTrial ? trialOf(options) : undefined
  }

  start(): void {
    const trial = this.#trial
    this.#timer =
      trial === undefined
        ? setTimeout(() => this.#note(), SETTLED_MS)
        : setInterval(() => this.#look(trial), LOOK_EVERY_MS)
  }

  /** Before the gateway stops. */
  stop(): void {
    clearInterval(this.#timer)
    if (this.#trial === undefined) this.#note()
    else this.#trial.stop()
  }

  #look(trial: Trial): void {
    const { logger } = this.#options
    trial.look().catch((error) => logger.error({}, `the trial goes on: ${messageOf(error)}`))
  }

  #note(): void {
    const { gateway, launch, logger, clock } = this.#options
    const { sources } = gateway.health()
    const running = sources.filter(({ state }) => state === 'running').map(({ id }) => id)
    // One that is stopped while it starts says nothing of how it does.
    if (running.length === 0 && sources.length > 0 && clock.monotonic() < SETTLED_MS) return
    try {
      keepBefore(launch.data, { running, findings: gateway.found })
    } catch (error) {
      logger.debug({}, `it cannot be noted how the gateway does: ${messageOf(error)}`)
    }
  }
}

function trialOf(options: RunTrialOptions): Trial {
  const { gateway, launch, settings, clock, logger, end } = options
  return new Trial({
    folder: launch.folder ?? '',
    version: launch.version,
    before: readBefore(launch.data),
    health: () => gateway.health(),
    findings: () => gateway.found,
    isWritable: () => gateway.isWritable(),
    answers: () => answers(gateway.address),
    settings: { confirmMs: settings.confirmAfter * 1000, giveUpMs: settings.giveUpAfter * 1000 },
    clock,
    logger,
    giveUp: (reason) => {
      if (launch.isSupervised) end()
      else
        gateway.find(`This version was given up (${reason}); the one before runs after a restart.`)
    },
    confirmed: () => dropJournalBefore(journalPath(launch.data)),
  })
}

/** Whatever it answers: it does. */
async function answers(address: string | undefined): Promise<boolean> {
  if (address === undefined) return false
  const url = `${address}/health`
  try {
    if (url.startsWith('https:')) return await answersSecurely(url)
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
    await response.body?.cancel()
    return response.status < 500
  } catch {
    return false
  }
}

/** The certificate is for others; this is the same process. */
function answersSecurely(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(url, { rejectUnauthorized: false, timeout: ANSWER_MS }, (response) => {
      response.resume()
      resolve((response.statusCode ?? 500) < 500)
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
  })
}
