/**
 * A CAN interface of Linux as a source: a hat with an MCP2515 or MCP2518FD, a USB adapter with a driver
 * of its own, or vcan. Bit rate and listen-only mode belong to the interface and are set by root;
 * here it is looked whether they are as the configuration wants, and refused with the command that
 * helps if they are not. Received with time stamps of the kernel.
 */
import { OdographError } from '../../model/errors.ts'
import type { CanFrame } from '../../model/frame.ts'
import type { Clock, Source, SourceEvents } from '../../model/ports.ts'
import type { FrameFilter, Permit, SendResult, Transmitter } from '../../model/transmit.ts'
import { CandumpParser } from '../capture/candump/candump.ts'
import { redeem } from '../governor/permit.ts'
import {
  type After,
  type BackOff,
  type OpenContext,
  type Session,
  Supervisor,
  systemAfter,
  systemClock,
} from '../supervisor.ts'
import {
  candumpArguments,
  canplayerArguments,
  playerLine,
  type StartTool,
  startTool,
  type Tool,
} from './can-tools.ts'
import { ControllerWatch } from './controller-watch.ts'
import {
  type InterfaceState,
  interfaceProblem,
  interfaceState,
  type RunTool,
} from './interface-state.ts'

export interface SocketcanOptions {
  id: string
  /** Name of the interface, such as `can0`. */
  interface: string
  listenOnly?: boolean
  /** If given, an interface that has another one is not used. */
  bitrate?: number | undefined
  /** Frames that are wanted; all where absent or empty. */
  filters?: readonly FrameFilter[]
  /** Without frames for so long, the bus counts as silent. */
  silenceSeconds?: number
}

export interface SocketcanDependencies {
  clock?: Clock
  after?: After
  random?: () => number
  backOff?: Partial<BackOff>
  start?: StartTool
  run?: RunTool
}

/** A tool that cannot run ends at once; until then it is not believed to run. */
const START_MS = 150
const TICK_MS = 1000

export function createSocketcanSource(
  options: SocketcanOptions,
  deps: SocketcanDependencies = {},
): Source {
  const { clock = systemClock, after = systemAfter } = deps
  let frames = 0
  let supervisor: Supervisor | undefined
  return {
    id: options.id,
    buses: [options.interface],
    start(events) {
      if (supervisor !== undefined) return
      const counted: typeof events.frame = (frame) => {
        frames += 1
        events.frame(frame)
      }
      const sinks: Sinks = { frame: counted, issue: events.issue.bind(events) }
      const watch = new ControllerWatch(options.interface, events)
      const world = { ...deps, clock, after, watch }
      supervisor = new Supervisor({
        adapter: { open: (context) => SocketcanSession.open(options, world, sinks, context) },
        health: (health) => events.health(health),
        transmitter: (transmitter) => events.transmitter?.(transmitter),
        frames: () => frames,
        clock,
        after,
        ...(deps.random === undefined ? {} : { random: deps.random }),
        ...(deps.backOff === undefined ? {} : { backOff: deps.backOff }),
      })
      supervisor.start()
    },
    async stop() {
      await supervisor?.stop()
    },
  }
}

type World = SocketcanDependencies & { clock: Clock; after: After; watch: ControllerWatch }
type Sinks = Pick<SourceEvents, 'frame' | 'issue'>

class SocketcanSession implements Session, Transmitter {
  readonly flowControl = 'gateway'
  readonly detail: string
  readonly closed: Promise<string>
  readonly transmitter?: Transmitter
  readonly #name: string
  readonly #world: World
  readonly #context: OpenContext
  readonly #sinks: Sinks
  readonly #silenceMs: number
  readonly #dump: Tool
  readonly #player: Tool | undefined
  readonly #parser: CandumpParser
  #cancelTick: () => void = () => undefined
  #isClosed = false
  #isSilent = false
  #frames = 0
  #framesSeen = 0
  #heardAt: number

