/**
 * The keys of a LoRa device: a JSON file beside the configuration, for nobody's eyes but the
 * gateway's. They leave this folder only towards the MIC and the cipher.
 *
 *   LoRaWAN 1.0   { "nwkSKey": "…", "appSKey": "…" }
 *   LoRaWAN 1.1   { "fNwkSIntKey": "…", "sNwkSIntKey": "…" (may be missing), "nwkSEncKey": "…", "appSKey": "…" }
 *   either        "appKey": checks the join requests of the device, which are shown
 *
 * Each is 32 hexadecimal digits.
 */
import { readFileSync } from 'node:fs'
import type { SessionKeys } from '../../decoder/lorawan/session.ts'
import { messageOf, OdographError } from '../../model/errors.ts'

const NAMES = ['nwkSKey', 'appSKey', 'fNwkSIntKey', 'sNwkSIntKey', 'nwkSEncKey', 'appKey'] as const

type KeyName = (typeof NAMES)[number]

export interface DeviceKeys {
  session?: SessionKeys
  appKey?: Uint8Array
}

/** Throws `config-invalid`, never with what stands in the file. */
export function readDeviceKeys(file: string): DeviceKeys {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new OdographError('config-invalid', file, messageOf(error), error)
  }
  return keysOf(text, file)
}

/** Of the text of such a file. Throws `config-invalid`, likewise. */
export function keysOf(text: string, file: string): DeviceKeys {
  const keys = parsed(text, file)
  const session = sessionOf(keys)
  const { appKey } = keys
  if (session === undefined && appKey === undefined) {
    const detail = 'has no session: nwkSKey and appSKey are needed (LoRaWAN 1.0)'
    throw new OdographError('config-invalid', file, detail)
  }
  return {
    ...(session && { session }),
    ...(appKey && { appKey }),
  }
}

type Keys = Partial<Record<KeyName, Uint8Array>>

function parsed(text: string, file: string): Keys {
  const keys: Keys = {}
  for (const [name, value] of Object.entries(objectOf(text, file))) {
    const known = NAMES.find((each) => each === name)
    if (known === undefined) {
      const detail = `has an unknown key ${JSON.stringify(name.slice(0, 32))}; known are ${NAMES.join(', ')}`
      throw new OdographError('config-invalid', file, detail)
    }
    if (typeof value !== 'string' || !/^[0-9a-fA-F]{32}$/.test(value)) {
      throw new OdographError('config-invalid', file, `${known} has to be 32 hexadecimal digits`)
    }
    keys[known] = Uint8Array.from(Buffer.from(value, 'hex'))
  }
  return keys
}

/** What a parser says of a text may quote it. */
function objectOf(text: string, file: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new OdographError('config-invalid', file, 'is no JSON')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new OdographError('config-invalid', file, 'is no JSON object')
}

function sessionOf(keys: Keys): SessionKeys | undefined {
  const { nwkSKey, appSKey, fNwkSIntKey, sNwkSIntKey, nwkSEncKey } = keys
  if (nwkSKey !== undefined && appSKey !== undefined) return { version: '1.0', nwkSKey, appSKey }
  if (fNwkSIntKey === undefined || nwkSEncKey === undefined || appSKey === undefined) {
    return undefined
  }
  const whole = sNwkSIntKey === undefined ? {} : { sNwkSIntKey }
  return { version: '1.1', fNwkSIntKey, nwkSEncKey, appSKey, ...whole }
}
