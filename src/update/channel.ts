/**
 * A channel: a small signed file behind an https or file URL that names the newest version. It says
 *
 *   odograph   "channel"
 *   serial     grows with every edition; one that is smaller than the last one seen is a replay
 *   notAfter   when the edition expires, ISO 8601
 *   version    the newest
 *   minimum    the oldest version that can go to it directly
 *   files      by `arm64`, `x64` or `any`: url (relative to the channel, or whole) and sha512 of the file
 *
 * `channels.json` in the versions folder keeps the last serial of each.
 */
import type { KeyObject } from 'node:crypto'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { writeDurably } from '../config/durable-file.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import type { Millis } from '../model/time.ts'
import { MAX_HEAD_BYTES, readSigned } from './signed.ts'
import { sha512Of } from './update-file.ts'
import { compareVersions, isVersion } from './version.ts'

export interface Channel {
  serial: number
  notAfter: string
  version: string
  minimum?: string
  files: Record<string, { url: string; sha512: string }>
}

export interface ChannelOptions {
  url: string
  keys: readonly KeyObject[]
  /** Where serials are kept. */
  folder: string
  now: Millis
  signal: AbortSignal
}

const SERIALS = 'channels.json'

/** Throws `update-refused` for one that is not signed, expired, older than the last, or no channel. */
export async function readChannel(options: ChannelOptions): Promise<Channel> {
  const { url, keys, folder, now, signal } = options
  const refuse = (detail: string) => new OdographError('update-refused', url, detail)
  const { value } = readSigned(await smallFile(url, signal), keys, url)
  if (!isChannel(value)) throw refuse('is signed, and is no channel')
  if (Date.parse(value.notAfter) < now) throw refuse(`has expired at ${value.notAfter}`)
  const serials = keptSerials(folder)
  const last = serials[url] ?? 0
  if (value.serial < last) {
    throw refuse(`is an old edition (${value.serial}; ${last} was seen already)`)
  }
  if (value.serial > last) {
    const kept = { ...serials, [url]: value.serial }
    writeDurably(join(folder, SERIALS), `${JSON.stringify(kept, undefined, 2)}\n`)
  }
  return value
}

/** Throws `update-refused` where this version cannot go there directly. */
export function requireMinimum({ minimum, version }: Channel, running: string, url: string): void {
  if (minimum === undefined || compareVersions(running, minimum) >= 0) return
  const detail = `${version} needs ${minimum} first; ${running} runs`
  throw new OdographError('update-refused', url, detail)
}

/** Fetches the file of a channel into `target`. Throws `update-refused`, `file-unreadable`. */
export async function fetchUpdate(
  { files }: Channel,
  {
    arch,
    channel,
    target,
    signal,
  }: Record<'arch' | 'channel' | 'target', string> & {
    signal: AbortSignal
  },
): Promise<void> {
  const file = files[arch] ?? files.any
  if (file === undefined) {
    throw new OdographError('update-refused', channel, `has nothing for ${arch}`)
  }
  const url = new URL(file.url, channel).href
  try {
    await pipeline(await opened(url, signal), createWriteStream(target), { signal })
  } catch (error) {
    if (error instanceof OdographError) throw error
    throw new OdographError('file-unreadable', url, messageOf(error), error)
  }
  if ((await sha512Of(target)) === file.sha512) return
  throw new OdographError('update-refused', url, 'is not what the channel names')
}

async function smallFile(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of await opened(url, signal)) {
      chunks.push(chunk as Uint8Array)
      size += (chunk as Uint8Array).length
      if (size > MAX_HEAD_BYTES) throw new Error('is too large for a channel')
    }
  } catch (error) {
    if (error instanceof OdographError) throw error
    throw new OdographError('file-unreadable', url, messageOf(error), error)
  }
  return Buffer.concat(chunks)
}

/** Over https, or from a file: nothing in between sees or changes what is asked for. */
async function opened(url: string, signal: AbortSignal): Promise<Readable> {
  if (url.startsWith('file:')) return Readable.from([readFileSync(fileURLToPath(url))])
  if (!url.startsWith('https:')) {
    throw new OdographError('update-refused', url, 'is neither an https nor a file URL')
  }
  const response = await fetch(url, { signal })
  if (!response.url.startsWith('https:')) {
    throw new OdographError('update-refused', url, 'leads to a place without https')
  }
  if (!response.ok || response.body === null) throw new Error(`answers ${response.status}`)
  return Readable.fromWeb(response.body as never)
}

function isChannel(value: object): value is Channel {
  const { odograph, serial, notAfter, version, minimum, files } = value as Record<string, unknown>
  const isText = (text: unknown): text is string => typeof text === 'string'
  return (
    odograph === 'channel' &&
    Number.isSafeInteger(serial) &&
    isText(notAfter) &&
    !Number.isNaN(Date.parse(notAfter)) &&
    isText(version) &&
    isVersion(version) &&
    (minimum === undefined || (isText(minimum) && isVersion(minimum))) &&
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every(
      (file: { url?: unknown; sha512?: unknown } | null) =>
        isText(file?.url) && isText(file.sha512),
    )
  )
}

function keptSerials(folder: string): Record<string, number> {
  const path = join(folder, SERIALS)
  if (!existsSync(path)) return {}
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>
  } catch (error) {
    // Forgetting them would let old editions pass.
    throw new OdographError(
      'update-refused',
      path,
      `cannot be understood: ${messageOf(error)}`,
      error,
    )
  }
}