  static async open(
    options: SocketcanOptions,
    world: World,
    sinks: Sinks,
    context: OpenContext,
  ): Promise<SocketcanSession> {
    const { listenOnly = true, bitrate } = options
    const state = await interfaceState(options.interface, world.run)
    const problem = interfaceProblem(state, { listenOnly, bitrate })
    if (problem !== undefined) throw new OdographError('port-failed', options.interface, problem)
    world.watch.opened(state, world.clock.monotonic())
    const session = new SocketcanSession(options, state, world, sinks, context)
    const ended = await Promise.race([
      session.closed,
      new Promise<undefined>((resolve) => world.after(START_MS, () => resolve(undefined))),
    ])
    if (ended === undefined && !context.signal.aborted) {
      session.#schedule()
      return session
    }
    await session.close()
    throw new OdographError('port-failed', options.interface, ended ?? 'stopped')
  }

  private constructor(
    options: SocketcanOptions,
    state: InterfaceState,
    world: World,
    sinks: Sinks,
    context: OpenContext,
  ) {
    const { interface: name, listenOnly = true, filters = [], silenceSeconds = 10 } = options
    const { start = startTool, clock } = world
    this.#name = name
    this.#world = world
    this.#sinks = sinks
    this.#context = context
    this.#silenceMs = silenceSeconds * 1000
    this.#heardAt = clock.monotonic()
    this.detail = detailText(state, listenOnly)
    this.#parser = new CandumpParser({
      at: name,
      buses: [name],
      issue: sinks.issue,
      frame: (frame) => this.#frame(frame),
    })
    this.#dump = start('candump', candumpArguments(name, filters), (chunk) =>
      this.#parser.push(chunk),
    )
    if (!listenOnly) {
      this.#player = start('canplayer', canplayerArguments(name), () => undefined)
      this.transmitter = this
    }
    const player = this.#player
    this.closed = Promise.race([this.#dump.ended, ...(player === undefined ? [] : [player.ended])])
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTick()
    await Promise.all([this.#dump.stop(), this.#player?.stop()])
  }

  async send(permit: Permit): Promise<SendResult> {
    if (this.#isClosed) return { kind: 'failed', reason: 'adapter', detail: 'it is closed' }
    if (this.#world.watch.isOff) {
      return { kind: 'failed', reason: 'bus', detail: 'the controller is off the bus' }
    }
    const frame = redeem(permit)
    if (frame === undefined) {
      return { kind: 'failed', reason: 'permit', detail: 'the permit is not good any more' }
    }
    const isTaken = this.#player?.write(playerLine(this.#name, frame)) === true
    if (isTaken) return { kind: 'sent' }
    return { kind: 'failed', reason: 'adapter', detail: 'canplayer takes nothing' }
  }

  /** Hot. */
  #frame(frame: CanFrame): void {
    if (frame.error) {
      this.#world.watch.errorFrame(frame, this.#world.clock.monotonic())
      return
    }
    this.#frames += 1
    this.#sinks.frame(frame)
  }

  #schedule(): void {
    if (!this.#isClosed) this.#cancelTick = this.#world.after(TICK_MS, () => this.#tick())
  }

  #tick(): void {
    this.#schedule()
    const now = this.#world.clock.monotonic()
    if (this.#frames !== this.#framesSeen) {
      this.#framesSeen = this.#frames
      this.#heardAt = now
      this.#world.watch.heard(now)
      if (this.#isSilent) this.#context.report('running', this.detail)
      this.#isSilent = false
    } else if (!this.#isSilent && now - this.#heardAt >= this.#silenceMs) {
      this.#isSilent = true
      const detail = `${this.#name}: no frame comes: the ignition is off, the bit rate is not that of the bus, or the wiring is open`
      this.#context.report('silent', detail)
    }
  }
}

function detailText({ name, isVirtual, bitrate }: InterfaceState, listenOnly: boolean): string {
  if (isVirtual) return `receiving from ${name}, a virtual bus`
  const rate = bitrate === undefined ? '' : ` at ${bitrate / 1000} kbit/s`
  return `receiving from ${name}${rate}, ${listenOnly ? 'listen-only' : 'as a normal node that may ask'}`
}
