/**
 * The gateway's name and signing key, whatever state the card is in. Where they can neither be read
 * nor kept, they are made for this run alone, and the health says so.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Identity, loadIdentity, loadSigningKey, type SigningKey } from '../config/identity.ts'
import { messageOf } from '../model/errors.ts'

export interface OpenIdentity {
  identity: Identity
  signingKey: SigningKey
}

export function openIdentity(folder: string, found: (sentence: string) => void): OpenIdentity {
  try {
    return { identity: loadIdentity(folder), signingKey: loadSigningKey(folder) }
  } catch (error) {
    found(
      `The gateway's key cannot be kept (${messageOf(error)}): tokens made before are refused, new ones are good until the next restart. Check the card and the permissions of the data folder.`,
    )
    const temporary = mkdtempSync(join(tmpdir(), 'odograph-'))
    return { identity: loadIdentity(temporary), signingKey: loadSigningKey(temporary) }
  }
}
