/**
 * Listening to another's broker: what a network server publishes. The broker keeps what comes while
 * there is no connection, and a message that could not be taken comes again.
 */
import type { Clock, Logger } from '../../model/ports.ts'
import type { Subscribe } from '../../model/subscribe.ts'
import { MqttClient } from './client.ts'
import type { ClientTimings } from './client-options.ts'
import type { BrokerAddress } from './connect-options.ts'

export interface SubscriberOptions extends BrokerAddress {
  /** Stable, for the broker keeps what came under it. */
  clientId: string
  logger: Logger
  clock: Clock
  timings?: Partial<ClientTimings>
}

/** Throws `config-invalid` for a URL that is none. */
export function createSubscriber(options: SubscriberOptions): Subscribe {
  return ({ topics, message, changed }) => {
    const client = new MqttClient({
      ...options,
      isKept: true,
      onConnected: changed,
      onDisconnected: changed,
    })
    client.subscribe(topics, ({ topic, payload }) => message(topic, payload))
    client.start()
    return { health: () => client.health(), stop: () => client.stop() }
  }
}
