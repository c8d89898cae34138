/** A real web server, and a real proxy, that a test tells what to answer. */
import { once } from 'node:events'
import {
  createServer as createHttp,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttps, type ServerOptions } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'

export interface Received {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Reply {
  status: number
  headers?: Record<string, string>
  text?: string
}

/** A reply, or what is done with the connection instead; undefined never answers. */
export type Behaviour = Reply | 'hang up' | 'silence' | ((received: Received) => Reply)

export class WebServer {
  /** Every request that was read to its end, with what was answered. */
  readonly requests: (Received & { status: number })[] = []
  /** For the next requests, one each; then `usual`. */
  readonly next: Behaviour[] = []
  usual: Behaviour = { status: 204 }
  connections = 0
  /** Most requests that were open at once. */
  most = 0
  private open = 0
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private readonly scheme: string
  private port = 0

  constructor(tls?: ServerOptions) {
    const serve = (request: IncomingMessage, response: ServerResponse) =>
      void this.serve(request, response)
    this.server = tls === undefined ? createHttp(serve) : createHttps(tls, serve)
    this.scheme = tls === undefined ? 'http' : 'https'
    this.server.on('connection', (socket: Socket) => {
      this.connections += 1
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
    })
    // refused handshakes are the test's business, not the server's
    this.server.on('tlsClientError', () => undefined)
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}/hooks/secret-path`
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** On the same port as before, if there was one. */
  async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1')
    await once(this.server, 'listening')
    this.port = (this.server.address() as AddressInfo).port
  }

  /** Ends every connection; `listen` opens again. */
  async close(): Promise<void> {
    this.dropConnections()
    if (!this.server.listening) return
    await new Promise((resolve) => this.server.close(resolve))
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  /** What was taken: the bodies that were answered with 2xx. */
  taken(): Buffer[] {
    return this.requests.filter(({ status }) => status < 300).map(({ body }) => body)
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1
    this.most = Math.max(this.most, this.open)
    response.on('close', () => {
      this.open -= 1
    })
    const parts: Buffer[] = []
    try {
      for await (const part of request) parts.push(part as Buffer)
    } catch {
      // given up by the other side
      return
    }
    const { method = '', url = '', headers } = request
    const received = { method, path: url, headers, body: Buffer.concat(parts) }
    const behaviour = this.next.shift() ?? this.usual
    const reply = typeof behaviour === 'function' ? behaviour(received) : behaviour
    if (reply === 'silence' || reply === 'hang up') {
      this.requests.push({ ...received, status: 999 })
      if (reply === 'hang up') request.socket.destroy()
      return
    }
    this.requests.push({ ...received, status: reply.status })
    response.writeHead(reply.status, reply.headers)
    response.end(reply.text)
  }
}

/** A proxy that makes tunnels, and takes requests with a whole address in them. */
export class WebProxy {
  /** What it was asked: method, target, credentials. */
  readonly asked: { method: string; target: string; authorization: string | undefined }[] = []
  /** Status of the answer to CONNECT. */
  status = 200
  private port = 0
  private readonly sockets = new Set<Socket>()
  private readonly server = createHttp((request, response) => {
    this.note(request)
    const { method, headers, url = '' } = request
    const onward = httpRequest(
      url,
      { method: method ?? 'GET', headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async listen(): Promise<void> {
    this.server.on('connection', (socket) => this.keep(socket))
    this.server.on('connect', (request: IncomingMessage, socket: Socket) => {
      this.note(request)
      if (this.status !== 200) {
        socket.end(`HTTP/1.1 ${this.status} No\r\nContent-Length: 0\r\n\r\n`)
        return
      }
      const [host = '', port = ''] = (request.url ?? '').split(':')
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        socket.pipe(onward).pipe(socket)
      })
      this.keep(onward)
      onward.on('error', () => socket.destroy())
      socket.on('error', () => onward.destroy())
    })
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    this.port = (this.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
  }

  private note({ method = '', url = '', headers }: IncomingMessage): void {
    this.asked.push({ method, target: url, authorization: headers['proxy-authorization'] })
  }
}
