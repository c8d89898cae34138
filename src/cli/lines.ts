/** Writes many lines to a stream without holding them all: `flushed` waits where the reader is slow. */
import { once } from 'node:events'

const CHUNK = 64 * 1024

export class LineWriter {
  readonly #stream: NodeJS.WritableStream
  #text = ''
  #full = false

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
  }

  line(text: string): void {
    this.#text += `${text}\n`
    if (this.#text.length >= CHUNK) this.#write()
  }

  /** Writes what is left; resolves when the stream can take more. */
  async flushed(): Promise<void> {
    this.#write()
    if (this.#full) await once(this.#stream, 'drain')
    this.#full = false
  }

  /** Undefined if there is nothing to wait for. */
  pressure(): Promise<void> | undefined {
    return this.#full ? this.flushed() : undefined
  }

  #write(): void {
    if (this.#text === '') return
    this.#full = !this.#stream.write(this.#text)
    this.#text = ''
  }
}
