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
import { loadSigningKey } from '../../config/identity.ts'
import type { Config } from '../../config/schema.ts'
import { ownAddress } from '../../gateway/own-address.ts'
import { openTokenStore } from '../../gateway/token-register.ts'
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

export async function askGateway(config: Config, folder: string): Promise<GatewayAnswer> {
  let socket: Socket
  try {
    socket = await connected(config, folder)
  } catch (error) {
    return isRefused(error) ? { state: 'nothing' } : { state: 'stranger', detail: messageOf(error) }
  }
  socket.destroy()
  try {
    const alive = await get(config, folder, '/health')
    if (!isAlive(alive)) return { state: 'stranger', detail: 'its answer is no gateway’s' }
  } catch (error) {
    return { state: 'stranger', detail: messageOf(error) }
  }
  try {
    const token = await shortToken(config, folder)
    const health = (await get(config, folder, '/v1/gateway/health', token)) as GatewayHealth
    if (!Array.isArray(health.findings)) throw new Error('it does not know a token of this folder')
    const lora = (await get(config, folder, '/v1/gateway/lora', token)) as LoraReport
    return { state: 'running', health, ...(Array.isArray(lora.devices) ? { lora } : {}) }
  } catch (error) {
    return { state: 'untold', reason: messageOf(error) }
  }
}

function isAlive(answer: unknown): boolean {
  const { code, clockTrust } = (answer ?? {}) as { code?: unknown; clockTrust?: unknown }
  return code === 200 && typeof clockTrust === 'string'
}

function isRefused(error: unknown): boolean {
  const { code } = error as { code?: string }
  return (
    code !== undefined &&
    /^(ECONNREFUSED|ETIMEDOUT|EADDRNOTAVAIL|ENETUNREACH|EHOSTUNREACH)$/.test(code)
  )
}

/** Made with the gateway's own key; nothing is made that is not there. */
async function shortToken(config: Config, folder: string): Promise<string> {
  if (!existsSync(join(folder, 'signing-key.json'))) {
    throw new Error(`${folder} is not its data folder, or may not be read; name it with --data`)
  }
  const register = openTokenStore(folder, () => Date.now())
  try {
    const { issuer, auth } = config.api
    const keys = { signingKey: loadSigningKey(folder), issuer, register }
    return await issueUserToken(
      { ...keys, ...withoutUndefined({ audience: auth.audience }) },
      { sub: config.gateway.owner, expiresSeconds: TOKEN_SECONDS },
    )
  } finally {
    register.close()
  }
}

async function get(config: Config, folder: string, path: string, token?: string): Promise<unknown> {
  const socket = await connected(config, folder)
  return new Promise((resolve, reject) => {
    const headers = {
      host: new URL(ownAddress(config)).host,
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

function connected(config: Config, folder: string): Promise<Socket> {
  const { protocol, hostname, port } = new URL(ownAddress(config))
  const to = { host: hostname.replace(/^\[|\]$/g, ''), port: portOf(port, protocol) }
  return new Promise((resolve, reject) => {
    const isTls = protocol === 'https:'
    const socket = isTls ? connectTls({ ...to, rejectUnauthorized: false }) : connectTcp(to)
    const late = Object.assign(new Error('it does not answer'), { code: 'ETIMEDOUT' })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(late))
    socket.once('error', reject)
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      const file = isTls ? certificateFile(config, folder) : undefined
      const peer = 'getPeerX509Certificate' in socket ? socket.getPeerX509Certificate() : undefined
      if (isTls && (file === undefined || peer?.fingerprint256 !== fingerprint(file))) {
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
