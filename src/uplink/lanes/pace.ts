/**
 * How much of the backlog is tried at once. On a slow link, full batches may take longer than a
 * connection without an acknowledgement is kept; the same ones would then be sent for ever. A batch
 * that is not taken halves what the next ones may be, one that is taken doubles it.
 */
const LEAST = 1 / 64

export class Pace {
  #share = 1

  /** The share of the whole, at least 1. */
  of(whole: number): number {
    return Math.max(1, Math.floor(whole * this.#share))
  }

  /** Learns from how a delivery ends. */
  async judged(delivery: Promise<void>): Promise<void> {
    try {
      await delivery
    } catch (error) {
      this.#share = Math.max(LEAST, this.#share / 2)
      throw error
    }
    this.#share = Math.min(1, this.#share * 2)
  }
}
