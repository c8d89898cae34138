/** Files of which any place can be read: the file itself, or what a compressed one holds. */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { RandomFile } from './format.ts'

export function randomFile(path: string, handle: FileHandle, size: number): RandomFile {
  return {
    path,
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
      let filled = 0
      while (filled < bytes.length) {
        const { bytesRead } = await handle
          .read(bytes, filled, bytes.length - filled, offset + filled)
          .catch((error) => {
            throw new OdographError('file-unreadable', path, messageOf(error), error)
          })
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return filled === bytes.length ? bytes : bytes.slice(0, filled)
    },
  }
}

export interface Spool {
  file: RandomFile
  remove(): Promise<void>
}

/** Content that comes as a stream, laid down in a temporary file. */
export async function spooled(content: AsyncIterable<Uint8Array>): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'odograph-'))
  const path = join(folder, 'recording')
  const handle = await open(path, 'w+')
  const remove = async () => {
    await handle.close()
    await rm(folder, { recursive: true, force: true })
  }
  let size = 0
  try {
    for await (const chunk of content) {
      await handle.write(chunk, 0, chunk.length, size)
      size += chunk.length
    }
  } catch (error) {
    await remove()
    throw error
  }
  return { file: randomFile(path, handle, size), remove }
}
