/**
 * The composition root: the one place that knows every part. It reads like the picture in the
 * README: sources → decoders → status and records → journal → MQTT and REST.
 *
 * Nothing here exits and nothing waits for ever: what cannot start says why in `health` and is tried
 * again, and the rest goes on.
 */
import { randomBytes } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { TokenKeys } from './api/auth/tokens.ts'
import type { ApiServer } from './api/server.ts'
import { journalPath } from './config/data-folder.ts'
import type { Identity } from './config/identity.ts'
import type { LoadedConfig } from './config/load.ts'
import { type Config, vehicleSources } from './config/schema.ts'
import { IgnitionInput } from './device/gpio/ignition-input.ts'
import { Activities } from './gateway/activities.ts'
import { AdapterScout } from './gateway/adapter-scout.ts'
import { ApiListener } from './gateway/api-listener.ts'
import { BusViews } from './gateway/bus-views.ts'
import { Captures } from './gateway/captures/captures.ts'
import { Explainer } from './gateway/captures/explainer.ts'
import { Certificate } from './gateway/certificate.ts'
import { Commands } from './gateway/commands.ts'
import { GatewayConfig } from './gateway/config-access.ts'
import { createExports } from './gateway/create-exports.ts'
import type { Exports } from './gateway/exports.ts'
import { bitratesOf, FrameRates } from './gateway/frame-rates.ts'
import { FrameWatches } from './gateway/frame-watch.ts'
import { GeofenceWatch } from './gateway/geofences.ts'
import { Happenings } from './gateway/happenings.ts'
import { gatewayHealth } from './gateway/health.ts'
import { Identities } from './gateway/identities.ts'
import { Lora } from './gateway/lora/lora.ts'
import { openIdentity } from './gateway/open-identity.ts'
import { Pipelines } from './gateway/pipelines.ts'
import { processReport } from './gateway/process-report.ts'
import { publicAddress } from './gateway/public-address.ts'
import { Rights } from './gateway/rights.ts'
import { Sinks } from './gateway/sinks.ts'
import type { SourceLine } from './gateway/source-line.ts'
import { SourceLines } from './gateway/source-lines.ts'
import { Storage } from './gateway/storage.ts'
import { openTokenStoreAnyway } from './gateway/token-register.ts'
import { Trips, tripSettings } from './gateway/trips.ts'
import { TroubleCodes } from './gateway/trouble-codes.ts'
import { TrueTime } from './gateway/true-time.ts'
import { VehicleBuses } from './gateway/vehicle-buses.ts'
import { vehicleProfiles } from './gateway/vehicle-profiles.ts'
import { createVehicleRegister, type VehicleRegister } from './gateway/vehicles.ts'
import { VitalSigns } from './gateway/vital-signs.ts'
import { messageOf } from './model/errors.ts'
import { type EventType, type VehicleEvent, vehicleEvent } from './model/event.ts'
import type { Issue } from './model/issue.ts'
import { ksuid } from './model/ksuid.ts'
import type { Clock, GatewayHealth, Logger, LogReader } from './model/ports.ts'
import { millisToMicros } from './model/time.ts'
import { withoutUndefined } from './model/without-undefined.ts'
import type { MqttUplink } from './uplink/mqtt/publisher.ts'
import type { Journal } from './uplink/store/journal.ts'
import type { Restamp } from './uplink/store/restamp.ts'
import { systemTimeWorld, type TimeWorld } from './uplink/time/time-world.ts'

/** How often it is looked for records that are due although nothing more came. */
const TICK_MS = 250
/** Loops that have not turned for so long hang. A commit on a slow card takes seconds. */
const TICK_BOUND_MS = 15_000
const JOURNAL_BOUND_MS = 60_000
const TICK_LOOP = 'the loop that looks after sources'
const JOURNAL_LOOP = "the journal's writer"
/** What the journal keeps of the pollers: by source, what the vehicle was found to support. */
const POLLING = 'polling'

export interface GatewayOptions {
  loaded: LoadedConfig
  folder: string
  version: string
  logger: Logger
  /** The clock of the system. */
  clock: Clock
  /** What was found wrong before. */
  findings?: readonly string[]
  /** What else of the machine tells of time. */
  timeWorld?: Omit<TimeWorld, 'wall'>
  /** The newest lines of the log, for the page. */
  log?: LogReader
  /** Starts the gateway anew, with the configuration as it is by then. */
  restart?: () => void
}

