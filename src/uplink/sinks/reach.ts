/** Whether a sink can be reached, and who is told when that changes. */
export class Reach {
  private reachable = false
  private readonly listeners = new Set<(reachable: boolean) => void>()

  get now(): boolean {
    return this.reachable
  }

  set(reachable: boolean): void {
    if (reachable === this.reachable) return
    this.reachable = reachable
    for (const told of [...this.listeners]) told(reachable)
  }

  watch(told: (reachable: boolean) => void): () => void {
    this.listeners.add(told)
    told(this.reachable)
    return () => void this.listeners.delete(told)
  }
}
