/**
 * The websocket server that Basics Station connects to (RFC 6455): `/router-info`, where a station
 * asks where to go, and `/router/<id6>`, where it stays. Who may come in, how many, how much they may
 * say, and whether they are still there is decided here; what they say, elsewhere.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { readEui } from '../eui.ts'
import { listenError } from '../listen-error.ts'

export interface StationServerOptions {
  host: string
  port: number
  tls?: { cert: string; key: string } | undefined
  /** Expected in `Authorization`, alone or as a bearer token. */
  token?: string | undefined
  connections: number
}

/** One who is connected. */
export interface StationLink {
  /** EUI; absent on `/router-info`. */
  eui?: string
  address: string
  /** As it can be reached by the one who asks: `ws://gateway:3001`. */
  base: string
  send(text: string): void
  close(): void
}

export interface StationEvents {
  /** A sentence: why nobody comes in like that; undefined lets it in. */
  admit(address: string, eui: string | undefined): string | undefined
  refused(address: string, reason: string): void
  open(link: StationLink): void
  text(link: StationLink, text: string): void
  closed(link: StationLink): void
}

/** A station sends a few hundred bytes. */
const MAX_PAYLOAD = 16 * 1024
/** Answers that somebody does not read. */
const BUFFER_BYTES = 64 * 1024
const TIMEOUT_MS = 10_000
const GOING_AWAY = 1001
const HOST = /^[A-Za-z0-9._:[\]-]{1,255}$/

export class StationServer {
  readonly #options: StationServerOptions
  readonly #events: StationEvents
  readonly #server: Server
  readonly #sockets: WebSocketServer
  /** Those that answered the last ping, or came after it. */
  readonly #alive = new Set<WebSocket>()

  constructor(options: StationServerOptions, events: StationEvents) {
    const { tls } = options
    const limits = { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS }
    this.#options = options
    this.#events = events
    // Throws where certificate or key are none.
    this.#server =
      tls === undefined
        ? createServer(limits)
        : createTlsServer({ ...limits, handshakeTimeout: TIMEOUT_MS, ...tls })
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD })
  }

  /** Rejects with `listen-failed`, in words. Resolves to why it ended, once it has. */
  listen(): Promise<{ closed: Promise<string> }> {
    const server = this.#server
    server.maxConnections = this.#options.connections * 2
    server.on('request', (_, response) => {
      response.writeHead(426, { connection: 'close', 'content-type': 'text/plain' })
      response.end('Basics Station speaks websocket here, on /router-info\n')
    })
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    return new Promise((resolve, reject) => {
      const { host, port } = this.#options
      const failed = (error: Error) => reject(listenError(`tcp ${host}:${port}`, error))
      server.once('error', failed)
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', failed)
        const closed = new Promise<string>((end) => {
          server.on('error', (error) => end(`the server failed: ${error.message}`))
        })
        resolve({ closed })
      })
    })
  }

  address(): { host: string; port: number } | undefined {
    const address = this.#server.address() as AddressInfo | null
    return address === null ? undefined : { host: address.address, port: address.port }
  }

  /** Asks all whether they are there, and lets go of who was asked in vain. */
  heartbeat(): void {
    for (const socket of this.#sockets.clients) {
      if (this.#alive.delete(socket)) socket.ping()
      else socket.terminate()
    }
  }

  close(): Promise<void> {
    for (const socket of this.#sockets.clients) {
      socket.close(GOING_AWAY)
      // Nobody is waited for.
      socket.terminate()
    }
    this.#alive.clear()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const address = request.socket.remoteAddress ?? ''
    const path = (request.url ?? '').split('?')[0] ?? ''
    const eui = readEui(/^\/router\/([^/]{1,40})$/.exec(path)?.[1])
    const refuse = (status: string, reason?: string) => {
      if (reason !== undefined) this.#events.refused(address, reason)
      const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`
      socket.end(answer, () => socket.destroy())
    }
    if (this.#sockets.clients.size >= this.#options.connections) {
      refuse('503 Service Unavailable', 'as many stations are connected as there is room for')
    } else if (!this.#isAuthorized(request.headers.authorization)) {
      refuse('401 Unauthorized', 'the token in Authorization is missing or wrong')
    } else if (path !== '/router-info' && eui === undefined) {
      refuse('404 Not Found')
    } else {
      const reason = this.#events.admit(address, eui)
      if (reason !== undefined) refuse('403 Forbidden')
      else
        this.#sockets.handleUpgrade(request, socket, head, (ws) =>
          this.#connected(ws, { address, base: this.#base(request), ...(eui && { eui }) }),
        )
    }
  }

  #connected(socket: WebSocket, who: Pick<StationLink, 'address' | 'base' | 'eui'>): void {
    const link: StationLink = {
      ...who,
      send: (text) => {
        if (socket.bufferedAmount > BUFFER_BYTES) socket.terminate()
        else socket.send(text, () => undefined) // Gone: it is told by `close`.
      },
      close: () => socket.close(),
    }
    this.#alive.add(socket)
    // Who only asks where to go has two heartbeats for it.
    if (who.eui !== undefined) socket.on('pong', () => this.#alive.add(socket))
    // What goes wrong ends in `close`.
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      this.#alive.delete(socket)
      this.#events.closed(link)
    })
    socket.on('message', (data, isBinary) => {
      // Binary is the remote shell of a station, which nobody asked for.
      if (!isBinary) this.#events.text(link, String(data))
    })
    this.#events.open(link)
  }

  #isAuthorized(header: string | undefined): boolean {
    const { token } = this.#options
    if (token === undefined) return true
    const given = (header ?? '').trim().replace(/^bearer +/i, '')
    return timingSafeEqual(digest(given), digest(token))
  }

  #base(request: IncomingMessage): string {
    const { host = '' } = request.headers
    const { host: own, port } = this.address() ?? this.#options
    const local = `${own.includes(':') ? `[${own}]` : own}:${port}`
    return `${this.#options.tls === undefined ? 'ws' : 'wss'}://${HOST.test(host) ? host : local}`
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
