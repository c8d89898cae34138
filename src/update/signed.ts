/**
 * What is signed here begins with two lines: a JSON object, and the Ed25519 signature of that line's bytes
 * (without its end) in base64. In an update file the archive follows, whose SHA-512 the object holds.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, OdographError } from '../model/errors.ts'

/** Of both lines. */
export const MAX_HEAD_BYTES = 65_536
const SYSTEM_KEYS = '/etc/odograph/update-keys'
const LINE_END = 10

export interface Signed {
  value: Record<string, unknown>
  /** The line that is signed. */
  text: string
  /** Where what follows begins. */
  end: number
}

/** Throws `update-refused` for what no trusted key has signed, before anything of it is understood. */
export function readSigned(bytes: Uint8Array, keys: readonly KeyObject[], subject: string): Signed {
  const refuse = (detail: string) => new OdographError('update-refused', subject, detail)
  const first = bytes.indexOf(LINE_END)
  const second = bytes.indexOf(LINE_END, first + 1)
  if (first < 0 || second < 0 || second >= MAX_HEAD_BYTES) {
    throw refuse('is no update: its first lines are missing')
  }
  const line = bytes.subarray(0, first)
  const signature = Buffer.from(bytes.subarray(first + 1, second)).toString('latin1')
  if (keys.length === 0) throw refuse(NO_KEYS)
  const signed = Buffer.from(signature, 'base64')
  if (!keys.some((key) => verify(null, line, key, signed))) {
    throw refuse('is not signed with a key that is trusted here')
  }
  const text = Buffer.from(line).toString('utf8')
  try {
    return { value: JSON.parse(text) as Record<string, unknown>, text, end: second + 1 }
  } catch (error) {
    throw new OdographError('update-refused', subject, 'is signed, and is no JSON', error)
  }
}

const NO_KEYS = `cannot be checked: no key is trusted here; put one into ${SYSTEM_KEYS}/, update.keys or --key`

/** Of the files that are named; without any, those of the system. Throws `update-refused`. */
export function trustedKeys(files: readonly string[], folder = SYSTEM_KEYS): KeyObject[] {
  const paths = files.length > 0 ? files : keysIn(folder)
  return paths.map((path) => {
    try {
      const key = createPublicKey(readFileSync(path))
      if (key.asymmetricKeyType === 'ed25519') return key
    } catch (error) {
      const detail = `is no key: ${messageOf(error)}`
      throw new OdographError('update-refused', path, detail, error)
    }
    throw new OdographError('update-refused', path, 'is no Ed25519 key')
  })
}

function keysIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.pub'))
      .map((name) => join(folder, name))
  } catch {
    return [] // It is not there: said where a key is needed.
  }
}
