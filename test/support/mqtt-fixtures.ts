/** What the tests of the uplink share: a vehicle, records, a journal in memory, hand-cranked timers. */
import type { Clock, Logger } from '../../src/model/ports.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import type { LaneState, LaneStore } from '../../src/uplink/lanes/lane-store.ts'
import type { OutboxStore, Timers } from '../../src/uplink/outbox-port.ts'

export const van: Vehicle = {
  id: 'van',
  tokenId: '17',
  userDeviceId: '2CRmDbXBHTVYHbVbTpVbZZZZZZZ',
  owner: 'owner-1',
  make: 'Ford',
  model: 'Transit',
  year: 2019,
}

export function recordOf(seq: number, vehicle = van.id): StoredRecord {
  const time = Date.UTC(2024, 4, 1) + seq * 1000
  return {
    seq,
    id: `id-${vehicle}-${seq}`,
    vehicle,
    source: 'can0',
    boot: 'boot',
    number: seq - 1,
    monotonic: seq * 1000,
    time,
    receivedAt: time + 5,
    clockTrust: 'network',
    data: { odometer: 1000 + seq, speed: 41.3, latitude: 52.5, longitude: 13.4 },
  }
}

/** The journal's side of the outbox and of the lanes. */
export class MemoryStore implements OutboxStore, LaneStore {
  readonly records: StoredRecord[] = []
  readonly saved: number[] = []
  state: LaneState | undefined
  reads = 0
  broken = false

  commit(count: number, vehicle = van.id): void {
    for (let i = 0; i < count; i++) {
      this.records.push(recordOf((this.records.at(-1)?.seq ?? 0) + 1, vehicle))
    }
  }

  newest(): number {
    return this.records.at(-1)?.seq ?? 0
  }

  read(afterSeq: number, limit: number): StoredRecord[] {
    this.reads += 1
    if (this.broken) throw new Error('disk I/O error')
    return this.records.filter(({ seq }) => seq > afterSeq).slice(0, limit)
  }

  /** Whatever it holds was received just now, whenever that is. */
  sealedUpTo(): number {
    return 0
  }

  lastReceivedOutside(_afterSeq: number, _from: number, _to: number): number | undefined {
    return undefined
  }

  lanes(): LaneState | undefined {
    return this.state
  }

  saveLanes(_sink: string, state: LaneState): void {
    if (this.broken) throw new Error('disk I/O error')
    this.state = structuredClone(state)
    this.saved.push(state.live)
  }

  cursor(): number {
    return this.saved.at(-1) ?? 0
  }

  saveCursor(_sink: string, seq: number): void {
    if (this.broken) throw new Error('disk I/O error')
    this.saved.push(seq)
  }

  unsent(): number {
    return this.records.filter(({ seq }) => seq > this.cursor()).length
  }
}

/** Time that passes only when told to. */
export class CrankedTimers implements Timers, Clock {
  private time = 0
  private readonly due: { at: number; run: () => void }[] = []

  now(): number {
    return this.time
  }

  monotonic(): number {
    return this.time
  }

  get armed(): number {
    return this.due.length
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { at: this.time + delayMs, run }
    this.due.push(entry)
    return () => {
      const place = this.due.indexOf(entry)
      if (place >= 0) this.due.splice(place, 1)
    }
  }

  async advance(ms: number): Promise<void> {
    const end = this.time + ms
    for (;;) {
      const next = this.due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.due.splice(this.due.indexOf(next), 1)
      this.time = next.at
      next.run()
      await settled()
    }
    this.time = end
  }
}

/** Lets promises that are ready run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

/** Remembers what was logged, for tests that look for it. */
export class MemoryLogger implements Logger {
  readonly lines: string[] = []
  private readonly take = (fields: object, message: string): void => {
    this.lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  readonly debug = this.take
  readonly info = this.take
  readonly warn = this.take
  readonly error = this.take
}

/** Polls until the condition holds; throws with the description when it does not in time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
