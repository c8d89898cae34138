/**
 * What the broker's reason codes and the errors of its connection mean for the gateway: whether to
 * come again soon, to come again slowly because somebody must change something first, or to speak
 * an older protocol. Codes: MQTT 5.0, 2.4 and the tables of 3.2.2.2, 3.4.2.1 and 3.14.2.1;
 * MQTT 3.1.1, 3.2.2.3.
 */
import { messageOf, systemCode } from '../../model/errors.ts'
import { DeliveryError } from '../outbox-port.ts'
import { type ConnectionFault, networkWords, tlsFault } from './network-faults.ts'
import { ProxyError } from './proxy.ts'

export type { ConnectionFault } from './network-faults.ts'

/** What MQTT 5 may send along with a reason code. */
export interface ReasonProperties {
  reasonString?: string
  /** Another server that the broker asks to use (MQTT 5.0, 4.11). */
  serverReference?: string
}

interface Reason {
  text: string
  /** Nothing gets better by trying again soon. */
  lasting?: true
}

const UNSUPPORTED_PROTOCOL = new Set([1, 0x84])

const reasons: Readonly<Record<number, Reason>> = {
  0: { text: 'the broker closed the connection' },
  1: { text: 'the broker does not speak this version of MQTT', lasting: true },
  2: { text: 'the broker does not accept the client id', lasting: true },
  3: { text: 'the broker is not available' },
  4: { text: 'the broker refused the user name or password', lasting: true },
  5: { text: 'the broker says: not authorised', lasting: true },
  128: { text: 'the broker gives no reason' },
  129: { text: 'the broker says: malformed packet' },
  130: { text: 'the broker says: protocol error' },
  131: { text: 'the broker gives a reason of its own' },
  132: { text: 'the broker does not speak this version of MQTT', lasting: true },
  133: { text: 'the broker does not accept the client id', lasting: true },
  134: { text: 'the broker refused the user name or password', lasting: true },
  135: { text: 'the broker says: not authorised', lasting: true },
  136: { text: 'the broker is not available' },
  137: { text: 'the broker is busy' },
  138: { text: 'the broker has banned this client', lasting: true },
  139: { text: 'the broker is shutting down' },
  140: { text: 'the broker wants another authentication method', lasting: true },
  141: { text: 'the broker heard nothing for too long' },
  142: { text: 'another client has connected with the same client id' },
  144: { text: 'the broker does not accept the topic', lasting: true },
  147: { text: 'the broker received too many messages at once' },
  149: { text: 'the message is larger than the broker accepts', lasting: true },
  150: { text: 'the broker received messages too fast' },
  151: { text: 'a quota of the broker is used up' },
  152: { text: 'the connection was closed by an administrator of the broker' },
  153: { text: 'the broker does not accept the format of the message', lasting: true },
  154: { text: 'the broker does not support retained messages', lasting: true },
  155: { text: 'the broker does not support QoS 1', lasting: true },
  156: { text: 'the broker asks to use another server', lasting: true },
  157: { text: 'the broker has moved to another server', lasting: true },
  159: { text: 'the broker received too many connections' },
}

function reasonOf(code: number): Reason {
  return reasons[code] ?? { text: `the broker gives reason code ${code}` }
}

/** The numeric reason code that the client library puts on its errors. */
function reasonCode(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'number' ? code : undefined
}

/** A certificate, key or authority that could not be read from its file. */
const FILE = /^(ENOENT|EACCES|EISDIR|EPERM)$/

export function fileFault(path: string, error: unknown): ConnectionFault {
  const code = systemCode(error)
  const missing = code !== undefined && FILE.test(code) ? code : messageOf(error)
  return { kind: 'refused', detail: `the file ${path} cannot be read (${missing})` }
}

/** Why a connection was not made or has ended. */
export function connectionFault(error: unknown): ConnectionFault {
  const code = reasonCode(error)
  if (code !== undefined) return codeFault(code)
  if (error instanceof ProxyError) {
    return { kind: error.lasting ? 'refused' : 'network', detail: error.message }
  }
  return tlsFault(error) ?? { kind: 'network', detail: networkWords(error) }
}

/** The same for the reason code of a CONNACK or DISCONNECT, with what the broker adds to it. */
export function codeFault(code: number, added: ReasonProperties = {}): ConnectionFault {
  const reason = reasonOf(code)
  const { reasonString, serverReference } = added
  let detail = reason.text
  if (serverReference) detail += `: ${shortened(serverReference)}`
  if (reasonString) detail += ` (${shortened(reasonString)})`
  if (UNSUPPORTED_PROTOCOL.has(code)) return { kind: 'protocol', detail }
  return { kind: reason.lasting ? 'refused' : 'network', detail }
}

/** Text of others goes into logs and health: one line of it is enough. */
function shortened(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, ' ').slice(0, 200)
}

/** Why a message was not taken; without a reason code it is the connection that failed. */
export function publishFault(topic: string, error: unknown): DeliveryError {
  const code = reasonCode(error)
  if (code === undefined) return new DeliveryError('offline', messageOf(error))
  const reason = reasonOf(code)
  return new DeliveryError(reason.lasting ? 'refused' : 'retry', `${topic}: ${reason.text}`)
}
