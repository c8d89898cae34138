/**
 * The input for gateways that run LoRa Basics Station: a small LNS, for uplinks only. It stands between
 * the air and the MIC check, like the feed for packet forwarders; with a token (and TLS, where the way
 * is not this machine's own) it does know that a gateway is one of ours.
 *
 * A station asks on `/router-info` where to go and is sent to `/router/<id6>` of the same server; there
 * it says `version`, gets the `router_config` of the region, and forwards what it hears from then on.
 * `timesync` is answered with GPS time by our clock. A station that connects twice is on a new
 * connection: the old one is closed. Pings go out every 30 s, and who did not answer the last is let go.
 *
 * In the station's `tc.uri`: `ws://HOST:3001`, with a token in `tc.key` as `Authorization: Bearer …`. 3001 is
 * the port of ChirpStack's gateway bridge, which stations that are set up for it keep; The Things Stack
 * uses 1887 (8887 with TLS), which can be had with `port`.
 *
 * Follows "The LNS Protocol" of the documentation of LoRa Basics Station (doc.sm.tc).
 */
import type { LoraFeed, LoraFeedEvents } from '../../../model/lora.ts'
import type { SourceHealth } from '../../../model/ports.ts'
import { type Adapter, type OpenContext, type Session, systemAfter } from '../../supervisor.ts'
import { readEuis, toId6 } from '../eui.ts'
import type { GatewayReport } from '../gateway-book.ts'
import { every, GatewayDesk, watch } from '../gateway-desk.ts'
import { toGpsMillis } from '../gps-time.ts'
import { Listening, type ListeningContext } from '../listening.ts'
import { RateLimit } from '../rate-limit.ts'
import { radioOf, routerConfig, type StationRegion } from './region.ts'
import { readRouterQuery, readStationMessage, type StationFrame } from './station-message.ts'
import { type StationLink, StationServer } from './station-server.ts'

export interface BasicsStationOptions {
  id: string
  /** 127.0.0.1 where absent. */
  host?: string
  /** 3001 where absent. */
  port?: number
  region: StationRegion
  /** Of US915 and AU915, 1 to 8; the second where absent. */
  subBand?: number
  /** What stations have to send in `Authorization`; anybody may connect where absent. */
  token?: string
  /** EUIs of those that are let in; all where absent. */
  gateways?: readonly string[]
  /** PEM texts; without them the server speaks plain websocket. */
  tls?: { cert: string; key: string }
  /** What this server calls itself to a station that asks where to go (`muxs`). */
  name?: string
  /** Messages from one address, and a second's worth at once. */
  perSecond?: number
  /** Stations at a time. */
  connections?: number
}

export type BasicsStationContext = ListeningContext

export interface BasicsStationFeed extends LoraFeed {
  /** Where it listens now. */
  address(): { host: string; port: number } | undefined
  /** Those that called, the last first. */
  gateways(): GatewayReport[]
}

const PER_SECOND = 1000
const CONNECTS_PER_SECOND = 5
const CONNECTIONS = 64
const HEARTBEAT_MS = 30_000
const HINT = '; no station calls: its tc.uri has to name this address'

/** Throws where an EUI of the list is none, the token empty, or the sub-band none of 1 to 8. */
export function createBasicsStationFeed(
  options: BasicsStationOptions,
  context: BasicsStationContext,
): BasicsStationFeed {
  return new StationFeed(options, context)
}

class StationFeed implements BasicsStationFeed, Adapter {
  readonly id: string
  readonly #options: BasicsStationOptions
  readonly #context: BasicsStationContext
  readonly #allowed: ReadonlySet<string> | undefined
  readonly #desk: GatewayDesk
  readonly #listening: Listening
  readonly #messages: RateLimit
  readonly #connects = new RateLimit(CONNECTS_PER_SECOND)
  readonly #links = new Map<string, StationLink>()
  #server: StationServer | undefined

  constructor(options: BasicsStationOptions, context: BasicsStationContext) {
    const { subBand = 2 } = options
    this.id = options.id
    this.#options = options
    this.#context = context
    this.#allowed = options.gateways === undefined ? undefined : readEuis(options.gateways)
    this.#desk = new GatewayDesk(options.id, context.clock)
    const detail = () => this.#detail()
    this.#listening = new Listening(context, this.#desk, { adapter: this, detail })
    if (options.token === '') throw new RangeError('token is empty: leave it out, or write one')
    if (!(subBand >= 1 && subBand <= 8)) throw new RangeError('subBand is none of 1 to 8')
    this.#messages = new RateLimit(options.perSecond ?? PER_SECOND)
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
    return this.#server?.address()
  }

  gateways(): GatewayReport[] {
    return this.#desk.book.reports()
  }

