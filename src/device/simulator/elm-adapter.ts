/**
 * A fake ELM327 as a protocol engine over a simulated bus: characters in by `receive`, characters
 * out by `write`, time by `advance`. No I/O and no clock of its own. It behaves as the public data
 * sheet (ELM327DS) says, in the version it is told to be, or as its clones do (`elm-faults.ts`).
 *
 * `transmitted` is the truth about what it put on the bus and why; `acknowledges` about whether it
 * takes part in the bus at all.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import { ElmBus, type ElmSent } from './elm-adapter-bus.ts'
import { elmCommands } from './elm-adapter-commands.ts'
import type { Answer, ElmCommand, ElmHost, ElmRequest, ElmTask } from './elm-adapter-host.ts'
import { type ElmAdapterOptions, elmVersions } from './elm-adapter-options.ts'
import { ElmOutput } from './elm-adapter-output.ts'
import { RequestTask, requestOf, type Timing } from './elm-adapter-request.ts'
import { SearchTask } from './elm-adapter-search.ts'
import { defaultSettings, type ElmSettings } from './elm-adapter-settings.ts'
import { ResetTask } from './elm-adapter-slow-commands.ts'
import { type ElmFault, FaultDice } from './elm-faults.ts'

const CR = 0x0d
const LF = 0x0a
/** While it may have to send: how late it may be. */
const STEP: Micros = 2000
const MONITOR_STEP: Micros = 10_000
/** After a pause, such as a suspended process, only this much is made up for. */
const BACKLOG: Micros = 10_000_000
/** The version that took a number of lines after a request. */
const COUNT_SINCE = '1.3'
const USUAL_HANG = ['ATAT2']
const USUAL_BAUD = 38_400
const MAX_COMMAND = 254
const KEPT_COMMANDS = 1000
/** What a clone knows that claims to be 2.1. */
const FAKE_KNOWS = '1.2a'

export class ElmAdapter implements ElmHost {
  settings: ElmSettings = defaultSettings()
  readonly bus: ElmBus
  readonly out: ElmOutput
  readonly dice: FaultDice
  readonly memory = new Map<string, string>()
  readonly bufferBytes: number
  /** Every command received, newest last. */
  readonly commands: string[] = []
  now: Micros = Number.NEGATIVE_INFINITY
  readonly #options: ElmAdapterOptions
  readonly #timing: Timing = { learned: 0 }
  readonly #sink = (frame: CanFrame) => this.#task?.frame(frame)
  #task: ElmTask | undefined
  #command = ''
  #lastCommand = ''
  #lastByte = 0
  #lastReceived: Micros = 0
  #hungUntil: Micros | undefined
  #isAsleep = false

  constructor(options: ElmAdapterOptions) {
    this.#options = options
    this.bufferBytes = options.bufferBytes ?? 512
    this.dice = new FaultDice(options.faults ?? [], options.faultEvery ?? 10, options.seed ?? 1)
    this.bus = new ElmBus(options.model, this.dice)
    this.out = new ElmOutput(
      options.write,
      () => this.settings,
      this.dice,
      options.baud ?? USUAL_BAUD,
    )
  }

  /** May be changed while it runs. */
  get faults(): Set<ElmFault> {
    return this.dice.faults
  }

  get banner(): string {
    const version = this.dice.has('fake-version') ? '2.1' : this.#version
    return this.#options.banner ?? `ELM327 v${version}`
  }

  /** What it put on the bus, oldest first; bounded. */
  get transmitted(): readonly ElmSent[] {
    return this.bus.transmitted
  }

  /** How many frames of these were sent to find a protocol. */
  get searches(): number {
    return this.bus.searches
  }

  /** Whether it answers every frame of the bus with the acknowledge bit. */
  get acknowledges(): boolean {
    return this.bus.mode === 'normal' && !this.dice.has('bus-off')
  }

  /** Whether time has to go on in short steps. */
  get isBusy(): boolean {
    return this.#task !== undefined || this.out.isHolding
  }

  /** Bytes from the host at a time. */
  receive(bytes: Uint8Array, time: Micros): void {
    this.advance(time)
    this.#lastReceived = this.now
    for (const byte of bytes) {
      this.#receiveByte(byte)
      this.#lastByte = byte
    }
  }

