/**
 * The ports: what the parts of the gateway know of each other. `gateway.ts` plugs them together;
 * tests plug in fakes that pass the same contract tests.
 */
import type { Requester, RequestOutcome, SentFrame } from './bus-request.ts'
import type { EventType, StoredEvent, VehicleEvent } from './event.ts'
import type { CanFrame } from './frame.ts'
import type { GeofenceState } from './geofence.ts'
import type { Issue, IssueCode } from './issue.ts'
import type { OdometerPoint, OdometerRejection } from './odometer.ts'
import type { CanAddress } from './profile.ts'
import type { SignalValue } from './reading.ts'
import type { Checkpoint, CounterName, NewRecord, StoredRecord, VehicleStatus } from './record.ts'
import type { SignalName } from './signals.ts'
import type { Micros, Millis } from './time.ts'
import type { BusState, Transmitter } from './transmit.ts'
import type { Trip } from './trip.ts'
import type { TroubleCodeReport } from './trouble-code.ts'
import type { Vehicle } from './vehicle.ts'

/** Structured logging: fields first, then a sentence. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Wall and monotonic time, passed in so that nothing reads a clock in the middle. */
export interface Clock {
  now(): Millis
  /** Milliseconds since the gateway started; never steps. */
  monotonic(): Millis
}

/** Date and time as satellites tell them, and when they arrived: late by a part of a second. */
export interface GnssTime {
  utc: Millis
  monotonic: Millis
}

// ── device ──────────────────────────────────────────────────────────────────────────────────

export type SourceState = 'starting' | 'running' | 'silent' | 'waiting' | 'finished' | 'stopped'

export interface SourceHealth {
  state: SourceState
  /** A sentence for people: what it is doing, or what is wrong and what would help. */
  detail: string
  /** Since when it has been in this state. */
  since: Millis
  frames: number
  /** Times it had to be opened again. */
  reopened: number
  /** Only figures in the sentence are others: to be shown, not to be logged. */
  isUpdate?: true
}

export interface SourceEvents {
  /** Hot. The frame is only lent. */
  frame(frame: CanFrame): void
  issue(issue: Issue): void
  health(health: SourceHealth): void
  /** A source that has an end (a recording) has reached it. */
  end(): void
  /** The way out while an adapter that may send is open; undefined when it no longer is. */
  transmitter?(transmitter: Transmitter | undefined): void
  /** How the adapter's controller does on the bus; told when it changes. */
  busState?(state: BusState, detail: string): void
  /** Something that the adapter itself measured, such as the voltage of its supply. */
  measured?(signal: SignalName, value: SignalValue, time: Micros): void
  /** A valid fix with a date has come. */
  time?(fix: GnssTime): void
}

/** One configured input. `start` returns at once and never throws for what the world does. */
export interface Source {
  readonly id: string
  /** Names of its buses; `CanFrame.bus` is an index into them. May grow while it runs. */
  readonly buses: readonly string[]
  start(events: SourceEvents): void
  /** Idempotent; resolves when everything it started has ended. */
  stop(): Promise<void>
}

// ── uplink ──────────────────────────────────────────────────────────────────────────────────

/** What may be asked of the journal for one vehicle, by time of measurement. */
export interface RecordQuery {
  vehicle: string
  from: Millis
  /** Exclusive. */
  to: Millis
}

export interface RecordPage {
  /** How many records the window holds. */
  total: number
  /** In order of time, then of sequence number. */
  records: StoredRecord[]
}

/** Of a sample the records from one place, from 0 on, to before another. */
export interface SamplePart {
  from: number
  to: number
}

/** Place in a paged read: the record after which the next page starts. */
export interface PageMark {
  time: Millis
  seq: number
}

/** A page in order of time. */
export interface PageOptions {
  limit: number
  order: 'asc' | 'desc'
  /** Exclusive. */
  after?: PageMark
  /** false: `total` is 0, and the window need not be counted. */
  total?: false
}

export interface DistanceDay {
  /** Start of the local day; days are given by the caller. */
  start: Millis
  /** km of the odometer of record; undefined where the day has no odometer reading. */
  distance: number | undefined
  /** Whether any record was measured in it. */
  hasData: boolean
}

/** A stretch that one instrument has measured without a break. */
export interface DistanceSegment {
  /** Source, sender and rank of the instrument. */
  series: string
  from: { time: Millis; km: number }
  to: { time: Millis; km: number }
  /** km that it adds to the odometer of record; the way to its first reading belongs to it. */
  distance: number
  /** Whether another cluster, a roll-over or a reset came before it. */
  begins?: 'instrument'
  /** The share that it may be wrong by, where it is an estimate. */
  error?: number
}

