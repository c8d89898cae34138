/**
 * The connection to the broker: makes it, keeps it, says what is wrong with it. Of the MQTT library
 * it uses neither the reconnecting nor the stores: every attempt is a new library client, and what
 * is not acknowledged when a connection ends is rejected, for the journal is the queue. MQTT 5 first,
 * since 3.1.1 acknowledges what the broker's access rules threw away; 3.1.1 only where the broker
 * refuses 5, or hangs up on it. Follows MQTT 5.0 (OASIS, 2019) and 3.1.1 (2014).
 */
import type { IClientPublishOptions, IPublishPacket } from 'mqtt'
import { messageOf, OdographError, systemCode } from '../../model/errors.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'
import { DeliveryError, systemTimers, type Timers } from '../outbox-port.ts'
import { type BrokerLimits, greatestMessage, limitFault } from './broker-limits.ts'
import { CLIENT_TIMINGS, type ClientTimings, type MqttClientOptions } from './client-options.ts'
import { brokerName, connectOptions, parseBrokerUrl } from './connect-options.ts'
import {
  type ConnectionFault,
  codeFault,
  connectionFault,
  fileFault,
  publishFault,
} from './faults.ts'
import { InFlight, type Message } from './in-flight.ts'
import { type LibraryClient, openLibraryClient } from './library-client.ts'
import { type IncomingMessage, type MessageHandler, Subscriptions } from './subscriptions.ts'
import { VersionChoice } from './version-choice.ts'

export type ConnectionState = 'stopped' | 'connecting' | 'connected' | 'waiting' | 'refused'

const DEFAULT_WINDOW = 16
/** A week: for so long a broker keeps what came while nobody was connected. */
const KEPT_SECONDS = 7 * 86_400

/** One connection, from the attempt to its end. */
interface Attempt {
  library: LibraryClient
  version: 4 | 5
  inFlight: InFlight | undefined
  connectedAt: number
  fault: ConnectionFault | undefined
  /** Filters that the broker refused. */
  unheard: readonly string[]
}

export class MqttClient {
  private readonly options: MqttClientOptions
  private readonly timings: ClientTimings
  private readonly timers: Timers
  private readonly name: string
  private attempt: Attempt | undefined
  private running = false
  private stopping: Promise<void> | undefined
  private failures = 0
  private next: { at: number; fault: ConnectionFault; cancel: () => void } | undefined
  private readonly subscriptions = new Subscriptions()
  private readonly versions: VersionChoice

  /** Throws `config-invalid` for a URL that is none. */
  constructor(options: MqttClientOptions) {
    this.options = options
    this.timings = { ...CLIENT_TIMINGS, ...options.timings }
    this.timers = options.timers ?? systemTimers
    this.name = brokerName(parseBrokerUrl(options.url))
    const { protocolVersion, clock } = options
    this.versions = new VersionChoice(protocolVersion, () => clock.monotonic())
  }

  start(): void {
    if (this.stopping !== undefined) {
      void this.stopping.then(() => this.start())
      return
    }
    if (this.running) return
    this.running = true
    this.connect(this.versions.take())
  }

  /** Publishes `offline`, disconnects and rejects what is still in flight. Idempotent. */
  stop(): Promise<void> {
    if (this.stopping !== undefined) return this.stopping
    if (!this.running) return Promise.resolve()
    this.running = false
    this.next?.cancel()
    this.next = undefined
    this.stopping = this.leave().then(() => {
      this.stopping = undefined
    })
    return this.stopping
  }

  /**
   * Resolves when the broker has acknowledged (QoS 1) or the message is written (QoS 0). Rejects
   * with a `DeliveryError`, at once where there is no connection: nothing waits for one.
   */
  publish(message: Message): Promise<void> {
    const inFlight = this.attempt?.inFlight
    if (inFlight === undefined) {
      return Promise.reject(new DeliveryError('offline', `not connected to ${this.name}`))
    }
    return inFlight.publish(message)
  }

  /**
   * Topic filters whose messages go to the handler, at QoS 1, on this and on every later connection.
   * Messages of our own come back over 3.1.1 only. The handler must not throw. Returns what ends it.
   */
  subscribe(filters: readonly string[], handler: MessageHandler): () => void {
    const cancel = this.subscriptions.add(filters, handler)
    if (this.attempt?.inFlight !== undefined) this.ask(this.attempt, filters)
    return () => {
      const unused = cancel()
      if (this.attempt?.inFlight !== undefined && unused.length > 0) {
        // what still comes is nobody's, so an unsubscribing that fails costs nothing
        this.attempt.library.unsubscribe([...unused], () => undefined)
      }
    }
  }

