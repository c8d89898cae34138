/**
 * Basics Station as far as an LNS can tell: it asks where to go, goes there, says `version` and waits
 * for its configuration. Real websockets.
 */
import { once } from 'node:events'
import { WebSocket } from 'ws'

const LIMIT_MS = 10_000

export interface StationOptions {
  headers?: Record<string, string>
  ca?: string
}

/** Opens, or rejects with what the server answered instead. */
export async function connectStation(url: string, options: StationOptions = {}): Promise<Link> {
  const socket = new WebSocket(url, { ...options, handshakeTimeout: LIMIT_MS })
  const link = new Link(socket)
  await once(socket, 'open')
  return link
}

/** What `/router-info` says. */
export async function discover(
  base: string,
  query: string,
  options: StationOptions = {},
): Promise<Record<string, unknown>> {
  const link = await connectStation(`${base}/router-info`, options)
  const answer = await link.ask(query)
  link.close()
  return answer
}

export class Link {
  readonly socket: WebSocket
  readonly closed: Promise<unknown>
  readonly #texts: string[] = []
  #settled = 0

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => this.#texts.push(String(data)))
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => socket.once('close', resolve))
  }

  send(text: string): void {
    this.socket.send(text)
  }

  /** The text of the next answer, unread. */
  async askText(text: string): Promise<string> {
    const before = this.#texts.length
    this.send(text)
    while (this.#texts.length === before) {
      await once(this.socket, 'message', { signal: AbortSignal.timeout(LIMIT_MS) })
    }
    return this.#texts.at(-1) ?? ''
  }

  async ask(text: string): Promise<Record<string, unknown>> {
    return JSON.parse(await this.askText(text)) as Record<string, unknown>
  }

  /** Resolves when the server has read all that was sent before. */
  async settle(): Promise<void> {
    this.#settled += 1
    const mark = `"txtime":90071${this.#settled},`
    this.send(`{"msgtype":"timesync",${mark.slice(0, -1)}}`)
    while (this.#texts.at(-1)?.includes(mark) !== true) {
      await once(this.socket, 'message', { signal: AbortSignal.timeout(LIMIT_MS) })
    }
  }

  close(): void {
    this.socket.close()
  }
}
