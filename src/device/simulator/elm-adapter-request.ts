/**
 * A request of a fake ELM327 under way: frames out, answers printed as they come, flow control by
 * itself, and the end: the time of AT ST (adapted by AT AT) without an answer, or the number of
 * lines that the request's last digit asked for.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { ElmHost, ElmRequest, ElmTask } from './elm-adapter-host.ts'
import { J1939Answers } from './elm-adapter-j1939.ts'
import { linesOf } from './elm-adapter-lines.ts'
import { type ElmSettings, fits, receiveFilter, requestId } from './elm-adapter-settings.ts'
import type { ElmFault } from './elm-faults.ts'

const TIMEOUT_STEP: Micros = 4096
/** The first version that waits longer for a control unit that asks for time. */
const PENDING_SINCE = '2.0'
const PENDING_WAIT: Micros = 5_000_000
const NO_ACKNOWLEDGE: Micros = 60_000
const SLOW: Micros = 125_000
const MIN_ADAPTED: Micros = 32_000
const FRAME_BYTES = 8
const SUDDEN: readonly (readonly [ElmFault, string])[] = [
  ['stopped', 'STOPPED'],
  ['buffer-full', 'BUFFER FULL'],
  ['can-error', 'CAN ERROR'],
]

/** How long answers took, for the adaptive timing; outlives a request. */
export interface Timing {
  learned: Micros
}

export class RequestTask implements ElmTask {
  deadline: Micros = 0
  readonly sends = true
  readonly #host: ElmHost
  readonly #request: ElmRequest
  readonly #timing: Timing
  #j1939: J1939Answers | undefined
  #started: Micros = 0
  #lines = 0
  #isWaiting = true
  #verdict: string | undefined = 'NO DATA'

  constructor(host: ElmHost, request: ElmRequest, timing: Timing) {
    this.#host = host
    this.#request = request
    this.#timing = timing
  }

  start(): void {
    const { bus, settings, now, dice } = this.#host
    this.#started = now
    this.#host.begin(this)
    const { protocol } = bus
    if (protocol.kind === 'other') {
      this.#refuse(protocol.tryMs)
      return
    }
    bus.mode = 'normal'
    const id = this.#request.id ?? requestId(settings, protocol)
    if (protocol.kind === 'j1939') this.#j1939 = new J1939Answers(this.#host, this.#request.bytes)
    const data = this.#j1939?.data ?? padded(this.#request.bytes, settings, protocol.kind)
    const isOnBus = bus.put({ id, data, why: 'request' }, now)
    const sudden = SUDDEN.find(([fault]) => dice.strikes(fault))
    if (!isOnBus || sudden !== undefined) {
      this.#verdict = sudden?.[1] ?? 'CAN ERROR'
      this.deadline = now + (isOnBus ? 1000 * dice.below(60) : NO_ACKNOWLEDGE)
      this.#isWaiting = isOnBus
    } else if (!settings.responses || this.#request.count === 0) {
      this.#verdict = undefined
      this.#end(now)
    } else this.deadline = now + this.#wait()
  }