  /** Time goes on: frames of the bus, answers, ends of waiting. */
  advance(time: Micros): void {
    if (this.now < 0) this.#lastReceived = time
    if (time - this.now > BACKLOG) this.#skipTo(time - BACKLOG)
    while (this.now < time) {
      this.now = this.#nextStep(time)
      this.out.advance(this.now)
      this.bus.model.framesUntil(this.now, this.#sink)
      if (this.#task !== undefined && this.#task.deadline <= this.now) this.#task.due(this.now)
      this.bus.deliver(this.now)
    }
    const sleepAfter = (this.#options.sleepSeconds ?? 20) * 1e6
    const isSilent = this.#task === undefined && this.now - this.#lastReceived > sleepAfter
    if (isSilent && this.dice.has('sleep')) this.#isAsleep = true
  }

  /** As after a power cut: says who it is. */
  restart(time: Micros): void {
    this.advance(time)
    this.#hungUntil = undefined
    this.#isAsleep = false
    this.#command = ''
    this.#lastCommand = ''
    this.out.clear()
    this.out.baud = this.#options.baud ?? USUAL_BAUD
    new ResetTask(this, 300).start()
  }

  knows(version: string): boolean {
    const own = this.dice.has('fake-version') ? FAKE_KNOWS : this.#version
    return elmVersions.indexOf(version) <= elmVersions.indexOf(own)
  }

  begin(task: ElmTask): void {
    this.#task = task
  }

  finish(): void {
    this.#task = undefined
    this.out.prompt()
  }

  reset(): void {
    this.settings = defaultSettings()
    const saved = this.memory.get('SP') ?? '0'
    this.bus.choose(saved.slice(-1), saved.length > 1)
    this.#timing.learned = 0
    this.#lastCommand = ''
  }

  sleep(): void {
    this.out.line('OK')
    this.bus.close()
    this.#isAsleep = true
  }

  get #version(): string {
    return this.#options.version ?? '1.5'
  }

  #nextStep(time: Micros): Micros {
    const task = this.#task
    if (task === undefined) return time
    const next = this.now + (task.sends ? STEP : MONITOR_STEP)
    return Math.max(Math.min(next, task.deadline, time), this.now)
  }

  #skipTo(time: Micros): void {
    this.bus.model.framesUntil(time, () => undefined)
    this.now = time
    this.out.advance(time)
  }

  #receiveByte(byte: number): void {
    if (this.#hungUntil !== undefined) {
      if (byte !== CR || this.now < this.#hungUntil) return
      this.#hungUntil = undefined
      this.out.prompt()
    } else if (this.#isAsleep) {
      this.#isAsleep = false
      this.out.prompt()
    } else if (byte === LF && this.#lastByte === CR) {
      // The second half of a line end belongs to the first.
    } else if (this.#task !== undefined) {
      this.#task.interrupt(byte, this.now)
      this.bus.deliver(this.now)
    } else this.#character(byte)
  }

  #character(byte: number): void {
    if (this.settings.echo || this.dice.has('echo')) {
      if (byte === CR) this.out.newline()
      else if (byte !== 0) this.out.bytes(Uint8Array.of(byte))
    }
    if (byte === CR) {
      const command = this.#command
      this.#command = ''
      this.#obey(command === '' ? this.#lastCommand : command)
      this.bus.deliver(this.now)
    } else if (byte > 0x20 && byte < 0x7f && this.#command.length < MAX_COMMAND) {
      this.#command += String.fromCharCode(byte).toUpperCase()
    }
  }

  #obey(command: string): void {
    if (command === '') {
      this.out.prompt()
      return
    }
    this.#lastCommand = command
    this.commands.push(command)
    if (this.commands.length > KEPT_COMMANDS) this.commands.shift()
    if (this.#hangs(command)) {
      this.#hungUntil = this.now + (this.#options.hangSeconds ?? Number.POSITIVE_INFINITY) * 1e6
      return
    }
    const answer = this.dice.strikes('low-voltage-reset')
      ? this.#lowVoltage()
      : this.#answer(command)
    if (answer === undefined) return
    for (const line of typeof answer === 'string' ? [answer] : answer) this.out.line(line)
    this.out.prompt()
  }

  #hangs(command: string): boolean {
    if (command === 'ATAL' && this.dice.has('hang-at-al')) return true
    return this.dice.has('hang') && [...(this.#options.hangAt ?? USUAL_HANG)].includes(command)
  }

  #lowVoltage(): Answer {
    this.reset()
    return ['', '', 'LV RESET']
  }

  #answer(command: string): Answer {
    const { extension } = this.#options
    if (command.startsWith('AT')) return this.#execute(command.slice(2), elmCommands)
    if (extension !== undefined && command.startsWith(extension.prefix)) {
      return this.#execute(command.slice(extension.prefix.length), extension.commands)
    }
    const request = requestOf(command, this.settings)
    const isKnown = request?.count === undefined || this.knows(COUNT_SINCE)
    if (request === undefined || !isKnown) return '?'
    this.request(request)
    return undefined
  }

  #execute(command: string, table: readonly ElmCommand[]): Answer {
    for (const { pattern, since, run } of table) {
      if (!this.knows(since)) continue
      const match = pattern.exec(command)
      if (match !== null) return run(this, match.slice(1))
    }
    return '?'
  }

  /** Asks the bus, after a search where the protocol is not known. */
  request(request: ElmRequest): void {
    const { bus, dice, out } = this
    const ask = () => new RequestTask(this, request, this.#timing).start()
    if (dice.strikes('unable')) {
      out.line('SEARCHING...')
      out.line('UNABLE TO CONNECT')
      out.prompt()
      if (bus.isAuto) bus.close()
    } else if (bus.isAuto && bus.mode === 'off') new SearchTask(this, ask).start()
    else ask()
  }
}
