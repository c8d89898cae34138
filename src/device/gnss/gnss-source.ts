/**
 * A satellite receiver as a source, whatever it speaks: what it measures goes to the vehicle as
 * readings of this source. The line is kept open by the supervisor; a protocol makes fixes of bytes.
 */
import type { Clock, Source, SourceEvents } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import { openLine } from '../open-line.ts'
import type { OpenPort, PortOptions } from '../serial/port.ts'
import {
  type After,
  type BackOff,
  type OpenContext,
  type Session,
  Supervisor,
  systemAfter,
  systemClock,
} from '../supervisor.ts'
import { FixReport } from './fix-report.ts'

export interface GnssDependencies {
  clock?: Clock
  after?: After
  random?: () => number
  backOff?: Partial<BackOff>
  open?: (options: PortOptions) => Promise<OpenPort>
}

export interface GnssLine {
  id: string
  path: string
  baud: number
  /** As sentences name it. */
  place: string
  /** What to look at where nothing comes at all. */
  silence: string
}

export interface GnssWorld {
  clock: Clock
  after: After
}

/** One for each session. */
export interface GnssProtocol {
  take(chunk: Uint8Array): void
  /** The line can be written to. */
  opened?(port: OpenPort): void
  close?(): void
}

export type MakeProtocol = (report: FixReport, world: GnssWorld) => GnssProtocol

const LOOK_MS: Millis = 1000

export function createGnssSource(
  line: GnssLine,
  deps: GnssDependencies,
  protocol: MakeProtocol,
): Source {
  const { clock = systemClock, after = systemAfter, open = openLine } = deps
  let told = 0
  let supervisor: Supervisor | undefined
  const opener = (events: SourceEvents) => (context: OpenContext) => {
    const counted = () => {
      told += 1
    }
    const { place, silence } = line
    const report = new FixReport({ place, silence, clock, events, context, counted })
    const world = { clock, after }
    return GnssSession.open(
      line,
      { world, open, report, protocol: protocol(report, world) },
      context,
    )
  }
  return {
    id: line.id,
    buses: [],
    start(events) {
      if (supervisor !== undefined) return
      supervisor = new Supervisor({
        adapter: { open: opener(events) },
        health: (health) => events.health(health),
        frames: () => told,
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

interface SessionParts {
  world: GnssWorld
  open: (options: PortOptions) => Promise<OpenPort>
  report: FixReport
  protocol: GnssProtocol
}

class GnssSession implements Session {
  readonly closed: Promise<string>
  readonly #parts: SessionParts
  #resolve: (reason: string) => void = () => undefined
  #port: OpenPort | undefined
  #cancelLook: () => void = () => undefined

  static async open(
    { path, baud }: GnssLine,
    parts: SessionParts,
    { signal }: OpenContext,
  ): Promise<GnssSession> {
    const session = new GnssSession(parts)
    session.#port = await parts.open({
      path,
      baudRate: baud,
      signal,
      data: (chunk) => parts.protocol.take(chunk),
      closed: (reason) => session.#resolve(reason),
    })
    parts.protocol.opened?.(session.#port)
    session.#look()
    return session
  }

  private constructor(parts: SessionParts) {
    this.#parts = parts
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get detail(): string {
    return this.#parts.report.detail
  }

  async close(): Promise<void> {
    this.#cancelLook()
    this.#parts.protocol.close?.()
    this.#resolve('closed')
    await this.#port?.close()
  }

  #look(): void {
    this.#cancelLook = this.#parts.world.after(LOOK_MS, () => {
      this.#parts.report.tick()
      this.#look()
    })
  }
}
