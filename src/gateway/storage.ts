/**
 * What is kept on the card, as the gateway has it: the journal, the thread that reads it, and what
 * turns old records into sealed history and removes the oldest.
 */
import { journalPath } from '../config/data-folder.ts'
import type { Config } from '../config/schema.ts'
import type { VehicleEvent } from '../model/event.ts'
import type { GatewayHealth, Logger } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'
import type { TripSettings } from '../model/trip.ts'
import { systemTimers } from '../uplink/outbox-port.ts'
import type { Journal, Provisional } from '../uplink/store/journal.ts'
import { openJournal } from '../uplink/store/open-journal.ts'
import { createReader, type JournalReader } from '../uplink/store/reader.ts'
import { Sealer } from '../uplink/store/sealer.ts'

export interface StorageOptions {
  folder: string
  settings: Config['store']
  trips: TripSettings
  boot: string
  logger: Logger
  now: () => Millis
  committed: () => void
  /** The writer's loop has turned. */
  turned: () => void
  happened: (event: VehicleEvent) => void
  provisional: () => Provisional | undefined
  found: (sentence: string) => void
}

const CARD_FULL = 'The card is full: where no room is left, the oldest records give way to new ones'
const DAY: Millis = 86_400_000

export class Storage {
  readonly journal: Journal
  readonly reader: JournalReader
  readonly #sealer: Sealer

  /** Opens the journal, whatever state the card is in. */
  constructor(options: StorageOptions) {
    const { folder, settings, trips, boot, logger, now, found, ...told } = options
    const { committed, turned, happened, provisional } = told
    const { commit, sealAfter, maxDays, maxMegabytes } = settings
    this.journal = openJournal(
      {
        path: journalPath(folder),
        commitEvery: commit * 1000,
        maxAge: maxDays === undefined ? undefined : maxDays * DAY,
        maxBytes: maxMegabytes * 1_000_000,
        ...{ logger, now, committed, turned, happened, provisional },
      },
      found,
    )
    this.reader = createReader(this.journal.path, undefined, trips)
    this.#sealer = new Sealer({
      journal: this.journal,
      next: (query) => this.reader.blockToSeal(query),
      boot,
      after: sealAfter * 1000,
      now,
      isProvisional: () => provisional() !== undefined,
      timers: systemTimers,
      logger,
    })
  }

  start(): void {
    this.journal.start()
    this.#sealer.start()
  }

  /** Everything that was brought is durable before. */
  async stop(): Promise<void> {
    await this.#sealer.stop()
    await this.reader.stop()
    this.journal.stop()
  }

  /** Sentences about what is wrong. */
  findings(): string[] {
    const { cardFull, failure, lost, lostFrames, unsentRemoved } = this.journal.health()
    return [
      ...(failure === undefined ? [] : [`The journal cannot be written: ${failure}`]),
      ...(cardFull && failure === undefined ? [CARD_FULL] : []),
      ...(lost === 0 ? [] : [`${lost} records were lost because nothing could be written`]),
      ...(lostFrames === 0 ? [] : [`${lostFrames} frames that were sent to a bus stand in no log`]),
      ...(unsentRemoved === 0
        ? []
        : [
            `${unsentRemoved} records were removed before every sink had them, because the store has reached its limit (store.maxMegabytes, store.maxDays) or its card was full`,
          ]),
    ]
  }

  health(): GatewayHealth['store'] {
    const { records, bytes, uncommitted, commit } = this.journal.health()
    return { records, bytes, uncommitted, ...(commit === undefined ? {} : { commit }) }
  }
}
