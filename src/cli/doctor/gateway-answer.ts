/**
 * What answers at the address of the API: the gateway of this data folder, something else, or nothing.
 * The health is asked with a token of a minute. Where it is HTTPS, the other side has to have the
 * certificate that stands in the files before it is sent: whoever else has the port gets no token.
 */
import type { Socket } from 'node:net'
import type { Config } from '../../config/schema.ts'
import { ownAddress } from '../../gateway/own-address.ts'
import { messageOf } from '../../model/errors.ts'
import type { LoraReport } from '../../model/lora-desk.ts'
import type { GatewayHealth } from '../../model/ports.ts'
import { askPlace, certificateFile, connected, type Place, shortToken } from '../own-gateway.ts'

export type GatewayAnswer =
  | { state: 'nothing' }
  /** Something that is no gateway. */
  | { state: 'stranger'; detail: string }
  | { state: 'untold'; reason: string }
  | { state: 'running'; health: GatewayHealth; lora?: LoraReport }

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

async function get(place: Place, path: string, token?: string): Promise<unknown> {
  return JSON.parse(String((await askPlace(place, { path, token })).body))
}
