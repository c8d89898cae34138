/**
 * Exports by e-mail (contract, section 7): a job writes a file with every record of a vehicle, then sends
 * a link to it to the owner, and the file goes when the link has expired.
 *
 * `writing ──▶ sending ──▶ sent ──▶ expired`, and from the first two to `failed`. Jobs are kept in the journal:
 * after a restart a file that was not whole is written anew, and a mail that was not taken is sent again.
 * Between attempts it waits, longer each time; after 24 hours it gives up and says so in `health`.
 */
import { randomBytes } from 'node:crypto'
import { exportFile } from '../api/views/export-file.ts'
import { messageOf } from '../model/errors.ts'
import { ksuid } from '../model/ksuid.ts'
import type {
  Clock,
  ExportedFile,
  ExportJob,
  ExportJobs,
  Logger,
  RecordReader,
} from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { MailError, type MailServer } from '../uplink/mail/mail-server.ts'
import { shownAddress } from '../uplink/mail/mail-texts.ts'
import type { Timers } from '../uplink/outbox-port.ts'
import type { Journal } from '../uplink/store/journal.ts'
import { ExportBook, isUnderWay, type KeptExport } from './export-book.ts'
import { type ExportFiles, NoRoom } from './export-files.ts'
import type { ExportLinks } from './export-link.ts'
import { exportMail } from './export-mail.ts'

const DAY_MS: Millis = 86_400_000
const FIRST_WAIT_MS: Millis = 30_000
const LONGEST_WAIT_MS: Millis = 1_800_000
/** Between two looks at whether what held it back is over. */
const HOLD_MS: Millis = 5000
/** How often it is looked for files whose time is over. */
const SWEEP_MS: Millis = 60_000

export interface ExportsOptions {
  journal: Pick<Journal, 'keep' | 'kept' | 'commit'>
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

/** A job under way. */
interface Run {
  abort: AbortController
  done: Promise<void>
}

/** Trying again would not help. */
class Hopeless extends Error {}

export class Exports implements ExportJobs {
  readonly #options: ExportsOptions
  readonly #book: ExportBook
  readonly #runs = new Map<string, Run>()
  #cancelSweep: () => void = () => undefined
  #isStopped = false

  constructor(options: ExportsOptions) {
    this.#options = options
    this.#book = new ExportBook(options.journal)
  }

  /** Takes up what was under way, and removes files that belong to nothing. */
  start(): void {
    this.#book.load(this.#options.vehicles())
    this.#sweep()
    const kept = [...this.#book.all()].filter(([, job]) => isUnderWay(job) || job.state === 'sent')
    this.#options.files.removeAllBut(new Set(kept.map(([, { id }]) => id)))
    for (const [vehicle, job] of kept) if (isUnderWay(job)) this.#begin(vehicle)
  }

  /** Idempotent. Jobs go on after the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelSweep()
    const runs = [...this.#runs.values()]
    for (const { abort } of runs) abort.abort()
    await Promise.all(runs.map(({ done }) => done))
  }

  /** Sentences about what did not work out. */
  findings(): string[] {
    return [...this.#book.all()]
      .filter(([, { state }]) => state === 'failed')
      .map(([vehicle, job]) => `Export of ${vehicle} by e-mail: ${job.lastError ?? 'it failed'}`)
  }

  shift(delta: Millis, since: Millis): void {
    this.#book.shift(delta, since)
  }

  request(vehicle: Vehicle): string | undefined {
    const refusal = this.#missing() ?? this.#busy(vehicle.owner)
    if (refusal !== undefined) return refusal
    const created = this.#options.clock.now()
    const last = this.#book.of(vehicle.id)
    if (last !== undefined) this.#options.files.remove(last.id)
    const id = ksuid(created, randomBytes(16))
    this.#book.set(vehicle.id, {
      id,
      user: vehicle.owner,
      state: 'writing',
      created,
      attempts: 0,
    })
    this.#options.logger.info({ vehicle: vehicle.id, export: id }, 'an export was asked for')
    this.#begin(vehicle.id)
    return undefined
  }

  job({ id }: Vehicle): ExportJob | undefined {
    return this.#book.of(id)
  }

  async cancel({ id: vehicle }: Vehicle): Promise<boolean> {
    const job = this.#book.of(vehicle)
    if (job === undefined) return false
    const run = this.#runs.get(vehicle)
    this.#book.delete(vehicle)
    run?.abort.abort()
    await run?.done
    this.#options.files.remove(job.id)
    return true
  }

  file(id: string, token: string): ExportedFile | 'bad-token' | 'gone' {
    const { links, files, clock } = this.#options
    const expiry = links.expiry(id, token)
    if (expiry === undefined) return 'bad-token'
    const [vehicle, job] = this.#book.byId(id) ?? []
    if (vehicle === undefined || job === undefined || expiry <= clock.now()) return 'gone'
    const known = this.#vehicle(vehicle, job)
    const bytes = job.state === 'expired' ? undefined : files.bytes(id)
    if (known === undefined || bytes === undefined) return 'gone'
    return { path: files.path(id), bytes, name: `${known.userDeviceId}.json` }
  }

