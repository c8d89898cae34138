/**
 * Where a file drop writes: whether the folder is there, and is what it is meant to be. An empty
 * mount directory looks like a folder but lies on the system's card, which must not be filled; so
 * with `requireMount` the folder has to be on another device than its parent (stat(2), st_dev).
 */
import { type FileHandle, open, stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { messageOf, systemCode } from '../../model/errors.ts'
import { DeliveryError } from '../outbox-port.ts'

export interface Place {
  /** The device that files there must be on. */
  device: number
}

/** Rejects with a `DeliveryError` of kind `offline` that says what is missing. */
export async function findPlace(folder: string, requireMount: boolean): Promise<Place> {
  const path = resolve(folder)
  try {
    const there = await stat(path)
    if (!there.isDirectory()) throw new DeliveryError('offline', `${folder} is not a folder`)
    if (requireMount && there.dev === (await stat(dirname(path))).dev) {
      const detail =
        'nothing is mounted there: plug in the stick, or set requireMount to false to write to this folder anyhow'
      throw new DeliveryError('offline', `${folder}: ${detail}`)
    }
    return { device: there.dev }
  } catch (error) {
    if (error instanceof DeliveryError) throw error
    if (systemCode(error) === 'ENOENT') throw new DeliveryError('offline', `${folder} is not there`)
    throw new DeliveryError('offline', `${folder} cannot be looked at: ${messageOf(error)}`)
  }
}

/** The stick may have gone between the look and the opening: then the file is on another device. */
export async function isOnPlace(file: FileHandle, place: Place): Promise<boolean> {
  return (await file.stat()).dev === place.device
}

/** Rejects with kind `retry` where less than `keepFree` bytes would be left. */
export async function checkRoom(folder: string, bytes: number, keepFree: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const left = bavail * bsize - bytes
  if (left >= keepFree) return
  const detail = `only ${megabytes(bavail * bsize)} are free, and ${megabytes(keepFree)} stay free`
  throw new DeliveryError('retry', `${folder} is full: ${detail}`)
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** File systems without folders that can be flushed (FUSE, network shares) say one of these. */
const CANNOT_FLUSH = new Set(['EINVAL', 'ENOTSUP', 'EBADF', 'EISDIR', 'EPERM'])

/** Makes the names in a folder durable. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    if (!CANNOT_FLUSH.has(systemCode(error) ?? '')) throw error
  } finally {
    await folder.close()
  }
}

/** What a failed write means; `folder` is named, no content. */
export function placeFault(folder: string, error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  const code = systemCode(error) ?? ''
  const words = RETRIED[code]
  if (words !== undefined) return new DeliveryError('retry', `${folder} ${words}`)
  if (GONE.has(code)) return new DeliveryError('offline', `${folder} is gone (${code})`)
  return new DeliveryError('retry', `${folder} cannot be written: ${messageOf(error)}`)
}

const RETRIED: Readonly<Record<string, string>> = {
  EROFS: 'is read-only: check its write protection, or its file system',
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  ENOSPC: 'is full',
  EDQUOT: 'is full: the quota is used up',
  EFBIG: 'takes no file of this size',
  EIO: 'does not work: is the medium broken, or was it pulled out?',
  ENXIO: 'does not work: is the medium broken, or was it pulled out?',
}

const GONE = new Set(['ENOENT', 'ENODEV', 'ESTALE', 'ENOTCONN'])
