/** What the MQTT uplink is made of and what it answers. */
import { OdographError } from '../../model/errors.ts'
import type { StoredEvent } from '../../model/event.ts'
import type { Clock, Logger } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import type { BatchFormat } from '../batch-codec.ts'
import type { RecordEncoding } from '../codec.ts'
import type { BacklogReader, LaneStore } from '../lanes/lane-store.ts'
import type { LanesHealth } from '../lanes/lanes.ts'
import type { OutboxOptions } from '../outbox.ts'
import type { OutboxStore, Timers } from '../outbox-port.ts'
import type { ConnectionState } from './client.ts'
import type { ClientTimings } from './client-options.ts'
import type { CommandSettings } from './commands.ts'
import type { BrokerAddress } from './connect-options.ts'
import type { HomeAssistantSettings } from './home-assistant.ts'

export interface EmbeddedAddress {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 1883; 0 takes a free one. */
  port?: number
  /** It has no users: anyone who reaches the address may read and write everything. */
  allowRemote?: boolean
}

export interface MqttUplinkOptions extends Partial<BrokerAddress> {
  gatewayId: string
  /** First level of every topic. */
  root?: string
  /** A broker of our own instead of the one at `url`. */
  embedded?: EmbeddedAddress
  encoding?: RecordEncoding
  /** 4 is MQTT 3.1.1. Without it: 5, falling back. */
  protocolVersion?: 4 | 5
  keepaliveSeconds?: number
  window?: number
  store: LaneStore
  /** Reads and encodes the backlog on a thread of its own; without it, here, as `batch` says. */
  backlog?: BacklogReader
  /** Default: columns, not deflated. */
  batch?: Partial<BatchFormat>
  /** What records may take of the line in an hour; without it there is no limit. */
  bytesPerHour?: number | undefined
  /** How long after its commit a record may still go out alone. */
  liveMs?: Millis
  /** Events; without it none are published. */
  events?: OutboxStore<StoredEvent>
  vehicles(): readonly Vehicle[]
  /** The REST status; undefined where nothing is known yet. */
  statusJson(vehicleId: string): object | undefined
  healthJson(): object
  /** Without it nothing can be asked from outside. */
  commands?: CommandSettings
  /** Switched off it still takes back what it announced before. */
  homeAssistant?: HomeAssistantSettings
  logger: Logger
  clock: Clock
  timers?: Timers
  random?: () => number
  timings?: Partial<UplinkTimings>
}

export interface UplinkTimings extends ClientTimings, OutboxTimings {
  /** Least time between two statuses of a vehicle. */
  statusMs: number
  healthMs: number
  /** Wait before the embedded broker tries its address again. */
  listenMs: number
}

type OutboxTimings = Required<
  Pick<OutboxOptions, 'saveMs' | 'retryMs' | 'maxRetryMs' | 'parkMs' | 'drainMs'>
>

export type UplinkState = ConnectionState | 'parked'

export interface MqttUplink {
  /** Returns at once; never throws for what the world does. Idempotent. */
  start(): void
  /** Publishes `offline`, disconnects and saves the cursor. Idempotent. */
  stop(): Promise<void>
  /** The journal has committed. */
  wake(): void
  statusChanged(vehicleId: string): void
  /** With a reason, no record goes out until it is called without one. */
  hold(reason: string | undefined): void
  health(): UplinkHealth
}

export interface UplinkHealth {
  state: UplinkState
  detail: string
  /** Records of both lanes, and events. */
  unsent: number
  lanes: LanesHealth
}

/** Checks a part of a topic that comes from the configuration (MQTT 5.0, 4.7: no wildcards). */
export function topicPart(text: string, subject: string): string {
  if (text !== '' && !/[#+\0]|^\/|\/$/.test(text)) return text
  throw new OdographError('config-invalid', subject, `'${text}' cannot be part of an MQTT topic`)
}

/** The timings that are the outbox's. */
export function outboxTimings(timings: Partial<UplinkTimings>): Partial<OutboxTimings> {
  const { saveMs, retryMs, maxRetryMs, parkMs, drainMs } = timings
  return Object.fromEntries(
    Object.entries({ saveMs, retryMs, maxRetryMs, parkMs, drainMs }).filter(
      ([, value]) => value !== undefined,
    ),
  )
}
