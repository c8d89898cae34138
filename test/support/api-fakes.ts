/**
 * The ports that the API reads, held in memory: records in an array that a test may push to while
 * it reads, a hand-cranked clock, and a server that is ready to be asked.
 */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import { issuePrivilegeToken, issueUserToken, type TokenKeys } from '../../src/api/auth/tokens.ts'
import { type ApiOptions, type ApiServer, createApi } from '../../src/api/server.ts'
import type { Requester, RequestOutcome } from '../../src/model/bus-request.ts'
import { type StoredEvent, type VehicleEvent, vehicleEvent } from '../../src/model/event.ts'
import { ksuidOf } from '../../src/model/ksuid.ts'
import type {
  Clock,
  DistanceDay,
  DistanceExplanation,
  EventQuery,
  EventReader,
  GatewayHealth,
  GatewayReader,
  Logger,
  PageOptions,
  RecordPage,
  RecordQuery,
  RecordReader,
  StatusReader,
  TripQuery,
  TripReader,
  TroubleCodeReader,
  Usage,
  VehicleCommands,
  VehicleQuestion,
} from '../../src/model/ports.ts'
import type { SignalValue } from '../../src/model/reading.ts'
import type {
  RecordData,
  SignalState,
  StoredRecord,
  VehicleStatus,
} from '../../src/model/record.ts'
import type { SignalName } from '../../src/model/signals.ts'
import type { Micros, Millis } from '../../src/model/time.ts'
import { type Trip, tripId } from '../../src/model/trip.ts'
import type { TroubleCodeReport } from '../../src/model/trouble-code.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'

export const NOW = Date.parse('2024-01-25T18:00:00.250Z')
export const OWNER = 'owner@example'

export const truck: Vehicle = {
  id: 'truck',
  tokenId: '17',
  userDeviceId: '2UZb3drEbIkLdMFcvEFqhjrX4X6',
  owner: OWNER,
  make: 'Lexus',
  model: 'NX',
  year: 2021,
}

export const van: Vehicle = {
  id: 'van',
  tokenId: '18',
  userDeviceId: '2UZb3drEbIkLdMFcvEFqhjrX4X7',
  owner: 'somebody-else',
}

export class FakeClock implements Clock {
  time: Millis = NOW
  ticks: Millis = 0
  now(): Millis {
    return this.time
  }
  monotonic(): Millis {
    return this.ticks
  }
  advance(ms: Millis): void {
    this.time += ms
    this.ticks += ms
  }
}

export class FakeLogger implements Logger {
  readonly lines: string[] = []
  debug = (fields: object, message: string) => this.#keep('debug', fields, message)
  info = (fields: object, message: string) => this.#keep('info', fields, message)
  warn = (fields: object, message: string) => this.#keep('warn', fields, message)
  error = (fields: object, message: string) => this.#keep('error', fields, message)
  #keep(level: string, fields: object, message: string): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  }
}

export class FakeRecords implements RecordReader {
  readonly records: StoredRecord[] = []
  /** What `days` answers, by the index of the day. */
  distances: { distance?: number; hasData: boolean }[] = []
  total = 0
  explanation = { estimated: 0, error: 0, segments: [], rejected: [] }
  daysAsked: (readonly Millis[])[] = []
  pagesAsked: number[] = []
  /** Called before every page: a place to let records arrive. */
  beforePage: () => void | Promise<void> = () => undefined

  add(time: Millis, data: RecordData, vehicle = 'truck'): StoredRecord {
    const seq = this.records.length + 1
    const record: StoredRecord = {
      seq,
      id: ksuidOf(time, vehicle, seq),
      vehicle,
      source: 'main',
      boot: 'boot',
      number: seq,
      monotonic: seq,
      time,
      receivedAt: time + 1376,
      clockTrust: 'gnss',
      data,
    }
    this.records.push(record)
    return record
  }

