/**
 * The way to the broker through an HTTP proxy: CONNECT (RFC 9110, 9.3.6) with the credentials of
 * RFC 7617, after which the proxy only passes bytes on. TLS, if any, is spoken with the broker.
 */
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { messageOf, OdographError } from '../../model/errors.ts'

/** Why the proxy made no tunnel; the message is a sentence for people. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'
  /** Nothing gets better by trying again soon. */
  readonly lasting: boolean

  constructor(message: string, lasting: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.lasting = lasting
  }
}

/** Throws `config-invalid` for what is no URL of an HTTP proxy. */
export function parseProxyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' && url.hostname !== '') return url
  throw new OdographError(
    'config-invalid',
    'MQTT proxy',
    `'${text.replace(/\/\/.*@/, '//')}' is not the URL of an HTTP proxy: http://host:port`,
  )
}

/** A connection to `hostname:port` that the proxy has made. Rejects with a `ProxyError`. */
export function tunnel(
  proxy: URL,
  target: { hostname: string; port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const { hostname, port } = target
  const authority = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
  const proxyName = `the proxy ${proxy.host}`
  return new Promise((resolve, reject) => {
    const asking = request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: Number(proxy.port) || 80,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...credentials(proxy) },
      agent: false,
      signal,
    })
    asking.on('connect', (answer, socket, head) => {
      const status = answer.statusCode ?? 0
      if (status >= 200 && status < 300) {
        if (head.length > 0) socket.unshift(head)
        resolve(socket as Socket)
        return
      }
      socket.destroy()
      reject(refusal(proxyName, authority, status))
    })
    asking.on('error', (error) => {
      reject(new ProxyError(`${proxyName} cannot be used: ${messageOf(error)}`, false, error))
    })
    asking.end()
  })
}

/** A stream that can be written to before it is open: what is written waits for the opening. */
export class LateStream extends Duplex {
  private readonly open: (signal: AbortSignal) => Promise<Duplex>
  private readonly aborting = new AbortController()
  private inner: Duplex | undefined

  constructor(open: (signal: AbortSignal) => Promise<Duplex>) {
    super()
    this.open = open
  }

  override _construct(done: (error?: Error | null) => void): void {
    // `open` is set only after the constructor of the base class has run
    process.nextTick(() => {
      this.open(this.aborting.signal).then((inner) => {
        this.join(inner)
        done()
      }, done)
    })
  }

  override _read(): void {
    this.inner?.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void) {
    this.inner?.write(chunk, encoding, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.inner?.end(() => done())
  }

  override destroy(error?: Error): this {
    // a stream that is still being opened would be destroyed only after that
    this.aborting.abort()
    return super.destroy(error)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.inner?.destroy()
    done(error)
  }

  private join(inner: Duplex): void {
    this.inner = inner
    inner.on('data', (chunk) => {
      if (!this.push(chunk)) inner.pause()
    })
    inner.on('end', () => this.push(null))
    inner.on('error', (error) => this.destroy(error))
    inner.on('close', () => this.destroy())
    inner.pause()
  }
}

function credentials(proxy: URL): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

function refusal(proxyName: string, authority: string, status: number): ProxyError {
  if (status === 407) {
    return new ProxyError(`${proxyName} refused the user name or password`, true)
  }
  if (status === 401 || status === 403 || status === 405) {
    return new ProxyError(`${proxyName} does not allow ${authority} (${status})`, true)
  }
  return new ProxyError(`${proxyName} does not reach ${authority} (${status})`, false)
}
