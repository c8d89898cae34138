/**
 * The API on a real journal: readings go through the pipelines into SQLite, answers come from the
 * queries that the reader's thread runs. Only the clock is a hand-cranked one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiOptions, ApiServer } from '../../src/api/server.ts'
import { Pipelines } from '../../src/gateway/pipelines.ts'
import type { SignalValue } from '../../src/model/reading.ts'
import type { SignalName } from '../../src/model/signals.ts'
import { type Millis, millisToMicros } from '../../src/model/time.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { openReading } from '../../src/uplink/store/reading.ts'
import { bearer, FakeClock, FakeGateway, testApi, truck, userToken } from './api-fakes.ts'
import { directReader } from './direct-reader.ts'
import { silent } from './journal-records.ts'

export type Values = Partial<Record<SignalName, SignalValue>>

export interface StoredApi {
  api: ApiServer
  clock: FakeClock
  gateway: FakeGateway
  journal: Journal
  /** Readings of one moment, heard `lateMs` after it. */
  hear(iso: string, values: Values, more?: { source?: string; lateMs?: Millis }): void
  /** Makes what was heard a record, and durable. */
  store(): void
  /** As the owner of the vehicle. */
  get(
    path: string,
    method?: 'GET' | 'POST',
  ): Promise<{ status: number; body: Record<string, unknown> }>
  stop(): Promise<void>
}

export async function storedApi(
  now: string,
  options: Partial<ApiOptions> = {},
): Promise<StoredApi> {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-test-'))
  const clock = new FakeClock()
  const gateway = new FakeGateway()
  const path = join(folder, 'journal.db')
  const journal = new Journal({
    path,
    commitEvery: 3_600_000,
    logger: silent,
    now: () => clock.now(),
  })
  const pipelines = new Pipelines({
    journal,
    settings: { onChange: 1000, interval: 60_000 },
    clock,
    boot: 'boot-1',
    clockTrust: () => 'gnss',
    issue: () => undefined,
    recorded: () => undefined,
  })
  const reading = openReading(path)
  const parts = { records: directReader(reading), status: pipelines, gateway, clock }
  const { api } = await testApi({ ...parts, ...options })
  // Tokens are valid from before the first reading until after the last.
  const headers = bearer(await userToken(truck.owner, 40 * 365 * 86_400))
  clock.time = Date.parse(now)
  return {
    api,
    clock,
    gateway,
    journal,
    hear(iso, values, { source = 'can0', lateMs = 0 } = {}) {
      const at = Date.parse(iso)
      clock.time = at + lateMs
      for (const [signal, value] of Object.entries(values) as [SignalName, SignalValue][]) {
        const time = millisToMicros(at)
        const quality = 'ok'
        pipelines
          .live('truck')
          .reading({ signal, value, quality, time, source, sender: 0, rank: 0 })
      }
    },
    store() {
      pipelines.flush()
      journal.commit()
    },
    async get(path, method = 'GET') {
      clock.time = Math.max(clock.time, Date.parse(now))
      const response = await api.inject({ method, url: path, headers })
      return { status: response.statusCode, body: response.json() }
    },
    async stop() {
      await api.stop()
      reading.database.close()
      journal.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
