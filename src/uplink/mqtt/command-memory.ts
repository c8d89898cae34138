/**
 * Commands of the last ten minutes by their id, so that one that comes again (a client that heard no
 * answer, a broker that delivers twice) is answered again and not run again. Bounded: where there
 * would be too much, the answers to commands that only read go first, for they can be read again.
 */
import type { Millis } from '../../model/time.ts'
import type { CommandRequest } from './command-request.ts'

export interface RememberedCommand {
  digest: string
  /** Never rejects. */
  answer: Promise<string>
}

interface Entry extends RememberedCommand {
  at: Millis
  bytes: number
  isReading: boolean
}

export const REMEMBER_MS = 10 * 60_000
const MAX_ENTRIES = 5_000
const MAX_BYTES = 4 * 1024 * 1024

export class CommandMemory {
  private readonly entries = new Map<string, Entry>()
  private bytes = 0

  find(key: string, now: Millis): RememberedCommand | undefined {
    this.forget(now)
    return this.entries.get(key)
  }

  add(
    key: string,
    { digest }: CommandRequest,
    how: { answer: Promise<string>; isReading: boolean; now: Millis },
  ): void {
    const { answer, isReading, now } = how
    const entry: Entry = { digest, answer, isReading, at: now, bytes: 0 }
    this.entries.set(key, entry)
    void answer.then((text) => {
      if (this.entries.get(key) !== entry) return
      entry.bytes = Buffer.byteLength(text)
      this.bytes += entry.bytes
      this.shrink()
    })
    this.shrink()
  }

  private forget(now: Millis): void {
    for (const [key, { at }] of this.entries) {
      if (now - at < REMEMBER_MS) return
      this.remove(key)
    }
  }

  private shrink(): void {
    while (this.entries.size > MAX_ENTRIES || this.bytes > MAX_BYTES) {
      const reading = [...this.entries].find(([, { isReading }]) => isReading)?.[0]
      const key = reading ?? this.entries.keys().next().value
      if (key === undefined) return
      this.remove(key)
    }
  }

  private remove(key: string): void {
    this.bytes -= this.entries.get(key)?.bytes ?? 0
    this.entries.delete(key)
  }
}