  health(): { state: ConnectionState; detail: string } {
    if (this.attempt?.inFlight !== undefined) {
      const { unheard } = this.attempt
      const but = unheard.length === 0 ? '' : `, which does not let it hear ${unheard.join(', ')}`
      return { state: 'connected', detail: `connected to ${this.name} with ${this.spoken()}${but}` }
    }
    if (!this.running) return { state: 'stopped', detail: 'stopped' }
    if (this.next === undefined)
      return { state: 'connecting', detail: `connecting to ${this.name}` }
    const seconds = Math.max(0, Math.ceil((this.next.at - this.options.clock.monotonic()) / 1000))
    return {
      state: this.next.fault.kind === 'network' ? 'waiting' : 'refused',
      detail: `${this.name}: ${this.next.fault.detail}; next attempt in ${seconds} s`,
    }
  }

  private spoken(): string {
    if (this.attempt?.version === 5) return 'MQTT 5'
    const chosen = this.options.protocolVersion === 4
    return `MQTT 3.1.1${chosen ? '' : ', which does not report messages that were not authorised'}`
  }

  private connect(version: 4 | 5): void {
    this.next = undefined
    let library: LibraryClient
    try {
      library = this.open(version)
    } catch (error) {
      const fault =
        error instanceof OdographError
          ? fileFault(error.subject, error.cause)
          : connectionFault(error)
      this.again(fault, version)
      return
    }
    const attempt: Attempt = {
      library,
      version,
      inFlight: undefined,
      connectedAt: 0,
      fault: undefined,
      unheard: [],
    }
    this.attempt = attempt
    library.on('connect', (packet) => this.connected(attempt, packet.properties))
    library.on('message', (topic, payload, packet) => {
      if (this.attempt === attempt) this.received(attempt, incoming(topic, payload, packet))
    })
    library.on('packetreceive', (packet) => {
      if (packet.cmd !== 'disconnect' && (packet.cmd !== 'connack' || !packet.reasonCode)) return
      attempt.fault = codeFault(packet.reasonCode ?? 0, packet.properties)
    })
    const failed = (error: unknown) => {
      if (systemCode(error) === 'ECONNRESET') this.hungUp(attempt)
      this.ended(attempt, connectionFault(error))
    }
    library.on('error', failed)
    // the library keeps errors without a code to itself, for example a WebSocket that was refused
    library.stream.on('error', failed)
    library.on('close', () => {
      const what = attempt.inFlight === undefined ? 'closed before the broker answered' : 'lost'
      this.hungUp(attempt)
      this.ended(attempt, { kind: 'network', detail: `the connection was ${what}` })
    })
  }

  private open(version: 4 | 5): LibraryClient {
    const { clientId, availabilityTopic, isKept = false, keepaliveSeconds } = this.options
    const will = { payload: Buffer.from('offline'), qos: 1, retain: true } as const
    return openLibraryClient(connectOptions(this.options), {
      protocolVersion: version,
      clientId,
      // nothing of ours may wait in the broker: the journal is the queue, and what was asked of a
      // vehicle while it was away is out of date (MQTT 5.0, 3.1.2.11.2: expiry 0 without it)
      clean: !isKept,
      ...(isKept && version === 5 && { properties: { sessionExpiryInterval: KEPT_SECONDS } }),
      keepalive: keepaliveSeconds ?? 60,
      connectTimeout: this.timings.connectMs,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      ...(availabilityTopic !== undefined && { will: { topic: availabilityTopic, ...will } }),
    })
  }

  private connected(attempt: Attempt, limits: BrokerLimits = {}): void {
    if (this.attempt !== attempt) return
    const { clock, logger, onConnected } = this.options
    const window = Math.min(
      this.options.window ?? DEFAULT_WINDOW,
      limits.receiveMaximum ?? Infinity,
    )
    attempt.connectedAt = clock.monotonic()
    this.versions.taken()
    attempt.inFlight = new InFlight({
      send: (message, done) => this.send(attempt, limits, message, done),
      window,
      ackMs: this.timings.ackMs,
      clock,
      timers: this.timers,
      onSilence: () => {
        const detail = 'the broker does not acknowledge'
        this.ended(attempt, { kind: 'network', detail })
      },
    })
    logger.info({ broker: this.name, version: attempt.version, window }, 'connected to the broker')
    // before `online` is said: who reads that may send at once
    this.ask(attempt, this.subscriptions.filters())
    this.announce('online').catch((error) => {
      logger.warn({ detail: messageOf(error) }, 'availability could not be published')
    })
    onConnected(window, greatestMessage(limits))
  }

  private received(attempt: Attempt, message: IncomingMessage): void {
    try {
      this.subscriptions.deliver(message)
    } catch (error) {
      const detail = messageOf(error)
      this.options.logger.error({ topic: message.topic, detail }, 'a message could not be handled')
      // The library acknowledges when this returns, if there still is a connection by then.
      if (this.options.isKept === true) this.ended(attempt, { kind: 'network', detail })
    }
  }

