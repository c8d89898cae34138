/**
 * The way to one HTTP(S) server: connections that stay open for the next request, through a proxy
 * where one is configured. To `https:` the proxy makes a tunnel (CONNECT, RFC 9110, 9.3.6); to
 * `http:` it is given the whole address (RFC 9112, 3.2.2), since most proxies tunnel to 443 only.
 */
import {
  type ClientRequest,
  type ClientRequestArgs,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { DeliveryError, type Timers } from '../outbox-port.ts'
import type { PreparedRequest } from './webhook-request.ts'

export interface HttpLineOptions {
  url: URL
  proxy: URL | undefined
  connectMs: number
  timers: Timers
}

/** Idle connections are given up before the usual server does (60 to 75 s). */
const IDLE_MS = 55_000

export class HttpLine {
  private readonly options: HttpLineOptions
  private readonly agent: HttpAgent
  /** A request that is given a socket may write: it is connected, with TLS. */
  readonly isTunnelled: boolean

  constructor(options: HttpLineOptions) {
    this.options = options
    const { url, proxy } = options
    const keep = { keepAlive: true, timeout: IDLE_MS }
    this.isTunnelled = url.protocol === 'https:' && proxy !== undefined
    if (url.protocol === 'http:') this.agent = new HttpAgent(keep)
    else if (proxy === undefined) this.agent = new HttpsAgent(keep)
    else this.agent = new TunnelAgent(proxy, options)
  }

  /** A POST whose body is still to be written. */
  open({ headers, tls, proxyAuthorization }: PreparedRequest): ClientRequest {
    const { url, proxy } = this.options
    const common = { method: 'POST', agent: this.agent }
    if (url.protocol === 'https:') {
      const tunnel = proxyAuthorization === undefined ? {} : { proxyAuthorization }
      return httpsRequest(url, { ...common, ...tls, ...tunnel, headers })
    }
    if (proxy === undefined) return httpRequest(url, { ...common, headers })
    const toProxy =
      proxyAuthorization === undefined ? {} : { 'Proxy-Authorization': proxyAuthorization }
    return httpRequest({
      ...common,
      ...proxyAddress(proxy),
      path: `${url.origin}${url.pathname}${url.search}`,
      headers: { Host: url.host, ...headers, ...toProxy },
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

function proxyAddress(proxy: URL): { host: string; port: number } {
  return { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: Number(proxy.port) || 80 }
}

interface TunnelOptions extends RequestOptions {
  proxyAuthorization?: string
}

type Opened = (error: Error | null, stream: Duplex) => void

/** Connections with TLS through a proxy. */
class TunnelAgent extends HttpsAgent {
  private readonly proxy: URL
  private readonly line: HttpLineOptions

  constructor(proxy: URL, line: HttpLineOptions) {
    super({ keepAlive: true })
    this.proxy = proxy
    this.line = line
  }

  override createConnection(options: TunnelOptions, opened: Opened = () => undefined): undefined {
    const { url, timers, connectMs } = this.line
    const target = `${url.hostname}:${url.port || 443}`
    const asked = httpRequest(this.connectRequest(target, options.proxyAuthorization))
    let socket: Socket | undefined
    let isOver = false
    const finish = (error: Error | null, stream?: Duplex) => {
      if (isOver) return
      isOver = true
      cancel()
      if (error !== null) {
        socket?.destroy()
        asked.destroy()
      }
      // nobody looks at the stream where there is an error
      opened(error, stream as Duplex)
    }
    const cancel = timers.after(connectMs, () => {
      const seconds = Math.round(connectMs / 1000)
      finish(new DeliveryError('retry', `no connection through the proxy within ${seconds} s`))
    })
    asked.on('error', (error) => finish(error))
    asked.on('connect', (answer, tunnel: Socket) => {
      socket = tunnel
      const fault = proxyFault(answer)
      if (fault !== undefined || isOver) {
        tunnel.destroy()
        finish(fault ?? null)
        return
      }
      const { ca, cert, key } = options
      const servername = options.servername ?? url.hostname.replace(/^\[|\]$/g, '')
      const tls = connectTls({ socket: tunnel, host: servername, servername, ca, cert, key })
      tls.on('error', (error) => finish(error))
      tls.on('secureConnect', () => finish(null, tls))
    })
    asked.end()
  }

  private connectRequest(target: string, authorization: string | undefined): ClientRequestArgs {
    const credentials = authorization === undefined ? {} : { 'Proxy-Authorization': authorization }
    return {
      ...proxyAddress(this.proxy),
      method: 'CONNECT',
      path: target,
      headers: { Host: target, ...credentials },
      agent: false,
    }
  }
}

function proxyFault({ statusCode = 0 }: IncomingMessage): DeliveryError | undefined {
  if (statusCode >= 200 && statusCode < 300) return undefined
  const said = `the proxy answers ${statusCode}`
  if (statusCode === 407) return new DeliveryError('refused', `${said}: it wants other credentials`)
  return new DeliveryError(statusCode >= 500 ? 'retry' : 'refused', said)
}
