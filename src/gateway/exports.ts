/**
 * Exports by e-mail (contract, section 7): a job writes a file with every record of a vehicle, then sends
 * a link to it to the owner, and the file goes when the link has expired.
 *
 * `writing ──▶ sending ──▶ sent ──▶ expired`, and from the first two to `failed`. Jobs are kept in the journal:
 * after a restart a file that was not whole is written anew, and a mail that was not taken is sent again.
 * Between attempts it waits, longer each time; after 24 hours it gives up and says so in `health`.
 */
import { randomBytes } from 'node:crypto'
import { ksuid } from '../model/ksuid.ts'
import type { ExportedFile, ExportJob, ExportJobs } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import type { Vehicle } from '../model/vehicle.ts'
import type { Journal } from '../uplink/store/journal.ts'
import { ExportBook, isUnderWay } from './export-book.ts'
import { ExportRuns, type ExportRunsOptions, missingFor, vehicleOf } from './export-runs.ts'

/** How often it is looked for files whose time is over. */
const SWEEP_MS: Millis = 60_000

export interface ExportsOptions extends ExportRunsOptions {
  journal: Pick<Journal, 'keep' | 'kept' | 'commit'>
}

export class Exports implements ExportJobs {
  readonly #options: ExportsOptions
  readonly #book: ExportBook
  readonly #runs: ExportRuns
  #cancelSweep: () => void = () => undefined
  #isStopped = false

  constructor(options: ExportsOptions) {
    this.#options = options
    this.#book = new ExportBook(options.journal)
    this.#runs = new ExportRuns(options, this.#book)
  }

  /** Takes up what was under way, and removes files that belong to nothing. */
  start(): void {
    this.#book.load(this.#options.vehicles())
    this.#sweep()
    const kept = [...this.#book.all()].filter(([, job]) => isUnderWay(job) || job.state === 'sent')
    this.#options.files.removeAllBut(new Set(kept.map(([, { id }]) => id)))
    for (const [vehicle, job] of kept) if (isUnderWay(job)) this.#runs.begin(vehicle)
  }

  /** Idempotent. Jobs go on after the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelSweep()
    await this.#runs.stop()
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
    if (this.#isStopped) return 'The gateway is stopping; ask again when it is back.'
    const refusal = missingFor(this.#options) ?? this.#busy(vehicle.owner)
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
    this.#runs.begin(vehicle.id)
    return undefined
  }

  job({ id }: Vehicle): ExportJob | undefined {
    return this.#book.of(id)
  }

  async cancel({ id: vehicle }: Vehicle): Promise<boolean> {
    const job = this.#book.of(vehicle)
    if (job === undefined) return false
    this.#book.delete(vehicle)
    await this.#runs.end(vehicle)
    this.#options.files.remove(job.id)
    return true
  }

  file(id: string, token: string): ExportedFile | 'bad-token' | 'gone' {
    const { links, files, vehicles, clock } = this.#options
    const expiry = links.expiry(id, token)
    if (expiry === undefined) return 'bad-token'
    const [vehicle, job] = this.#book.byId(id) ?? []
    if (vehicle === undefined || job === undefined || expiry <= clock.now()) return 'gone'
    const known = vehicleOf(vehicles(), vehicle, job)
    const bytes = job.state === 'expired' ? undefined : files.bytes(id)
    if (known === undefined || bytes === undefined) return 'gone'
    return { path: files.path(id), bytes, name: `${known.userDeviceId}.json` }
  }

  #busy(user: string): string | undefined {
    const other = [...this.#book.all()].find(([, job]) => job.user === user && isUnderWay(job))
    if (other === undefined) return undefined
    return `An export of vehicle ${other[0]} is under way, and there is one at a time: wait for it, or end it with DELETE …/export.`
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
      this.#book.change(vehicle, job.id, { state: 'expired', lastError })
      logger.info({ vehicle, export: job.id }, 'the file of an export was removed')
    }
    if (!this.#isStopped) this.#cancelSweep = timers.after(SWEEP_MS, () => this.#sweep())
  }
}