  #missing(): string | undefined {
    const { email, mail } = this.#options
    const missing = [
      ...(email === undefined
        ? ['no e-mail address is configured for your account (gateway.email)']
        : []),
      ...(mail === undefined ? ['no mail server is configured (mail.url)'] : []),
    ].join(', and ')
    if (missing === '') return undefined
    return `${missing.charAt(0).toUpperCase()}${missing.slice(1)}. GET …/export/json gives the same file at once.`
  }

  #busy(user: string): string | undefined {
    const other = [...this.#book.all()].find(([, job]) => job.user === user && isUnderWay(job))
    if (other === undefined) return undefined
    return `An export of vehicle ${other[0]} is under way, and there is one at a time: wait for it, or end it with DELETE …/export.`
  }

  #begin(vehicle: string): void {
    const abort = new AbortController()
    const done = this.#run(vehicle, abort.signal).finally(() => {
      if (this.#runs.get(vehicle)?.abort === abort) this.#runs.delete(vehicle)
    })
    this.#runs.set(vehicle, { abort, done })
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
        if (held !== job.lastError) this.#change(vehicle, job.id, { lastError: held })
      } catch (error) {
        if (signal.aborted) return
        if (isHopeless(error)) return this.#fail(vehicle, job, messageOf(error))
        wait = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS)
        failures += 1
        this.#change(vehicle, job.id, { lastError: messageOf(error) })
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
    const known = this.#vehicle(vehicle, job)
    if (known === undefined) throw new Hopeless('the vehicle is no longer here')
    const { files, records } = this.#options
    const bytes = job.state === 'sending' ? files.bytes(job.id) : undefined
    if (bytes !== undefined) return this.#send(known, job, bytes, signal)
    await files.write(job.id, exportFile(records, known, job.created), signal)
    this.#change(vehicle, job.id, { state: 'sending' })
    return undefined
  }

  async #send(
    vehicle: Vehicle,
    job: KeptExport,
    bytes: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { mail, email: to, links, baseUrl, holdReason, clock, logger } = this.#options
    const missing = this.#missing()
    if (mail === undefined || to === undefined) throw new Hopeless(missing)
    const base = baseUrl()
    const held = base === undefined ? 'the API does not listen yet' : holdReason()
    if (base === undefined || held !== undefined) return held
    const { id } = job
    const expires = clock.now() + DAY_MS
    const link = `${base}/v1/export/${id}?token=${links.token(id, expires)}`
    this.#change(vehicle.id, id, { attempts: job.attempts + 1 })
    const { from } = mail
    await mail.server.send(exportMail({ id, vehicle, link, bytes, expires, to, from }), signal)
    this.#change(vehicle.id, id, { state: 'sent', expires, lastError: undefined })
    logger.info({ vehicle: vehicle.id, export: id, to: shownAddress(to) }, 'an export was sent')
    return undefined
  }

  #fail(vehicle: string, job: KeptExport, reason: string): void {
    const { files, logger } = this.#options
    files.remove(job.id)
    this.#change(vehicle, job.id, { state: 'failed', lastError: reason })
    logger.error({ vehicle, export: job.id, reason }, 'an export failed')
  }

  /** Only while it is still this job that is in the book. */
  #change(
    vehicle: string,
    id: string,
    change: Partial<Omit<KeptExport, 'lastError'>> & { lastError?: string | undefined },
  ): void {
    const now = this.#book.of(vehicle)
    if (now?.id !== id) return
    const { lastError, ...rest } = { ...now, ...change }
    this.#book.set(vehicle, lastError === undefined ? rest : { ...rest, lastError })
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

  /** Files whose link has expired go; all of them where the card is nearly full. */
  #sweep(): void {
    const { clock, files, logger, timers } = this.#options
    const now = clock.now()
    for (const [vehicle, job] of [...this.#book.all()]) {
      if (job.state !== 'sent') continue
      const isOver = now >= (job.expires ?? 0)
      if (!isOver && !files.isScarce()) continue
      files.remove(job.id)
      const lastError = isOver ? undefined : 'the file was removed because the card is nearly full'
      this.#change(vehicle, job.id, { state: 'expired', lastError })
      logger.info({ vehicle, export: job.id }, 'the file of an export was removed')
    }
    if (!this.#isStopped) this.#cancelSweep = timers.after(SWEEP_MS, () => this.#sweep())
  }

  /** The vehicle, as long as it is here and belongs to who asked. */
  #vehicle(id: string, { user }: KeptExport): Vehicle | undefined {
    return this.#options.vehicles().find((known) => known.id === id && known.owner === user)
  }
}

function isHopeless(error: unknown): boolean {
  if (error instanceof MailError) return error.kind === 'refused'
  return error instanceof Hopeless || error instanceof NoRoom
}
