/**
 * The open connections of a server, so that it can stop at once: those without a request are
 * closed when it stops, the others as soon as their request is answered, all after a limit.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Millis } from '../model/time.ts'

export class Connections {
  readonly #requests = new Map<Socket, number>()
  /** As the network has them; with TLS requests come from others, which stand on these. */
  readonly #sockets = new Set<Socket>()
  #stopping = false

  constructor(server: Server, isSecure = false) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    server.on(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#requests.set(socket, 0)
      socket.once('close', () => this.#requests.delete(socket))
    })
    server.on('request', ({ socket }, response) => {
      this.#count(socket, 1)
      response.once('close', () => this.#count(socket, -1))
    })
  }

  /** Closes what is idle now and the rest when it is; what is left after the limit is cut. */
  close(limitMs: Millis): { cancel(): void } {
    this.#stopping = true
    for (const [socket, requests] of this.#requests) if (requests === 0) socket.destroy()
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, limitMs)
    return { cancel: () => clearTimeout(timer) }
  }

  #count(socket: Socket, change: number): void {
    const requests = this.#requests.get(socket)
    if (requests === undefined) return
    this.#requests.set(socket, requests + change)
    if (this.#stopping && requests + change === 0) socket.destroySoon()
  }
}
