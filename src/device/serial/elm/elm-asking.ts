/**
 * Sends what permits let out through an ELM327, which adds the transport bytes, sends flow control by
 * itself, waits for the answers and prints them. Sets its protocol, header and filters as the frame
 * wants them, each only when it changes.
 */
import type { IssueSink } from '../../../model/issue.ts'
import type { Micros, Millis } from '../../../model/time.ts'
import type { OutgoingFrame, Permit, SendResult, Transmitter } from '../../../model/transmit.ts'
import { redeem } from '../../governor/permit.ts'
import {
  GROUP_BITRATE,
  GROUP_PROTOCOL,
  groupRequestHex,
  isGroupRequest,
} from './elm-group-request.ts'
import type { ElmLink } from './elm-link.ts'
import { groupReplyOf, type Reply, replyOf } from './elm-reply.ts'
import { type ElmMemory, tried } from './elm-setup.ts'
import type { ElmTraits } from './elm-traits.ts'
import type { ReplyFrame } from './reply-frame.ts'

/** What is known of the vehicle's bus, for as long as the source lives. */
export interface ElmBusMemory {
  /** Bit rates to try, the next one first. */
  bitrates: number[]
  /** Whether anybody has answered at the first of them. */
  isProven: boolean
}

export interface ElmAskingOptions {
  link: ElmLink
  traits: ElmTraits
  memory: ElmMemory
  bus: ElmBusMemory
  path: string
  now: () => Micros
  frame: (frame: ReplyFrame, time: Micros) => void
  issue: IssueSink
  busFailed: (detail: string) => void
  busWell: () => void
}

/** ISO 15765-4: bit rate and length of identifiers. */
const protocols: Readonly<Record<string, string>> = {
  '500000 false': '6',
  '500000 true': '7',
  '250000 false': '8',
  '250000 true': '9',
}
const TIMEOUT_STEP: Millis = 4.096
const MAX_TIMEOUT = 0xff
/** An adapter needs longer than that to start. */
const FRESH: Micros = 400_000
/** Beyond the time that the adapter waits: setting up, printing. */
const SLACK_MS: Millis = 1500
/** Up to here an answer fits into one line, so that the adapter need not wait for another. */
const LAST_SHORT_PID = 0x5f
const CURRENT_DATA = 1
const POSITIVE = 0x40
const NEGATIVE = 0x7f

export class ElmAsking implements Transmitter {
  readonly flowControl = 'adapter'
  /** A request is under way. */
  isBusy = false
  readonly #options: ElmAskingOptions
  /** What the adapter is set to, by the command that sets it. */
  readonly #set = new Map<string, string>([['ATH', '1']])
  #queue: Promise<unknown> = Promise.resolve()
  #heardAt: Micros = 0
  #isClosed = false

  constructor(options: ElmAskingOptions) {
    this.#options = options
  }

  /** Never rejects. One after the other. */
  send(permit: Permit): Promise<SendResult> {
    const result = this.#queue.then(() => this.#send(permit))
    this.#queue = result
    return result
  }

