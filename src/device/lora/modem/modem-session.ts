/**
 * A modem while it is open: found out what it is, brought into reception, heard, and looked after. It
 * ends when the line is gone, or the modem does not answer or has started anew; then it is opened again.
 */
import type { Millis } from '../../../model/time.ts'
import type { Session } from '../../supervisor.ts'
import type { Heard, LineReader, ModemDialect, ModemRadio, Packet, Step } from './dialect.ts'
import { dialects } from './dialects.ts'
import { ModemLink, type ModemWorld } from './modem-link.ts'

export interface ModemSessionOptions {
  port: string
  baud?: number
  /** Undefined: it is found out. */
  dialect?: ModemDialect
  radio: ModemRadio
  packet(packet: Packet): void
  malformed(detail: string): void
}

/** Another kind of modem answers at once or not at all. */
const HELLO_MS: Millis = 700

export class ModemSession implements Session {
  readonly closed: Promise<string>
  readonly detail: string
  readonly #link: ModemLink
  readonly #dialect: ModemDialect
  readonly #reader: LineReader
  readonly #options: ModemSessionOptions
  readonly #world: ModemWorld
  #cancelCheck: () => void = () => undefined
  #asked: Promise<void> = Promise.resolve()
  #hasEnded = false

  /** Rejects with a sentence for people. */
  static async open(
    options: ModemSessionOptions,
    world: ModemWorld,
    signal: AbortSignal,
  ): Promise<ModemSession> {
    const { link, dialect } = await reached(options, world, signal)
    const session = new ModemSession(link, dialect, options, world)
    try {
      for (const step of [...dialect.setup(options.radio), dialect.arm]) await taken(link, step)
    } catch (error) {
      await link.close()
      throw error
    }
    session.#listen()
    return session
  }

  private constructor(
    link: ModemLink,
    dialect: ModemDialect,
    options: ModemSessionOptions,
    world: ModemWorld,
  ) {
    this.#link = link
    this.#dialect = dialect
    this.#options = options
    this.#world = world
    this.#reader = dialect.reader()
    this.closed = link.ended
    void link.ended.then(() => {
      this.#hasEnded = true
      this.#cancelCheck()
    })
    const { frequencyHz, spreadingFactor, bandwidthHz } = options.radio
    const radio = `${frequencyHz / 1e6} MHz, SF${spreadingFactor}, ${bandwidthHz / 1000} kHz`
    this.detail = `listening on ${options.port} (${dialect.name}) at ${radio}`
  }

  async close(): Promise<void> {
    this.#cancelCheck()
    await this.#link.close()
  }

  #listen(): void {
    this.#link.heard = (line) => this.#take(this.#reader.line(line))
    this.#checkLater()
  }

  #take(heard: Heard | undefined): void {
    if (heard === undefined) return
    if ('malformed' in heard) this.#options.malformed(heard.malformed)
    else if ('reset' in heard) this.#link.end('the modem has started anew')
    else {
      if (heard.packet !== undefined) this.#options.packet(heard.packet)
      if ('rearm' in heard) this.#ask(this.#dialect.arm)
    }
  }

  #checkLater(): void {
    this.#cancelCheck = this.#world.after(this.#dialect.checkMs, () => {
      this.#ask(this.#dialect.check)
      this.#checkLater()
    })
  }

  /** One after the other. */
  #ask(step: Step): void {
    this.#asked = this.#asked.then(async () => {
      if (this.#hasEnded || (await this.#link.does(step))) return
      this.#link.end(`the modem does not answer ${step.send}`)
    })
  }
}

async function taken(link: ModemLink, step: Step): Promise<void> {
  if (await link.does(step)) return
  throw link.failure(`the modem did not take ${step.send}`)
}

interface Reached {
  link: ModemLink
  dialect: ModemDialect
}

/** Throws as opening the port does, and where no known modem answers. */
async function reached(
  options: ModemSessionOptions,
  world: ModemWorld,
  signal: AbortSignal,
): Promise<Reached> {
  const { port, dialect, baud } = options
  const candidates = dialect === undefined ? dialects : [dialect]
  const speeds = new Set(candidates.map((each) => baud ?? each.baud))
  for (const speed of speeds) {
    const speaking = candidates.filter((each) => (baud ?? each.baud) === speed)
    const found = await reachedAt(speed, speaking, { port, world, signal })
    if (found !== undefined) return found
    signal.throwIfAborted()
  }
  const names = candidates.map(({ name }) => name).join(', ')
  throw new ModemLink(port, candidates[0] as ModemDialect, world).failure(
    `no modem answers: asked were ${names}; is it powered, and is it one of these?`,
  )
}

async function reachedAt(
  speed: number,
  speaking: readonly ModemDialect[],
  { port, world, signal }: { port: string; world: ModemWorld; signal: AbortSignal },
): Promise<Reached | undefined> {
  const [first] = speaking
  if (first === undefined) return undefined
  const link = new ModemLink(port, first, world)
  await link.open(speed, signal)
  for (const dialect of speaking) {
    link.speak(dialect)
    const { isOk } = await link.ask({ ...dialect.hello, deadlineMs: HELLO_MS })
    if (isOk) return { link, dialect }
  }
  await link.close()
  return undefined
}
