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
import type { LoraFeed, LoraFeedEvents } from '../../../model/lora.ts'
import type { SourceHealth } from '../../../model/ports.ts'
import { type Adapter, type OpenContext, type Session, systemAfter } from '../../supervisor.ts'
import { readEuis } from '../eui.ts'
import { type GatewayReport, statText } from '../gateway-book.ts'
import { GatewayDesk, watch } from '../gateway-desk.ts'
import { Listening, type ListeningContext } from '../listening.ts'
import { RateLimit } from '../rate-limit.ts'
import {
  answerTo,
  type Datagram,
  type PushBody,
  parseDatagram,
  parsePushBody,
  txAckError,
} from './datagram.ts'
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

export type GwmpContext = ListeningContext

export interface GwmpFeed extends LoraFeed {
  /** Where it listens now. */
  address(): { host: string; port: number } | undefined
  /** Those that called, the last first. */
  gateways(): GatewayReport[]
}

/** A concentrator hears some 100 frames a second at most; a bridge may bring those of many. */
const PER_SECOND = 1000
/** All addresses together: anybody can write any sender on a datagram. */
const ADDRESSES = 4
/** Frames may come several in a datagram, after a time without network. */
const FRAMES = 8
/** A concentrator hands over no more at once (sx1302_hal). */
const MOST_RXPK = 255
const EVERYBODY = '*'
const HINT =
  '; no gateway calls: set server_address, serv_port_up and serv_port_down of the packet forwarder to this address'

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
  readonly #desk: GatewayDesk
  readonly #listening: Listening
  readonly #datagrams: RateLimit
  readonly #everybody: RateLimit
  readonly #frameRate: RateLimit
  #socket: Socket | undefined
  #strange = 0

  constructor(options: GwmpOptions, context: GwmpContext) {
    const perSecond = options.perSecond ?? PER_SECOND
    this.id = options.id
    this.#host = options.host ?? '127.0.0.1'
    this.#port = options.port ?? 1700
    this.#allowed = options.gateways === undefined ? undefined : readEuis(options.gateways)
    this.#context = context
    this.#desk = new GatewayDesk(options.id, context.clock)
    const detail = () => this.#detail()
    this.#listening = new Listening(context, this.#desk, { adapter: this, detail })
    this.#datagrams = new RateLimit(perSecond)
    this.#everybody = new RateLimit(perSecond * ADDRESSES, 1)
    this.#frameRate = new RateLimit(perSecond * FRAMES)
  }

  start(events: LoraFeedEvents): void {
    this.#listening.start(events)
  }

  stop(): Promise<void> {
    return this.#listening.stop()
  }

  health(): SourceHealth {
    return this.#listening.health()
  }

  address(): { host: string; port: number } | undefined {
    if (this.#socket === undefined) return undefined
    const { address, port } = this.#socket.address()
    return { host: address, port }
  }

  gateways(): GatewayReport[] {
    return this.#desk.book.reports()
  }

  async open({ report }: OpenContext): Promise<Session> {
    const socket = await bindUdp(this.#host, this.#port)
    this.#socket = socket
    this.#desk.touch()
    socket.on('message', (bytes, from) => this.#take(socket, bytes, from))
    const closed = new Promise<string>((resolve) => {
      // It may fail again while it is closed, which concerns nobody.
      socket.on('error', (error) => resolve(`the UDP socket failed: ${error.message}`))
    })
    const cancel = watch(
      this.#context.after ?? systemAfter,
      () => this.#desk.state(),
      (state) => report(state, this.#detail()),
    )
    const close = () => {
      cancel()
      this.#socket = undefined
      return new Promise<void>((resolve) => socket.close(() => resolve()))
    }
    return { detail: this.#detail(), closed, close }
  }

  #detail(): string {
    const { host, port } = this.address() ?? { host: this.#host, port: this.#port }
    const where = `listening on udp ${host.includes(':') ? `[${host}]` : host}:${port}`
    const strange = this.#strange > 0 ? `; ${this.#strange} datagrams were of no gateway` : ''
    return `${where}; ${this.#desk.detail()}${strange}${this.#desk.state() === 'silent' ? HINT : ''}`
  }

  #take(socket: Socket, bytes: Buffer, from: RemoteInfo): void {
    const datagram = parseDatagram(bytes)
    if (datagram === undefined) {
      this.#strange += 1
      return
    }
    if (!this.#isInTime(from.address)) return
    if (this.#allowed?.has(datagram.gateway) === false) {
      this.#desk.stranger(datagram.gateway, from.address)
      return
    }
    const answer = answerTo(datagram)
    // An answer that cannot be sent is lost like any other datagram.
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => undefined)
    this.#desk.touch()
    this.#process(datagram, from.address)
  }

  #isInTime(address: string): boolean {
    const now = this.#context.clock.monotonic()
    const own = this.#datagrams.take(address, now)
    if (own !== true) return this.#desk.isInTime(own, `datagrams of ${address}`)
    return this.#desk.isInTime(this.#everybody.take(EVERYBODY, now), 'datagrams of many addresses')
  }

  #process({ type, gateway, body }: Datagram, address: string): void {
    const report = this.#desk.book.seen(gateway, this.#context.clock.now())
    if (type === 'PUSH_DATA') this.#takePush(parsePushBody(body), report, address)
    const error = type === 'TX_ACK' ? txAckError(body) : undefined
    if (error !== undefined) this.#desk.notice(gateway, `it did not send: ${error}`, true)
  }

  #takePush({ rxpk, stat, error }: PushBody, report: GatewayReport, address: string): void {
    if (stat !== undefined) {
      report.stat = stat
      this.#desk.notice(report.id, statText(stat))
    }
    if (error !== undefined) {
      report.malformed += 1
      this.#desk.reject({ reason: 'malformed', detail: error, gateway: report.id })
    }
    const now = this.#context.clock.monotonic()
    for (const value of rxpk.slice(0, MOST_RXPK)) {
      const dropped = this.#frameRate.take(address, now)
      if (this.#desk.isInTime(dropped, `frames of ${address}`, report.id)) {
        this.#takeRxpk(value, report)
      }
    }
    const rest = rxpk.length - MOST_RXPK
    if (rest > 0) this.#desk.tooMany(`${rest} frames of one datagram`, report.id)
  }

  #takeRxpk(value: unknown, report: GatewayReport): void {
    const heard = readRxpk(value)
    if ('reason' in heard) {
      report[heard.reason] += 1
      this.#desk.reject({ ...heard, gateway: report.id })
      return
    }
    const { warning, ...frame } = heard
    this.#desk.frame(report, frame)
    if (warning !== undefined) this.#desk.notice(report.id, warning, true)
  }
}
