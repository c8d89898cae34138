/**
 * Live streams over WebSocket (RFC 6455): each message is a JSON text `{type, id, data}`. An upgrade goes
 * through the same routes and guards as any request, so that a refusal is the usual answer. The one
 * file that knows `ws`.
 */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { type WebSocket, WebSocketServer } from 'ws'
import type { StreamMessage, StreamSink } from './event-stream.ts'

/** What a client sends is read and means nothing. */
const MAX_PAYLOAD = 4096
/** Beyond it a client is told to be slow. */
const BUFFER_BYTES = 64 * 1024
const GOING_AWAY = 1001

const upgrades = new WeakMap<IncomingMessage, { socket: Duplex; head: Buffer }>()

export function isUpgrade(request: IncomingMessage): boolean {
  return upgrades.has(request)
}

export function acceptUpgrades(app: FastifyInstance): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD,
    clientTracking: false,
  })
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrades.set(request, { socket, head })
    const response = new ServerResponse(request)
    socket.on('error', () => socket.destroy())
    try {
      response.assignSocket(socket as never)
      response.once('finish', () => socket.end())
      app.routing(request, response)
    } catch {
      socket.destroy() // It was gone before it could be asked.
    }
  })
  return sockets
}

/** Undefined where the request is no handshake after all; it has been answered then. */
export function openSocket(
  server: WebSocketServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<WebSocket | undefined> {
  const upgrade = upgrades.get(request)
  if (upgrade === undefined) return Promise.resolve(undefined)
  response.detachSocket(upgrade.socket as never)
  return new Promise((resolve) => {
    upgrade.socket.once('close', () => resolve(undefined))
    server.handleUpgrade(request, upgrade.socket, upgrade.head, resolve)
  })
}

export class SocketStream implements StreamSink {
  readonly #socket: WebSocket
  readonly #ready: () => void
  #isAlive = true

  /** `ready` is called when it takes more again. */
  constructor(socket: WebSocket, ready: () => void) {
    this.#socket = socket
    this.#ready = ready
    socket.on('pong', () => {
      this.#isAlive = true
    })
    // What goes wrong ends in `close`.
    socket.on('error', () => socket.terminate())
  }

  send(message: StreamMessage): boolean {
    this.#socket.send(JSON.stringify(message))
    if (this.#socket.bufferedAmount <= BUFFER_BYTES) return true
    // It is called when all that stands before it has gone to the system.
    this.#socket.ping(undefined, undefined, () => this.#ready())
    return false
  }

  heartbeat(): void {
    if (!this.#isAlive) {
      this.#socket.terminate()
      return
    }
    this.#isAlive = false
    this.#socket.ping()
  }

  close(isStuck: boolean): void {
    if (isStuck) this.#socket.terminate()
    else this.#socket.close(GOING_AWAY)
  }
}
