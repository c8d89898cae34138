/**
 * The signals of a vehicle as they change, by a stream; where it breaks off it is opened again, and
 * what comes each second meanwhile goes on.
 */
const againMs = 3000

export class LiveSignals {
  #api
  #onSignals
  #running = new AbortController()

  /**
   * @param {import('./api.js').Api} api
   * @param {(signals: readonly import('./api.js').Signal[]) => void} onSignals
   */
  constructor(api, onSignals) {
    this.#api = api
    this.#onSignals = onSignals
  }

  /** @param {string} tokenId */
  start(tokenId) {
    this.stop()
    this.#running = new AbortController()
    void this.#run(tokenId, this.#running.signal)
  }

  stop() {
    this.#running.abort()
  }

  /** @param {string} tokenId @param {AbortSignal} signal */
  async #run(tokenId, signal) {
    const path = `/v1/vehicle/${encodeURIComponent(tokenId)}/live?events=false&interval=0.25`
    while (!signal.aborted) {
      try {
        await this.#api.stream(path, signal, (type, data) => {
          if (type === 'signals') this.#onSignals(data.signals)
        })
      } catch {
        // The page says elsewhere that the gateway does not answer.
      }
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
}
