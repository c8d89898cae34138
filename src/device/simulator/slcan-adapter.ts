/**
 * A fake SLCAN adapter as a protocol engine: commands in by `receive`, frames of its imaginary bus by
 * `frame`, everything it says out by `write`. No I/O and no clock of its own.
 *
 * Commands: `C O L` channel · `S0`…`S8` bit rate, only while closed · `Z0 Z1` time stamps · `V N F`
 * version, serial number, status flags (reading clears them) · `t T r R` transmit, refused in
 * listen-only. Answers: CR done, BEL refused. `faults` may be changed while it runs.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import { Random } from './random.ts'

export const slcanFaults = {
  garbage: 'lines of line noise between frames',
  split: 'output cut at random places; a rest comes with the next output',
  bel: 'a BEL between frames now and then',
  silent: 'hangs: says nothing at all',
  noack: 'acknowledges no command',
} as const

export type SlcanFault = keyof typeof slcanFaults

export interface SlcanAdapterOptions {
  /** The bytes are lent: what is to be kept must be copied. */
  write: (bytes: Uint8Array) => void
  faults?: Iterable<SlcanFault>
  /** Commands, by their first letter, that are answered with BEL. */
  refuse?: Iterable<string>
  seed?: number
  version?: string
  serial?: string
}

const CR = 0x0d
const BEL = 0x07
const MAX_COMMAND = 64
const FLAG_OVERFLOW = 0x01
/** One line in so many is preceded by a fault. */
const FAULT_EVERY = 10
const MINUTE_MS = 60_000

const digits = Buffer.from('0123456789ABCDEF')
const fdCodes = new Map([8, 12, 16, 20, 24, 32, 48, 64].map((length, index) => [length, 8 + index]))

export class SlcanAdapter {
  state: 'closed' | 'open' | 'listen' = 'closed'
  /** The digit after `S`, −1 before one was set. */
  speed = -1
  hasTimestamps = false
  readonly faults: Set<SlcanFault>
  readonly refuse: Set<string>
  /** Every command received, oldest first. */
  readonly commands: string[] = []
  /** What the host wanted on the bus, allowed or not. */
  readonly transmitted: string[] = []
  /** Frames that went out. */
  sent = 0
  readonly #options: SlcanAdapterOptions
  readonly #random: Random
  readonly #line = new Uint8Array(256)
  #held: Uint8Array = new Uint8Array(0)
  #command = ''
  #flags = 0

  constructor(options: SlcanAdapterOptions) {
    this.#options = options
    this.faults = new Set(options.faults)
    this.refuse = new Set(options.refuse)
    this.#random = new Random(options.seed ?? 1)
  }

