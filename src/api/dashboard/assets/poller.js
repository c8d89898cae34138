/**
 * Runs a task again and again while the page can be seen: one at a time, the next one an interval
 * after the last one began. A hidden page asks for nothing.
 */
export class Poller {
  #task
  /** @type {AbortController | undefined} */
  #round
  #started = false

  /**
   * @param {(signal: AbortSignal) => Promise<number>} task never rejects; resolves to the interval
   *   in ms from its beginning to that of the next one
   */
  constructor(task) {
    this.#task = task
  }

  start() {
    if (this.#started) return
    this.#started = true
    document.addEventListener('visibilitychange', this.#follow)
    this.#follow()
  }

  stop() {
    this.#started = false
    document.removeEventListener('visibilitychange', this.#follow)
    this.#round?.abort()
  }

  /** Gives up what is under way and begins at once. */
  restart() {
    if (this.#started) this.#follow()
  }

  #follow = () => {
    this.#round?.abort()
    if (document.hidden) return
    this.#round = new AbortController()
    void this.#run(this.#round.signal)
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    while (!signal.aborted) {
      const began = performance.now()
      const intervalMs = await this.#task(signal)
      await pause(began + intervalMs - performance.now(), signal)
    }
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve(undefined)
    }
    const timer = setTimeout(end, Math.max(ms, 0))
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