/** A reading that does not count. */
export interface RejectedReading {
  series: string
  time: Millis
  km: number
  reason: OdometerRejection | 'inconsistent'
}

/** What stands behind a distance. */
export interface DistanceExplanation {
  distance: number
  /** km of it that are estimates, and km by which they may be wrong. */
  estimated: number
  error: number
  segments: DistanceSegment[]
  rejected: RejectedReading[]
}

/** The run total of a counter after a reading. */
export interface CounterPoint {
  vehicle: string
  counter: CounterName
  time: Millis
  /** h or l since the vehicle's first reading here; only grows. */
  total: number
  /** Whether what was added since the last point comes from a rate, in part or whole. */
  estimated: boolean
}

export interface CounterUsage {
  /** h or l. */
  value: number
  /** Whether any part of it is an estimate. */
  estimated: boolean
}

/** What was used of each counter; absent where that is not known. */
export type Usage = Partial<Record<CounterName, CounterUsage>>

/** Everything the API may read. Implementations answer from the store, not from memory. */
export interface RecordReader {
  /** At most `limit` records spread evenly over the window, first and last included; or a part of them. */
  sample(query: RecordQuery, limit: number, part?: SamplePart): Promise<RecordPage>
  /** One record per bucket of equal length: the last of it. */
  buckets(query: RecordQuery, buckets: number): Promise<RecordPage>
  page(query: RecordQuery, options: PageOptions): Promise<RecordPage>
  /** First and last time of measurement, or undefined if there never was a record. */
  span(vehicle: string): Promise<{ first: Millis; last: Millis } | undefined>
  /** Distances of the days that start at `starts[i]` and end at `starts[i + 1]`. */
  days(vehicle: string, starts: readonly Millis[]): Promise<DistanceDay[]>
  /** km since the first reading; 0 if there never was one. */
  totalDistance(vehicle: string): Promise<number>
  /** km of the odometer of record that were reached after `from` and up to `to`; undefined: not known. */
  distanceBetween(vehicle: string, from: Millis, to: Millis): Promise<number | undefined>
  /** What stands behind the distance between two moments, `to` exclusive, in quarters of an hour. */
  explainDistance(vehicle: string, from: Millis, to: Millis): Promise<DistanceExplanation>
  /** Engine hours and fuel used between two moments, `to` exclusive, in whole quarters of an hour. */
  usage(vehicle: string, from: Millis, to: Millis): Promise<Usage>
}

/** Trips by the time at which they started. */
export interface TripQuery {
  vehicle: string
  from: Millis
  /** Exclusive. */
  to: Millis
  order: 'asc' | 'desc'
  limit: number
  /** Start of the trip after which the page starts. */
  after?: Millis
  /** The present: what was silent for long does not go on. */
  now: Millis
}

export interface TripReader {
  /** In order of their starts. */
  trips(query: TripQuery): Promise<Trip[]>
}

/** What may be asked of the frames that went out, by the time of sending. */
export interface SentQuery {
  vehicle?: string
  source?: string
  /** A part of the requester's name, in any case. */
  requester?: string
  from: Millis
  /** Exclusive. */
  to: Millis
  /** The newest so many. */
  limit: number
}

export interface SentFrameReader {
  /** In order of time. */
  sentFrames(query: SentQuery): Promise<SentFrame[]>
}

export interface EventQuery {
  vehicle: string
  from: Millis
  /** Exclusive. */
  to: Millis
  /** All where absent. */
  types?: readonly EventType[]
  limit: number
  /** Exclusive: the event after which the page starts. */
  after?: PageMark
}

export interface EventReader {
  /** In order of time, then of sequence number. */
  events(query: EventQuery): Promise<StoredEvent[]>
}

/** In which places vehicles are. */
export interface GeofenceReader {
  geofences(vehicle: string): GeofenceState[]
}

/** What happens, when it does. */
export interface LiveEvents {
  /** Returns how to end it. */
  subscribe(listener: (event: VehicleEvent) => void): () => void
}

/** Newest state of a vehicle, kept in memory and reloaded from the store on start. */
export interface StatusReader {
  status(vehicle: string): VehicleStatus
  /** When the newest stored record of the vehicle was stored, with microseconds. */
  storedAt(vehicle: string): Micros | undefined
}

