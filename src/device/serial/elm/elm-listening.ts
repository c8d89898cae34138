/**
 * Listens through an ELM327 without acknowledging anything: silent mode, then its monitor, whose
 * lines become frames. Where the bit rate is not known, each is listened to in turn. An adapter whose
 * memory overflows stops monitoring; it is started again, and the loss is told.
 */
import type { FrameSink } from '../../../model/frame.ts'
import { newFrame } from '../../../model/frame.ts'
import type { IssueSink } from '../../../model/issue.ts'
import type { Micros, Millis } from '../../../model/time.ts'
import type { After } from '../../supervisor.ts'
import type { ElmLink } from './elm-link.ts'
import { type ElmMemory, tried } from './elm-setup.ts'
import type { ElmTraits } from './elm-traits.ts'

export interface ElmListeningOptions {
  link: ElmLink
  traits: ElmTraits
  memory: ElmMemory
  path: string
  /** The first is tried first. */
  bitrates: readonly number[]
  after: After
  frame: FrameSink
  issue: IssueSink
}

/** A bit rate at which nothing is heard for so long gives way to the next. */
const LISTEN_MS: Millis = 2500
const ELEVEN = /^([0-7][0-9A-F]{2})((?:[0-9A-F]{2}){0,8})$/
const TWENTY_NINE = /^([01][0-9A-F]{7})((?:[0-9A-F]{2}){0,8})$/

export class ElmListening {
  frames = 0
  bitrate: number
  readonly #options: ElmListeningOptions
  readonly #frame = newFrame()
  #cancel: () => void = () => undefined
  #isStopped = false
  #isRestarting = false

  constructor(options: ElmListeningOptions) {
    this.#options = options
    this.bitrate = options.bitrates[0] ?? 500_000
  }

  /** False: it cannot be silent, and so is not used. */
  async start(): Promise<boolean> {
    const { link, memory, traits } = this.#options
    const isSilent =
      (await tried(link, 'ATCSM1', memory)) ||
      (traits.stn !== undefined && (await tried(link, 'STCMM0', memory)))
    if (!isSilent) return false
    traits.canBeSilent = true
    await tried(link, 'ATCAF0', memory)
    await this.#listen()
    return true
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    await this.#options.link.stopMonitor()
  }

  /** Both lengths of identifiers are heard where the adapter can: else those of its protocol. */
  async #listen(): Promise<void> {
    const { link, memory, traits, after, bitrates } = this.#options
    if (this.#isStopped || link.hasEnded) return
    await tried(link, `ATSP${this.bitrate === 250_000 ? '9' : '6'}`, memory)
    this.frames = 0
    link.monitor(traits.stn === undefined ? 'ATMA' : 'STMA', (line, time) => this.#line(line, time))
    if (bitrates.length < 2) return
    this.#cancel = after(LISTEN_MS, () => {
      if (this.frames > 0 || this.#isStopped) return
      const next = bitrates[(bitrates.indexOf(this.bitrate) + 1) % bitrates.length]
      this.bitrate = next ?? this.bitrate
      void this.#restart()
    })
  }

  async #restart(): Promise<void> {
    if (this.#isRestarting) return
    this.#isRestarting = true
    await this.#options.link.stopMonitor()
    this.#isRestarting = false
    await this.#listen().catch((error) => this.#options.link.end(String(error)))
  }

  #line(text: string, time: Micros): void {
    const { issue, path } = this.#options
    const line = text.replaceAll(' ', '').toUpperCase()
    const match = ELEVEN.exec(line) ?? TWENTY_NINE.exec(line)
    if (match !== null) {
      this.#emit(match[1] as string, match[2] as string, time)
    } else if (/^(BUFFERFULL|OUTOFMEMORY)/.test(line)) {
      issue({ code: 'adapter-overflow', at: path, detail: text, time })
      void this.#restart()
    } else if (!/^(SEARCHING|STOPPED|OK|ATMA|STMA|\?)/.test(line)) {
      issue({ code: 'line-malformed', at: path, detail: `"${text.slice(0, 48)}"`, time })
    }
  }

  #emit(id: string, hex: string, time: Micros): void {
    const frame = this.#frame
    frame.id = Number.parseInt(id, 16)
    frame.extended = id.length === 8
    frame.length = hex.length / 2
    frame.data.set(Buffer.from(hex, 'hex'))
    frame.time = time
    this.frames += 1
    this.#options.frame(frame)
  }
}
