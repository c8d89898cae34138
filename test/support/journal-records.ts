/** What the tests of the journal share: folders that go away, records, checkpoints, chance. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OdometerPoint } from '../../src/model/odometer.ts'
import type { Logger } from '../../src/model/ports.ts'
import type { Checkpoint, NewRecord, VehicleStatus } from '../../src/model/record.ts'
import type { Millis } from '../../src/model/time.ts'
import { Journal, type JournalOptions } from '../../src/uplink/store/journal.ts'

export const START = Date.UTC(2026, 2, 1)

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Runs with a new folder, which is removed whatever happens. */
export async function inFolder(run: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-test-'))
  try {
    await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function openJournal(folder: string, options: Partial<JournalOptions> = {}): Journal {
  const path = join(folder, 'journal.db')
  return new Journal({ path, commitEvery: 5000, logger: silent, now: () => START, ...options })
}

/** The record with this number; one every ten seconds. */
export function newRecord(number: number, fields: Partial<NewRecord> = {}): NewRecord {
  const time = START + number * 10_000
  const boot = fields.boot ?? 'boot-1'
  return {
    id: `${fields.vehicle ?? 'van'}-${boot}-${number}`,
    vehicle: 'van',
    source: 'can0',
    boot,
    number,
    monotonic: number * 10_000,
    time,
    receivedAt: time + 7,
    clockTrust: 'network',
    data: { speed: number / 10 },
    ...fields,
  }
}

const INSTRUMENT = 'can0/23/0'

export function checkpointOf(km = 0, status: VehicleStatus = {}): Checkpoint {
  return { status, odometer: { time: 0, series: { [INSTRUMENT]: { km, time: 0 } } } }
}

/** What `checkpointOf` was given. */
export function kmOf(checkpoint: Checkpoint | undefined): number | undefined {
  return checkpoint?.odometer?.series[INSTRUMENT]?.km
}

/** A reading of the one instrument. */
export function pointAt(time: Millis, km: number, vehicle = 'van'): OdometerPoint {
  return { vehicle, time, series: INSTRUMENT, rank: 0, km }
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