  frame(frame: CanFrame): void {
    const { bus, settings, out, dice } = this.#host
    if (!this.#isWaiting || !bus.hears(frame) || !this.#accepts(frame)) return
    const lines = linesOf(frame, settings, bus.protocol, dice.has('padding'))
    for (const line of lines) out.data(line)
    if (lines.length === 0) return
    this.#lines += 1
    if (this.#verdict === 'NO DATA') this.#verdict = undefined
    if (this.#verdict !== undefined) return
    this.#learn(frame.time)
    this.#answerFirstFrame(frame)
    const mayWait = bus.protocol.kind === 'iso15765' && this.#host.knows(PENDING_SINCE)
    const isPending = mayWait && isResponsePending(frame, settings)
    this.deadline = frame.time + (isPending ? PENDING_WAIT : this.#wait())
    if (this.#lines === this.#request.count) this.#end(frame.time)
  }

  due(time: Micros): void {
    if (this.#isWaiting && this.#verdict === undefined) {
      this.#end(time)
      if (this.deadline > time) return
    }
    if (this.#verdict !== undefined) this.#host.out.line(this.#verdict)
    this.#host.finish()
  }

  interrupt(): void {
    this.#host.out.line('STOPPED')
    this.#host.finish()
  }

  /** Of the protocols that are no CAN, only the failure is simulated. */
  #refuse(tryMs: number): void {
    const { digit } = this.#host.bus.protocol
    const isSerial = digit >= '3'
    if (isSerial) this.#host.out.text('BUS INIT: ...')
    this.#verdict = isSerial ? 'ERROR' : 'NO DATA'
    this.#isWaiting = false
    this.deadline = this.#started + 1000 * tryMs
  }

  #end(time: Micros): void {
    this.#isWaiting = false
    this.deadline = time
    if (this.#host.dice.has('slow')) this.deadline = Math.max(time, this.#started + SLOW)
  }

  #accepts(frame: CanFrame): boolean {
    const { bus, settings } = this.#host
    if (frame.sent) return false
    if (this.#j1939 !== undefined) return this.#j1939.accepts(frame)
    return fits(frame.id, receiveFilter(settings, bus.protocol))
  }

  #answerFirstFrame(frame: CanFrame): void {
    const { bus, settings, now } = this.#host
    const skip = settings.extendedAddress === undefined ? 0 : 1
    if (!settings.flowControl || bus.protocol.kind !== 'iso15765') return
    if ((frame.data[skip] ?? 0) >> 4 !== 1) return
    const isOwn = settings.flowMode > 0 && settings.flowData !== undefined
    const content = isOwn ? settings.flowData : Uint8Array.of(0x30, 0, 0)
    const data = filled([...addressOf(settings, isOwn), ...(content ?? [])], settings)
    const isOwnHeader = settings.flowMode === 1 && settings.flowHeader !== undefined
    const id = isOwnHeader ? settings.flowHeader : testerOf(frame)
    bus.put({ id: id ?? testerOf(frame), data, why: 'flow-control' }, now)
  }

  #wait(): Micros {
    const { settings } = this.#host
    if (this.#request.waitMs !== undefined) return this.#request.waitMs * 1000
    const full = settings.timeout * settings.timeoutFactor * TIMEOUT_STEP
    if (settings.adaptive === 0 || this.#timing.learned === 0) return full
    const factor = settings.adaptive === 1 ? 4 : 2
    return Math.min(Math.max(this.#timing.learned * factor, MIN_ADAPTED), full)
  }

  #learn(time: Micros): void {
    if (this.#lines !== 1) return
    const taken = Math.max(time - this.#started, 1)
    const { learned } = this.#timing
    this.#timing.learned = taken > learned ? taken : Math.round(0.8 * learned + 0.2 * taken)
  }
}

function padded(
  bytes: Uint8Array,
  settings: ElmSettings,
  kind: 'iso15765' | 'raw' | 'j1939',
): Uint8Array {
  const hasLength = settings.autoFormat && kind === 'iso15765'
  const length = hasLength ? [bytes.length] : []
  if (kind === 'raw') return bytes
  return filled([...addressOf(settings, !hasLength), ...length, ...bytes], settings)
}

function addressOf({ extendedAddress }: ElmSettings, isOwn: boolean): number[] {
  return extendedAddress === undefined || isOwn ? [] : [extendedAddress]
}

function filled(content: readonly number[], settings: ElmSettings): Uint8Array {
  const cut = content.slice(0, FRAME_BYTES)
  const data = new Uint8Array(settings.variableDlc ? cut.length : FRAME_BYTES)
  data.set(cut)
  return data
}

/** Who is to get the flow control for this first frame. */
function testerOf(frame: CanFrame): number {
  if (!frame.extended) return frame.id & ~8
  const sender = frame.id & 0xff
  const target = (frame.id >>> 8) & 0xff
  return (frame.id & 0x1fff0000) | (sender << 8) | target
}

/** Negative response 0x78: the control unit needs more time. */
function isResponsePending(frame: CanFrame, settings: ElmSettings): boolean {
  const skip = settings.extendedAddress === undefined ? 0 : 1
  return frame.data[skip] === 3 && frame.data[skip + 1] === 0x7f && frame.data[skip + 3] === 0x78
}

/** Pairs of hex digits; an odd one at the end is the number of lines to wait for. */
export function requestOf(text: string, settings: ElmSettings): ElmRequest | undefined {
  if (!/^[0-9A-F]{2,}$/.test(text)) return undefined
  const bytes = Uint8Array.from(Buffer.from(text.slice(0, text.length & ~1), 'hex'))
  const limit = settings.autoFormat && !settings.long ? 7 : 8
  if (bytes.length > limit) return undefined
  if (text.length % 2 === 0) return { bytes }
  return { bytes, count: Number.parseInt(text.slice(-1), 16) }
}