  /** No local: an answer is no question. Retain as published: what was meant to stay is known. */
  private ask(attempt: Attempt, filters: readonly string[]): void {
    if (filters.length === 0) return
    const how = attempt.version === 5 ? { nl: true, rap: true } : {}
    attempt.library.subscribe([...filters], { qos: 1, ...how }, (error, _asked, answer) => {
      if (this.attempt !== attempt || !error) return
      // the answer has a code for each filter, in their order (MQTT 5.0, 3.9.3)
      const codes = (answer?.granted ?? []).map(Number)
      const refused = filters.filter((_, i) => (codes[i] ?? 0) >= 128)
      attempt.unheard = refused.length > 0 ? refused : filters
      const fields = { filters: attempt.unheard, detail: error.message }
      this.options.logger.warn(fields, 'the broker does not let the gateway subscribe')
    })
  }

  private announce(availability: 'online' | 'offline'): Promise<void> {
    const topic = this.options.availabilityTopic
    if (topic === undefined) return Promise.resolve()
    return this.publish({ topic, payload: availability, qos: 1, retain: true })
  }

  private send(
    attempt: Attempt,
    limits: BrokerLimits,
    message: Message,
    done: (error?: DeliveryError) => void,
  ): void {
    const { topic, payload, qos, retain, ...properties } = message
    const fault = limitFault(message, limits)
    if (fault !== undefined) {
      done(fault)
      return
    }
    const options: IClientPublishOptions = {
      qos,
      retain: retain && limits.retainAvailable !== false,
      properties: properties as NonNullable<IClientPublishOptions['properties']>,
    }
    attempt.library.publish(topic, payload, options, (error) =>
      done(error ? publishFault(topic, error) : undefined),
    )
  }

  /** Called for the first sign that a connection is no more; later ones are stale. */
  private ended(attempt: Attempt, fault: ConnectionFault): void {
    if (this.attempt !== attempt) return
    this.attempt = undefined
    const { clock, onDisconnected } = this.options
    const reason = attempt.fault ?? fault
    attempt.library.end(true)
    if (attempt.inFlight !== undefined) {
      if (clock.monotonic() - attempt.connectedAt >= this.timings.stableMs) this.failures = 0
      onDisconnected()
      attempt.inFlight.abandon(reason.detail)
    }
    this.again(reason, attempt.version)
  }

  private hungUp(attempt: Attempt): void {
    const { inFlight, fault, version } = attempt
    if (this.attempt === attempt && inFlight === undefined && fault === undefined) {
      this.versions.hungUp(version)
    }
  }

  private again(fault: ConnectionFault, version: 4 | 5): void {
    if (!this.running) return
    if (fault.kind === 'protocol' && version === 5 && this.versions.isFree) {
      this.options.logger.info({ broker: this.name }, 'the broker refuses MQTT 5; trying 3.1.1')
      this.connect(4)
      return
    }
    const delayMs = fault.kind === 'network' ? this.backoff() : this.timings.refusedMs
    const fields = { broker: this.name, detail: fault.detail, delayMs: Math.round(delayMs) }
    this.options.logger.warn(fields, 'no connection to the broker')
    const cancel = this.timers.after(delayMs, () => this.connect(this.versions.take()))
    this.next = { at: this.options.clock.monotonic() + delayMs, fault, cancel }
  }

  /** Doubles up to the greatest wait; half of it is random, so that a fleet does not come at once. */
  private backoff(): number {
    const { backoffMs, maxBackoffMs } = this.timings
    const most = Math.min(maxBackoffMs, backoffMs * 2 ** this.failures)
    this.failures += 1
    return most * (0.5 + 0.5 * (this.options.random ?? Math.random)())
  }

  private async leave(): Promise<void> {
    const attempt = this.attempt
    if (attempt === undefined) return
    const { farewellMs } = this.timings
    const farewell = this.announce('offline').then(
      () => true,
      // the broker then publishes the last will, which says the same
      () => false,
    )
    const heard = await this.within(farewellMs, farewell)
    if (this.attempt !== attempt) return
    this.attempt = undefined
    if (attempt.inFlight !== undefined) this.options.onDisconnected()
    attempt.inFlight?.abandon('stopped')
    // only a DISCONNECT keeps the last will back, and it is sent only when nothing is in flight
    const force = heard !== true
    await this.within(farewellMs, attempt.library.endAsync(force))
    attempt.library.stream.destroy()
  }

  private within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const cancel = this.timers.after(limitMs, () => resolve(undefined))
      promise.then(resolve, reject).finally(cancel)
    })
  }
}

function incoming(topic: string, payload: Buffer, packet: IPublishPacket): IncomingMessage {
  const { retain, properties } = packet
  const { contentType, correlationData, responseTopic, messageExpiryInterval, userProperties } =
    properties ?? {}
  return {
    topic,
    payload,
    retain,
    ...withoutUndefined({
      contentType,
      correlationData,
      responseTopic,
      messageExpiryInterval,
      userProperties,
    }),
  }
}