  #window({ vehicle, from, to }: RecordQuery): StoredRecord[] {
    return this.records
      .filter((record) => record.vehicle === vehicle && record.time >= from && record.time < to)
      .sort((left, right) => left.time - right.time || left.seq - right.seq)
  }

  async sample(query: RecordQuery, limit: number): Promise<RecordPage> {
    const all = this.#window(query)
    const total = all.length
    if (total <= limit) return { total, records: all }
    const picked = Array.from({ length: limit }, (_, index) =>
      Math.round((index * (total - 1)) / (limit - 1)),
    )
    return { total, records: picked.flatMap((index) => all[index] ?? []) }
  }

  async buckets(query: RecordQuery, buckets: number): Promise<RecordPage> {
    const all = this.#window(query)
    const length = (query.to - query.from) / buckets
    const last = new Map<number, StoredRecord>()
    for (const record of all) last.set(Math.floor((record.time - query.from) / length), record)
    return { total: all.length, records: [...last.values()] }
  }

  async page(query: RecordQuery, { limit, after, order, total }: PageOptions): Promise<RecordPage> {
    await this.beforePage()
    this.pagesAsked.push(limit)
    const sign = order === 'asc' ? 1 : -1
    const all = this.#window(query)
    if (order === 'desc') all.reverse()
    const rest = all.filter(
      ({ time, seq }) => after === undefined || sign * (time - after.time || seq - after.seq) > 0,
    )
    return { total: total === false ? 0 : all.length, records: rest.slice(0, limit) }
  }

  async span(vehicle: string): Promise<{ first: Millis; last: Millis } | undefined> {
    const times = this.records.filter((r) => r.vehicle === vehicle).map(({ time }) => time)
    if (times.length === 0) return undefined
    return { first: Math.min(...times), last: Math.max(...times) }
  }

  async days(_vehicle: string, starts: readonly Millis[]): Promise<DistanceDay[]> {
    this.daysAsked.push(starts)
    return starts.slice(0, -1).map((start, index) => ({
      start,
      distance: this.distances[index]?.distance,
      hasData: this.distances[index]?.hasData ?? false,
    }))
  }

  async totalDistance(): Promise<number> {
    return this.total
  }

  async distanceBetween(): Promise<number | undefined> {
    return this.total
  }

  async explainDistance(): Promise<DistanceExplanation> {
    return { ...this.explanation, distance: this.total }
  }

  async usage(): Promise<Usage> {
    return {}
  }
}

export class FakeStatus implements StatusReader {
  readonly statuses = new Map<string, VehicleStatus>()
  stored: Micros | undefined = Date.parse('2024-01-25T15:51:33.986Z') * 1000 + 23
  status(vehicle: string): VehicleStatus {
    return this.statuses.get(vehicle) ?? {}
  }
  storedAt(): Micros | undefined {
    return this.stored
  }
}

export function state(
  value: SignalValue,
  iso: string,
  more: Partial<SignalState> = {},
): SignalState {
  const time = Date.parse(iso) * 1000
  return { value, quality: 'ok', time, source: 'can0', sender: 0, rank: 0, ...more }
}

export class FakeGateway implements GatewayReader {
  known: Vehicle[] = [truck, van]
  sources: GatewayHealth['sources'] = []
  vehicles(): readonly Vehicle[] {
    return this.known
  }
  health(): GatewayHealth {
    return {
      status: 'ok',
      findings: [],
      version: '0.1.0',
      uptimeSeconds: 12,
      clockTrust: 'gnss',
      sources: this.sources,
      store: { records: 0, bytes: 0, uncommitted: 0 },
      mqtt: { state: 'connected', detail: 'connected', unsent: 0 },
    }
  }
}

export class FakeTroubleCodes implements TroubleCodeReader {
  readonly reports = new Map<string, TroubleCodeReport>()
  troubleCodes(vehicle: string): TroubleCodeReport | undefined {
    return this.reports.get(vehicle)
  }
}

export class FakeEvents implements EventReader {
  readonly all: StoredEvent[] = []
  readonly asked: EventQuery[] = []

  add(time: Millis, type: VehicleEvent['type'], data = {}, vehicle = 'truck'): StoredEvent {
    const event = { seq: this.all.length + 1, ...vehicleEvent({ vehicle, time, type, data }) }
    this.all.push(event)
    return event
  }

  async events(query: EventQuery): Promise<StoredEvent[]> {
    this.asked.push(query)
    const { vehicle, from, to, types, limit, after } = query
    return this.all
      .filter((event) => event.vehicle === vehicle && event.time >= from && event.time < to)
      .filter(({ type }) => types === undefined || types.includes(type))
      .sort((left, right) => left.time - right.time || left.seq - right.seq)
      .filter(({ time, seq }) => after === undefined || (time - after.time || seq - after.seq) > 0)
      .slice(0, limit)
  }
}

export class FakeTrips implements TripReader {
  readonly all: Trip[] = []
  readonly asked: TripQuery[] = []

