/** What an MQTT 5 broker takes: a message beyond it would make the broker end the connection. */
import type { DeliveryError } from '../outbox-port.ts'
import { publishFault } from './faults.ts'
import type { Message } from './in-flight.ts'

/** What an MQTT 5 broker says about itself when it accepts (CONNACK properties, 3.2.2.3). */
export interface BrokerLimits {
  receiveMaximum?: number
  maximumPacketSize?: number
  /** 0 or 1; absent for 2. */
  maximumQoS?: number
  retainAvailable?: boolean
}

/** Fixed header, packet identifier and content type of a PUBLISH, generously. */
const PACKET_OVERHEAD = 96

/** The greatest payload and topic that the broker takes. */
export function greatestMessage(limits: BrokerLimits): number {
  return Math.max(0, (limits.maximumPacketSize ?? Infinity) - PACKET_OVERHEAD)
}

/** Why the broker would not take the message, with the reason code it would give. */
export function limitFault(message: Message, limits: BrokerLimits): DeliveryError | undefined {
  const { topic, payload, qos, userProperties = {} } = message
  let size = Buffer.byteLength(payload) + Buffer.byteLength(topic) + PACKET_OVERHEAD
  // an identifier and two lengths each (MQTT 5.0, 3.3.2.3.7)
  for (const pair of Object.entries(userProperties)) size += 5 + Buffer.byteLength(pair.join(''))
  if (size > (limits.maximumPacketSize ?? Infinity)) return publishFault(topic, { code: 0x95 })
  if (qos > (limits.maximumQoS ?? 2)) return publishFault(topic, { code: 0x9b })
  return undefined
}
