/**
 * Two lanes between a journal that ages and loses records and a far side that answers when told to.
 * Checks, with every call, what must hold at all times.
 */
import * as assert from 'uvu/assert'
import { messageOf } from '../../src/model/errors.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import type {
  BacklogPart,
  BacklogReader,
  Batch,
  BatchLimit,
  LaneState,
  LaneStore,
} from '../../src/uplink/lanes/lane-store.ts'
import { Lanes, type LanesOptions, type Spent } from '../../src/uplink/lanes/lanes.ts'
import { DeliveryError, type FailureKind } from '../../src/uplink/outbox-port.ts'
import { CrankedTimers, MemoryLogger, recordOf, settled } from './mqtt-fixtures.ts'

const RECORD_BYTES = 20
const NEVER = new Promise<never>(() => undefined)

export class AgingStore implements LaneStore {
  state: LaneState | undefined
  broken = false
  saves = 0
  onSave: ((state: LaneState) => void) | undefined
  /** By place - 1; undefined where retention has been. */
  readonly records: (StoredRecord | undefined)[] = []
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  commit(vehicle = 'van', receivedAt = this.now()): void {
    this.records.push({ ...recordOf(this.records.length + 1, vehicle), receivedAt })
  }

  remove(from: number, to: number): void {
    for (let seq = from + 1; seq <= Math.min(to, this.records.length); seq += 1) {
      this.records[seq - 1] = undefined
    }
  }

  newest(): number {
    this.work()
    return this.records.findLast((record) => record !== undefined)?.seq ?? 0
  }

  read(afterSeq: number, limit: number): StoredRecord[] {
    this.work()
    const found: StoredRecord[] = []
    for (let seq = afterSeq + 1; seq <= this.records.length && found.length < limit; seq += 1) {
      const record = this.records[seq - 1]
      if (record !== undefined) found.push(record)
    }
    return found
  }

  sealedUpTo(): number {
    return 0
  }

  lastReceivedOutside(afterSeq: number, from: number, to: number): number | undefined {
    this.work()
    for (let seq = this.records.length; seq > afterSeq; seq -= 1) {
      const received = this.records[seq - 1]?.receivedAt
      if (received !== undefined && (received < from || received > to)) return seq
    }
    return undefined
  }

  lanes(): LaneState | undefined {
    this.work()
    return structuredClone(this.state)
  }

  saveLanes(_sink: string, state: LaneState): void {
    this.work()
    this.saves += 1
    this.state = structuredClone(state)
    this.onSave?.(this.state)
  }

  private work(): void {
    if (this.broken) throw new Error('disk I/O error')
  }
}

/** Batches whose payload is their places, as text, padded to a size a record. */
export class PlacesReader implements BacklogReader {
  failing = false
  hanging = false
  private readonly store: AgingStore

  constructor(store: AgingStore) {
    this.store = store
  }

  async next(from: number, to: number, limit: BatchLimit): Promise<BacklogPart> {
    if (this.hanging) return NEVER
    if (this.failing) throw new Error('the thread has ended')
    const count = Math.max(1, Math.min(limit.records, Math.floor(limit.bytes / RECORD_BYTES)))
    const records = this.store.read(from, count).filter(({ seq }) => seq <= to)
    const groups = new Map<string, number[]>()
    for (const { vehicle, seq } of records) {
      groups.set(vehicle, [...(groups.get(vehicle) ?? []), seq])
    }
    const batches = [...groups].map(([vehicle, places]) => ({
      vehicle,
      payload: Buffer.from(places.join().padEnd(places.length * RECORD_BYTES)),
      contentType: 'text/plain',
      count: places.length,
      span: { firstSeq: places[0] ?? 0, lastSeq: places.at(-1) ?? 0, firstTime: 0 },
    }))
    return { batches, last: records.length < count ? to : (records.at(-1)?.seq ?? to) }
  }
}

export interface Attempt {
  lane: 'live' | 'backlog'
  vehicle: string
  places: number[]
  bytes: number
  at: number
}

interface Open extends Attempt {
  resolve(): void
  reject(error: Error): void
}

export class LaneBench {
  readonly timers = new CrankedTimers()
  readonly logger = new MemoryLogger()
  readonly store = new AgingStore(() => this.timers.now())
  readonly reader = new PlacesReader(this.store)
  readonly attempts: Attempt[] = []
  readonly acknowledged = new Set<number>()
  /** What must never be and was: the lanes take an error that is thrown at them for a failure. */
  readonly violations: string[] = []
  open: Open[] = []
  held = false
  lanes: Lanes
  /** Answers by itself, so much later. */
  roundTripMs: number | undefined
  private readonly options: Partial<LanesOptions>
  /** Of each lane and vehicle: the last place that was tried, and the greatest. */
  private tried = new Map<string, { last: number; greatest: number; failures: number }>()
  private failures = 0
  private liveTried = 0

  constructor(options: Partial<LanesOptions> = {}) {
    this.options = options
    this.store.onSave = (state) => this.check(() => this.nothingSkipped(state))
    this.lanes = this.made()
    this.lanes.start()
  }

  get liveMs(): number {
    return this.options.liveMs ?? 60_000
  }

  of(lane: Attempt['lane']): Attempt[] {
    return this.attempts.filter((attempt) => attempt.lane === lane)
  }

  commit(count: number, vehicle?: string): void {
    for (let i = 0; i < count; i += 1) this.store.commit(vehicle)
    this.lanes.wake()
  }

