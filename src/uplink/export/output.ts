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

/** Small texts in, pieces large enough for a pipe or a card out. */
export class TextPieces {
  readonly #output: ExportOutput
  #text = ''

  constructor(output: ExportOutput) {
    this.#output = output
  }

  add(text: string): void {
    this.#text += text
    if (this.#text.length >= PIECE) this.flush()
  }

  flush(): void {
    if (this.#text !== '') this.#output.write(this.#text)
    this.#text = ''
  }
}
