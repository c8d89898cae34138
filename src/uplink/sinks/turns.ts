/** One at a time per key, in order; whoever waits behind a failure fails with it. */
export class Turns {
  private readonly tails = new Map<string, Promise<void>>()

  take(key: string, run: () => Promise<void>): Promise<void> {
    const before = this.tails.get(key)
    const mine = before === undefined ? run() : before.then(run)
    this.tails.set(key, mine)
    const leave = () => {
      if (this.tails.get(key) === mine) this.tails.delete(key)
    }
    mine.then(leave, leave)
    return mine
  }

  get busy(): boolean {
    return this.tails.size > 0
  }

  /** Resolves when everything taken so far has ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.tails.values())
  }
}