  /** One record a second. */
  async drive(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await this.timers.advance(1_000)
      this.commit(1)
    }
  }

  async acknowledge(...open: Open[]): Promise<void> {
    this.land(open)
    for (const { places, resolve } of open) {
      for (const place of places) this.acknowledged.add(place)
      resolve()
    }
    await settled()
  }

  async fail(kind: FailureKind, ...open: Open[]): Promise<void> {
    this.land(open)
    this.failures += 1
    for (const { reject } of open) reject(new DeliveryError(kind, kind))
    await settled()
  }

  async disconnect(): Promise<void> {
    this.lanes.disconnected()
    await this.fail('offline', ...this.open)
  }

  /** What is not acknowledged in a moment may be sent again. */
  async restart(): Promise<void> {
    const stopped = this.lanes.stop()
    await this.timers.advance(2_000)
    await stopped
    this.failures += 1
    this.lanes.start()
  }

  hold(reason: string | undefined): void {
    this.held = reason !== undefined
    this.lanes.hold(reason)
  }

  /** The power is cut: what is in memory is gone, and nothing answers any more. */
  kill(): void {
    this.open = []
    this.failures += 1
    this.held = false
    this.lanes = this.made()
    this.lanes.start()
  }

  /** Whatever still stands in the store has arrived, and nothing was ever wrong on the way. */
  everythingArrived(): void {
    assert.equal(this.violations, [])
    const missing = this.store.records.filter(
      (record) => record !== undefined && !this.acknowledged.has(record.seq),
    )
    assert.equal(
      missing.map((record) => record?.seq),
      [],
    )
  }

  /** One that is replaced by another is dead: it neither saves nor sends any more. */
  private made(): Lanes {
    const isAlive = () => this.lanes === lanes
    const { store } = this
    const lanes: Lanes = new Lanes({
      sink: 'test',
      store: {
        newest: () => store.newest(),
        read: (after, limit) => store.read(after, limit),
        sealedUpTo: () => store.sealedUpTo(),
        lastReceivedOutside: (after, from, to) => store.lastReceivedOutside(after, from, to),
        lanes: () => store.lanes(),
        saveLanes: (sink, state) => {
          if (isAlive()) store.saveLanes(sink, state)
        },
      },
      reader: this.reader,
      deliver: (record, spent) =>
        this.attempt(lanes, { lane: 'live', vehicle: record.vehicle, places: [record.seq] }, spent),
      deliverBatch: (batch, spent) => this.attemptBatch(lanes, batch, spent),
      logger: this.logger,
      clock: this.timers,
      timers: {
        after: (delayMs, run) => this.timers.after(delayMs, () => isAlive() && run()),
      },
      ...this.options,
    })
    return lanes
  }

  private attemptBatch(lanes: Lanes, batch: Batch, spent: Spent): Promise<void> {
    const { vehicle, count } = batch
    const places = Buffer.from(batch.payload).toString().trim().split(',').map(Number)
    assert.is(places.length, count)
    return this.attempt(lanes, { lane: 'backlog', vehicle, places }, spent)
  }

  private attempt(
    lanes: Lanes,
    what: Pick<Attempt, 'lane' | 'vehicle' | 'places'>,
    spent: Spent,
  ): Promise<void> {
    // what a killed process might still do reaches nobody
    if (this.lanes !== lanes) return NEVER
    const bytes = what.places.length * RECORD_BYTES
    const attempt = { ...what, bytes, at: this.timers.now() }
    this.check(() => this.allowed(attempt))
    this.attempts.push(attempt)
    spent(bytes)
    return new Promise((resolve, reject) => {
      const open = { ...attempt, resolve, reject }
      this.open.push(open)
      if (this.roundTripMs === undefined) return
      this.timers.after(this.roundTripMs, () => {
        if (this.open.includes(open)) void this.acknowledge(open)
      })
    })
  }

  private check(what: () => void): void {
    try {
      what()
    } catch (error) {
      this.violations.push(messageOf(error))
    }
  }

  private allowed({ lane, vehicle, places, at }: Attempt): void {
    assert.not(this.held, 'nothing goes out while records are held back')
    for (const place of places) this.inOrder(`${lane} ${vehicle}`, place)
    const [first = 0] = places
    if (lane === 'live') {
      const age = at - (this.store.records[first - 1]?.receivedAt ?? at)
      assert.ok(age <= this.liveMs, `${first} went out alone at an age of ${age} ms`)
      this.liveTried = first
      return
    }
    const newest = this.store.records.findLast((record) => record !== undefined)?.seq ?? 0
    const passed = Math.max(this.liveTried, this.store.state?.live ?? 0)
    assert.ok(newest <= passed, `a batch while ${passed + 1} to ${newest} wait`)
  }

  private inOrder(lane: string, place: number): void {
    const tried = this.tried.get(lane) ?? { last: 0, greatest: 0, failures: this.failures }
    const isRepeat = place <= tried.last
    if (isRepeat) assert.ok(this.failures > tried.failures, `${lane}: ${place} without a failure`)
    const greatest = Math.max(tried.greatest, place)
    this.tried.set(lane, { last: place, greatest, failures: this.failures })
  }

  private nothingSkipped({ live, backlog }: LaneState): void {
    let before = 0
    for (const { from, to } of backlog) {
      assert.ok(from >= before && to > from && to <= live, JSON.stringify({ live, backlog }))
      this.arrived(before, from)
      before = to
    }
    this.arrived(before, live)
  }

  private arrived(from: number, to: number): void {
    for (let place = from + 1; place <= to; place += 1) {
      if (this.acknowledged.has(place) || this.store.records[place - 1] === undefined) continue
      throw new Error(`${place} is skipped`)
    }
  }

  private land(open: readonly Open[]): void {
    this.open = this.open.filter((other) => !open.includes(other))
  }
}
