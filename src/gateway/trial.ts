/**
 * A version on trial: it looks at itself until everything is as it was before, and then confirms itself;
 * where that does not happen it gives itself up. The launcher then runs the version before.
 *
 * What was before stands in `before-update.json` of the data folder: which sources ran, and what was found
 * wrong. A version that is not on trial writes it a minute after its start, and when it stops.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../config/durable-file.ts'
import { messageOf } from '../model/errors.ts'
import type { Clock, GatewayHealth, Logger } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import { confirmed, readChoice, refused, writeChoice } from '../update/choice.ts'

/** What a gateway did, by which the next version is measured. */
export interface Before {
  /** Ids of the sources that were running. */
  running: readonly string[]
  /** What was found wrong at the start. */
  findings: readonly string[]
}

/** Why a trial does not end well yet. */
export interface Objection {
  sentence: string
  /** It is nobody's fault, such as a vehicle that sleeps: the trial waits for as long as it takes. */
  isPatient: boolean
}

export interface TrialOptions {
  /** The versions folder. */
  folder: string
  version: string
  before: Before | undefined
  health: () => GatewayHealth
  findings: () => readonly string[]
  isWritable: () => boolean
  answers: () => Promise<boolean>
  settings: { confirmMs: Millis; giveUpMs: Millis }
  clock: Clock
  logger: Logger
  /** The trial has failed, and the version before should run. */
  giveUp: (reason: string) => void
  confirmed: () => void
}

const FILE = 'before-update.json'

export class Trial {
  readonly #options: TrialOptions
  readonly #startedAt: Millis
  /** Since when there is an objection that somebody is to blame for. */
  #blamedAt: Millis
  #isOver = false

  constructor(options: TrialOptions) {
    this.#options = options
    this.#startedAt = options.clock.monotonic()
    this.#blamedAt = this.#startedAt
  }

  /** Called every few seconds. */
  async look(): Promise<void> {
    const { clock, settings } = this.#options
    if (this.#isOver || clock.monotonic() - this.#startedAt < settings.confirmMs) return
    const objection = await this.objection()
    if (this.#isOver) return
    if (objection === undefined) return this.#confirm()
    if (objection.isPatient) this.#blamedAt = clock.monotonic()
    else if (clock.monotonic() - this.#blamedAt >= settings.giveUpMs)
      this.#refuse(objection.sentence)
  }

  /** An orderly stop is no failed start. */
  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { folder, version } = this.#options
    const choice = readChoice(folder)
    const { trial } = choice ?? {}
    if (choice === undefined || trial?.version !== version) return
    this.#write({ ...choice, trial: { ...trial, starts: Math.max(0, trial.starts - 1) } })
  }

  /** Undefined: all is as it was. */
  async objection(): Promise<Objection | undefined> {
    const { before, health, findings, isWritable, answers } = this.#options
    const blame = (sentence: string): Objection => ({ sentence, isPatient: false })
    if (!isWritable()) return blame('the journal cannot be written')
    if (!(await answers())) return blame('the API does not answer')
    const known = before?.findings ?? []
    const worse = findings().find((finding) => !known.includes(finding))
    if (before !== undefined && worse !== undefined) return blame(worse)
    const missing = health().sources.filter(
      ({ id, state }) => before?.running.includes(id) === true && state !== 'running',
    )
    const broken = missing.find(({ state }) => state !== 'silent')
    if (broken !== undefined) return blame(`${broken.id} does not run any more: ${broken.detail}`)
    const [silent] = missing
    if (silent === undefined) return undefined
    return { sentence: `nothing is heard of ${silent.id} yet`, isPatient: true }
  }

  #confirm(): void {
    const { folder, version, logger } = this.#options
    this.#isOver = true
    const choice = readChoice(folder)
    if (choice?.trial?.version !== version) return
    if (!this.#write(confirmed(choice))) return
    logger.info({ version }, 'the update is confirmed: everything runs as before')
    this.#options.confirmed()
  }

  #refuse(reason: string): void {
    const { folder, version, clock, logger, giveUp } = this.#options
    this.#isOver = true
    const choice = readChoice(folder)
    if (choice?.trial?.version !== version) return
    this.#write(refused(choice, reason, clock.now()))
    logger.error({ version }, `the update is given up: ${reason}`)
    giveUp(reason)
  }

  #write(choice: Parameters<typeof writeChoice>[1]): boolean {
    try {
      writeChoice(this.#options.folder, choice)
      return true
    } catch (error) {
      // Asked again after the next start, three times at most.
      this.#options.logger.error({}, `the verdict cannot be written: ${messageOf(error)}`)
      return false
    }
  }
}

export function keepBefore(data: string, before: Before): void {
  const path = join(data, FILE)
  const text = `${JSON.stringify(before)}\n`
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  writeDurably(path, text)
}

export function readBefore(data: string): Before | undefined {
  try {
    const before = JSON.parse(readFileSync(join(data, FILE), 'utf8')) as Before
    return Array.isArray(before.running) && Array.isArray(before.findings) ? before : undefined
  } catch {
    return undefined // There never was one: what is wrong then cannot be told from what was.
  }
}
