/** The certificate of the broker, as it is presented. */
import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { messageOf, systemCode } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import type { ConnectOptions } from '../../uplink/mqtt/connect-options.ts'
import { networkWords, tlsFault } from '../../uplink/mqtt/network-faults.ts'
import { type Finding, type FindingId, failure, warning } from './finding.ts'

const PATIENCE_MS: Millis = 8000
const DAY_MS: Millis = 86_400_000
export const ENDING_MS: Millis = 30 * DAY_MS

const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|INVALID_CA)$/

const remedies: Partial<Record<FindingId, string>> = {
  'broker-tls-untrusted':
    'mqtt.caFile: a file with the certificate of the authority, PEM; who runs the broker has it',
  'broker-tls-expired': 'who runs the broker renews its certificate',
  'broker-tls-not-yet': 'set the clock: sudo timedatectl set-ntp true',
  'broker-tls-name':
    'mqtt.url with a name that the certificate is for, or that name as mqtt.serverName',
}

/** Nothing where all is well. */
export async function brokerTls(
  options: ConnectOptions,
  name: string,
  now: Millis,
): Promise<Finding[]> {
  const { error, certificate } = await handshake(options)
  const shown = certificate === undefined ? '' : textOf(certificate)
  if (error !== undefined) return [faultOf(error, name, shown)]
  const end = certificate === undefined ? Number.NaN : Date.parse(certificate.validTo)
  if (!(end - now < ENDING_MS)) return []
  const days = Math.max(0, Math.floor((end - now) / DAY_MS))
  return [
    warning('broker-certificate-ending', `The certificate of ${name} ends in ${days} days`, {
      cause: 'from then on the gateway does not connect any more',
      remedy: 'who runs the broker renews its certificate',
      evidence: shown,
    }),
  ]
}

interface Handshake {
  error?: Error
  certificate?: X509Certificate
}

function handshake({ hostname, port, tls }: ConnectOptions): Promise<Handshake> {
  const servername = tls?.servername ?? (isIP(hostname) === 0 ? hostname : undefined)
  return new Promise((resolve) => {
    let socket: TLSSocket
    const name = servername === undefined ? {} : { servername }
    try {
      socket = connect({ ...tls, host: hostname, port, ...name })
    } catch (error) {
      // A certificate or key of ours that is none.
      resolve({ error: error as Error })
      return
    }
    const done = (error?: Error) => {
      const certificate = socket.getPeerX509Certificate()
      socket.destroy()
      resolve({
        ...(error === undefined ? {} : { error }),
        ...(certificate === undefined ? {} : { certificate }),
      })
    }
    socket.setTimeout(PATIENCE_MS, () => done(new Error('the handshake does not end')))
    socket.once('error', done)
    socket.once('secureConnect', () => done())
  })
}

function faultOf(error: Error, name: string, evidence: string): Finding {
  const code = systemCode(error) ?? ''
  const id = idOf(code)
  return failure(id, `TLS with the broker ${name} fails`, {
    cause: tlsFault(error)?.detail ?? networkWords(error),
    remedy: remedies[id] ?? 'see that the port speaks TLS: openssl s_client -connect HOST:PORT',
    evidence: evidence || messageOf(error),
  })
}

function idOf(code: string): FindingId {
  if (code === 'CERT_HAS_EXPIRED') return 'broker-tls-expired'
  if (code === 'CERT_NOT_YET_VALID') return 'broker-tls-not-yet'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'broker-tls-name'
  return UNTRUSTED.test(code) ? 'broker-tls-untrusted' : 'broker-tls-failed'
}

function textOf({ subject, issuer, validTo }: X509Certificate): string {
  const line = (text: string | undefined) => (text ?? '').replaceAll('\n', ', ')
  return `certificate of ${line(subject)} by ${line(issuer)}, valid to ${validTo}`
}
