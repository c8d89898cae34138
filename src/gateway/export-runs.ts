/**
 * The jobs of exports while they are under way: a file is written, then a mail is sent. Between attempts it
 * waits, longer each time. A mail whose answer was lost may be sent twice, under one and the same message id.
 */
import { exportFile } from '../api/views/export-file.ts'
import { messageOf } from '../model/errors.ts'
import type { Clock, Logger, RecordReader } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { MailError, type MailServer } from '../uplink/mail/mail-server.ts'
import { shownAddress } from '../uplink/mail/mail-texts.ts'
import type { Timers } from '../uplink/outbox-port.ts'
import { type ExportBook, isUnderWay, type KeptExport } from './export-book.ts'
import { type ExportFiles, NoRoom } from './export-files.ts'
import type { ExportLinks } from './export-link.ts'
import { exportMail } from './export-mail.ts'

const DAY_MS: Millis = 86_400_000
const FIRST_WAIT_MS: Millis = 30_000
const LONGEST_WAIT_MS: Millis = 1_800_000
/** Between two looks at whether what held it back is over. */
const HOLD_MS: Millis = 5000

export interface ExportRunsOptions {
  records: RecordReader
  vehicles: () => readonly Vehicle[]
  files: ExportFiles
  links: ExportLinks
  /** Undefined: no mail server is configured. */
  mail: { server: Pick<MailServer, 'send'>; from: string } | undefined
  /** The address of the owner. */
  email: string | undefined
  /** What links begin with; undefined until the API listens. */
  baseUrl: () => string | undefined
  /** Why nothing may be sent now, such as a clock that is not known to be right. */
  holdReason: () => string | undefined
  clock: Clock
  timers: Timers
  logger: Logger
}

interface Run {
  abort: AbortController
  done: Promise<void>
}

/** Trying again would not help. */
class Hopeless extends Error {}

export class ExportRuns {
  readonly #options: ExportRunsOptions
  readonly #book: ExportBook
  readonly #runs = new Map<string, Run>()

  constructor(options: ExportRunsOptions, book: ExportBook) {
    this.#options = options
    this.#book = book
  }

  /** Goes on with the vehicle's job in the book. */
  begin(vehicle: string): void {
    const abort = new AbortController()
    const done = this.#run(vehicle, abort.signal).finally(() => {
      if (this.#runs.get(vehicle)?.abort === abort) this.#runs.delete(vehicle)
    })
    this.#runs.set(vehicle, { abort, done })
  }

  /** Resolves when nothing is done for the vehicle any more; its job stays as it is. */
  async end(vehicle: string): Promise<void> {
    const run = this.#runs.get(vehicle)
    run?.abort.abort()
    await run?.done
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#runs.keys()].map((vehicle) => this.end(vehicle)))
  }

  /** Never rejects. Ends with the job, or when it is aborted. */
  async #run(vehicle: string, signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; ) {
      const job = this.#book.of(vehicle)
      if (job === undefined || !isUnderWay(job) || signal.aborted) return
      const left = job.created + DAY_MS - this.#options.clock.now()
      let wait = HOLD_MS
      try {
        if (left <= 0)
          throw new Hopeless(`given up after 24 hours: ${job.lastError ?? 'no answer'}`)
        const held = await this.#step(vehicle, job, signal)
        if (held === undefined) continue
        if (held !== job.lastError) this.#book.change(vehicle, job.id, { lastError: held })
      } catch (error) {
        if (signal.aborted) return
        if (isHopeless(error)) return this.#fail(vehicle, job, messageOf(error))
        wait = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS)
        failures += 1
        this.#book.change(vehicle, job.id, { lastError: messageOf(error) })
        this.#options.logger.warn(
          { vehicle, export: job.id, reason: messageOf(error) },
          'an export could not go on; it is tried again',
        )
      }
      await this.#pause(Math.max(Math.min(wait, left), 0), signal)
    }
  }

  /** One step on. Returns what it has to wait for, if it cannot go on now. */
  async #step(vehicle: string, job: KeptExport, signal: AbortSignal): Promise<string | undefined> {
    const { files, records, vehicles } = this.#options
    const known = vehicleOf(vehicles(), vehicle, job)
    if (known === undefined) throw new Hopeless('the vehicle is no longer here')
    const bytes = job.state === 'sending' ? files.bytes(job.id) : undefined
    if (bytes !== undefined) return this.#send(known, job, bytes, signal)
    await files.write(job.id, exportFile(records, known, job.created), signal)
    this.#book.change(vehicle, job.id, { state: 'sending' })
    return undefined
  }

  async #send(
    vehicle: Vehicle,
    job: KeptExport,
    bytes: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { mail, email: to, links, baseUrl, holdReason, clock, logger } = this.#options
    if (mail === undefined || to === undefined) throw new Hopeless(missingFor(this.#options))
    const base = baseUrl()
    const held = base === undefined ? 'the API does not listen yet' : holdReason()
    if (base === undefined || held !== undefined) return held
    const { id } = job
    const expires = clock.now() + DAY_MS
    const link = `${base}/v1/export/${id}?token=${links.token(id, expires)}`
    this.#book.change(vehicle.id, id, { attempts: job.attempts + 1 })
    const { from } = mail
    await mail.server.send(exportMail({ id, vehicle, link, bytes, expires, to, from }), signal)
    this.#book.change(vehicle.id, id, { state: 'sent', expires, lastError: undefined })
    logger.info({ vehicle: vehicle.id, export: id, to: shownAddress(to) }, 'an export was sent')
    return undefined
  }

  #fail(vehicle: string, job: KeptExport, reason: string): void {
    const { files, logger } = this.#options
    files.remove(job.id)
    this.#book.change(vehicle, job.id, { state: 'failed', lastError: reason })
    logger.error({ vehicle, export: job.id, reason }, 'an export failed')
  }

  #pause(ms: Millis, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        cancel()
        signal.removeEventListener('abort', finish)
        resolve()
      }
      const cancel = this.#options.timers.after(ms, finish)
      signal.addEventListener('abort', finish, { once: true })
      if (signal.aborted) finish()
    })
  }
}

/** What is not configured, as a sentence; undefined: all is there. */
export function missingFor({
  email,
  mail,
}: Pick<ExportRunsOptions, 'email' | 'mail'>): string | undefined {
  const missing = [
    ...(email === undefined
      ? ['no e-mail address is configured for your account (gateway.email)']
      : []),
    ...(mail === undefined ? ['no mail server is configured (mail.url)'] : []),
  ].join(', and ')
  if (missing === '') return undefined
  return `${missing.charAt(0).toUpperCase()}${missing.slice(1)}. GET …/export/json gives the same file at once.`
}

/** The vehicle, as long as it is here and belongs to who asked. */
export function vehicleOf(
  vehicles: readonly Vehicle[],
  id: string,
  { user }: KeptExport,
): Vehicle | undefined {
  return vehicles.find((known) => known.id === id && known.owner === user)
}

function isHopeless(error: unknown): boolean {
  if (error instanceof MailError) return error.kind === 'refused'
  return error instanceof Hopeless || error instanceof NoRoom
}
