/**
 * What a gateway keeps beside its configuration: its name and its signing key, made on first start
 * in the data folder (`gateway.json`, `signing-key.json`, both readable by the owner alone).
 *
 * Ids that nobody configured are derived from the machine (`/etc/machine-id` and the board, hashed,
 * so that neither leaves it) or, where there is none, from chance. Once made they are kept.
 */
import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
} from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, OdographError } from '../model/errors.ts'
import { ksuid } from '../model/ksuid.ts'
import { writeDurably } from './durable-file.ts'

export interface Identity {
  gatewayId: string
  /** Secret from which ids are derived. */
  seed: string
}

export type SigningKey = JsonWebKey & { kid: string; alg: 'ES256' }

/** 2024-01-01: the time part of derived KSUIDs. */
const DERIVED_TIME = Date.UTC(2024, 0, 1)

export function loadIdentity(dataFolder: string, machineIdFile = '/etc/machine-id'): Identity {
  const path = join(dataFolder, 'gateway.json')
  const kept = readKept(path, isIdentity)
  if (kept !== undefined) return { gatewayId: kept.gatewayId, seed: kept.seed }
  const seed = hmac(machineSecret(machineIdFile), 'odograph seed').toString('hex')
  const gatewayId = `gw-${hmac(seed, 'gateway').toString('hex').slice(0, 8)}`
  const identity = { gatewayId, seed }
  writeDurably(path, `${JSON.stringify(identity, undefined, 2)}\n`)
  return identity
}

/** The ids of a vehicle that the configuration does not give. */
export function vehicleIds(
  identity: Identity,
  vehicle: string,
): { tokenId: string; userDeviceId: string } {
  const hash = hmac(identity.seed, `vehicle ${vehicle}`)
  const tokenId = String(100_000_000 + (hash.readUInt32BE(16) % 900_000_000))
  return { tokenId, userDeviceId: ksuid(DERIVED_TIME, hash) }
}

/** The key that signs the gateway's own tokens; made on first use. */
export function loadSigningKey(dataFolder: string): SigningKey {
  const path = join(dataFolder, 'signing-key.json')
  const kept = readKept(path, isSigningKey)
  if (kept !== undefined) return kept
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  })
  const kid = hmac('odograph kid', `${jwk.x}.${jwk.y}`).toString('base64url').slice(0, 16)
  const key: SigningKey = { ...jwk, kid, alg: 'ES256' }
  writeDurably(path, `${JSON.stringify(key, undefined, 2)}\n`)
  return key
}

function machineSecret(file: string): string {
  try {
    const id = readFileSync(file, 'utf8').trim()
    if (/^[0-9a-f]{32}$/.test(id)) return `${id}${boardSerial()}`
  } catch {
    // No machine id here: chance serves as well, only not the same in another data folder.
  }
  return randomBytes(32).toString('hex')
}

/** A Raspberry Pi's own number: cloned cards share their machine id, boards do not. */
function boardSerial(): string {
  try {
    return readFileSync('/sys/firmware/devicetree/base/serial-number', 'utf8')
  } catch {
    return '' // Not a board that has one.
  }
}

function hmac(key: string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function isIdentity({ gatewayId, seed }: Partial<Identity>): boolean {
  return [gatewayId, seed].every((text) => typeof text === 'string' && text !== '')
}

function isSigningKey(value: Partial<SigningKey>): boolean {
  if (typeof value.kid !== 'string' || value.alg !== 'ES256' || value.crv !== 'P-256') return false
  try {
    createPrivateKey({ key: value, format: 'jwk' })
    return true
  } catch {
    return false // Something of it is missing or damaged.
  }
}

/** A file that cannot be understood is moved aside, never overwritten, and made anew. */
function readKept<T>(path: string, isWhole: (value: Partial<T>) => boolean): T | undefined {
  if (!existsSync(path)) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new OdographError('key-unreadable', path, `cannot be read: ${messageOf(error)}`, error)
  }
  try {
    const value = JSON.parse(text) as T | null
    if (value !== null && isWhole(value)) return value
  } catch {
    // Half of a file, or none of JSON: below.
  }
  renameSync(path, `${path}.unreadable-${randomBytes(4).toString('hex')}`)
  return undefined
}
