/**
 * Requests to one gateway: JSON in and out, and streams of server-sent events. Over `node:http`, not
 * `fetch`, which cannot be given the certificate of an authority of one's own.
 */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { messageOf, PaletteError } from './palette-error.ts'

const TIMEOUT_MS = 30_000
/** A longer answer is none of a gateway's. */
const MAX_BYTES = 64 * 1024 * 1024
const MAX_ERROR_BYTES = 64 * 1024

export interface ConnectionOptions {
  /** `http://127.0.0.1:8080`, with a path where it stands behind a proxy. */
  url: string
  token: string
  /** What Node's TLS takes: `ca`, `cert`, `key`, `rejectUnauthorized`. */
  tls?: object
  timeoutMs?: number
}

export interface Call {
  method?: 'GET' | 'POST' | 'DELETE'
  query?: Record<string, string | number | undefined>
  body?: object
  headers?: Record<string, string>
  signal?: AbortSignal
}

export class Connection {
  readonly origin: string
  readonly #options: ConnectionOptions
  readonly #base: URL

  /** Throws `bad-url`, `no-token`. */
  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#base = baseOf(options.url)
    this.origin = this.#base.origin
    if (options.token === '') throw new PaletteError('no-token')
    if (!/^[\w.~+/=-]+$/.test(options.token)) {
      throw new PaletteError('bad-setting', { setting: 'token', value: '…' })
    }
  }

  /** The body of a good answer. Throws a PaletteError. */
  async json<T>(path: string, call: Call = {}): Promise<T> {
    const response = await this.#open(path, call, 'application/json')
    const text = await this.#text(response, MAX_BYTES)
    try {
      return JSON.parse(text) as T
    } catch {
      throw new PaletteError('bad-answer', { url: this.origin, what: text.slice(0, 60) })
    }
  }

  /** A stream, once it is open; `signal` ends it. */
  events(path: string, call: Call): Promise<IncomingMessage> {
    return this.#open(path, call, 'text/event-stream')
  }

  #open(path: string, call: Call, accept: string): Promise<IncomingMessage> {
    const { method = 'GET', query = {}, body, headers = {}, signal } = call
    const url = new URL(`${this.#base.pathname.replace(/\/$/, '')}${path}`, this.#base)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
    }
    const text = body === undefined ? undefined : JSON.stringify(body)
    const isSecure = url.protocol === 'https:'
    const options: RequestOptions = {
      ...(isSecure ? this.#options.tls : {}),
      method,
      headers: {
        ...{ accept, authorization: `Bearer ${this.#options.token}`, ...headers },
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(signal === undefined ? {} : { signal }),
    }
    return new Promise((resolve, reject) => {
      const asked = (isSecure ? httpsRequest : httpRequest)(url, options)
      const timer = setTimeout(
        () => asked.destroy(new PaletteError('timeout', { url: this.origin })),
        this.#options.timeoutMs ?? TIMEOUT_MS,
      )
      asked.once('error', (error) => {
        clearTimeout(timer)
        reject(this.#unreachable(error))
      })
      asked.once('response', (response) => {
        clearTimeout(timer)
        // A stream that breaks later is told by whoever reads it.
        response.on('error', () => undefined)
        if (response.statusCode !== undefined && response.statusCode < 300) resolve(response)
        else this.#refusal(response).then(reject, reject)
      })
      asked.end(text)
    })
  }

  #unreachable(error: unknown): PaletteError {
    if (error instanceof PaletteError) return error
    const why = error instanceof AggregateError ? messageOf(error.errors[0]) : messageOf(error)
    return new PaletteError('unreachable', { url: this.origin, why })
  }

  async #text(response: IncomingMessage, limit: number): Promise<string> {
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(
      () => response.destroy(new PaletteError('timeout', { url: this.origin })),
      this.#options.timeoutMs ?? TIMEOUT_MS,
    )
    try {
      for await (const chunk of response) {
        length += (chunk as Buffer).length
        if (length > limit) {
          response.destroy()
          throw new PaletteError('bad-answer', { url: this.origin, what: `${length} bytes` })
        }
        chunks.push(chunk as Buffer)
      }
    } catch (error) {
      throw this.#unreachable(error)
    } finally {
      clearTimeout(timer)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  async #refusal(response: IncomingMessage): Promise<PaletteError> {
    const { statusCode: status = 0, headers } = response
    const text = await this.#text(response, MAX_ERROR_BYTES).catch(() => '')
    const why = sentenceOf(text) ?? `${status} ${response.statusMessage ?? ''}`.trim()
    const retry = Number(headers['retry-after'])
    const seconds = Number.isFinite(retry) && retry > 0 ? retry : undefined
    const values = { url: this.origin, status, why }
    if (status === 401) return new PaletteError('unauthorized', values, seconds)
    if (status === 404) return new PaletteError('not-found', values, seconds)
    if (status === 429 || status === 503) return new PaletteError('busy', values, seconds)
    return new PaletteError(status >= 500 ? 'gateway-failed' : 'refused', values, seconds)
  }
}

function baseOf(text: string): URL {
  try {
    const url = new URL(text)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  } catch {
    // It is said below.
  }
  throw new PaletteError('bad-url', { url: text.slice(0, 80) })
}

/** The gateway says what is wrong in words. */
function sentenceOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
