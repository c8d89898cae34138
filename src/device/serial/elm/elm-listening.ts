/**
 * Listens through an ELM327 without acknowledging anything: silent mode, then its monitor, whose lines
 * become frames. Bit rates and identifier lengths are tried in turn until frames come, and the ones that
 * did are remembered; then the filters are set, if any are wanted.
 *
 * A monitor that ends by itself, as it does when the adapter's memory is full, is started again. Now and
 * then it is broken off: for a look at the voltage, and, where nothing is heard, for a sign of life.
 */
import { type FrameSink, newFrame } from '../../../model/frame.ts'
import type { IssueSink } from '../../../model/issue.ts'
import type { Clock } from '../../../model/ports.ts'
import type { Micros, Millis } from '../../../model/time.ts'
import type { FrameFilter } from '../../../model/transmit.ts'
import type { After } from '../../supervisor.ts'
import {
  candidateCommands,
  candidateIds,
  type ElmCandidate,
  filterCommands,
} from './elm-candidates.ts'
import type { ElmLink } from './elm-link.ts'
import { ElmMonitorLines } from './elm-monitor-lines.ts'
import { type ElmMemory, tried } from './elm-setup.ts'
import type { ElmTraits } from './elm-traits.ts'

/** What is known of the bus, for as long as the source lives. */
export interface ElmHearing {
  /** To try, the next one first. */
  candidates: ElmCandidate[]
  /** Frames have come at the first of them. */
  isProven: boolean
}

export interface ElmListeningOptions {
  link: ElmLink
  traits: ElmTraits
  memory: ElmMemory
  hearing: ElmHearing
  path: string
  wanted: readonly FrameFilter[]
  silenceMs: Millis
  clock: Clock
  after: After
  frame: FrameSink
  issue: IssueSink
  /** Something to ask of the adapter while it does not monitor; throws nothing. */
  measure: () => Promise<void>
}

/** A bit rate at which nothing is heard for so long gives way to the next. */
const LISTEN_MS: Millis = 2500
/** While frames come, the monitor is broken off no more often than this. */
const BREAK_MS: Millis = 30_000
/** And only if the adapter was found to be back so soon: what comes meanwhile is lost. */
const QUICK_MS: Millis = 200
/** A word that ends a monitor is followed by the prompt, unless that is missing. */
const PROMPT_MS: Millis = 300
/** A monitor that ends so often without a frame is none. */
const MAX_VAIN = 6
/** Filters that let nothing through so often are done without. */
const MAX_BLANKS = 2

export class ElmListening {
  frames = 0
  /** Its memory ran full so often. */
  overflows = 0
  heardAt: Millis
  readonly #options: ElmListeningOptions
  readonly #frame = newFrame()
  #hasStnMonitor = false
  #isRaw = false
  #hasLengths = false
  #isFiltered = false
  /** So often nothing came any more once filters were set. */
  #blanks = 0
  #lines = new ElmMonitorLines('both', false)
  #cancelPrompt: () => void = () => undefined
  #queue: Promise<unknown> = Promise.resolve()
  #isStopped = false
  #isMonitoring = false
  #framesSeen = 0
  #framesAtStart = 0
  #vain = 0
  #triedAt: Millis = 0
  #brokenAt: Millis
  /** Not known before it was broken off once. */
  #breakTook: Millis | undefined

  constructor(options: ElmListeningOptions) {
    this.#options = options
    this.heardAt = options.clock.monotonic()
    this.#brokenAt = this.heardAt
  }

