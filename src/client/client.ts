/**
 * The client of the REST API: typed by the OpenAPI document, on `fetch` alone, for browsers and
 * Node. An answer that is no success is an `OdographApiError`.
 */
import type { Answer, CallOptions, Given, Line, LinePath, Method, Path } from './call-types.ts'
import { linesOf } from './lines.ts'
import { type LiveEvent, type LiveOptions, liveEvents } from './live.ts'
import type { Operations, Schemas } from './operations.ts'
import { RenewedToken, type TokenOption, tokenSource } from './token-source.ts'
import { failure, readJson, send, type Transport } from './transport.ts'

const TIMEOUT_MS = 30_000
const PAGE_HITS = 1000

export interface ClientOptions {
  /** Of the gateway: `http://gateway.local:8080`. */
  url: string
  /** A user or privilege token, or what gives one before each call. */
  token?: TokenOption | undefined
  /** How long an answer may take to begin, and one that is read whole to arrive. */
  timeoutMs?: number | undefined
  fetch?: typeof fetch | undefined
}

export interface ExchangeOptions {
  tokenId: string
  privileges: readonly number[]
  nftContractAddress?: string | undefined
  /** In milliseconds; for tests. */
  now?: (() => number) | undefined
}

export type Hit = Schemas['Hit']

type HistoryQuery = Operations['get']['/v1/vehicle/{tokenId}/history']['query']

export interface HitsOptions
  extends Pick<HistoryQuery, 'startDate' | 'endDate' | 'order' | 'after'> {
  signals?: string | readonly string[] | undefined
  /** Hits a request; 1000 where it is not given. */
  pageSize?: number | undefined
  signal?: AbortSignal | undefined
}

/** The vehicle contract that clients of the hosted API name. */
const VEHICLE_CONTRACT = '0xbA5738a18d83D41847dfFbDC6101d37C69c9B0cF'

type AnyOptions = CallOptions & {
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

export function createClient(options: ClientOptions): OdographClient {
  const { url, token, timeoutMs = TIMEOUT_MS, fetch: ask = globalThis.fetch } = options
  // Without its global, the fetch of a browser refuses to be called.
  const transport = { url, timeoutMs, fetch: ask.bind(globalThis), tokens: tokenSource(token) }
  return new OdographClient(transport)
}

export class OdographClient {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  get<P extends Path<'get'>>(
    path: P,
    ...given: Given<Operations['get'][P]>
  ): Promise<Answer<Operations['get'][P]>> {
    return this.#call('get', path, given[0])
  }

  post<P extends Path<'post'>>(
    path: P,
    ...given: Given<Operations['post'][P]>
  ): Promise<Answer<Operations['post'][P]>> {
    return this.#call('post', path, given[0])
  }

  put<P extends Path<'put'>>(
    path: P,
    ...given: Given<Operations['put'][P]>
  ): Promise<Answer<Operations['put'][P]>> {
    return this.#call('put', path, given[0])
  }

  patch<P extends Path<'patch'>>(
    path: P,
    ...given: Given<Operations['patch'][P]>
  ): Promise<Answer<Operations['patch'][P]>> {
    return this.#call('patch', path, given[0])
  }

  delete<P extends Path<'delete'>>(
    path: P,
    ...given: Given<Operations['delete'][P]>
  ): Promise<Answer<Operations['delete'][P]>> {
    return this.#call('delete', path, given[0])
  }

  /** The answer as it comes, in the form that `accept` names: CSV, a file, a page. */
  response<P extends Path<'get'>>(
    path: P,
    accept: string,
    ...given: Given<Operations['get'][P]>
  ): Promise<Response> {
    return send(this.#transport, { method: 'get', template: path, accept, ...options(given[0]) })
  }

  /** An answer line by line (NDJSON), in constant memory, as fast as it is taken. */
  async *lines<P extends LinePath<'get'>>(
    path: P,
    ...given: Given<Operations['get'][P]>
  ): AsyncGenerator<Line<Operations['get'][P]>> {
    const asked = options(given[0])
    const call = { method: 'get', template: path, accept: 'application/x-ndjson', ...asked }
    const { body } = await send(this.#transport, call)
    if (body === null) return
    const lines = linesOf(body)
    try {
      for await (const line of lines) yield JSON.parse(line) as Line<Operations['get'][P]>
    } catch (error) {
      throw failure(this.#transport.url, error, asked.signal)
    }
  }

  /** Every record of a window once, page by page, also while records arrive. */
  async *hits(tokenId: string, asked: HitsOptions = {}): AsyncGenerator<Hit> {
    const { pageSize = PAGE_HITS, signals, signal, after, ...window } = asked
    const only = typeof signals === 'object' ? signals.join(',') : signals
    let next = after
    do {
      const query = { ...window, limit: pageSize, signals: only, after: next }
      const path = '/v1/vehicle/{tokenId}/history'
      const page: Schemas['History'] = await this.get(path, { path: { tokenId }, query, signal })
      yield* page.hits.hits
      next = page.next
    } while (next !== undefined)
  }

  /** What the vehicle says now, and from then on; until `signal` is aborted. */
  live<T = unknown>(tokenId: string, asked: LiveOptions = {}): AsyncGenerator<LiveEvent<T>> {
    const template = '/v1/vehicle/{tokenId}/live'
    return liveEvents<T>(this.#transport, { template, path: { tokenId } }, asked)
  }

  /**
   * A client with a privilege token for one vehicle, exchanged for this client's user token when
   * it is first needed, before it expires, and when the gateway refuses it.
   */
  forVehicle(exchange: ExchangeOptions): OdographClient {
    const { tokenId, privileges, nftContractAddress = VEHICLE_CONTRACT } = exchange
    const body = { tokenId, privileges: [...privileges], nftContractAddress }
    const renew = async () => (await this.post('/v1/tokens/exchange', { body })).token
    const tokens = new RenewedToken(renew, exchange.now ?? Date.now)
    return new OdographClient({ ...this.#transport, tokens })
  }

  #call<T>(method: Method, path: string, given: unknown): Promise<T> {
    const call = { method, template: path, accept: 'application/json', ...options(given) }
    return readJson(this.#transport, call) as Promise<T>
  }
}

function options(given: unknown): AnyOptions {
  return (given ?? {}) as AnyOptions
}