export class Gateway {
  readonly vehicles: VehicleRegister
  readonly vitals: VitalSigns
  readonly #options: GatewayOptions
  readonly #identity: Identity
  readonly #rights: Rights
  readonly #config: Config
  readonly #findings: string[] = []
  readonly #storage: Storage
  readonly #happenings = new Happenings()
  readonly #frames = new FrameWatches()
  readonly #rates: FrameRates
  readonly #journal: Journal
  readonly #time: TrueTime
  readonly #pipelines: Pipelines
  readonly #activities: Activities
  readonly #trips: Trips
  readonly #geofences: GeofenceWatch
  readonly #troubleCodes: TroubleCodes
  readonly #builder: SourceLines
  readonly #exports: Exports
  readonly #lora: Lora
  readonly #captures: Captures
  readonly #busViews: BusViews
  readonly #explainer: Explainer
  readonly #scout: AdapterScout
  readonly #lines: SourceLine[] = []
  #mqtt: MqttUplink | undefined
  #sinks: Sinks | undefined
  #api: ApiServer | undefined
  #scheme = 'http'
  readonly #certificate: Certificate
  #listener: ApiListener | undefined
  #tick: NodeJS.Timeout | undefined
  #ignition: IgnitionInput | undefined
  #button: IgnitionInput | undefined
  #stopping = new AbortController()