/** Where records go. `append` is synchronous and only remembers; `commit` makes it durable. */
export interface RecordWriter {
  /** The checkpoint is the vehicle's state after the record; it is stored in the same commit. */
  append(
    record: NewRecord,
    checkpoint: Checkpoint,
    odometer?: readonly OdometerPoint[],
    counters?: readonly CounterPoint[],
  ): void
}

// ── api ─────────────────────────────────────────────────────────────────────────────────────

export interface SourceReport extends SourceHealth {
  id: string
  type: string
  /** Absent where it hears several. */
  vehicle?: string
  buses: readonly string[]
  /** LoRa: uplinks of devices that are known here. */
  uplinks?: number
  /** LoRa: what had no effect, by reason. */
  rejects?: { reason: string; text: string; count: number; newest: string }[]
  /** Where it may ask: how much, and what came of it. */
  asking?: object
  issues: { code: IssueCode; text: string; count: number; newest: string }[]
  /** Of the last ten seconds. */
  framesPerSecond?: number
  /** Share of the bus that they take, 0 to 1, as far as its bit rate is known: an estimate. */
  busLoad?: number
}

/** What the gateway itself takes of the machine. */
export interface ProcessReport {
  rssBytes: number
  heapBytes: number
  /** Files, sockets and devices that are open, and timers and requests that are under way. */
  openFiles: number
  handles: number
  /** How late timers came in the last minute. */
  loop: { p50Ms: number; p99Ms: number; maxMs: number }
}

export interface GatewayHealth {
  status: 'ok' | 'degraded'
  /** Sentences: each finding names its cause and what would help. Empty when all is well. */
  findings: string[]
  version: string
  uptimeSeconds: number
  clockTrust: string
  /** What the clock rests on. */
  clock?: {
    trust: string
    /** A sentence for people. */
    detail: string
    /** ms by which times of this run were moved when the time became known. */
    movedMs: number
    /** ms that the system clock is ahead of the gateway's. */
    systemOffMs: number
  }
  sources: SourceReport[]
  store: {
    records: number
    bytes: number
    uncommitted: number
    /** What commits take. */
    commit?: { lastMs: number; p99Ms: number }
  }
  mqtt: {
    state: string
    detail: string
    unsent: number
    lanes?: {
      live: { state: string; unsent: number }
      backlog: { state: string; unsent: number }
      bytesLastHour: number
      gone: number
    }
    /** Age of the oldest record that it does not have yet. */
    oldestUnsentSeconds?: number
  }
  /** What else takes records: webhooks, folders. */
  sinks?: {
    name: string
    state: string
    detail: string
    unsent: number
    oldestUnsentSeconds?: number
  }[]
  process?: ProcessReport
}

/** The trouble codes that are known of a vehicle. */
export interface TroubleCodeReader {
  /** Undefined where none were ever read or heard, which is not the same as none being set. */
  troubleCodes(vehicle: string): TroubleCodeReport | undefined
}

/** One question to a vehicle, as the API takes it. */
export type VehicleQuestion =
  /** OBD-II, service 01 unless another reading one is named. */
  | { kind: 'pid'; pid: number; service?: number; unit?: CanAddress }
  /** A data identifier, UDS service 22; always of one control unit. */
  | { kind: 'did'; did: number; unit: CanAddress }
  /** A J1939 parameter group, of all where no address is given. */
  | { kind: 'pgn'; pgn: number; address?: number }

/** What may be asked of a vehicle from outside. The governor decides; none rejects. */
export interface VehicleCommands {
  clearCodes(vehicle: string, requester: Requester): Promise<RequestOutcome>
  ask(vehicle: string, question: VehicleQuestion, requester: Requester): Promise<RequestOutcome>
  /** Somebody looks at these signals until then: they are asked for faster, within the budget. */
  watch(vehicle: string, signals: readonly SignalName[], until: Millis): void
}

/** Frames as they were on the wire, while somebody looks. */
export interface FrameReader {
  /** Hot as long as it lasts; the frame is only lent. Returns how to end it. */
  watch(vehicle: string, listener: FrameListener): () => void
}

/** `bus`: its name, as readings have it. */
export type FrameListener = (frame: CanFrame, bus: string) => void

/** Values that somebody outside measured. */
export interface ReadingWriter {
  /** They become a part of the vehicle's status and records; the signals of those that cannot be true. */
  write(vehicle: string, source: string, values: readonly TimedValue[]): SignalName[]
}

