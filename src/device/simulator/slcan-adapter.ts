/**
 * A fake SLCAN adapter as a protocol engine: commands in by `receive`, frames of its imaginary bus by
 * `frame` or out of a `BusModel` by `advance`, everything it says out by `write`. No I/O and no clock
 * of its own.
 *
 * Commands: `C O L` channel · `S0`…`S8` and `s` bit rate, only while closed · `Y` bit rate of CAN FD
 * data · `Z0 Z1` time stamps · `V N F` version, serial number, status flags (reading clears them) ·
 * `M m` acceptance filter · `t T r R d D b B` transmit, refused in listen-only. Answers: CR done, BEL
 * refused; dialects differ (`slcan-adapter-dialects.ts`). `faults` may be changed while it runs.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { BusModel } from './bus-model.ts'
import {
  type SlcanDialect,
  type SlcanDialectName,
  slcanDialects,
} from './slcan-adapter-dialects.ts'
import { type AcceptanceFilter, isAccepted } from './slcan-adapter-filter.ts'
import { bitrateOf, encodeLine, frameOfCommand, stampOf } from './slcan-adapter-frame.ts'
import { SlcanOutput } from './slcan-adapter-output.ts'

export const slcanFaults = {
  garbage: 'lines of line noise between frames',
  split: 'output cut at random places; a rest comes with the next output',
  bel: 'a BEL between frames now and then',
  silent: 'hangs: says nothing at all',
  noack: 'acknowledges no command',
  'error-warning': 'many errors on its bus, told by the status flags',
  'bus-off': 'its CAN controller is off: nothing goes out, nothing comes in',
} as const

export type SlcanFault = keyof typeof slcanFaults

export interface SlcanAdapterOptions {
  /** The bytes are lent: what is to be kept must be copied. */
  write: (bytes: Uint8Array) => void
  faults?: Iterable<SlcanFault>
  /** Commands, by their first letter, that are answered with BEL. */
  refuse?: Iterable<string>
  seed?: number
  /** Default: as the dialect has it. */
  version?: string
  serial?: string
  dialect?: SlcanDialectName
  /** The bus it sits on; without one, frames come by `frame` and what is sent goes nowhere. */
  model?: BusModel
}

const CR = 0x0d
/** The longest: a CAN FD frame with a 29-bit identifier. */
const MAX_COMMAND = 140
const FLAG_OVERFLOW = 0x01
const FLAG_WARNING = 0x04
const FLAG_PASSIVE = 0x20
const FLAG_BUS_ERROR = 0x80
const NO_FILTER: AcceptanceFilter = { code: 0, mask: -1, mode: 'dual' }
/** How much of what happened is remembered. */
const KEPT = 10_000

export class SlcanAdapter {
  state: 'closed' | 'open' | 'listen' = 'closed'
  /** The digit after `S`, −1 before one was set. */
  speed = -1
  hasTimestamps = false
  /** Bit/s of CAN FD data, 0 before it was set. */
  dataSpeed = 0
  readonly faults: Set<SlcanFault>
  readonly refuse: Set<string>
  /** Every command received, oldest first; bounded, as the others are. */
  readonly commands: string[] = []
  /** What the host wanted on the bus, allowed or not. */
  readonly transmitted: string[] = []
  /** What it put on its bus, oldest first. */
  readonly onBus: CanFrame[] = []
  /** Frames that went out. */
  sent = 0
  readonly #options: SlcanAdapterOptions
  readonly #output: SlcanOutput
  readonly #line = new Uint8Array(256)
  #command = ''
  #flags = 0
  /** As set by `S` or `s`; undefined: whatever the bus has. */
  #bitrate: number | undefined
  #filter = NO_FILTER
  /** The channel is to be opened listen-only, where a mode command says so. */
  #isSilent = false
  #now: Micros = 0
  readonly #dialect: SlcanDialect
  readonly #sink = (frame: CanFrame) => this.#busFrame(frame)

  constructor(options: SlcanAdapterOptions) {
    this.#options = options
    this.faults = new Set(options.faults)
    this.refuse = new Set(options.refuse)
    this.#output = new SlcanOutput(options.write, this.faults, options.seed ?? 1)
    this.#dialect = slcanDialects[options.dialect ?? 'lawicel']
  }

  /** Whether it answers every frame of the bus with the acknowledge bit. */
  get acknowledges(): boolean {
    return this.state === 'open' && !this.faults.has('bus-off')
  }

  /** Whether frames are to be expected. */
  get isBusy(): boolean {
    return this.state !== 'closed'
  }

  /** Time goes on: what the bus model has by then goes out. */
  advance(time: Micros): void {
    this.#now = time
    this.flush()
    this.#options.model?.framesUntil(time, this.#sink)
  }

