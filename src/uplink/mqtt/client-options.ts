/** What the connection to the broker can be told. */
import type { Clock, Logger } from '../../model/ports.ts'
import type { Timers } from '../outbox-port.ts'
import type { BrokerAddress } from './connect-options.ts'

export interface MqttClientOptions extends BrokerAddress {
  /** Stable per gateway: the broker ends an older connection with the same id. */
  clientId: string
  /**
   * Where `online` and, as the last will and on stop, `offline` are published, retained. Without it
   * nobody is told.
   */
  availabilityTopic?: string
  /**
   * The broker keeps what is subscribed to while there is no connection, and a message counts as
   * delivered only when its handler has returned: one that throws gets it again.
   */
  isKept?: boolean
  /** Without it: 5, and 4 (3.1.1) where the broker refuses 5. */
  protocolVersion?: 4 | 5
  keepaliveSeconds?: number
  /** QoS 1 messages in flight at most; the broker's receive maximum may lower it. */
  window?: number
  logger: Logger
  clock: Clock
  timers?: Timers
  /** In [0, 1), for the jitter. */
  random?: () => number
  timings?: Partial<ClientTimings>
  /** The broker takes so many messages at once, and none whose payload and topic are greater. */
  onConnected(window: number, maxBytes: number): void
  onDisconnected(): void
}

export interface ClientTimings {
  connectMs: number
  /** First and greatest wait after a network fault; the wait doubles. */
  backoffMs: number
  maxBackoffMs: number
  /** A connection that lasted so long starts the back-off anew. */
  stableMs: number
  /** Wait after a refusal. */
  refusedMs: number
  /** A message without an acknowledgement for so long: the connection is taken for dead. */
  ackMs: number
  /** How long `stop` waits for its farewell to be acknowledged, and then for the end. */
  farewellMs: number
}

export const CLIENT_TIMINGS: ClientTimings = {
  connectMs: 30_000,
  backoffMs: 1_000,
  maxBackoffMs: 60_000,
  stableMs: 10_000,
  refusedMs: 15 * 60_000,
  ackMs: 30_000,
  farewellMs: 500,
}
