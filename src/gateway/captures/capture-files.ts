/**
 * Captures on the card, in the data folder's `captures/`: `<id>.log.gz`, a candump log that any tool
 * reads, and beside it `<id>.json`, what it is. The second is written last, durably: a capture is
 * there when both are. Within their bound the oldest go first, those that nobody has asked for before
 * the others; the room that the journal needs they never take.
 */
import {
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { syncFolder, writeDurably } from '../../config/durable-file.ts'
import type { FrameSnapshot } from '../../device/capture/frame-ring.ts'
import { captureWriter } from '../../device/capture/text-output.ts'
import type { Capture } from '../../model/capture.ts'
import { type Micros, millisToMicros } from '../../model/time.ts'

/** What stays free for the journal, or a tenth of a small card. */
const RESERVE_BYTES = 256_000_000
const RESERVE_PART = 0.1
const ID = /^[0-9A-Za-z][0-9A-Za-z-]{0,80}$/
/** The first that go. */
const worth: Partial<Record<Capture['trigger'], number>> = { continuous: 0, request: 2, button: 2 }

/** What is written to the card of a capture. */
export type CaptureNote = Omit<Capture, 'state' | 'bytes'>

export class CaptureFiles {
  readonly #folder: string
  readonly #maxBytes: number
  #known: Map<string, Capture> | undefined

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  path(id: string): string {
    return join(this.#folder, `${id}.log.gz`)
  }

  /** Those that are whole, newest first. */
  list(): Capture[] {
    return [...this.#all().values()].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
  }

  /**
   * Writes the frames of a window, in turns; undefined where there was none. Throws where the card is full or
   * cannot be written, and leaves nothing then.
   */
  async write(
    note: Omit<CaptureNote, 'frames'>,
    snapshot: FrameSnapshot,
    window: { from: Micros; to: Micros } = {
      from: millisToMicros(note.from),
      to: millisToMicros(note.to),
    },
  ): Promise<Capture | undefined> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o750 })
    await this.#needRoom()
    const part = `${this.path(note.id)}.part`
    let frames = 0
    const text = function* () {
      for (const take of snapshot.parts(window.from, window.to)) {
        const { writer, text: written } = captureWriter()
        frames += take((frame) => writer.frame(frame, snapshot.buses[frame.bus] ?? 'can'))
        yield written()
      }
    }
    try {
      const target = createWriteStream(part, { mode: 0o640, flush: true })
      await pipeline(Readable.from(text()), createGzip({ level: 6 }), target)
      if (frames === 0) {
        rmSync(part, { force: true })
        return undefined
      }
      return this.#keep({ ...note, frames }, part)
    } catch (error) {
      rmSync(part, { force: true })
      throw error
    }
  }

  remove(id: string): boolean {
    const isKnown = this.#all().delete(id)
    if (ID.test(id)) {
      rmSync(join(this.#folder, `${id}.json`), { force: true })
      rmSync(this.path(id), { force: true })
    }
    return isKnown
  }

  #keep(note: CaptureNote, part: string): Capture {
    const { id } = note
    renameSync(part, this.path(id))
    syncFolder(this.#folder)
    writeDurably(join(this.#folder, `${id}.json`), `${JSON.stringify(note)}\n`, 0o640)
    const capture: Capture = { ...note, state: 'ready', bytes: statSync(this.path(id)).size }
    this.#all().set(id, capture)
    this.#keepBound(id)
    return capture
  }

  /** The newest stays, whatever its size. */
  #keepBound(newest: string): void {
    const order = [...this.#all().values()].sort(
      (a, b) => (worth[a.trigger] ?? 1) - (worth[b.trigger] ?? 1) || a.at - b.at,
    )
    let total = order.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const { id, bytes } of order) {
      if (total <= this.#maxBytes) return
      if (id === newest) continue
      this.remove(id)
      total -= bytes
    }
  }

  async #needRoom(): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(this.#folder)
    const reserve = Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_PART)
    if (bavail * bsize >= reserve) return
    throw new Error(
      `no capture was kept: ${Math.round((bavail * bsize) / 1_000_000)} MB of the card are free, and they are the journal's`,
    )
  }

  #all(): Map<string, Capture> {
    if (this.#known !== undefined) return this.#known
    const known = new Map<string, Capture>()
    for (const name of namesIn(this.#folder)) {
      if (name.endsWith('.part')) rmSync(join(this.#folder, name), { force: true })
      const id = name.replace(/\.json$/, '')
      if (id === name || !ID.test(id)) continue
      const capture = this.#read(id)
      if (capture !== undefined) known.set(id, capture)
    }
    this.#known = known
    return known
  }

  #read(id: string): Capture | undefined {
    try {
      const note = JSON.parse(readFileSync(join(this.#folder, `${id}.json`), 'utf8')) as CaptureNote
      return { ...note, id, state: 'ready', bytes: statSync(this.path(id)).size }
    } catch {
      return undefined // Half of one, or somebody else's file.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // There never was a capture.
  }
}
