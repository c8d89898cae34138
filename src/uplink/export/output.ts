/** The two ends of a writer: records come in one by one, pieces of text or bytes go out. */
import type { StoredRecord } from '../../model/record.ts'
import type { ByteLine } from './byte-line.ts'

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

/** Small texts and lines in, pieces large enough for a pipe or a card out. */
export class TextPieces {
  readonly #output: ExportOutput
  #bytes = Buffer.allocUnsafeSlow(PIECE)
  #length = 0

  constructor(output: ExportOutput) {
    this.#output = output
  }

  add(text: string): void {
    if (!this.#hasRoom(text.length * UNIT_BYTES)) this.#output.write(text)
    else this.#length += this.#bytes.write(text, this.#length)
  }

  /** The line may be used again. */
  addLine({ bytes, length }: ByteLine): void {
    const line = bytes.subarray(0, length)
    if (!this.#hasRoom(length)) {
      this.#output.write(Uint8Array.from(line))
      return
    }
    this.#bytes.set(line, this.#length)
    this.#length += length
  }

  /** The output may keep what it is given. */
  flush(): void {
    if (this.#length === 0) return
    this.#output.write(this.#bytes.subarray(0, this.#length))
    this.#bytes = Buffer.allocUnsafeSlow(PIECE)
    this.#length = 0
  }

  /** What is longer than a piece goes out alone, behind what was there. */
  #hasRoom(length: number): boolean {
    if (this.#length + length > PIECE) this.flush()
    return length <= PIECE
  }
}
