/**
 * What is worked out once for all requests that one turn of the event loop answers: a handful on a
 * busy gateway. It is forgotten before anything else can be heard for long.
 */
export class PerTurn<T> {
  readonly #known = new Map<string, T>()

  get(key: string, make: () => T): T {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = make()
    if (this.#known.size === 0) setImmediate(() => this.#known.clear())
    this.#known.set(key, made)
    return made
  }
}
