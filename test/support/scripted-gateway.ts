/** What answers like a gateway, and says what a test wants it to say. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Row {
  name: string
  value?: number | string | boolean
  unit?: string
  time?: string
  quality?: string
}

export class ScriptedGateway {
  /** Open streams by path. */
  readonly streams = new Map<ServerResponse, string>()
  readonly requests: { method: string; path: string; query: URLSearchParams; body: string }[] = []
  /** Answers by `METHOD /path`; the status is 200 where none is given. */
  readonly answers = new Map<string, { status?: number; body: unknown; headers?: object }>()
  /** What a live stream begins with. */
  snapshot: Row[] = []
  opened = 0
  #server: Server | undefined
  #port = 0
  #id = 1000

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** As by kill -9. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    server?.closeAllConnections()
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
    this.streams.clear()
  }

  signals(...rows: Row[]): void {
    this.tell('signals', { signals: rows.map(whole) })
  }

  /** False: at least one client is slow to read. */
  tell(type: string, data: object): boolean {
    this.#id += 1
    const text = `event: ${type}\nid: ${this.#id}\ndata: ${JSON.stringify(data)}\n\n`
    return [...this.streams.keys()].map((stream) => stream.write(text)).every(Boolean)
  }

  event(type: string, data: object = {}): void {
    const time = new Date().toISOString()
    this.tell('event', { id: `e${this.#id}`, type: `com.odograph.vehicle.${type}`, time, data })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    const { pathname: path, searchParams: query } = new URL(url, this.url)
    let body = ''
    for await (const chunk of request) body += chunk
    this.requests.push({ method, path, query, body })
    const scripted = this.answers.get(`${method} ${path}`)
    if (scripted !== undefined) {
      const headers = { 'content-type': 'application/json', ...scripted.headers }
      response.writeHead(scripted.status ?? 200, headers)
      response.end(JSON.stringify(scripted.body))
    } else if (path.endsWith('/live') || path.endsWith('/frames')) {
      this.#stream(response, path)
    } else if (path === '/v1/gateway/vehicles') {
      response.end(JSON.stringify([{ id: 'van', tokenId: '17', userDeviceId: 'device' }]))
    } else {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ code: 404, message: 'There is no such path.' }))
    }
  }

  #stream(response: ServerResponse, path: string): void {
    this.opened += 1
    this.streams.set(response, path)
    response.once('close', () => this.streams.delete(response))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const data = JSON.stringify({ resumed: false, signals: this.snapshot.map(whole) })
    response.write(`event: snapshot\nid: ${this.#id}\ndata: ${data}\n\n`)
  }
}

function whole(row: Row): Row {
  return { unit: '', time: new Date().toISOString(), quality: 'ok', ...row }
}
