/**
 * The names and contents of dropped files, and how one is written so that its name never stands for
 * half of it:
 *
 *   <folder>/<gateway>/<vehicle>/<day>/<lane>-<first seq>-<last seq>.<cbor|jsonl|json>[.gz]
 *   <folder>/<gateway>/.writing/…          while it is written; emptied when the folder is found
 *
 * `day` is the UTC day of the first record. The sequence numbers have 10 digits or more, so that
 * names sort as the records do. Each file holds one message as a webhook would get it, gzip
 * (RFC 1952) where it was to be deflated. The same message gets the same name: written twice it is
 * there once.
 */
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip, inflate } from 'node:zlib'
import { messageOf, systemCode } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import { DeliveryError } from '../outbox-port.ts'
import { flushFolder, isOnPlace, type Place } from './drop-place.ts'
import type { SinkMessage } from './sink.ts'

export const WRITING = '.writing'

const SEQ_DIGITS = 10
/** Where a vehicle was is nobody's business who merely has an account here. */
const FILE_MODE = 0o640
const FOLDER_MODE = 0o750

/** Path below the gateway's folder. Throws `refused` for a name that cannot be one of a folder. */
export function dropPath(message: SinkMessage, now: Millis): string {
  const { vehicle, lane, span } = message
  const day = new Date(span?.firstTime ?? now).toISOString().slice(0, 10)
  const place =
    span === undefined
      ? message.key.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, 128)
      : `${digits(span.firstSeq)}-${digits(span.lastSeq)}`
  const ending = `${endingOf(message.contentType)}${message.contentEncoding ? '.gz' : ''}`
  return join(folderName(vehicle), day, `${lane}-${place}.${ending}`)
}

/** A name that stays one folder, whatever somebody configured. */
export function folderName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name)) return name
  throw new DeliveryError('refused', `'${name}' cannot be the name of a folder`)
}

function digits(seq: number): string {
  return String(seq).padStart(SEQ_DIGITS, '0')
}

function endingOf(contentType: string): string {
  const [type = ''] = contentType.split(';')
  if (/cbor\s*$/.test(type)) return 'cbor'
  if (/(jsonl|ndjson)\s*$/.test(type)) return 'jsonl'
  if (/json\s*$/.test(type)) return 'json'
  return 'bin'
}

/** The bytes of the file. */
export async function dropContent(message: SinkMessage): Promise<Uint8Array> {
  if (message.contentEncoding === undefined) return message.payload
  let plain: Buffer
  try {
    plain = await promisify(inflate)(message.payload)
  } catch (error) {
    throw new DeliveryError('refused', `the batch cannot be decompressed: ${messageOf(error)}`)
  }
  return promisify(gzip)(plain)
}

export interface DropTarget {
  /** The folder of the gateway in the place. */
  root: string
  place: Place
  /** From `dropPath`. */
  path: string
  content: Uint8Array
}

/** Resolves when content and name are on the medium. */
export async function writeDrop({ root, place, path, content }: DropTarget): Promise<void> {
  const final = join(root, path)
  const writing = join(root, WRITING)
  const temporary = join(writing, path.replaceAll('/', '_'))
  const base = dirname(root)
  await makeFolder(base, writing)
  await makeFolder(base, dirname(final))
  try {
    // never through a link that somebody put on the stick
    await rm(temporary, { force: true })
    const file = await open(temporary, 'wx', FILE_MODE)
    try {
      if (!(await isOnPlace(file, place))) {
        throw new DeliveryError('offline', `${root} is gone: something else is in its place`)
      }
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, final)
  } catch (error) {
    // on a stick that is gone there is nothing to remove
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  await flushFolder(dirname(final))
  await flushFolder(writing)
}

/** Makes what is missing of a path below a folder that has to be there, and flushes each name. */
async function makeFolder(base: string, path: string): Promise<void> {
  let made = base
  for (const part of relative(base, path).split(sep)) {
    made = join(made, part)
    try {
      await mkdir(made, FOLDER_MODE)
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue
      throw error
    }
    await flushFolder(dirname(made))
  }
}
