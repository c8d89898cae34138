/** What a node had to drop, told on it at most once a second. */
const PAUSE_MS = 1000

export class DropCount {
  readonly #tell: (count: number) => void
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(tell: (count: number) => void) {
    this.#tell = tell
  }

  add(count: number): void {
    this.#count += count
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#tell(this.#count)
    }, PAUSE_MS)
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
