/** Talks to a fake adapter as a host does, with time that passes only as it is cranked. */
import type { AdapterEngine } from '../../src/device/simulator/adapter-bench.ts'

const TICK = 5000

export class EngineHost {
  now = 1_790_000_000_000_000
  readonly chunks: Buffer[] = []
  readonly #engine: AdapterEngine

  /** `make` gets what the adapter is to write to. */
  constructor(make: (write: (bytes: Uint8Array) => void) => AdapterEngine) {
    this.#engine = make((bytes) => this.chunks.push(Buffer.from(bytes)))
    this.#engine.advance(this.now)
  }

  /** What came since the last time. */
  taken(): Buffer {
    return Buffer.concat(this.chunks.splice(0))
  }

  send(text: string | Uint8Array): void {
    this.#engine.receive(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, this.now)
  }

  /** Lets so many ms pass in ticks. */
  wait(ms: number): string {
    for (let left = ms * 1000; left > 0; left -= TICK) {
      this.now += Math.min(TICK, left)
      this.#engine.advance(this.now)
    }
    return this.taken().toString('latin1')
  }

  /** Sends a command and waits for the prompt; at the end of its patience gives what came. */
  ask(command: string, patienceMs = 10_000): string {
    this.taken()
    this.send(`${command}\r`)
    let text = this.taken().toString('latin1')
    for (let ms = 0; ms < patienceMs && !text.endsWith('>'); ms += 5) text += this.wait(5)
    return text
  }
}
