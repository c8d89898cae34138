/**
 * The gateway of a data folder, spoken to over its API by a command on the same machine: with a token of
 * a minute made from the folder's key. Where it is HTTPS, the other side has to have the certificate that
 * stands in the files before the token is sent: whoever else has the port gets none.
 */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { issueUserToken } from '../api/auth/tokens.ts'
import type { SigningKey } from '../config/identity.ts'
import type { Config } from '../config/schema.ts'
import { ownAddress } from '../gateway/own-address.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import { withoutUndefined } from '../model/without-undefined.ts'

const PATIENCE_MS = 3000
const TOKEN_SECONDS = 60
const MAX_BODY = 512_000_000

/** Where to ask, and by which certificate it is known. */
export interface Place {
  url: URL
  certificate: string | undefined
}

export interface Asked {
  method?: 'GET' | 'POST'
  path: string
  token?: string | undefined
  body?: object
}

export interface Answered {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Asks the running gateway, as its owner; rejects with its own words where it refuses. */
export class OwnGateway {
  readonly #config: Config
  readonly #folder: string

  constructor(config: Config, folder: string) {
    this.#config = config
    this.#folder = folder
  }

  async ask(asked: Omit<Asked, 'token'>): Promise<Answered> {
    const token = await shortToken(this.#config, this.#folder)
    const answer = await this.#askAnywhere({ ...asked, token })
    if (answer.status < 300) return answer
    throw new OdographError('gateway-refused', 'the gateway', saidBy(answer))
  }

  async json<T>(asked: Omit<Asked, 'token'>): Promise<T> {
    return JSON.parse(String((await this.ask(asked)).body)) as T
  }

  /** The tokenId of a vehicle by any of its ids; of the only one where none is named. */
  async vehicle(named: string | undefined): Promise<{ id: string; tokenId: string }> {
    type Vehicle = { id: string; tokenId: string; userDeviceId: string }
    const all = await this.json<Vehicle[]>({ path: '/v1/gateway/vehicles' })
    const found = all.find((one) => [one.id, one.tokenId, one.userDeviceId].includes(named ?? ''))
    const [only] = all
    if (found !== undefined) return found
    if (named === undefined && only !== undefined && all.length === 1) return only
    const known = all.map(({ id }) => id).join(', ') || 'none'
    throw new OdographError('vehicle-unknown', named ?? '--vehicle', `name one of: ${known}`)
  }

  /** While nobody has claimed it, it answers on loopback instead of at its address. */
  async #askAnywhere(asked: Asked): Promise<Answered> {
    const url = new URL(ownAddress(this.#config))
    const certificate = certificateFile(this.#config, this.#folder)
    const local = new URL(url)
    local.hostname = '127.0.0.1'
    let failure: unknown
    for (const place of [url, local]) {
      try {
        return await askPlace({ url: place, certificate }, asked)
      } catch (error) {
        failure ??= error
      }
    }
    const detail = `does not answer (${messageOf(failure)}); is it running, and with this configuration?`
    throw new OdographError('gateway-refused', `the gateway at ${url.host}`, detail, failure)
  }
}

function saidBy({ status, body }: Answered): string {
  try {
    return String((JSON.parse(String(body)) as { message?: string }).message)
  } catch {
    return `answers with HTTP status ${status}`
  }
}

/** One request. Rejects where nobody answers. */
export async function askPlace(place: Place, asked: Asked): Promise<Answered> {
  const socket = await connected(place)
  const { method = 'GET', path, token, body } = asked
  const content = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    host: place.url.host,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(content === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
  }
  return await new Promise((resolve, reject) => {
    const sent = request({ method, path, headers, createConnection: () => socket })
    sent.setTimeout(PATIENCE_MS, () => sent.destroy(new Error('it does not answer')))
    sent.on('error', reject)
    sent.on('response', (response) => {
      const parts: Buffer[] = []
      let size = 0
      response.on('data', (part: Buffer) => {
        parts.push(part)
        size += part.length
        if (size > MAX_BODY) sent.destroy(new Error('its answer does not end'))
      })
      response.on('error', reject)
      response.on('end', () => {
        socket.destroy()
        const { statusCode: status = 0, headers: received } = response
        resolve({ status, headers: received, body: Buffer.concat(parts) })
      })
    })
    sent.end(content)
  })
}

/**
 * Made with the gateway's own key. It stands in no register: to look at a gateway must not claim it,
 * and writes nothing.
 */
export async function shortToken({ api, gateway }: Config, folder: string): Promise<string> {
  const path = join(folder, 'signing-key.json')
  if (!existsSync(path)) {
    const detail = 'is not its data folder, or may not be read; name it with --data'
    throw new OdographError('key-unreadable', folder, detail)
  }
  const signingKey = JSON.parse(readFileSync(path, 'utf8')) as SigningKey
  return issueUserToken(
    { signingKey, issuer: api.issuer, ...withoutUndefined({ audience: api.auth.audience }) },
    { sub: gateway.owner, expiresSeconds: TOKEN_SECONDS },
  )
}

export function connected({ url, certificate }: Place): Promise<Socket> {
  const { protocol, hostname, port } = url
  const to = { host: hostname.replace(/^\[|\]$/g, ''), port: portOf(port, protocol) }
  return new Promise((resolve, reject) => {
    const isTls = protocol === 'https:'
    const socket = isTls ? connectTls({ ...to, rejectUnauthorized: false }) : connectTcp(to)
    const late = Object.assign(new Error('it does not answer'), { code: 'ETIMEDOUT' })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(late))
    socket.once('error', reject)
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      const peer = 'getPeerX509Certificate' in socket ? socket.getPeerX509Certificate() : undefined
      const expected = certificate === undefined ? undefined : fingerprint(certificate)
      if (isTls && (expected === undefined || peer?.fingerprint256 !== expected)) {
        socket.destroy()
        reject(new Error('its certificate is not the one of the configuration'))
      } else resolve(socket)
    })
  })
}

function portOf(port: string, protocol: string): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/** Where the certificate of the API is; undefined without HTTPS. */
export function certificateFile({ api }: Config, folder: string): string | undefined {
  if (api.tls === false) return undefined
  return api.tls === true ? join(folder, 'tls-cert.pem') : api.tls.certFile
}

function fingerprint(file: string): string | undefined {
  try {
    return new X509Certificate(readFileSync(file)).fingerprint256
  } catch {
    return undefined // Told where the certificate is checked.
  }
}
