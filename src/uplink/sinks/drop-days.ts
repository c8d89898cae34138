/**
 * How much the days of a file drop hold, so that the oldest can make room for the newest where
 * `maxBytes` is configured. Whole days go, of all vehicles the oldest first; never the day that is
 * written to, and nothing that is not a day of ours.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode } from '../../model/errors.ts'
import { DeliveryError } from '../outbox-port.ts'
import { flushFolder } from './drop-place.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/

export interface MadeRoom {
  /** The days that went, as `<vehicle>/<day>`. */
  removed: string[]
  /** Bytes that the file adds; less than its size where it takes the place of another. */
  growth: number
}

export class DropDays {
  private readonly root: string
  private readonly maxBytes: number
  /** Bytes by `<vehicle>/<day>`; undefined until looked at. */
  private days: Map<string, number> | undefined

  /** `root` is the gateway's folder. */
  constructor(root: string, maxBytes: number) {
    this.root = root
    this.maxBytes = maxBytes
  }

  /** Another medium may be there: what is known of it is not true any more. */
  forget(): void {
    this.days = undefined
  }

  /** Removes days until a file of so many bytes fits. */
  async makeRoom(path: string, bytes: number): Promise<MadeRoom> {
    this.days ??= await this.scan()
    const growth = bytes - (await sizeOf(join(this.root, path)))
    const kept = dirname(path)
    // before anything goes: it would go for nothing
    if ((this.days.get(kept) ?? 0) + growth > this.maxBytes) {
      const detail = `maxBytes (${this.maxBytes}) is too little for the files of one day`
      throw new DeliveryError('retry', `${this.root}: ${detail}`)
    }
    const byAge = [...this.days.keys()]
      .filter((day) => day !== kept)
      .sort((a, b) => dayOf(a).localeCompare(dayOf(b)))
    const removed: string[] = []
    for (const day of byAge) {
      if (this.total() + growth <= this.maxBytes) break
      await rm(join(this.root, day), { recursive: true, force: true })
      await flushFolder(join(this.root, dirname(day)))
      this.days.delete(day)
      removed.push(day)
    }
    return { removed, growth }
  }

  /** The file is there; `growth` is what `makeRoom` said. */
  written(path: string, growth: number): void {
    const day = dirname(path)
    this.days?.set(day, (this.days.get(day) ?? 0) + growth)
  }

  private total(): number {
    return [...(this.days?.values() ?? [])].reduce((sum, bytes) => sum + bytes, 0)
  }

  private async scan(): Promise<Map<string, number>> {
    const days = new Map<string, number>()
    for (const vehicle of await foldersIn(this.root)) {
      for (const day of await foldersIn(join(this.root, vehicle))) {
        if (!DAY.test(day)) continue
        days.set(join(vehicle, day), await bytesIn(join(this.root, vehicle, day)))
      }
    }
    return days
  }
}

function dayOf(path: string): string {
  return path.slice(-'2026-01-01'.length)
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    // nothing was written yet
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}

async function bytesIn(path: string): Promise<number> {
  let sum = 0
  for (const name of await readdir(path)) sum += (await stat(join(path, name))).size
  return sum
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0
    throw error
  }
}
