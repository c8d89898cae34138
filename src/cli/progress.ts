/** A progress bar on a terminal; silent elsewhere. */
const WIDTH = 30
const REDRAW_MS = 100

export class ProgressBar {
  readonly #stream: NodeJS.WritableStream & { isTTY?: boolean }
  #drawn = 0

  constructor(stream: NodeJS.WritableStream & { isTTY?: boolean }) {
    this.#stream = stream
  }

  update(done: number, total: number, now = performance.now()): void {
    if (this.#stream.isTTY !== true || now - this.#drawn < REDRAW_MS) return
    this.#drawn = now
    const share = total === 0 ? 1 : Math.min(done / total, 1)
    const filled = Math.round(share * WIDTH)
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
    this.#stream.write(`\r${bar} ${String(Math.floor(share * 100)).padStart(3)} %`)
  }

  /** Removes the bar, so that what follows starts on a clean line. */
  clear(): void {
    if (this.#stream.isTTY === true) this.#stream.write(`\r${' '.repeat(WIDTH + 7)}\r`)
  }
}
