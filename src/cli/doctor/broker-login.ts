/**
 * Login, and the right to publish: one small message to `<root>/<gateway>/doctor`, not retained. Only
 * MQTT 5 says whether it was let through (0x87, not authorised); 3.1.1 acknowledges and throws away.
 */
import { randomBytes } from 'node:crypto'
import { messageOf } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import type { ConnectOptions } from '../../uplink/mqtt/connect-options.ts'
import { connectionFault } from '../../uplink/mqtt/faults.ts'
import { type LibraryClient, openLibraryClient } from '../../uplink/mqtt/library-client.ts'
import { type Finding, failure, note, ok } from './finding.ts'

export interface Login {
  /** The broker, as it is called in sentences. */
  name: string
  topic: string
  gateway: string
}

const PATIENCE_MS: Millis = 8000
/** CONNACK: bad user name or password, not authorised (3.1.1: 4, 5; 5: 0x86, 0x87). */
const LOGIN: ReadonlySet<number> = new Set([4, 5, 0x86, 0x87])
const NOT_AUTHORISED = 0x87
const OLD_PROTOCOL: ReadonlySet<number> = new Set([1, 0x84])

export async function brokerLogin(options: ConnectOptions, login: Login): Promise<Finding[]> {
  const five = await connected(options, login, 5)
  if ('client' in five) return [await published(five.client, login)]
  const isOld = OLD_PROTOCOL.has(five.code ?? -1) || five.code === undefined
  const four = isOld ? await connected(options, login, 4) : five
  if (!('client' in four)) return [refusal(four.code === undefined ? five : four, options, login)]
  four.client.end(true)
  return [
    note('broker-publish-untold', `${login.name} takes the login`, {
      cause: 'it speaks MQTT 3.1.1 alone, which does not say whether a message is let through',
      remedy: `look at the broker whether ${login.topic} and the topics beside it may be published to`,
    }),
  ]
}

interface Refused {
  code?: number
  error: unknown
}

function connected(
  options: ConnectOptions,
  { gateway }: Login,
  version: 4 | 5,
): Promise<{ client: LibraryClient } | Refused> {
  return new Promise((resolve) => {
    let client: LibraryClient
    try {
      client = openLibraryClient(options, {
        clientId: `${gateway}-doctor-${randomBytes(3).toString('hex')}`,
        protocolVersion: version,
        ...{ clean: true, reconnectPeriod: 0, connectTimeout: PATIENCE_MS },
      })
    } catch (error) {
      resolve({ error })
      return
    }
    client.on('connect', () => resolve({ client }))
    const over = (error: unknown) => {
      const code = (error as { code?: unknown } | undefined)?.code
      client.end(true)
      resolve({ error, ...(typeof code === 'number' ? { code } : {}) })
    }
    client.on('error', over)
    client.on('close', () => over(new Error('the broker hung up before it said a word')))
  })
}

function refusal({ code, error }: Refused, options: ConnectOptions, { name }: Login): Finding {
  const { kind, detail } = connectionFault(error)
  if (code !== undefined && LOGIN.has(code)) {
    const user =
      options.username === undefined ? 'no user name is given' : `user ${options.username}`
    return failure('broker-login-refused', `The broker ${name} refuses the login`, {
      cause: `${detail} (${user})`,
      remedy:
        'correct mqtt.username and mqtt.passwordFile; the password is the first line of that file',
      evidence: `reason code 0x${code.toString(16).padStart(2, '0')}`,
    })
  }
  return failure('broker-refused', `The broker ${name} does not take the connection`, {
    cause: detail,
    remedy: 'look into the log of the broker',
    evidence: `${kind}: ${messageOf(error)}`,
  })
}

function published(client: LibraryClient, { name, topic }: Login): Promise<Finding> {
  return new Promise((resolve) => {
    const done = (finding: Finding) => {
      clearTimeout(timer)
      client.end(true)
      resolve(finding)
    }
    const timer = setTimeout(() => {
      const what = `${name} does not acknowledge a message`
      done(failure('broker-refused', what, { remedy: 'look into the log of the broker' }))
    }, PATIENCE_MS)
    const hungUp = () => done(notAllowed(name, topic, 'the broker hung up on the message'))
    client.on('close', hungUp)
    client.publish(topic, JSON.stringify({ doctor: true }), { qos: 1 }, (error) => {
      const { code } = (error ?? {}) as { code?: unknown }
      if (error === undefined || error === null) {
        done(ok('broker-ok', `${name} takes the login and a message`))
      } else if (code === NOT_AUTHORISED) {
        done(notAllowed(name, topic, 'reason code 0x87, not authorised'))
      } else {
        done(
          failure('broker-refused', `${name} does not take a message`, { cause: messageOf(error) }),
        )
      }
    })
  })
}

function notAllowed(name: string, topic: string, evidence: string): Finding {
  return failure('broker-publish-refused', `The broker ${name} does not let this user publish`, {
    cause: `its access list leaves out ${topic}`,
    remedy: `allow writing to ${topic.split('/')[0]}/# on the broker, or set mqtt.root to what is allowed`,
    evidence,
  })
}
