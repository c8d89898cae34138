/**
 * The outgoing line of a fake ELM327: lines and prompts with the separators that are set, how full
 * its buffer is at the speed of the line, and every fault that concerns characters.
 */
import type { Micros } from '../../model/time.ts'
import type { ElmSettings } from './elm-adapter-settings.ts'
import type { FaultDice } from './elm-faults.ts'

const BITS_A_CHARACTER = 10
const CR = '\r'

export class ElmOutput {
  baud: number
  readonly #write: (bytes: Uint8Array) => void
  readonly #settings: () => ElmSettings
  readonly #dice: FaultDice
  #busyUntil: Micros = 0
  #now: Micros = 0
  #held = Buffer.alloc(0)
  #shuffling: string[] = []

  constructor(
    write: (bytes: Uint8Array) => void,
    settings: () => ElmSettings,
    dice: FaultDice,
    baud: number,
  ) {
    this.#write = write
    this.#settings = settings
    this.#dice = dice
    this.baud = baud
  }

  /** Time goes on; what a split held back comes out. */
  advance(time: Micros): void {
    this.#now = time
    if (this.#held.length === 0) return
    const held = this.#held
    this.#held = Buffer.alloc(0)
    this.#emit(held)
  }

  /** Whether something comes out with the next advance. */
  get isHolding(): boolean {
    return this.#held.length > 0
  }

  /** Characters that the line has not carried yet. */
  get fill(): number {
    const micros = Math.max(this.#busyUntil - this.#now, 0)
    return Math.ceil((micros * this.baud) / (BITS_A_CHARACTER * 1e6))
  }

  /** One line of an answer. */
  line(text: string): void {
    const isBare = text === 'OK' && this.#dice.has('no-cr')
    this.text(isBare ? text : text + this.#end())
    this.#stray()
  }

  /** One line that carries data of the bus: the faults of data lines strike here. */
  data(text: string): void {
    let line = text
    if (this.#dice.strikes('wrong-bytes')) line = this.#dice.misspelt(line)
    if (this.#dice.strikes('rx-error')) line += '<RX ERROR'
    if (this.#dice.has('shuffle')) this.#shuffling.push(line)
    else this.#dataLine(line)
  }

  /** The end of an answer. */
  prompt(): void {
    for (const line of this.#dice.shuffled(this.#shuffling.splice(0))) this.#dataLine(line)
    const prompt = this.#dice.strikes('no-prompt') ? '' : '>'
    this.text(this.#end() + prompt)
  }

  /** The end of a line, as it is set. */
  newline(): void {
    this.text(this.#end())
  }

  text(text: string): void {
    this.bytes(Buffer.from(text, 'latin1'))
  }

  bytes(bytes: Uint8Array): void {
    const { length } = bytes
    const micros = (length * BITS_A_CHARACTER * 1e6) / this.baud
    this.#busyUntil = Math.max(this.#busyUntil, this.#now) + micros
    if (!this.#dice.has('split')) {
      this.#flushed(bytes)
      return
    }
    const whole = Buffer.concat([this.#held, bytes])
    const cut = this.#dice.below(whole.length + 1)
    this.#held = whole.subarray(cut)
    if (cut > 0) this.#emit(whole.subarray(0, cut))
  }

  /** As after a power cut. */
  clear(): void {
    this.#held = Buffer.alloc(0)
    this.#shuffling = []
    this.#busyUntil = this.#now
  }

  #dataLine(line: string): void {
    const isMerged = this.#dice.strikes('merge')
    this.text(isMerged ? line : line + this.#end())
    this.#disturb()
  }

  #disturb(): void {
    this.#stray()
    if (!this.#dice.strikes('garbage')) return
    const noise = new Uint8Array(1 + this.#dice.below(12))
    for (let i = 0; i < noise.length; i++) noise[i] = 0x80 + this.#dice.below(0x80)
    this.bytes(noise)
    this.newline()
  }

  #stray(): void {
    if (this.#dice.strikes('fc')) this.bytes(Uint8Array.of(this.#dice.below(2) === 0 ? 0xfc : 0x00))
  }

  #end(): string {
    return this.#settings().linefeeds ? '\r\n' : CR
  }

  #flushed(bytes: Uint8Array): void {
    if (this.#held.length > 0) this.advance(this.#now)
    this.#emit(bytes)
  }

  #emit(bytes: Uint8Array): void {
    if (!this.#dice.has('silent')) this.#write(bytes)
  }
}
