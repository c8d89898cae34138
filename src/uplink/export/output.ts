/** The two ends of a writer: records come in one by one, pieces of text or bytes go out. */
import type { StoredRecord } from '../../model/record.ts'

export interface ExportOutput {
  /** Takes all of it, at once. */
  write(piece: string | Uint8Array): void
  /** Resolves when it can take more; undefined if there is nothing to wait for. */
  pressure(): Promise<void> | undefined
}

/** One file being written. Records come in order of time. */
export interface ExportWriter {
  record(record: StoredRecord): void
  /** Writes what is left and whatever ends the file. */
  end(): void
}

const PIECE = 64 * 1024
/** UTF-8 takes at most so many bytes for a unit of UTF-16. */
const UNIT_BYTES = 3

/**
 * Small texts in, pieces large enough for a pipe or a card out. Each text is written as bytes at once:
 * a string that grows by thousands of parts costs more to gather than to write.
 */
export class TextPieces {
  readonly #output: ExportOutput
  #bytes = Buffer.allocUnsafeSlow(PIECE)
  #length = 0

  constructor(output: ExportOutput) {
    this.#output = output
  }

  add(text: string): void {
    const room = text.length * UNIT_BYTES
    if (this.#length + room > this.#bytes.length) {
      this.flush()
      if (room > PIECE) {
        this.#output.write(text)
        return
      }
    }
    this.#length += this.#bytes.write(text, this.#length)
  }

  /** The output may keep what it is given. */
  flush(): void {
    if (this.#length === 0) return
    this.#output.write(this.#bytes.subarray(0, this.#length))
    this.#bytes = Buffer.allocUnsafeSlow(PIECE)
    this.#length = 0
  }
}
