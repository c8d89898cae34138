/**
 * The input for packet forwarders that speak the Semtech UDP protocol: concentrator boards on the same
 * Pi, single-channel forwarders, gateways on the network. It stands between the air and the MIC check:
 * what comes in has no sender that anything proves, so nothing of a frame is true before its MIC is,
 * and the socket listens on this machine only unless it is told otherwise.
 *
 * Every PUSH_DATA and PULL_DATA is answered to the address and port that it came from, before anything
 * else is done with it: a forwarder waits 100 ms, and some restart after unanswered PULL_DATA. JSON
 * that is broken is answered too, since it would not come out better a second time. What is no datagram
 * of a gateway gets no answer, nor does a gateway that is not on the list where there is one: an
 * answer would tell its forwarder, and whoever looks after it, that its data has arrived.
 *
 * No downlinks: nothing is sent but answers. Follows PROTOCOL.md of Lora-net/sx1302_hal.
 */
import type { RemoteInfo, Socket } from 'node:dgram'
import type { LoraFeed, LoraFeedEvents, LoraReject } from '../../../model/lora.ts'
import type { Clock } from '../../../model/ports.ts'
import {
  type Adapter,
  type After,
  type BackOff,
  type OpenContext,
  type Session,
  Supervisor,
  systemAfter,
} from '../../supervisor.ts'
import { readEui } from '../eui.ts'
import { GatewayBook, type GatewayReport, type GatewayStat, statText } from '../gateway-book.ts'
import { RateLimit } from '../rate-limit.ts'
import { answerTo, type Datagram, parseDatagram, parsePushBody, txAckError } from './datagram.ts'
import { readRxpk } from './rxpk.ts'
import { bindUdp } from './udp-socket.ts'

export interface GwmpOptions {
  id: string
  /** 127.0.0.1: the protocol authenticates nobody. */
  host?: string
  /** By convention 1700; the samples of sx1302_hal say 1730. */
  port?: number
  /** EUIs of those that are heard; all where absent. */
  gateways?: readonly string[]
  /** Datagrams from one address, and a second's worth at once. */
  perSecond?: number
}

export interface GwmpContext {
  clock: Clock
  after?: After
  random?: () => number
  backOff?: Partial<BackOff>
}

export interface GwmpFeed extends LoraFeed {
  /** Where it listens now. */
  address(): { host: string; port: number } | undefined
  /** Those that called, the last first. */
  gateways(): GatewayReport[]
}

const PER_SECOND = 100
/** All addresses together: anybody can write any sender on a datagram. */
const ADDRESSES = 10
/** Frames may come several in a datagram, after a time without network. */
const FRAMES = 5
/** A concentrator hands over no more at once (sx1302_hal). */
const MOST_RXPK = 255
const REPORT_MS = 10_000
/** A forwarder calls every 5 to 30 s; The Things Stack takes it for gone after 3 min as well. */
const SILENT_MS = 180_000
const EVERYBODY = '*'

/** Throws where an EUI of the list is none. */
export function createGwmpFeed(options: GwmpOptions, context: GwmpContext): GwmpFeed {
  return new UdpFeed(options, context)
}

class UdpFeed implements GwmpFeed, Adapter {
  readonly id: string
  readonly #host: string
  readonly #port: number
  readonly #allowed: ReadonlySet<string> | undefined
  readonly #context: GwmpContext
  readonly #book = new GatewayBook()
  readonly #datagrams: RateLimit
  readonly #everybody: RateLimit
  readonly #frameRate: RateLimit
  #events: LoraFeedEvents | undefined
  #supervisor: Supervisor | undefined
  #isStopped = false
  #socket: Socket | undefined
  #frames = 0
  #strange = 0
  /** ms, monotonic: when a gateway was last heard, or since when it listens. */
  #heardAt = 0

  constructor(options: GwmpOptions, context: GwmpContext) {
    const perSecond = options.perSecond ?? PER_SECOND
    this.id = options.id
    this.#host = options.host ?? '127.0.0.1'
    this.#port = options.port ?? 1700
    this.#allowed = options.gateways === undefined ? undefined : new Set(euis(options.gateways))
    this.#context = context
    this.#datagrams = new RateLimit(perSecond)
    this.#everybody = new RateLimit(perSecond * ADDRESSES, 1)
    this.#frameRate = new RateLimit(perSecond * FRAMES)
  }

