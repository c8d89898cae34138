/**
 * The configuration of a broker as the options of one connection attempt. Files are read anew for
 * every attempt, so that a renewed certificate is taken without a restart.
 */
import { readFileSync } from 'node:fs'
import { OdographError } from '../../model/errors.ts'
import { parseProxyUrl } from './proxy.ts'

export interface BrokerAddress {
  /** `mqtt:`, `mqtts:`, `ws:` or `wss:`; a user name and password in it are used if not given below. */
  url: string
  username?: string
  password?: string
  /** Holds the password on its first line; goes before `password`. */
  passwordFile?: string
  /** Authorities to trust instead of the system's, PEM. */
  caFile?: string
  /** Client certificate and its key, PEM. */
  certFile?: string
  keyFile?: string
  /** Holds the passphrase of the key, on its first line. */
  keyPassphraseFile?: string
  /** Server name for SNI and for the check of the certificate, where it is not the URL's host. */
  servername?: string
  /** Protocol to name in the TLS handshake (ALPN, RFC 7301), where a port serves several. */
  alpn?: string
  /** An HTTP proxy to go through: `http://user:password@host:port`. */
  proxy?: string
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  mqtt: 1883,
  mqtts: 8883,
  ws: 80,
  wss: 443,
}

type Protocol = 'mqtt' | 'mqtts' | 'ws' | 'wss'

export interface ConnectOptions {
  protocol: Protocol
  hostname: string
  port: number
  path?: string
  username?: string
  password?: string
  /** For `mqtts` and `wss`. */
  tls?: TlsOptions
  proxy?: URL
}

export interface TlsOptions {
  ca?: Buffer
  cert?: Buffer
  key?: Buffer
  passphrase?: string
  servername?: string
  ALPNProtocols?: string[]
}

/** Throws `config-invalid` for what is no URL of a broker. */
export function parseBrokerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const protocol = url?.protocol.slice(0, -1) ?? ''
  if (url === undefined || url.hostname === '' || !Object.hasOwn(DEFAULT_PORTS, protocol)) {
    throw new OdographError(
      'config-invalid',
      'MQTT broker',
      `'${withoutCredentials(text)}' is not the URL of a broker: mqtt, mqtts, ws or wss, then ://host:port`,
    )
  }
  return url
}

/** The address for logs and health: without user and password. */
export function brokerName(url: URL): string {
  const { protocol, hostname, port } = endpoint(url)
  return `${protocol}://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
}

/** Throws `file-unreadable` for a certificate or key. */
export function connectOptions(address: BrokerAddress): ConnectOptions {
  const url = parseBrokerUrl(address.url)
  const options: ConnectOptions = endpoint(url)
  const username = address.username ?? decoded(url.username)
  const { passwordFile, password: given = decoded(url.password) } = address
  const password = passwordFile === undefined ? given : firstLine(passwordFile)
  if (username !== '') options.username = username
  if (password !== '') options.password = password
  if (options.protocol.startsWith('ws')) options.path = `${url.pathname}${url.search}`
  if (address.proxy !== undefined) options.proxy = parseProxyUrl(address.proxy)
  if (options.protocol === 'mqtts' || options.protocol === 'wss') options.tls = tlsOptions(address)
  return options
}

function tlsOptions(address: BrokerAddress): TlsOptions {
  const { caFile, certFile, keyFile, keyPassphraseFile, servername, alpn } = address
  const options: TlsOptions = {}
  if (caFile !== undefined) options.ca = read(caFile)
  if (certFile !== undefined) options.cert = read(certFile)
  if (keyFile !== undefined) options.key = read(keyFile)
  if (keyPassphraseFile !== undefined) {
    options.passphrase = firstLine(keyPassphraseFile)
  }
  if (servername !== undefined) options.servername = servername
  if (alpn !== undefined) options.ALPNProtocols = [alpn]
  return options
}

function endpoint(url: URL): { protocol: Protocol; hostname: string; port: number } {
  const protocol = url.protocol.slice(0, -1) as Protocol
  return {
    protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (DEFAULT_PORTS[protocol] ?? 1883),
  }
}

function firstLine(path: string): string {
  return /^[^\r\n]*/.exec(read(path).toString())?.[0] ?? ''
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // a lone % that was meant as it is
    return text
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new OdographError('file-unreadable', path, undefined, error)
  }
}

function withoutCredentials(text: string): string {
  return text.replace(/\/\/.*@/, '//')
}
