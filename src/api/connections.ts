/**
 * The open connections of a server: how many there may be, and how they end. When there are too
 * many, the one that has been without a request for longest is closed; where all are busy, the
 * newest is refused. At a stop those without a request are closed, the others as soon as their
 * request is answered, all after a limit.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Millis } from '../model/time.ts'

interface State {
  /** Requests under way. */
  requests: number
  newest?: { request: IncomingMessage; response: ServerResponse }
  /** What is done when only so many are left. */
  last?: { left: number; act: () => void }
}

export interface ConnectionsOptions {
  limit: number
  /** Whether it speaks TLS. */
  isSecure: boolean
}

export class Connections {
  /** As the network has them; with TLS requests come from others, which stand on these. */
  readonly #sockets = new Set<Socket>()
  /** Of those that requests come from, in order of when they last were idle. */
  readonly #states = new Map<Socket, State>()
  readonly #refused = new WeakSet<Socket>()
  readonly #limit: number
  #stopping = false

  constructor(server: Server, { limit, isSecure }: ConnectionsOptions) {
    this.#limit = limit
    // Of those that are refused, too, there is an end.
    server.maxConnections = 2 * limit
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    server.on(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#states.set(socket, { requests: 0 })
      socket.once('close', () => this.#states.delete(socket))
      if (this.#states.size > limit) this.#makeRoom(socket)
    })
    // It is a WebSocket's from now on, and closed by whoever speaks that.
    server.on('upgrade', (_request, socket: Socket) => {
      const state = this.#states.get(socket)
      if (state !== undefined) state.requests += 1
    })
    server.on('request', (request, response) => {
      const { socket } = request
      const state = this.#states.get(socket)
      if (state === undefined) return
      state.requests += 1
      state.newest = { request, response }
      response.once('close', () => this.#answered(socket, state))
    })
  }

  get size(): number {
    return this.#sockets.size
  }

  /** Whether the connection is one too many, and its request to be answered with 503. */
  isRefused(socket: Socket): boolean {
    return this.#refused.has(socket) && this.#states.size > this.#limit
  }

  /**
   * For a connection on which nothing more can be understood: refuses what came last once what was
   * asked before is answered, so that the answers keep their order.
   */
  refuse(socket: Socket, act: () => void): void {
    const state = this.#states.get(socket)
    const { requests = 0, newest } = state ?? {}
    // A request whose body will never be whole is the one to refuse.
    const isHalf = requests > 0 && newest !== undefined && !newest.request.complete
    if (isHalf && newest.response.headersSent) socket.destroy()
    else if (state === undefined || requests === Number(isHalf)) act()
    else state.last = { left: Number(isHalf), act }
  }

  /** Closes what is idle now and the rest when it is; what is left after the limit is cut. */
  close(limitMs: Millis): { cancel(): void } {
    this.#stopping = true
    for (const [socket, { requests }] of this.#states) if (requests === 0) socket.destroy()
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, limitMs)
    return { cancel: () => clearTimeout(timer) }
  }

  #makeRoom(newest: Socket): void {
    for (const [socket, { requests }] of this.#states) {
      if (requests > 0 || socket === newest) continue
      this.#states.delete(socket)
      socket.destroy()
      return
    }
    this.#refused.add(newest)
  }

  #answered(socket: Socket, state: State): void {
    state.requests -= 1
    if (!this.#states.has(socket)) return
    if (state.requests === 0) {
      this.#states.delete(socket)
      this.#states.set(socket, state)
    }
    if (state.last?.left === state.requests) state.last.act()
    if (this.#stopping && state.requests === 0) socket.destroySoon()
  }
}