  /** Bytes from the host. */
  receive(bytes: Uint8Array, time: Micros = this.#now): void {
    if (time > this.#now) this.advance(time)
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
    const end = encodeLine(frame, this.#line, this.hasTimestamps ? stampOf(frame.time) : -1)
    this.sent += 1
    this.#output.line(this.#line.subarray(0, end))
  }

  /** Frames were lost because the host did not read: the next `F` tells. */
  overflow(): void {
    this.#flags |= FLAG_OVERFLOW
  }

  /** Gives out what a split held back. */
  flush(): void {
    this.#output.flush()
  }

  /** As after a power cut: closed, without a bit rate. */
  restart(): void {
    this.state = 'closed'
    this.speed = -1
    this.hasTimestamps = false
    this.dataSpeed = 0
    this.#bitrate = undefined
    this.#filter = NO_FILTER
    this.#isSilent = false
    this.#command = ''
    this.#output.clear()
  }

  /** A frame of the model: heard at the right bit rate, passed by the filter. */
  #busFrame(frame: CanFrame): void {
    if (!this.#isAtRate() || this.faults.has('bus-off')) return
    if (this.#filter === NO_FILTER || isAccepted(frame, this.#filter)) this.frame(frame)
  }

  #isAtRate(): boolean {
    return this.#bitrate === undefined || this.#bitrate === this.#options.model?.bitrate
  }

  #obey(command: string): void {
    if (command !== '') keep(this.commands, command)
    if (this.faults.has('silent')) return
    const letter = command.charAt(0)
    const isKnown = letter === '' || this.#dialect.commands.includes(letter)
    const isDone = isKnown && !this.refuse.has(letter) && this.#execute(command)
    if (!isDone && this.#dialect.refuses) this.#output.say('\x07')
  }

  /** False if the command is to be refused. */
  #execute(command: string): boolean {
    const { version, serial } = this.#options
    switch (command.charAt(0)) {
      case '':
        return this.#acknowledge()
      case 'V':
      case 'v':
        return this.#tell(this.#versionText(command, version))
      case 'N':
        return this.#tell(serial === undefined ? this.#dialect.serial : `N${serial}`)
      case 'F':
        return this.#status()
      case 'E':
        return this.#tell('Error Register: 0')
      case 'M':
      case 'm':
        return this.#dialect.silentBy === 'M1' ? this.#mode(command) : this.#register(command)
      case 'C':
        if (this.state === 'closed' && this.#dialect.refuses) return false
        this.state = 'closed'
        return this.#acknowledge()
      case 'O':
      case 'L':
      case 'l':
        return this.#open(command)
      case 't':
      case 'T':
      case 'r':
      case 'R':
      case 'd':
      case 'D':
      case 'b':
      case 'B':
        return this.#transmit(command)
      default:
        return this.#set(command)
    }
  }

  /** Settings, which want a closed channel. */
  #set(command: string): boolean {
    if (this.state !== 'closed' && this.#dialect.refuses) return false
    if (/^(S[0-8]|s[0-9A-F]{4,6})$/i.test(command)) this.#setRate(command)
    else if (/^Z[01]$/.test(command)) this.hasTimestamps = command === 'Z1'
    else if (/^Y[1-8]$/.test(command)) this.dataSpeed = Number(command.charAt(1)) * 1_000_000
    else if (!/^([Aa][01]|[GW][0-9A-F]{2,4})$/i.test(command)) return false
    return this.#acknowledge()
  }

  #setRate(command: string): void {
    const isPreset = command.charAt(0) === 'S'
    // Registers count as a speed too: the channel may be opened.
    this.speed = isPreset ? Number(command.charAt(1)) : 0
    this.#bitrate = bitrateOf(command)
  }

  #open(command: string): boolean {
    const isReady = this.speed >= 0 || this.#dialect.hasDefaultSpeed
    const isClosed = this.state === 'closed' || !this.#dialect.refuses
    if (!isClosed || !isReady || command.length !== 1) return false
    this.state = command === 'L' || this.#isSilent ? 'listen' : 'open'
    return this.#acknowledge()
  }

  #mode(command: string): boolean {
    this.#isSilent = command.charAt(1) === '1'
    return this.#acknowledge()
  }

  #register(command: string): boolean {
    const [, digits = ''] = /^[Mm]([0-9A-F]{8})$/i.exec(command) ?? []
    const { filter } = this.#dialect
    if (digits === '' || filter === 'none') return false
    if (this.state !== 'closed' && this.#dialect.refuses) return false
    const name = command.charAt(0) === 'M' ? 'code' : 'mask'
    this.#filter = { ...this.#filter, mode: filter, [name]: Number.parseInt(digits, 16) | 0 }
    return this.#acknowledge()
  }

  #transmit(command: string): boolean {
    keep(this.transmitted, command)
    const { model } = this.#options
    if (this.state !== 'open' || this.faults.has('bus-off')) return false
    const frame = frameOfCommand(command)
    if (frame === undefined && model !== undefined) return false
    if (frame !== undefined) this.#put(frame)
    if (this.#dialect.sent === 'cr') return this.#acknowledge()
    return this.#acknowledge(/^[a-z]/.test(command) ? 'z' : 'Z')
  }

  /** At a wrong bit rate, or with nobody awake, the bus has errors instead of the frame. */
  #put(frame: CanFrame): void {
    const { model } = this.#options
    frame.time = this.#now
    keep(this.onBus, frame)
    if (model === undefined) return
    const isRight = this.#isAtRate()
    if (!isRight || !model.isAwake(this.#now)) this.#flags |= FLAG_WARNING | FLAG_BUS_ERROR
    if (isRight) model.send(frame)
  }

  #versionText(command: string, version: string | undefined): string {
    if (command === 'v' && this.#dialect.firmware !== undefined) return this.#dialect.firmware
    return version === undefined ? this.#dialect.version : `V${version}`
  }

  #status(): boolean {
    if (this.state === 'closed' && this.#dialect.refuses) return false
    let flags = this.#flags
    if (this.faults.has('error-warning')) flags |= FLAG_WARNING
    if (this.faults.has('bus-off')) flags |= FLAG_WARNING | FLAG_PASSIVE | FLAG_BUS_ERROR
    this.#flags = 0
    return this.#tell(`F${flags.toString(16).toUpperCase().padStart(2, '0')}`)
  }

  /** What was asked for; it comes even where nothing is acknowledged. */
  #tell(text: string): boolean {
    if (!this.faults.has('noack')) this.#output.say(`${text}\r`)
    return true
  }

  #acknowledge(text = ''): boolean {
    return this.#dialect.acknowledges ? this.#tell(text) : true
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > KEPT) list.shift()
}