  /** Opens the data folder, or does without. */
  constructor(options: GatewayOptions) {
    const { loaded, folder, logger, clock: system } = options
    const boot = ksuid(system.now(), randomBytes(16))
    this.#options = options
    this.#config = loaded.config
    this.#rates = new FrameRates(bitratesOf(loaded.config))
    this.vitals = new VitalSigns(() => system.monotonic())
    for (const finding of [...loaded.findings, ...(options.findings ?? [])]) this.find(finding)
    const found = (sentence: string) => this.find(sentence)
    const tokens = openTokenStoreAnyway(folder, () => system.now(), found)
    const { identity, signingKey } = openIdentity(folder, found)
    this.#identity = identity
    this.#rights = new Rights({
      settings: this.#config.api,
      folder,
      signingKey,
      tokens,
      clock: system,
      found,
    })
    this.#certificate = new Certificate({
      settings: this.#config.api.tls,
      folder,
      names: { host: hostname(), addresses: ownAddresses() },
      clock: system,
      changed: (pair) => this.#api?.renew(pair),
    })
    this.#storage = new Storage({
      folder,
      settings: this.#config.store,
      trips: tripSettings(this.#config),
      boot,
      logger,
      now: () => this.#clockOr(system).now(),
      committed: () => this.#committed(),
      turned: () => this.vitals.beat(JOURNAL_LOOP),
      happened: (event) => this.#happened(event),
      provisional: () => this.#time?.provisional,
      found,
    })
    this.#journal = this.#storage.journal
    this.#time = new TrueTime({
      settings: this.#config.time,
      journal: this.#journal,
      world: { ...systemTimeWorld, ...options.timeWorld, wall: () => system.now() },
      monotonic: () => system.monotonic(),
      logger,
      boot,
      moved: (change) => this.#timesMoved(change),
    })
    const { clock } = this.#time
    this.#pipelines = new Pipelines({
      journal: this.#journal,
      settings: {
        onChange: this.#config.records.onChange * 1000,
        interval: this.#config.records.interval * 1000,
      },
      clock,
      boot,
      clockTrust: () => this.#time.trust,
      issue: (issue) => this.#issue(issue),
      startOdometer: (id) => this.#config.vehicles.find((vehicle) => vehicle.id === id)?.odometer,
      recorded: (vehicle) => this.#mqtt?.statusChanged(vehicle),
      live: (record) => {
        this.#captures.changed(record.vehicle)
        this.#trips.take(record)
        this.#geofences.take(record)
      },
    })
    this.#geofences = new GeofenceWatch({
      config: this.#config,
      journal: this.#journal,
      isTimeKnown: () => this.#time.trust !== 'none',
      event: (vehicle, type, data) => this.#event(vehicle, type, data),
      found,
    })
    this.#trips = new Trips({
      config: this.#config,
      journal: this.#journal,
      reader: this.#storage.reader,
      clock,
      logger,
      isTimeKnown: () => this.#time.trust !== 'none',
      event: (vehicle, type, data) => this.#event(vehicle, type, data),
    })
    const profiles = vehicleProfiles(this.#config, found)
    this.#captures = new Captures({
      settings: this.#config.captures,
      folder,
      status: this.#pipelines,
      clock,
      logger,
    })
    const buses = new VehicleBuses(this.#config)
    const protocols = (vehicle: string, bus: string) => buses.protocols(vehicle, bus)
    this.#explainer = new Explainer({ captures: this.#captures, profiles, protocols })
    this.#busViews = new BusViews({
      frames: this.#frames,
      profiles,
      protocols,
      bitrate: (vehicle, bus) => buses.bitrate(vehicle, bus),
      clock,
    })
    this.#scout = new AdapterScout({ used: () => buses.ports() })
    this.#troubleCodes = new TroubleCodes(this.#journal)
    this.#activities = new Activities({
      config: this.#config,
      pipelines: this.#pipelines,
      clock,
      logger,
      event: (vehicle, type, data) => this.#event(vehicle, type, data),
    })
    this.#builder = new SourceLines({
      config: this.#config,
      profiles,
      pipelines: this.#pipelines,
      activity: (vehicle) => this.#activities.of(vehicle),
      snapshot: (source) => this.#journal.kept(POLLING, source),
      discovered: (source, snapshot) => this.#journal.keep(POLLING, source, snapshot),
      taps: (vehicle) => this.#troubleCodes.of(vehicle).taps,
      sent: (frame) => {
        this.#journal.sent(frame)
        this.#troubleCodes.sent(frame)
      },
      watch: (vehicle) => this.#frames.of(vehicle),
      ring: (vehicle) => this.#captures.ring(vehicle),
      noticed: (vehicle, issue) => this.#captures.issue(vehicle, issue),
      logger,
      clock,
      fix: (fix) => this.#time.fix(fix),
    })
    this.vehicles = createVehicleRegister({
      config: this.#config,
      identity: this.#identity,
      journal: this.#journal,
      conflict: found,
    })
    this.#lora = new Lora({
      config: this.#config,
      gatewayId: this.#gatewayId,
      journal: this.#journal,
      reader: this.#storage.reader,
      provisional: () => this.#time.provisional?.boot,
      isTimeKnown: () => this.#time.trust !== 'none',
      report: (vehicle, report) => this.#pipelines.live(vehicle).report(report),
      clock,
      logger,
      found,
    })
    this.#exports = createExports({
      config: this.#config,
      folder,
      secret: String(signingKey.d),
      storage: this.#storage,
      vehicles: () => this.vehicles.all(),
      address: () => this.address,
      isClockTrusted: () => this.#time.trust !== 'none',
      clock,
      logger,
      found,
    })
  }

  get tokenKeys(): TokenKeys {
    return this.#rights.keys
  }

  get #gatewayId(): string {
    return this.#config.gateway.id ?? this.#identity.gatewayId
  }

  /** Where the API listens now. */
  get address(): string | undefined {
    const { host, port } = this.#listener?.bound ?? {}
    if (host === undefined) return undefined
    return `${this.#scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  get owner(): string {
    return this.#config.gateway.owner
  }

  /** Starts every part; resolves with the page's address once the API answers. */
  async start(): Promise<string> {
    this.vitals.start()
    this.#storage.start()
    this.vitals.expect(JOURNAL_LOOP, JOURNAL_BOUND_MS + 2000 * this.#config.store.commit)
    this.#time.start()
    this.#rights.start()
    for (const source of vehicleSources(this.#config)) {
      try {
        this.#lines.push(this.#builder.create(source))
      } catch (error) {
        this.find(messageOf(error))
      }
    }
    this.#trips.start(this.vehicles.all().map(({ id }) => id))
    for (const line of this.#lines) line.start()
    this.#tick = setInterval(() => this.#onTick(), TICK_MS)
    this.vitals.expect(TICK_LOOP, TICK_BOUND_MS)
    this.#ignition = this.#ignitionInput()
    this.#ignition?.start()
    this.#button = this.#captureButton()
    this.#button?.start()
    // Frames come in by now; what serves and publishes them is loaded meanwhile.
    await this.#lora.start()
    this.#mqtt = await this.#createMqtt()
    if (this.#stopping.signal.aborted) return ''
    this.#sinks = this.#createSinks()
    this.#hold()
    this.#mqtt?.start()
    this.#sinks.start()
    this.#exports.start()
    return await this.#startApi()
  }

  /** Stops sources first, then makes what they brought durable, then says goodbye. Idempotent. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    clearInterval(this.#tick)
    this.vitals.stop()
    this.#ignition?.stop()
    this.#button?.stop()
    await Promise.all([...this.#lines, this.#lora].map((line) => line.stop()))
    this.#pipelines.flush()
    this.#troubleCodes.keepAll()
    this.#trips.keepAll()
    this.#geofences.keepAll()
    this.#time.stop()
    await Promise.all([this.#exports.stop(), this.#captures.stop(), this.#scout.stop()])
    this.#journal.commit()
    await Promise.all([this.#listener?.settled(), this.#certificate.settled()])
    await Promise.all([this.#mqtt?.stop(), this.#sinks?.stop(), this.#api?.stop()])
    this.#rights.stop()
    await this.#storage.stop()
  }

  /** Power is about to fail: makes durable what there is, and goes on. False if it could not be written. */
  secure(): boolean {
    this.#pipelines.flush()
    this.#troubleCodes.keepAll()
    this.#trips.keepAll()
    return this.#journal.secure()
  }

  health(): GatewayHealth {
    return gatewayHealth({
      version: this.#options.version,
      upMs: this.#options.clock.monotonic(),
      findings: [
        ...this.#findings,
        ...this.#rights.findings(),
        ...(this.#listener?.findings() ?? []),
        ...this.#certificate.findings(),
        ...this.#captures.findings(),
      ],
      time: this.#time,
      sources: [...this.#lines, ...this.#lora.lines],
      storage: this.#storage,
      mqtt: this.#mqtt,
      sinks: this.#sinks,
      exports: this.#exports,
      now: this.#time.clock.now(),
      rates: this.#rates,
      process: processReport(this.vitals.lag()),
    })
  }

  /** What was found wrong since the start, apart from what passes by itself. */
  get found(): readonly string[] {
    return [...this.#findings]
  }

  /** Whether the journal, and not one in memory, takes what is written now. */
  isWritable(): boolean {
    if (this.#journal.path !== journalPath(this.#options.folder)) return false
    this.#journal.keep('update', 'trial', this.#options.version)
    return this.#journal.commit()
  }

  /** Something is wrong. */
  find(sentence: string): void {
    this.#findings.push(sentence)
    this.#options.logger.error({}, sentence)
  }

  async #startApi(): Promise<string> {
    const { logger, version } = this.#options
    const { clock } = this.#time
    const { createApi } = await import('./api/server.ts')
    const tls = await this.#certificate.start()
    if (tls !== undefined) this.#scheme = 'https'
    this.#api = await createApi({
      tls,
      records: this.#storage.reader,
      status: this.#pipelines,
      events: this.#storage.reader,
      trips: this.#storage.reader,
      geofences: this.#geofences,
      lora: this.#lora,
      troubleCodes: this.#troubleCodes,
      commands: this.#commands(),
      config: new GatewayConfig(this.#options.loaded),
      exports: this.#exports,
      walletLogin: {
        ...this.#config.gateway,
        url: () => publicAddress(this.#config.api.publicUrl, this.address),
      },
      gateway: { vehicles: () => this.vehicles.all(), health: () => this.health() },
      keys: this.tokenKeys,
      owner: this.owner,
      audit: {
        read: (read) => this.#journal.dataRead(read),
        reads: (query) => this.#storage.reader.reads(query),
      },
      claim: this.#rights.desk,
      happened: this.#happenings,
      frames: this.#frames,
      readings: this.#pipelines,
      insides: {
        bus: this.#busViews,
        captures: this.#captures,
        explainer: this.#explainer,
        identities: new Identities(this.#config, this.#pipelines),
      },
      workshop: {
        adapters: this.#scout,
        log: this.#options.log,
        restart: this.#options.restart,
      },
      cors: this.#config.api.cors,
      metrics: this.#config.api.metrics,
      clock,
      logger,
      version,
      compat: withoutUndefined({ vehicleContract: this.#config.api.auth.vehicleContract }),
    })
    this.#listener = new ApiListener({
      api: this.#api,
      listen: this.#config.api.listen,
      restriction: () => this.#certificate.restriction() ?? this.#rights.restriction(),
      clock: this.#options.clock,
      logger,
      pause: (ms) => setTimeout(ms, undefined, { signal: this.#stopping.signal }),
    })
    const code = this.#rights.claimCode()
    if (code !== undefined)
      logger.warn({ code }, 'this gateway has no owner yet; the code claims it')
    await this.#listener.start()
    return this.address ?? ''
  }

  #onTick(): void {
    this.#time.tick()
    this.#listener?.tick()
    this.#certificate.tick()
    for (const line of this.#lines) line.tick()
    this.#activities.tick()
    const now = millisToMicros(this.#time.clock.now())
    this.#troubleCodes.tick(now)
    this.#trips.tick()
    this.#captures.tick()
    this.#busViews.tick()
    this.#pipelines.tick(now)
    this.#rates.tick(this.#options.clock.monotonic(), this.#lines)
    this.vitals.beat(TICK_LOOP)
  }

  /** The clock has jumped. What is stored goes first: parts of it are in memory, too. */
  #timesMoved(change: Restamp): void {
    const { delta, since } = change
    this.#journal.restamp(change)
    this.#pipelines.shift(millisToMicros(delta), millisToMicros(since))
    this.#troubleCodes.shift(millisToMicros(delta), millisToMicros(since))
    this.#trips.shift(delta, since)
    this.#captures.shift(millisToMicros(delta), millisToMicros(since))
    this.#lora.shift(delta, since)
    this.#geofences.shift(delta, since)
    this.#exports.shift(delta, since)
    this.#hold()
  }

  /** What has no true time yet waits, if it is configured to. */
  #hold(): void {
    this.#mqtt?.hold(this.#time.holdReason)
    this.#sinks?.hold(this.#time.holdReason)
  }

  #committed(): void {
    this.#mqtt?.wake()
    this.#sinks?.wake()
  }

  #createSinks(): Sinks {
    return new Sinks({
      settings: this.#config.sinks,
      gateway: this.#gatewayId,
      storage: this.#storage,
      vehicles: () => this.vehicles.all(),
      logger: this.#options.logger,
      clock: this.#time.clock,
      found: (sentence) => this.find(sentence),
    })
  }

  /** The journal is opened before the time is known, for it knows the time of the last run. */
  #clockOr(system: Clock): Clock {
    return this.#time?.clock ?? system
  }

  #happened(event: VehicleEvent): void {
    this.#captures?.happened(event)
    this.#happenings.tell(event)
  }

  #event(vehicle: string, type: EventType, data: Record<string, unknown>): void {
    this.#journal.event(vehicleEvent({ vehicle, time: this.#time.clock.now(), type, data }))
  }

  #ignitionInput(): IgnitionInput | undefined {
    const { ignition } = this.#config.parked
    if (ignition === undefined) return undefined
    return new IgnitionInput({
      ...ignition,
      changed: (isOn) => this.#activities.ignition(isOn),
      problem: (sentence) => this.find(sentence),
    })
  }

  #captureButton(): IgnitionInput | undefined {
    const { button } = this.#config.captures
    if (button === undefined) return undefined
    return new IgnitionInput({
      ...button,
      changed: (isDown) => isDown === true && this.#captures.pressed(),
      problem: (sentence) => this.find(sentence),
    })
  }

  #commands(): Commands {
    const sources = vehicleSources(this.#config)
    return new Commands({
      askings: (vehicle) => this.#builder.askings(vehicle),
      isJ1939: (vehicle) =>
        sources
          .filter((source) => source.vehicle === vehicle && 'protocols' in source)
          .every((source) => !('protocols' in source) || !source.protocols.includes('obd')),
    })
  }

  async #createMqtt(): Promise<MqttUplink | undefined> {
    if (!this.#config.mqtt.enabled) return undefined
    try {
      const { createGatewayMqtt } = await import('./gateway/mqtt.ts')
      return createGatewayMqtt({
        config: this.#config,
        gatewayId: this.#gatewayId,
        version: this.#options.version,
        storage: this.#storage,
        vehicles: () => this.vehicles.all(),
        status: this.#pipelines,
        troubleCodes: this.#troubleCodes,
        commands: this.#commands(),
        health: () => this.health(),
        isClockTrusted: () => this.#time.trust !== 'none',
        logger: this.#options.logger,
        clock: this.#time.clock,
      })
    } catch (error) {
      this.find(messageOf(error))
      return undefined
    }
  }

  /** Findings of a pipeline belong to the source whose reading it refused. */
  #issue(issue: Issue): void {
    const isFrom = (line: SourceLine) => issue.at === line.id || issue.at.startsWith(`${line.id}/`)
    this.#lines.find(isFrom)?.issue(issue)
  }
}

/** Those that others can reach it by. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).flatMap(({ address, internal }) => (internal ? [] : [address])),
  )
}
