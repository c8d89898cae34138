/**
 * The broker, a step after the other, so that the first that fails is what is wrong: name, address, TLS,
 * login, the right to publish. It is done beside the gateway, under a client id of its own.
 */

import { lookup } from 'node:dns/promises'
import { existsSync, readFileSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { join } from 'node:path'
import type { Config } from '../../config/schema.ts'
import { messageOf, OdographError, systemCode } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'
import {
  brokerName,
  type ConnectOptions,
  connectOptions,
  parseBrokerUrl,
} from '../../uplink/mqtt/connect-options.ts'
import { networkWords } from '../../uplink/mqtt/network-faults.ts'
import { brokerLogin } from './broker-login.ts'
import { brokerTls } from './broker-tls.ts'
import type { Check, Examination } from './examination.ts'
import { type Finding, failure, note, ok } from './finding.ts'

const PATIENCE_MS: Millis = 5000

export const broker: Check = {
  name: 'broker',
  async run(examination) {
    const { mqtt } = examination.loaded.config
    if (!mqtt.enabled) return [note('broker-off', 'MQTT is switched off (mqtt.enabled)')]
    if (mqtt.url === undefined) {
      return [ok('broker-embedded', `The embedded broker is used, at ${mqtt.listen}`)]
    }
    let options: ConnectOptions
    try {
      options = connectOptions(addressOf(mqtt, mqtt.url))
    } catch (error) {
      return [unusable(error)]
    }
    return steps(options, brokerName(parseBrokerUrl(mqtt.url)), examination)
  },
}

async function steps(
  options: ConnectOptions,
  name: string,
  examination: Examination,
): Promise<Finding[]> {
  const findings: Finding[] = []
  // Through a proxy, name and address are the proxy's affair.
  if (options.proxy === undefined) {
    const unreachable = (await unresolved(options, name)) ?? (await refused(options, name))
    if (unreachable !== undefined) return [unreachable]
    if (options.tls !== undefined) {
      findings.push(...(await brokerTls(options, name, examination.world.wall())))
      if (findings.some(({ severity }) => severity === 'failure')) return findings
    }
  }
  if (!examination.mayAsk) {
    const what = `${name} can be reached; the login is not tried`
    return [...findings, note('broker-publish-untold', what)]
  }
  const { config } = examination.loaded
  const gateway = gatewayId(config, examination.folder)
  const topic = `${config.mqtt.root}/${gateway}/doctor`
  return [...findings, ...(await brokerLogin(options, { name, topic, gateway }))]
}

function addressOf(mqtt: Config['mqtt'], url: string) {
  const { serverName: servername, username, password, passwordFile } = mqtt
  const { caFile, certFile, keyFile, keyPassphraseFile, alpn, proxy } = mqtt
  const user = { username, password, passwordFile }
  const tls = { caFile, certFile, keyFile, keyPassphraseFile, servername, alpn }
  return { url, ...withoutUndefined({ ...user, ...tls, proxy }) }
}

function unusable(error: unknown): Finding {
  if (error instanceof OdographError && error.code === 'file-unreadable') {
    return failure('broker-file-unreadable', `${error.subject} cannot be read`, {
      cause: messageOf(error.cause),
      remedy: 'put the file there, for the user of the service to read',
    })
  }
  return failure('broker-refused', messageOf(error), { remedy: 'correct mqtt.url' })
}

async function unresolved(
  { hostname }: ConnectOptions,
  name: string,
): Promise<Finding | undefined> {
  if (isIP(hostname) !== 0) return undefined
  try {
    await lookup(hostname)
    return undefined
  } catch (error) {
    const isSilent = systemCode(error) === 'EAI_AGAIN'
    return failure('broker-name-unknown', `The name of the broker ${name} is not known`, {
      cause: isSilent ? 'no name server answers: there is no network' : networkWords(error),
      remedy: isSilent
        ? 'see that the machine is online: ping 9.9.9.9; nmcli'
        : 'correct mqtt.url; getent hosts NAME asks as the gateway does',
      evidence: messageOf(error),
    })
  }
}

function refused({ hostname, port }: ConnectOptions, name: string): Promise<Finding | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port })
    const done = (finding: Finding | undefined) => {
      socket.destroy()
      resolve(finding)
    }
    const fault = (cause: string, evidence: string) =>
      done(
        failure('broker-unreachable', `The broker ${name} does not answer`, {
          cause,
          remedy: `see that it runs and that no firewall stands between: nc -vz ${hostname} ${port}`,
          evidence,
        }),
      )
    socket.setTimeout(PATIENCE_MS, () => fault('the address does not answer', 'no answer in 5 s'))
    socket.once('error', (error) => fault(networkWords(error), messageOf(error)))
    socket.once('connect', () => done(undefined))
  })
}

/** As it is kept; one is not made here. */
function gatewayId({ gateway }: Config, folder: string): string {
  if (gateway.id !== undefined) return gateway.id
  const path = join(folder, 'gateway.json')
  try {
    const kept = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
    return typeof kept.gatewayId === 'string' ? kept.gatewayId : 'gateway'
  } catch {
    return 'gateway'
  }
}