  async open({ report }: OpenContext): Promise<Session> {
    const server = this.#createServer()
    const { closed } = await server.listen()
    this.#server = server
    this.#desk.touch()
    const after = this.#context.after ?? systemAfter
    const stops = [
      watch(
        after,
        () => this.#state(),
        (state) => report(state, this.#detail()),
      ),
      every(after, HEARTBEAT_MS, () => server.heartbeat()),
    ]
    const close = () => {
      for (const stop of stops) stop()
      this.#server = undefined
      return server.close()
    }
    return { detail: this.#detail(), closed, close }
  }

  #createServer(): StationServer {
    const { host = '127.0.0.1', port = 3001, tls, token, connections } = this.#options
    return new StationServer(
      { host, port, tls, token, connections: connections ?? CONNECTIONS },
      {
        admit: (address, eui) => this.#admit(address, eui),
        refused: (address, reason) => this.#desk.refused(address, reason),
        open: (link) => this.#opened(link),
        text: (link, text) => this.#take(link, text),
        closed: (link) => this.#closed(link),
      },
    )
  }

  #state(): 'running' | 'silent' {
    return this.#links.size > 0 ? 'running' : this.#desk.state()
  }

  #detail(): string {
    const { host, port } = this.address() ?? { host: '', port: 0 }
    const where = `listening on tcp ${host.includes(':') ? `[${host}]` : host}:${port}`
    const count = `stations connected: ${this.#links.size}`
    return `${where}; ${count}; ${this.#desk.detail()}${this.#state() === 'silent' ? HINT : ''}`
  }

  #admit(address: string, eui: string | undefined): string | undefined {
    const pass = this.#connects.take(address, this.#context.clock.monotonic())
    if (!this.#desk.isInTime(pass, `connections of ${address}`)) return 'too many connections'
    if (eui === undefined || this.#allowed === undefined || this.#allowed.has(eui)) return undefined
    this.#desk.stranger(eui, address)
    return 'not on the list'
  }

  #opened(link: StationLink): void {
    const { eui } = link
    if (eui === undefined) return
    this.#links.get(eui)?.close()
    this.#links.set(eui, link)
    this.#seen(eui)
  }

  #closed(link: StationLink): void {
    if (link.eui === undefined || this.#links.get(link.eui) !== link) return
    this.#links.delete(link.eui)
    this.#desk.touch()
  }

  #seen(eui: string): GatewayReport {
    this.#desk.touch()
    return this.#desk.book.seen(eui, this.#context.clock.now())
  }

  #take(link: StationLink, text: string): void {
    const pass = this.#messages.take(link.address, this.#context.clock.monotonic())
    if (!this.#desk.isInTime(pass, `messages of ${link.address}`, link.eui)) return
    if (link.eui === undefined) this.#direct(link, text)
    else this.#read(link, this.#seen(link.eui), text)
  }

  /** Tells a station where to go. It asks once, on a connection of its own. */
  #direct(link: StationLink, text: string): void {
    const query = readRouterQuery(text)
    if (query === undefined) {
      const detail = 'router is no EUI'
      link.send(JSON.stringify({ error: detail }))
      this.#desk.reject({ reason: 'malformed', detail: `a question on /router-info: ${detail}` })
    } else if (this.#allowed?.has(query.eui) === false) {
      this.#desk.stranger(query.eui, link.address)
      link.send(`{"router":${query.router},"error":"this gateway is not on the list"}`)
    } else {
      const rest = {
        muxs: this.#options.name ?? 'odograph',
        uri: `${link.base}/router/${toId6(query.eui)}`,
      }
      link.send(`{"router":${query.router},${JSON.stringify(rest).slice(1)}`)
    }
    link.close()
  }

  #read(link: StationLink, report: GatewayReport, text: string): void {
    const message = readStationMessage(text)
    const { region, subBand } = this.#options
    switch (message.kind) {
      case 'frame':
        this.#takeFrame(report, message)
        break
      case 'version':
        report.model = message.model
        link.send(JSON.stringify(routerConfig(region, subBand)))
        this.#desk.notice(report.id, `it is a Basics Station, ${message.model}, set to ${region}`)
        break
      case 'timesync': {
        const gpstime = Math.round(toGpsMillis(this.#context.clock.now()) * 1000)
        link.send(`{"msgtype":"timesync","txtime":${message.txtime},"gpstime":${gpstime}}`)
        break
      }
      case 'foreign':
        this.#desk.reject({ reason: 'not_for_us', detail: message.detail, gateway: report.id })
        break
      case 'malformed':
        report.malformed += 1
        this.#desk.reject({ reason: 'malformed', detail: message.detail, gateway: report.id })
        break
      case 'other':
        break
    }
  }

  #takeFrame(report: GatewayReport, frame: StationFrame): void {
    const { data, dataRate, frequencyHz, kind: _, ...signal } = frame
    const radio = {
      ...radioOf(this.#options.region, dataRate),
      ...(frequencyHz === undefined ? {} : { frequencyHz }),
    }
    this.#desk.frame(report, { data, radio, ...signal })
  }
}