  /** Bytes from the host. */
  receive(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === CR) {
        const command = this.#command
        this.#command = ''
        this.#obey(command)
      } else if (byte >= 0x20 && this.#command.length < MAX_COMMAND) {
        this.#command += String.fromCharCode(byte)
      }
    }
  }

  /** A frame on the bus; goes out as a line if the channel is open. Hot. */
  frame(frame: CanFrame): void {
    if (this.state === 'closed' || frame.error || this.faults.has('silent')) return
    if (this.faults.size > 0) this.#disturb()
    const end = encodeLine(frame, this.#line, this.hasTimestamps ? stampOf(frame.time) : -1)
    this.sent += 1
    this.#write(this.#line.subarray(0, end))
  }

  /** Frames were lost because the host did not read: the next `F` tells. */
  overflow(): void {
    this.#flags |= FLAG_OVERFLOW
  }

  /** Gives out what a split held back. */
  flush(): void {
    if (this.#held.length === 0) return
    const held = this.#held
    this.#held = new Uint8Array(0)
    this.#options.write(held)
  }

  /** As after a power cut: closed, without a bit rate. */
  restart(): void {
    this.state = 'closed'
    this.speed = -1
    this.hasTimestamps = false
    this.#command = ''
    this.#held = new Uint8Array(0)
  }

  #obey(command: string): void {
    if (command !== '') this.commands.push(command)
    if (this.faults.has('silent')) return
    const isDone = !this.refuse.has(command.charAt(0)) && this.#execute(command)
    if (!isDone) this.#say('\x07')
  }

  /** False if the command is to be refused. */
  #execute(command: string): boolean {
    const isClosed = this.state === 'closed'
    switch (command.charAt(0)) {
      case '':
        return this.#acknowledge()
      case 'V':
        return this.#acknowledge(`V${this.#options.version ?? '1013'}`)
      case 'N':
        return this.#acknowledge(`N${this.#options.serial ?? 'A001'}`)
      case 'C':
        if (isClosed) return false
        this.state = 'closed'
        return this.#acknowledge()
      case 'S':
        if (!isClosed || !/^S[0-8]$/.test(command)) return false
        this.speed = Number(command.charAt(1))
        return this.#acknowledge()
      case 'Z':
        if (!isClosed || !/^Z[01]$/.test(command)) return false
        this.hasTimestamps = command === 'Z1'
        return this.#acknowledge()
      case 'O':
      case 'L':
        if (!isClosed || this.speed < 0 || command.length !== 1) return false
        this.state = command === 'O' ? 'open' : 'listen'
        return this.#acknowledge()
      case 'F':
        return isClosed ? false : this.#status()
      case 't':
      case 'T':
      case 'r':
      case 'R':
        this.transmitted.push(command)
        return this.state === 'open' && this.#acknowledge(/^[tr]/.test(command) ? 'z' : 'Z')
      default:
        return false
    }
  }

  #status(): boolean {
    const flags = this.#flags.toString(16).toUpperCase().padStart(2, '0')
    this.#flags = 0
    return this.#acknowledge(`F${flags}`)
  }

  #acknowledge(text = ''): boolean {
    if (!this.faults.has('noack')) this.#say(`${text}\r`)
    return true
  }

  /** Answers are never held back: the host waits for them. */
  #say(text: string): void {
    this.flush()
    this.#options.write(Buffer.from(text, 'latin1'))
  }

  #disturb(): void {
    if (this.faults.has('garbage') && this.#random.below(FAULT_EVERY) === 0) {
      const noise = Buffer.alloc(1 + this.#random.below(30))
      // Line noise of the upper half: it can be no frame, and ends on its own.
      for (let i = 0; i < noise.length; i++) noise[i] = 0x80 + this.#random.below(0x80)
      noise[noise.length - 1] = CR
      this.#write(noise)
    }
    if (this.faults.has('bel') && this.#random.below(FAULT_EVERY) === 0) {
      this.#write(Uint8Array.of(BEL))
    }
  }

  #write(bytes: Uint8Array): void {
    if (!this.faults.has('split')) {
      this.flush()
      this.#options.write(bytes)
      return
    }
    const whole = Buffer.concat([this.#held, bytes])
    const cut = this.#random.below(whole.length)
    this.#held = whole.subarray(cut)
    if (cut > 0) this.#options.write(whole.subarray(0, cut))
  }
}

function stampOf(time: Micros): number {
  return Math.floor(time / 1000) % MINUTE_MS
}

/** Writes a frame with its CR into `line`; returns the length. `stamp` −1: none. */
export function encodeLine(frame: CanFrame, line: Uint8Array, stamp = -1): number {
  const letter = frame.remote ? 'r' : frame.fd ? 'd' : 't'
  line[0] = letter.charCodeAt(0) - (frame.extended ? 0x20 : 0)
  let at = hex(line, 1, frame.id, frame.extended ? 8 : 3)
  at = hex(line, at, frame.fd ? (fdCodes.get(frame.length) ?? frame.length) : frame.length, 1)
  if (!frame.remote) {
    for (let i = 0; i < frame.length; i++) at = hex(line, at, frame.data[i] as number, 2)
  }
  if (stamp >= 0) at = hex(line, at, stamp, 4)
  line[at] = CR
  return at + 1
}

function hex(line: Uint8Array, start: number, value: number, count: number): number {
  for (let shift = 4 * (count - 1), at = start; shift >= 0; shift -= 4, at++) {
    line[at] = digits[(value >>> shift) & 0x0f] as number
  }
  return start + count
}
