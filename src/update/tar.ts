/**
 * Reads the plain kind of a tar archive (POSIX ustar) as it comes: blocks of 512 bytes, a header (name at
 * 0, mode at 100, size at 124, checksum at 148, type at 156, prefix at 345; numbers octal), then the
 * content, filled up. Files and folders only: links, devices and extensions are refused, and so is a name
 * that could lead out of the folder.
 */
import { OdographError } from '../model/errors.ts'

export interface TarEntry {
  path: string
  isFolder: boolean
  isExecutable: boolean
  size: number
}

export interface TarLimits {
  entries: number
  bytes: number
}

export interface TarTarget {
  entry(entry: TarEntry): void
  /** A part of the content of the entry before; only lent. */
  content(bytes: Uint8Array): void
  /** The content of the entry before is complete. */
  done(): void
}

const BLOCK = 512
const MAX_PATH = 255
const PART = /^(?!\.\.?$)[^\\\p{Cc}]+$/u

export class TarReader {
  readonly #target: TarTarget
  readonly #limits: TarLimits
  readonly #subject: string
  readonly #header = Buffer.alloc(BLOCK)
  #filled = 0
  /** Of the entry: content, and what fills it up. */
  #left = 0
  #padding = 0
  #isOpen = false
  #isEnded = false
  #entries = 0
  #bytes = 0

  constructor(subject: string, target: TarTarget, limits: TarLimits) {
    this.#subject = subject
    this.#target = target
    this.#limits = limits
  }

  /** Throws `update-refused`. */
  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) at += this.#take(chunk.subarray(at))
  }

  /** Throws `update-refused` where something is missing. */
  end(): void {
    if (!this.#isEnded) throw this.#refuse('the archive is cut short')
  }

  /** How many bytes it took. */
  #take(bytes: Uint8Array): number {
    if (this.#isEnded) return bytes.length
    if (this.#left > 0) {
      const part = bytes.subarray(0, this.#left)
      this.#left -= part.length
      this.#target.content(part)
      if (this.#left === 0) this.#close()
      return part.length
    }
    if (this.#padding > 0) {
      const count = Math.min(this.#padding, bytes.length)
      this.#padding -= count
      return count
    }
    const count = Math.min(BLOCK - this.#filled, bytes.length)
    this.#header.set(bytes.subarray(0, count), this.#filled)
    this.#filled += count
    if (this.#filled === BLOCK) this.#begin()
    return count
  }

  #begin(): void {
    this.#filled = 0
    if (this.#header.every((byte) => byte === 0)) {
      this.#isEnded = true
      return
    }
    const entry = this.#entryOf(this.#header)
    this.#entries += 1
    this.#bytes += entry.size
    if (this.#entries > this.#limits.entries) throw this.#refuse('it holds too many files')
    if (this.#bytes > this.#limits.bytes) throw this.#refuse('what it holds is too large')
    this.#left = entry.size
    this.#padding = (BLOCK - (entry.size % BLOCK)) % BLOCK
    this.#isOpen = true
    this.#target.entry(entry)
    if (this.#left === 0) this.#close()
  }

  #close(): void {
    if (this.#isOpen) this.#target.done()
    this.#isOpen = false
  }

  #entryOf(header: Buffer): TarEntry {
    if (header.toString('latin1', 257, 262) !== 'ustar') throw this.#refuse('it is no archive')
    const sum = header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0)
    if (sum !== octal(header, 148, 8)) throw this.#refuse('the archive is damaged')
    const [prefix, name] = [text(header, 345, 155), text(header, 0, 100)]
    const path = (prefix === '' ? name : `${prefix}/${name}`).replace(/\/$/, '')
    const type = String.fromCharCode(header[156] ?? 0)
    const isFolder = type === '5'
    if (!isFolder && type !== '0') throw this.#refuse(`${path} is neither a file nor a folder`)
    const isSafe = path.length <= MAX_PATH && path.split('/').every((part) => PART.test(part))
    if (!isSafe) throw this.#refuse(`it holds a name that is not allowed: ${JSON.stringify(path)}`)
    const size = octal(header, 124, 12)
    if (!Number.isSafeInteger(size) || (isFolder && size > 0)) throw this.#refuse('a wrong size')
    return { path, isFolder, isExecutable: (octal(header, 100, 8) & 0o100) !== 0, size }
  }

  #refuse(detail: string): OdographError {
    return new OdographError('update-refused', this.#subject, detail)
  }
}

function text(header: Buffer, at: number, length: number): string {
  return header.toString('utf8', at, at + length).replace(/\0.*$/s, '')
}

function octal(header: Buffer, at: number, length: number): number {
  const digits = text(header, at, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}