  add(start: Millis, more: Partial<Trip> = {}): Trip {
    const { vehicle = 'truck' } = more
    const trip: Trip = {
      ...{ id: tripId(vehicle, start), vehicle, start, end: start + 1_800_000, ongoing: false },
      ...{ movingSeconds: 1500, idleSeconds: 200, stops: [], ...more },
    }
    this.all.push(trip)
    return trip
  }

  async trips(query: TripQuery): Promise<Trip[]> {
    this.asked.push(query)
    const { vehicle, from, to, order, limit, after } = query
    const sign = order === 'asc' ? 1 : -1
    return this.all
      .filter((trip) => trip.vehicle === vehicle && trip.start >= from && trip.start < to)
      .sort((a, b) => sign * (a.start - b.start))
      .filter(({ start }) => after === undefined || sign * (start - after) > 0)
      .slice(0, limit)
  }
}

/** Answers every command with `outcome`, and remembers what was asked. */
export class FakeCommands implements VehicleCommands {
  outcome: RequestOutcome = { kind: 'silent' }
  readonly asked: (VehicleQuestion | 'clear')[] = []
  readonly requesters: Requester[] = []
  readonly vehicles: string[] = []

  clearCodes(vehicle: string, requester: Requester): Promise<RequestOutcome> {
    return this.#take(vehicle, 'clear', requester)
  }

  ask(vehicle: string, question: VehicleQuestion, requester: Requester): Promise<RequestOutcome> {
    return this.#take(vehicle, question, requester)
  }

  readonly watched: { vehicle: string; signals: readonly SignalName[]; until: number }[] = []

  watch(vehicle: string, signals: readonly SignalName[], until: number): void {
    this.watched.push({ vehicle, signals, until })
  }

  async #take(
    vehicle: string,
    question: VehicleQuestion | 'clear',
    requester: Requester,
  ): Promise<RequestOutcome> {
    this.vehicles.push(vehicle)
    this.asked.push(question)
    this.requesters.push(requester)
    return this.outcome
  }
}

export interface TestKey {
  privateKey: CryptoKey
  jwk: JWK
}

export async function newKey(kid: string, alg = 'ES256'): Promise<TestKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg } }
}

const gatewayKey = await newKey('gateway-1')

export const keys: TokenKeys = {
  signingKey: gatewayKey.jwk,
  issuer: 'urn:odograph:test',
  audience: 'odograph',
}

export interface TestApi {
  api: ApiServer
  records: FakeRecords
  status: FakeStatus
  gateway: FakeGateway
  troubleCodes: FakeTroubleCodes
  events: FakeEvents
  trips: FakeTrips
  commands: FakeCommands
  clock: FakeClock
  logger: FakeLogger
}

export async function testApi(options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const records = new FakeRecords()
  const status = new FakeStatus()
  const gateway = new FakeGateway()
  const clock = new FakeClock()
  const logger = new FakeLogger()
  const troubleCodes = new FakeTroubleCodes()
  const events = new FakeEvents()
  const trips = new FakeTrips()
  const commands = new FakeCommands()
  const readers = { records, status, gateway, troubleCodes, events, trips }
  const parts = { ...readers, commands, clock, logger }
  const api = await createApi({ ...parts, keys, owner: OWNER, version: '0.1.0', ...options })
  return { ...parts, api }
}

export function userToken(sub = OWNER, expiresSeconds = 3600): Promise<string> {
  return issueUserToken(keys, { sub, expiresSeconds, now: NOW })
}

export function privilegeToken(privileges: number[], tokenId = '17'): Promise<string> {
  return issuePrivilegeToken(keys, { tokenId, privileges, expiresSeconds: 3600, now: NOW })
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

/** A status with one signal of each privilege class, and more. */
export function fullStatus(): VehicleStatus {
  return {
    fuelPercentRemaining: state(0.518, '2024-01-25T13:22:40.100Z'),
    odometer: state(50414.2, '2024-01-25T13:22:45.900Z'),
    latitude: state(37.697789, '2024-01-25T13:22:44Z', { source: 'gnss' }),
    longitude: state(-121.788662, '2024-01-25T13:22:44Z', { source: 'gnss' }),
    batteryVoltage: state(12.709, '2024-01-25T13:22:44Z'),
    ambientTemp: state(29, '2024-01-25T13:20:00Z'),
    speed: state(11, '2024-01-25T13:22:45Z'),
    vin: state('JTJGARBZ0M5023425', '2024-01-25T13:00:00Z'),
    vinLast8: state('M5023425', '2024-01-25T13:00:00Z'),
  }
}
