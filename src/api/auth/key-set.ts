/**
 * Key sets (RFC 7517) of issuers other than the gateway, as text from a file or from the network:
 * what is not a public key for signatures is left out, private halves are dropped.
 */
import type { JSONWebKeySet, JWK } from 'jose'

export type KeySet = JSONWebKeySet

/** Where the keys of an issuer come from. */
export interface KeySetSource {
  /** The keys known now; the same object for as long as they are the same. Never throws. */
  keys(): KeySet
  /** A token names a key that is not among them: there may be newer ones. Never rejects. */
  missed(): Promise<void>
}

export const noKeys: KeySet = { keys: [] }

const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'] as const
/** Not `oct`: who can verify with a shared secret can sign with it, too. */
const KEY_TYPES: readonly unknown[] = ['EC', 'OKP', 'RSA']

/** Throws an `Error` that says what is wrong, to follow "<place>: ". */
export function keySetFrom(text: string): KeySet {
  const keys = keysOf(text).flatMap((key) => publicKey(key) ?? [])
  if (keys.length === 0) {
    throw new Error('holds no public key with a kid; EC, OKP and RSA keys are accepted')
  }
  return { keys }
}

function keysOf(text: string): unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('is not JSON; a key set {"keys": […]} is expected')
  }
  const { keys } = (value ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('is not a key set {"keys": […]}')
  return keys
}

function publicKey(value: unknown): JWK | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const key = value as Record<string, unknown>
  if (!KEY_TYPES.includes(key.kty) || typeof key.kid !== 'string') return undefined
  if (key.use !== undefined && key.use !== 'sig') return undefined
  const shown: Record<string, string> = {}
  for (const member of PUBLIC_MEMBERS) {
    const text = key[member]
    if (typeof text === 'string') shown[member] = text
  }
  return shown as unknown as JWK
}
