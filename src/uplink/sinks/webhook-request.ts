/**
 * The header fields of one POST. Files are read anew for each, so that a renewed token or
 * certificate is taken without a restart.
 *
 *   Content-Type, Content-Encoding   of the batch or event: the HTTP binding of CloudEvents, 3.2, 3.3
 *   Idempotency-Key                  "<key>", a quoted string (draft-ietf-httpapi-idempotency-key-header)
 *   X-Odograph-Gateway, -Vehicle, -Lane, -Count
 *   X-Odograph-Signature             t=<unix seconds>,v1=<hex>
 *
 * `v1` is HMAC-SHA256 with the bytes of the secret (its file without the white space at its ends)
 * over the digits of `t`, a full stop, and the body as sent. A receiver computes the same, compares
 * in constant time, and refuses a `t` that is too old for it.
 */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Millis } from '../../model/time.ts'
import { fileFault } from '../mqtt/faults.ts'
import { DeliveryError } from '../outbox-port.ts'
import type { SinkMessage } from './sink.ts'
import type { WebhookSettings } from './webhook-options.ts'

export interface TlsFiles {
  ca?: Buffer
  cert?: Buffer
  key?: Buffer
  servername?: string
}

export interface PreparedRequest {
  headers: Record<string, string | number>
  tls: TlsFiles
  proxyAuthorization?: string
  /** What must not appear in any text. */
  secrets: string[]
}

/** Throws a `DeliveryError` of kind `refused` for a file that cannot be read. */
export function prepareRequest(
  settings: WebhookSettings,
  message: SinkMessage,
  place: { gateway: string; now: Millis },
): PreparedRequest {
  const secrets = addressSecrets(new URL(settings.url))
  const secret = (path: string): string => {
    const text = read(path).toString('utf8').trim()
    secrets.push(text)
    return text
  }
  const headers: Record<string, string | number> = {
    'User-Agent': 'odograph',
    ...settings.headers,
    'Content-Type': message.contentType,
    'Content-Length': message.payload.byteLength,
    'Idempotency-Key': `"${headerSafe(message.key)}"`,
    'X-Odograph-Gateway': headerSafe(place.gateway),
    'X-Odograph-Vehicle': headerSafe(message.vehicle),
    'X-Odograph-Lane': message.lane,
    'X-Odograph-Count': message.count,
  }
  secrets.push(...Object.values(settings.headers ?? {}))
  if (message.contentEncoding !== undefined) headers['Content-Encoding'] = message.contentEncoding
  for (const [field, path] of Object.entries(settings.headerFiles ?? {})) {
    headers[field] = secret(path)
  }
  const authorization = authorizationOf(settings, secret)
  if (authorization !== undefined) {
    headers.Authorization = authorization
    secrets.push(authorization.replace(/^\w+ /, ''))
  }
  if (settings.signatureFile !== undefined) {
    const key = secret(settings.signatureFile)
    headers['X-Odograph-Signature'] = signature(key, message.payload, place.now)
  }
  const prepared: PreparedRequest = { headers, tls: tlsFiles(settings), secrets }
  const { proxy } = settings
  if (proxy?.username !== undefined) {
    const password = proxy.passwordFile === undefined ? '' : secret(proxy.passwordFile)
    prepared.proxyAuthorization = basic(proxy.username, password)
    secrets.push(prepared.proxyAuthorization.slice('Basic '.length))
  }
  return prepared
}

/** `t=<unix seconds>,v1=<hex>`, as at the top of this file. */
export function signature(secret: string, body: Uint8Array, now: Millis): string {
  const time = Math.floor(now / 1000)
  const hash = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')
  return `t=${time},v1=${hash}`
}

function authorizationOf(
  settings: WebhookSettings,
  secret: (path: string) => string,
): string | undefined {
  if (settings.bearerFile !== undefined) return `Bearer ${secret(settings.bearerFile)}`
  if (settings.username === undefined) return undefined
  return basic(
    settings.username,
    settings.passwordFile === undefined ? '' : secret(settings.passwordFile),
  )
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function tlsFiles({ caFile, certFile, keyFile, servername }: WebhookSettings): TlsFiles {
  return {
    ...(caFile === undefined ? {} : { ca: read(caFile) }),
    ...(certFile === undefined ? {} : { cert: read(certFile) }),
    ...(keyFile === undefined ? {} : { key: read(keyFile) }),
    ...(servername === undefined ? {} : { servername }),
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new DeliveryError('refused', fileFault(path, error).detail)
  }
}

/** Many webhooks are protected by nothing but their address. */
function addressSecrets({ pathname, search, searchParams }: URL): string[] {
  const parts = [`${pathname}${search}`, pathname, search, ...searchParams.values()]
  return parts.filter((part) => part.length > 3)
}

/** Header fields hold printable ASCII; a quote would end the key. */
function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, (char) => encodeURIComponent(char))
}
