/**
 * The jobs of exports, by vehicle, as the journal keeps them over a restart. What is written here is on
 * the card when the call returns, as far as the card takes it.
 */
import type { ExportJob, ExportState } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import type { Vehicle } from '../model/vehicle.ts'
import type { Journal } from '../uplink/store/journal.ts'

/** A job, and what only the gateway knows of it. */
export interface KeptExport extends ExportJob {
  user: string
}

/** `lastError: undefined`: it no longer has one. */
export type ExportChange = Partial<Pick<KeptExport, 'state' | 'attempts' | 'expires'>> & {
  lastError?: string | undefined
}

const PART = 'export'
const STATES: readonly ExportState[] = ['writing', 'sending', 'sent', 'failed', 'expired']

export class ExportBook {
  readonly #journal: Pick<Journal, 'keep' | 'kept' | 'commit'>
  readonly #jobs = new Map<string, KeptExport>()

  constructor(journal: Pick<Journal, 'keep' | 'kept' | 'commit'>) {
    this.#journal = journal
  }

  /** Reads what was kept; a job for somebody who no longer has the vehicle is none. */
  load(vehicles: readonly Vehicle[]): void {
    for (const { id, owner } of vehicles) {
      const kept = this.#journal.kept(PART, id)
      if (isKept(kept) && kept.user === owner) this.#jobs.set(id, kept)
    }
  }

  all(): IterableIterator<[vehicle: string, job: KeptExport]> {
    return this.#jobs.entries()
  }

  of(vehicle: string): KeptExport | undefined {
    return this.#jobs.get(vehicle)
  }

  /** The vehicle that the job is about, and the job. */
  byId(id: string): [vehicle: string, job: KeptExport] | undefined {
    return [...this.#jobs].find(([, job]) => job.id === id)
  }

  set(vehicle: string, job: KeptExport): void {
    this.#jobs.set(vehicle, job)
    this.#journal.keep(PART, vehicle, job)
    this.#journal.commit()
  }

  /** Changes this job, if it is still the vehicle's. */
  change(vehicle: string, id: string, change: ExportChange): void {
    const now = this.#jobs.get(vehicle)
    if (now?.id !== id) return
    const { lastError, ...rest } = { ...now, ...change }
    this.set(vehicle, lastError === undefined ? rest : { ...rest, lastError })
  }

  delete(vehicle: string): void {
    if (!this.#jobs.delete(vehicle)) return
    this.#journal.keep(PART, vehicle, null)
    this.#journal.commit()
  }

  /** The clock has moved: times of this run move with it. */
  shift(delta: Millis, since: Millis): void {
    for (const [vehicle, job] of this.#jobs) {
      if (job.created < since) continue
      const { created, expires } = job
      const moved = { ...job, created: created + delta }
      this.set(vehicle, expires === undefined ? moved : { ...moved, expires: expires + delta })
    }
  }
}

export function isUnderWay({ state }: ExportJob): boolean {
  return state === 'writing' || state === 'sending'
}

function isKept(value: unknown): value is KeptExport {
  if (typeof value !== 'object' || value === null) return false
  const { id, user, state, created, attempts, expires } = value as Partial<KeptExport>
  return (
    typeof id === 'string' &&
    /^[0-9A-Za-z]{27}$/.test(id) &&
    typeof user === 'string' &&
    STATES.some((known) => known === state) &&
    Number.isFinite(created) &&
    Number.isFinite(attempts) &&
    (expires === undefined || Number.isFinite(expires))
  )
}