export interface TimedValue {
  signal: SignalName
  value: SignalValue
  /** When it was measured. */
  time: Millis
}

/** What commands over MQTT can reach. */
export interface CommandHandlers {
  /** As REST answers it; undefined where nothing is known yet. */
  status(vehicle: string): object | undefined
  health(): object
  troubleCodes: TroubleCodeReader
  records: Pick<RecordReader, 'page'>
  /** Absent where nothing can be sent to a vehicle. */
  vehicle?: VehicleCommands
}

/** A key of the configuration and what it is set to; `undefined`: it is taken out. */
export interface ConfigSetting {
  path: readonly (string | number)[]
  value: unknown
}

export interface ConfigReport {
  /** Absent where the gateway was started without one. */
  file?: string
  origin: 'file' | 'last-known-good' | 'defaults'
  /** As it is in force, without secrets. */
  values: unknown
  /** What stands in the file itself, without secrets. */
  written: unknown
  /** What is wrong with it. */
  findings: readonly string[]
  /** Changes with the text of the file. */
  version?: string
}

export interface ConfigChanged {
  /** What is wrong with what would be written; nothing was, then. */
  findings: readonly string[]
  /** Lines that go (`-`) and come (`+`). */
  lines: readonly string[]
  isWritten: boolean
  version?: string
}

/** The configuration as it can be read and changed from outside. */
export interface ConfigAccess {
  report(): ConfigReport
  schema(): object
  /** Undefined: the file has another version by now. Throws where there is no file, or it cannot be written. */
  change(
    settings: readonly ConfigSetting[],
    options: { dryRun: boolean; version: string | undefined },
  ): ConfigChanged | undefined
}

/** How far an export by e-mail is; `writing` and `sending` are under way, the rest are ends. */
export type ExportState = 'writing' | 'sending' | 'sent' | 'failed' | 'expired'

export interface ExportJob {
  /** KSUID. */
  id: string
  state: ExportState
  created: Millis
  /** How often it was tried to send the mail. */
  attempts: number
  /** Why the last attempt failed, or what it waits for: a sentence for people. */
  lastError?: string
  /** Until when the file can be fetched; once the mail is sent. */
  expires?: Millis
}

/** What a link leads to: a file that does not change. */
export interface ExportedFile {
  path: string
  bytes: number
  /** What a browser shall call it. */
  name: string
}

/** Exports by e-mail. A user has one job under way at a time. */
export interface ExportJobs {
  /** Undefined: it is under way. Else a sentence that says what is missing. */
  request(vehicle: Vehicle): string | undefined
  /** The newest of the vehicle; undefined if there is none. */
  job(vehicle: Vehicle): ExportJob | undefined
  /** Ends the vehicle's job and removes its file. Whether there was one. */
  cancel(vehicle: Vehicle): Promise<boolean>
  /** What the link of a mail leads to. */
  file(id: string, token: string): ExportedFile | 'bad-token' | 'gone'
}

/** A line of the log. */
export interface LogLine {
  /** Counts from 1 in a run. */
  number: number
  time: Millis
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
  fields: Record<string, unknown>
}

export interface LogReader {
  /** Those after a number, at most so many of the newest, in order. */
  lines(after: number, limit: number): LogLine[]
}

/** Something that a source could be made of. */
export interface AdapterFinding {
  /** Path of a port, `tcp://…`, name of a CAN interface, or `simulator`. */
  path: string
  state: 'asking' | 'known' | 'unknown' | 'in-use' | 'failed'
  /** What it says it is, or why that is not known. */
  says: string
  type?: string
  /** The source that has it open. */
  usedBy?: string
  /** A source of the configuration. */
  source?: Record<string, string | number | boolean>
}

/** What is plugged in. */
export interface AdapterReader {
  /** Asks what has not been asked yet; `port`: this one, too, again. */
  adapters(port?: string): Promise<AdapterFinding[]>
}

/** Who a vehicle is, as far as it says so. */
export interface VehicleIdentity {
  vin?: string
  make?: string
  /** Of the model; where the VIN says it. */
  year?: number
  /** The profile that it runs with. */
  profile?: string
  /** Profiles that are made for it. */
  proposals: { id: string; label: string }[]
}

export interface IdentityReader {
  identity(vehicle: string): VehicleIdentity
}

/** What the API may know of the running gateway. */
export interface GatewayReader {
  vehicles(): readonly Vehicle[]
  health(): GatewayHealth
}