  /** False: it cannot be silent, and so is not used. */
  async start(): Promise<boolean> {
    const { link, memory, traits } = this.#options
    const isStn = traits.stn !== undefined
    this.#hasStnMonitor = isStn && (await tried(link, 'STCMM0', memory))
    const isSilent = this.#hasStnMonitor || (await tried(link, 'ATCSM1', memory))
    if (!isSilent) return false
    traits.canBeSilent = true
    await tried(link, 'ATCAF0', memory)
    this.#hasLengths = await tried(link, 'ATD1', memory)
    await this.#tune(false)
    this.#monitor()
    return true
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelPrompt()
    await this.#inTurn(async () => {
      await this.#quiet()
      // Filters that stay would starve who uses it next.
      if (this.#isFiltered) await this.#options.link.ask('ATD')
    }).catch(() => undefined)
  }

  /** Every second or so; never rejects. */
  tick(): Promise<void> {
    return this.#inTurn(() => this.#tick()).catch((error) => this.#options.link.end(String(error)))
  }

  async #tick(): Promise<void> {
    const { hearing, clock, silenceMs, link } = this.#options
    const now = clock.monotonic()
    if (this.#isStopped || link.hasEnded) return
    const hasHeard = this.#hasHeard(now)
    const isLost = !hearing.isProven && now - this.#triedAt >= LISTEN_MS
    const isBlank = this.#isFiltered && now - this.heardAt >= silenceMs
    if (isLost) this.#next()
    if (isBlank) {
      this.#blanks += 1
      await this.#break(() => this.#tune(false))
    } else if (isLost || (hasHeard && this.#isToFilter))
      await this.#break(() => this.#tune(hasHeard))
    else if (now - this.#brokenAt >= this.#breakEvery(now, silenceMs)) await this.#break()
  }

  #hasHeard(now: Millis): boolean {
    if (this.frames === this.#framesSeen) return false
    this.#framesSeen = this.frames
    this.heardAt = now
    this.#options.hearing.isProven = true
    if (this.#isFiltered) this.#blanks = 0
    return true
  }

  get #isToFilter(): boolean {
    const { wanted, traits } = this.#options
    return wanted.length > 0 && !this.#isFiltered && traits.canFilter && this.#blanks < MAX_BLANKS
  }

  #next(): void {
    const { candidates } = this.#options.hearing
    candidates.push(...candidates.splice(0, 1))
  }

  /** While nothing comes, nothing is lost by it, and it is the only sign of life. */
  #breakEvery(now: Millis, silenceMs: Millis): Millis {
    if (now - this.heardAt >= silenceMs) return silenceMs
    const isQuick = this.#breakTook === undefined || this.#breakTook <= QUICK_MS
    return isQuick ? BREAK_MS : Number.POSITIVE_INFINITY
  }

  async #break(work?: () => Promise<void>): Promise<void> {
    const { clock, measure, link } = this.#options
    const before = clock.monotonic()
    this.#brokenAt = before
    if (!(await this.#quiet())) {
      link.end(`${this.#options.path}: the adapter has stopped answering`)
      return
    }
    await measure()
    this.#breakTook = clock.monotonic() - before
    await work?.()
    if (!link.hasEnded && !this.#isStopped) this.#monitor()
  }

  /** At its prompt. One whose monitor had ended unnoticed says nothing to a space. */
  async #quiet(): Promise<boolean> {
    this.#isMonitoring = false
    this.#cancelPrompt()
    const { link } = this.#options
    return (await link.stopMonitor()) || (await link.ask('ATI')) !== undefined
  }

  /** Sets the bit rate that is to be listened to, and filters once frames have come at it. */
  async #tune(mayFilter: boolean): Promise<void> {
    const { hearing, wanted, clock, traits, link } = this.#options
    const [candidate = { bitrate: 500_000, extended: false }] = hearing.candidates
    this.#triedAt = clock.monotonic()
    this.#isFiltered = false
    this.#isRaw = this.#hasStnMonitor && (await this.#takes(candidateCommands(candidate, true)))
    if (!this.#isRaw && !(await this.#takes(candidateCommands(candidate, false)))) {
      // It would monitor some other protocol, or any.
      this.#next()
      throw link.failure(`the adapter cannot be set to ${candidate.bitrate / 1000} kbit/s`)
    }
    const ids = candidateIds(candidate, this.#isRaw)
    this.#lines = new ElmMonitorLines(ids, this.#hasLengths)
    const commands = mayFilter ? filterCommands(wanted, ids, this.#hasStnMonitor) : []
    await this.#takes(this.#hasStnMonitor ? [] : ['ATAR'])
    if (commands.length === 0) return
    this.#isFiltered = await this.#takes(commands)
    if (this.#isFiltered) return
    traits.canFilter = false
    await this.#takes(['ATAR'])
  }

  async #takes(commands: readonly string[]): Promise<boolean> {
    const { link, memory } = this.#options
    for (const command of commands) if (!(await tried(link, command, memory))) return false
    return true
  }

  #monitor(): void {
    const stn = this.#isFiltered ? 'STM' : 'STMA'
    this.#isMonitoring = true
    this.#framesAtStart = this.frames
    this.#options.link.monitor(this.#hasStnMonitor ? stn : 'ATMA', {
      line: (line, time) => this.#line(line, time),
      prompt: () => this.#ended(),
    })
  }

  /** Hot. */
  #line(text: string, time: Micros): void {
    if (!this.#isMonitoring) return
    const frame = this.#frame
    const kind = this.#lines.read(text, frame)
    if (kind === 'frame') {
      frame.time = time
      this.frames += 1
      this.#options.frame(frame)
    } else if (kind !== 'nothing') this.#word(kind, text, time)
  }

  #word(kind: 'full' | 'ended' | 'bad', text: string, time: Micros): void {
    const { issue, path, after, hearing } = this.#options
    const detail = `"${text.slice(0, 48)}"`
    if (kind === 'full') {
      this.overflows += 1
      issue({ code: 'adapter-overflow', at: path, detail, time })
    }
    // At a bit rate that is not that of the bus there is nothing else.
    if (kind === 'bad' && hearing.isProven)
      issue({ code: 'line-malformed', at: path, detail, time })
    if (kind === 'bad') return
    this.#cancelPrompt()
    this.#cancelPrompt = after(PROMPT_MS, () => this.#ended())
  }

  /** By itself: it is at its prompt, so it need not be stopped. */
  #ended(): void {
    this.#cancelPrompt()
    if (!this.#isMonitoring || this.#isStopped) return
    this.#isMonitoring = false
    this.#vain = this.frames === this.#framesAtStart ? this.#vain + 1 : 0
    const { link, path } = this.#options
    if (this.#vain >= MAX_VAIN) link.end(`${path}: the adapter does not stay in its monitor`)
    else if (!link.hasEnded) this.#monitor()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(work)
    this.#queue = result.catch(() => undefined)
    return result
  }
}
