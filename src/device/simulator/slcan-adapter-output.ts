/** What a fake SLCAN adapter says, and the faults that concern bytes. */
import { Random } from './random.ts'

const CR = 0x0d
const BEL = 0x07
/** One line in so many is preceded by a fault. */
const FAULT_EVERY = 10

export class SlcanOutput {
  readonly #write: (bytes: Uint8Array) => void
  readonly #faults: ReadonlySet<string>
  readonly #random: Random
  #held: Uint8Array = new Uint8Array(0)

  constructor(write: (bytes: Uint8Array) => void, faults: ReadonlySet<string>, seed: number) {
    this.#write = write
    this.#faults = faults
    this.#random = new Random(seed)
  }

  /** Answers are never held back: the host waits for them. */
  say(text: string): void {
    this.flush()
    this.#write(Buffer.from(text, 'latin1'))
  }

  /** A frame's line. Hot. */
  line(bytes: Uint8Array): void {
    if (this.#faults.size > 0) this.#disturb()
    this.#give(bytes)
  }

  /** Gives out what a split held back. */
  flush(): void {
    if (this.#held.length === 0) return
    const held = this.#held
    this.clear()
    this.#write(held)
  }

  clear(): void {
    this.#held = new Uint8Array(0)
  }

  #disturb(): void {
    if (this.#faults.has('garbage') && this.#random.below(FAULT_EVERY) === 0) {
      const noise = Buffer.alloc(1 + this.#random.below(30))
      // Line noise of the upper half: it can be no frame, and ends on its own.
      for (let i = 0; i < noise.length; i++) noise[i] = 0x80 + this.#random.below(0x80)
      noise[noise.length - 1] = CR
      this.#give(noise)
    }
    if (this.#faults.has('bel') && this.#random.below(FAULT_EVERY) === 0) {
      this.#give(Uint8Array.of(BEL))
    }
  }

  #give(bytes: Uint8Array): void {
    if (!this.#faults.has('split')) {
      this.flush()
      this.#write(bytes)
      return
    }
    const whole = Buffer.concat([this.#held, bytes])
    const cut = this.#random.below(whole.length)
    this.#held = whole.subarray(cut)
    if (cut > 0) this.#write(whole.subarray(0, cut))
  }
}
