/**
 * What answers at the address of the API: the gateway of this data folder, something else, or nothing.
 * The health is asked with a token of a minute. Where it is HTTPS, the other side has to have the
 * certificate that stands in the files before it is sent: whoever else has the port gets no token.
 */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { issueUserToken } from '../../api/auth/tokens.ts'
import type { SigningKey } from '../../config/identity.ts'
import type { Config } from '../../config/schema.ts'
import { ownAddress } from '../../gateway/own-address.ts'
import { messageOf } from '../../model/errors.ts'
import type { LoraReport } from '../../model/lora-desk.ts'
import type { GatewayHealth } from '../../model/ports.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'

export type GatewayAnswer =
  | { state: 'nothing' }
  /** Something that is no gateway. */
  | { state: 'stranger'; detail: string }
  | { state: 'untold'; reason: string }
  | { state: 'running'; health: GatewayHealth; lora?: LoraReport }

const PATIENCE_MS = 3000
const TOKEN_SECONDS = 60
const MAX_BODY = 4_000_000

/** Where to ask, and by which certificate it is known. */
interface Place {
  url: URL
  certificate: string | undefined
}

export async function askGateway(config: Config, folder: string): Promise<GatewayAnswer> {
  const certificate = certificateFile(config, folder)
  const configured = new URL(ownAddress(config))
  // While nobody has claimed it, it answers on loopback instead of at its address.
  const local = new URL(configured)
  local.hostname = '127.0.0.1'
  const first = await askAt({ url: configured, certificate }, config, folder)
  if (first.state !== 'nothing' || isLoopback(configured.hostname)) return first
  return askAt({ url: local, certificate }, config, folder)
}

async function askAt(place: Place, config: Config, folder: string): Promise<GatewayAnswer> {
  let socket: Socket
  try {
    socket = await connected(place)
  } catch (error) {
    return isRefused(error) ? { state: 'nothing' } : { state: 'stranger', detail: messageOf(error) }
  }
  socket.destroy()
  try {
    const alive = await get(place, '/health')
    if (!isAlive(alive)) return { state: 'stranger', detail: 'its answer is no gateway’s' }
  } catch (error) {
    return { state: 'stranger', detail: messageOf(error) }
  }
  try {
    const token = await shortToken(config, folder)
    const health = (await get(place, '/v1/gateway/health', token)) as GatewayHealth
    if (!Array.isArray(health.findings)) throw new Error('it does not know a token of this folder')
    const lora = (await get(place, '/v1/gateway/lora', token)) as LoraReport
    return { state: 'running', health, ...(Array.isArray(lora.devices) ? { lora } : {}) }
  } catch (error) {
    return { state: 'untold', reason: messageOf(error) }
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.')
}

/** At an address of the network it wants a token even to say that it is up. */
function isAlive(answer: unknown): boolean {
  const { code, message, clockTrust } = (answer ?? {}) as Record<string, unknown>
  return code === 200 ? typeof clockTrust === 'string' : code === 401 && typeof message === 'string'
}

function isRefused(error: unknown): boolean {
  const { code } = error as { code?: string }
  return (
    code !== undefined &&
    /^(ECONNREFUSED|ETIMEDOUT|EADDRNOTAVAIL|ENETUNREACH|EHOSTUNREACH)$/.test(code)
  )
}

/**
 * Made with the gateway's own key. It stands in no register: to look at a gateway must not claim it,
 * and writes nothing.
 */
async function shortToken({ api, gateway }: Config, folder: string): Promise<string> {
  const path = join(folder, 'signing-key.json')
  if (!existsSync(path)) {
    throw new Error(`${folder} is not its data folder, or may not be read; name it with --data`)
  }
  const signingKey = JSON.parse(readFileSync(path, 'utf8')) as SigningKey
  return issueUserToken(
    { signingKey, issuer: api.issuer, ...withoutUndefined({ audience: api.auth.audience }) },
    { sub: gateway.owner, expiresSeconds: TOKEN_SECONDS },
  )
}

async function get(place: Place, path: string, token?: string): Promise<unknown> {
  const socket = await connected(place)
  return new Promise((resolve, reject) => {
    const headers = {
      host: place.url.host,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    const asked = request({ path, headers, createConnection: () => socket })
    asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error('it does not answer')))
    asked.on('error', reject)
    asked.on('response', (response) => {
      let body = ''
      response.on('data', (text) => {
        body += text
        if (body.length > MAX_BODY) asked.destroy(new Error('its answer does not end'))
      })
      response.on('end', () => {
        try {
          resolve(JSON.parse(body))
        } catch (error) {
          reject(error)
        } finally {
          socket.destroy()
        }
      })
    })
    asked.end()
  })
}

function connected({ url, certificate }: Place): Promise<Socket> {
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