  start(events: LoraFeedEvents): void {
    if (this.#supervisor !== undefined || this.#isStopped) return
    this.#events = events
    this.#supervisor = new Supervisor({
      ...this.#context,
      adapter: this,
      health: (health) => events.health(health),
      frames: () => this.#frames,
    })
    this.#supervisor.start()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#supervisor?.stop()
  }

  address(): { host: string; port: number } | undefined {
    if (this.#socket === undefined) return undefined
    const { address, port } = this.#socket.address()
    return { host: address, port }
  }

  gateways(): GatewayReport[] {
    return this.#book.reports()
  }

  async open({ report }: OpenContext): Promise<Session> {
    const socket = await bindUdp(this.#host, this.#port)
    const { monotonic } = this.#context.clock
    this.#socket = socket
    this.#heardAt = monotonic.call(this.#context.clock)
    socket.on('message', (bytes, from) => this.#take(socket, bytes, from))
    const closed = new Promise<string>((resolve) => {
      socket.once('error', (error) => resolve(`the UDP socket failed: ${error.message}`))
    })
    const cancel = this.#every(REPORT_MS, () => report(this.#state(), this.#detail()))
    return {
      detail: this.#detail(),
      closed,
      close: () => {
        cancel()
        this.#socket = undefined
        // It may fail once more while it is closed, which concerns nobody.
        socket.on('error', () => undefined)
        return new Promise((resolve) => socket.close(() => resolve()))
      },
    }
  }

  #every(ms: number, run: () => void): () => void {
    const after = this.#context.after ?? systemAfter
    const next = () => {
      cancel = after(ms, next)
      run()
    }
    let cancel = after(ms, next)
    return () => cancel()
  }

  #state(): 'running' | 'silent' {
    const silence = this.#context.clock.monotonic() - this.#heardAt
    return silence < SILENT_MS ? 'running' : 'silent'
  }

  #detail(): string {
    const { host, port } = this.address() ?? { host: this.#host, port: this.#port }
    const where = `listening on udp ${host.includes(':') ? `[${host}]` : host}:${port}`
    const strange = this.#strange > 0 ? `; ${this.#strange} datagrams were of no gateway` : ''
    const who = this.#book.sentence(this.#context.clock.now())
    const hint =
      this.#state() === 'silent'
        ? '; no gateway calls: set server_address, serv_port_up and serv_port_down of the packet forwarder to this address'
        : ''
    return `${where}; ${who}${strange}${hint}`
  }

  #take(socket: Socket, bytes: Buffer, from: RemoteInfo): void {
    const now = this.#context.clock.monotonic()
    const datagram = parseDatagram(bytes)
    if (datagram === undefined) {
      this.#strange += 1
      return
    }
    const rate = this.#datagrams.take(from.address, now)
    const pass = rate === true ? this.#everybody.take(EVERYBODY, now) : rate
    if (pass !== true) {
      if (pass > 0) this.#tooMany(`${pass} datagrams of ${from.address}`)
      return
    }
    if (this.#allowed?.has(datagram.gateway) === false) {
      this.#refuseGateway(datagram, from, now)
      return
    }
    const answer = answerTo(datagram)
    // An answer that cannot be sent is lost like any other datagram.
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => undefined)
    this.#heardAt = now
    this.#process(datagram, from, now)
  }

  #process(datagram: Datagram, from: RemoteInfo, now: number): void {
    const report = this.#book.seen(datagram.gateway, this.#context.clock.now())
    if (datagram.type === 'PUSH_DATA') this.#takePush(datagram, report, from, now)
    if (datagram.type === 'TX_ACK') {
      const error = txAckError(datagram.body)
      if (error !== undefined) this.#notice(report, `did not send a downlink: ${error}`, true)
    }
  }

  #takePush(datagram: Datagram, report: GatewayReport, from: RemoteInfo, now: number): void {
    const { rxpk, stat, error } = parsePushBody(datagram.body)
    if (stat !== undefined) this.#takeStat(report, stat)
    if (error !== undefined) {
      report.malformed += 1
      this.#reject({ reason: 'malformed', detail: error, gateway: report.id })
    }
    for (const [i, value] of rxpk.entries()) {
      const pass = i < MOST_RXPK ? this.#frameRate.take(from.address, now) : rxpk.length - i
      if (pass === true) {
        this.#takeRxpk(value, report)
      } else {
        if (pass > 0) this.#tooMany(`${pass} frames of ${from.address}`, report.id)
        if (i >= MOST_RXPK) return
      }
    }
  }

  #takeStat(report: GatewayReport, stat: GatewayStat): void {
    report.stat = stat
    this.#notice(report, statText(stat), false)
  }

  #takeRxpk(value: unknown, report: GatewayReport): void {
    const heard = readRxpk(value)
    if ('reason' in heard) {
      report[heard.reason] += 1
      this.#reject({ ...heard, gateway: report.id })
      return
    }
    const { data, radio, warning, ...signal } = heard
    this.#frames += 1
    report.frames += 1
    this.#events?.frame({
      source: this.id,
      data,
      gateway: { ...this.#book.gateway(report), ...signal },
      radio,
      receivedAt: this.#context.clock.now(),
    })
    if (warning !== undefined) this.#notice(report, warning, true)
  }

  #refuseGateway({ type, gateway }: Datagram, from: RemoteInfo, now: number): void {
    // Told of once a minute; that its forwarder asks every 5 s is no news.
    if (type === 'TX_ACK' || !this.#book.mayTell(`refused ${gateway}`, now)) return
    const detail = `gateway ${gateway} at ${from.address} gets no answer; add it to gateways to hear it`
    this.#reject({ reason: 'gateway', detail, gateway })
  }

  #tooMany(what: string, gateway?: string): void {
    const detail = `${what} were left unread: more came than are taken in a second`
    this.#reject({ reason: 'rate', detail, ...(gateway === undefined ? {} : { gateway }) })
  }

  #reject(reject: Omit<LoraReject, 'source' | 'time'>): void {
    this.#events?.reject({ ...reject, source: this.id, time: this.#context.clock.now() })
  }

  #notice({ id }: GatewayReport, what: string, isProblem: boolean): void {
    const { clock } = this.#context
    if (!this.#book.mayTell(isProblem ? `problem ${id}` : id, clock.monotonic())) return
    this.#events?.notice({
      kind: 'gateway',
      source: this.id,
      time: clock.now(),
      detail: `gateway ${id}: ${what}`,
      gateway: id,
      ...(isProblem ? { isProblem } : {}),
    })
  }
}

function euis(list: readonly string[]): string[] {
  return list.map((text) => {
    const eui = readEui(text)
    if (eui === undefined)
      throw new TypeError(`${text}: write the EUI of a gateway as 16 digits hex`)
    return eui
  })
}
