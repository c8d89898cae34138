/**
 * An update file, `odograph-<version>-<arch>.update`: a signed head (signed.ts), then a tar.gz of the
 * program's tree. The head says
 *
 *   odograph   "update"
 *   version    of the program
 *   arch       `arm64`, `x64`, as Node.js names them, or `any`
 *   journal    the format of the journal that it writes
 *   sha512     of the archive, hexadecimal
 *   bytes      of the archive
 *   unpacked   bytes that its files take
 */
import { createHash, type KeyObject } from 'node:crypto'
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { messageOf, OdographError } from '../model/errors.ts'
import { MAX_HEAD_BYTES, readSigned } from './signed.ts'
import { isVersion } from './version.ts'

export interface UpdateHead {
  version: string
  arch: string
  journal: number
  sha512: string
  bytes: number
  unpacked: number
}

export interface UpdateFile extends UpdateHead {
  path: string
  /** Where the archive begins. */
  start: number
}

/** Reads and checks all of it. Throws `update-refused`, `file-unreadable`. */
export async function openUpdateFile(
  path: string,
  keys: readonly KeyObject[],
  arch: string,
): Promise<UpdateFile> {
  const { bytes, size } = beginning(path)
  const { value, end } = readSigned(bytes, keys, path)
  const head = headOf(value, path)
  if (head.arch !== 'any' && head.arch !== arch) {
    const detail = `is for ${head.arch}; this machine is ${arch}`
    throw new OdographError('update-refused', path, detail)
  }
  if (size - end < head.bytes) throw new OdographError('update-refused', path, 'is cut short')
  const isSame = size - end === head.bytes && (await sha512Of(path, end)) === head.sha512
  if (!isSame) throw new OdographError('update-refused', path, 'is not what was signed')
  return { ...head, path, start: end }
}

export async function sha512Of(path: string, start = 0): Promise<string> {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(path, { start })) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

function beginning(path: string): { bytes: Buffer; size: number } {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(MAX_HEAD_BYTES)
      return { bytes: bytes.subarray(0, readSync(file, bytes)), size: fstatSync(file).size }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw new OdographError('file-unreadable', path, messageOf(error), error)
  }
}

function headOf(value: Record<string, unknown>, path: string): UpdateHead {
  const { odograph, version, arch, journal, sha512, bytes, unpacked } = value
  const isWhole =
    odograph === 'update' &&
    typeof version === 'string' &&
    isVersion(version) &&
    typeof arch === 'string' &&
    typeof sha512 === 'string' &&
    [journal, bytes, unpacked].every((number) => Number.isSafeInteger(number))
  if (!isWhole) throw new OdographError('update-refused', path, 'is signed, and is no update')
  return value as unknown as UpdateHead
}