  /** Something for the adapter itself, between two requests. */
  between<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work)
    this.#queue = result.catch(() => undefined)
    return result
  }

  close(): void {
    this.#isClosed = true
  }

  async #send(permit: Permit): Promise<SendResult> {
    const { link } = this.#options
    if (this.#isClosed || link.hasEnded) return failed('adapter', 'the adapter was closed')
    this.isBusy = true
    try {
      const steps = Math.min(Math.ceil(permit.waitMs / TIMEOUT_STEP), MAX_TIMEOUT)
      await this.#setting('ATST', steps.toString(16).toUpperCase().padStart(2, '0'))
      const frame = redeem(permit)
      if (frame === undefined) return failed('permit', 'the permit is not good any more')
      return await this.#request(frame, permit)
    } catch (error) {
      link.end(String(error))
      return failed('adapter', 'the adapter does not answer')
    } finally {
      this.isBusy = false
    }
  }

  async #request(frame: OutgoingFrame, permit: Permit): Promise<SendResult> {
    const { link, traits } = this.#options
    const isGroup = isGroupRequest(frame)
    const isRaw = frame.payload === undefined && !isGroup
    if (isGroup && !this.#preferGroups()) {
      return failed('adapter', 'this adapter asks for parameter groups at 250 kbit/s only')
    }
    // One that was silent for a while may have started anew, and would search for a protocol.
    if (this.#options.now() - this.#heardAt > FRESH) this.#set.delete('ATSP')
    await this.#setting('ATH', '1')
    if (!(await this.#address(frame, permit))) {
      return failed('adapter', 'this adapter cannot be set to ask that control unit')
    }
    if (!(await this.#setting('ATCAF', isRaw ? '0' : '1'))) {
      return failed('adapter', 'this adapter cannot send such a frame')
    }
    const bytes = frame.payload ?? frame.data
    const hex = isGroup ? groupRequestHex(frame) : Buffer.from(bytes).toString('hex').toUpperCase()
    const count = traits.countsLines && permit.responders === 1 && isShort(bytes) ? '1' : ''
    const lines = await link.ask(`${hex}${count}`, {
      deadlineMs: permit.waitMs + SLACK_MS,
      quietMs: permit.waitMs + 300,
    })
    if (lines === undefined) {
      link.end(`${this.#options.path}: the adapter has stopped answering`)
      return failed('adapter', 'the adapter does not answer')
    }
    this.#heardAt = this.#options.now()
    if (isGroup) return this.#take(groupReplyOf(lines, !this.#set.has('ATJHF')))
    const reply = replyOf(lines, frame.extended)
    if (reply.isBare) {
      // Either it has none, or it has forgotten that they are on.
      this.#options.memory.quirks.add('no-headers')
      this.#set.delete('ATH')
    }
    if (count !== '' && reply.word === '?') traits.countsLines = false
    return this.#take(isRaw ? reply : answering(reply, bytes[0] as number))
  }

  /** Frames first: whoever waits for them hears of them before the end. */
  #take(reply: Reply): SendResult {
    const { frame, issue, bus, busFailed, busWell, path, now, link } = this.#options
    const time = now()
    for (const text of reply.bad) {
      const code = /BUFFER ?FULL/i.test(text) ? 'adapter-overflow' : 'line-malformed'
      issue({ code, at: path, detail: `"${text.slice(0, 48)}"`, time })
    }
    for (const answer of reply.frames) frame(answer, time)
    if (reply.frames.length > 0) {
      bus.isProven = true
      busWell()
    } else if (!bus.isProven) this.#nextBitrate()
    const { kind, word = '' } = reply
    if (kind === 'reset') link.end(`${path}: the adapter was reset (${word})`)
    if (kind === 'bus' && reply.frames.length === 0) {
      // With more than one bit rate to try it is not the bus that failed.
      if (bus.isProven || bus.bitrates.length === 1) busFailed(word)
      return failed(bus.isProven ? 'bus' : 'adapter', word)
    }
    if (kind === 'adapter' || kind === 'reset') return failed('adapter', word)
    return { kind: 'waited' }
  }

  /** At the bit rate that parameter groups can be asked at, if it is not known to be another one. */
  #preferGroups(): boolean {
    const { bus } = this.#options
    const at = bus.bitrates.indexOf(GROUP_BITRATE)
    if (at > 0 && !bus.isProven) bus.bitrates.unshift(...bus.bitrates.splice(at, 1))
    return bus.bitrates[0] === GROUP_BITRATE
  }

  #nextBitrate(): void {
    const { bitrates } = this.#options.bus
    const [first, ...others] = bitrates
    if (first !== undefined) bitrates.splice(0, bitrates.length, ...others, first)
  }

  /** False: it does not take what is needed. */
  async #address(frame: OutgoingFrame, { answerId }: Permit): Promise<boolean> {
    const { id, extended } = frame
    const [bitrate = 500_000] = this.#options.bus.bitrates
    const protocol = isGroupRequest(frame)
      ? GROUP_PROTOCOL
      : (protocols[`${bitrate} ${extended}`] ?? '6')
    if (this.#set.get('ATSP') !== protocol) {
      // A change of protocol forgets what belongs to it.
      for (const command of ['ATJHF', 'ATSH', 'ATCP', 'ATCRA', 'ATFCSH', 'ATFCSM'])
        this.#set.delete(command)
      if (!(await this.#setting('ATSP', protocol))) return false
      // Headers as on the bus, and not in the parts that J1939 gives them.
      if (protocol === GROUP_PROTOCOL) await this.#setting('ATJHF', '0')
    }
    const digits = id
      .toString(16)
      .toUpperCase()
      .padStart(extended ? 8 : 3, '0')
    if (extended && !(await this.#setting('ATCP', digits.slice(0, 2)))) return false
    if (!(await this.#setting('ATSH', extended ? digits.slice(2) : digits))) return false
    const isOwn = answerId !== undefined && !extended && (answerId & 0x7f8) !== 0x7e8
    return isOwn ? this.#ownAddress(digits, answerId) : this.#usualAnswers()
  }

  /** A profile's control unit: its answers and flow control have identifiers of their own. */
  async #ownAddress(digits: string, answerId: number): Promise<boolean> {
    const answer = answerId.toString(16).toUpperCase().padStart(3, '0')
    return (
      (await this.#setting('ATCRA', answer)) &&
      (await this.#setting('ATFCSH', digits)) &&
      (await this.#setting('ATFCSD', '300000')) &&
      (await this.#setting('ATFCSM', '1'))
    )
  }

  async #usualAnswers(): Promise<boolean> {
    if (this.#set.has('ATFCSM') && !(await this.#setting('ATFCSM', '0'))) return false
    if (!this.#set.has('ATCRA')) return true
    this.#set.delete('ATCRA')
    return tried(this.#options.link, 'ATAR', this.#options.memory)
  }

  /** True: it is set so. */
  async #setting(command: string, value: string): Promise<boolean> {
    if (this.#set.get(command) === value) return true
    const { link, memory } = this.#options
    // Timing is a wish; an adapter without it keeps its own.
    const { echoes } = link
    const isDone = await tried(link, `${command}${value}`, memory)
    if (link.echoes > echoes && !memory.quirks.has('echo')) {
      link.end(`${this.#options.path}: the adapter was reset: its echo is on again`)
    }
    if (link.hasEnded) return false
    if (!isDone) return command === 'ATST'
    this.#set.set(command, value)
    return true
  }
}

/**
 * Only frames of an answer to this very question: what was left over of another one, or was garbled so
 * that it looks whole, counts as malformed.
 */
function answering(reply: Reply, service: number): Reply {
  const begun = new Set<number>()
  const frames = reply.frames.filter(({ id, data }) => {
    const kind = (data[0] as number) >> 4
    if (kind === 0) return data[1] === service + POSITIVE || data[1] === NEGATIVE
    if (kind === 2) return begun.has(id)
    if (data[2] === service + POSITIVE) begun.add(id)
    return begun.has(id)
  })
  const others = reply.frames.filter((frame) => !frames.includes(frame))
  const bad = others.map(({ data }) => Buffer.from(data).toString('hex'))
  return { ...reply, frames, bad: [...reply.bad, ...bad] }
}

/** An answer of one line: a single PID of which every vehicle's answer is short. */
function isShort(bytes: Uint8Array): boolean {
  return bytes.length === 2 && bytes[0] === CURRENT_DATA && (bytes[1] as number) <= LAST_SHORT_PID
}

function failed(reason: 'permit' | 'adapter' | 'bus', detail: string): SendResult {
  return { kind: 'failed', reason, detail }
}
