/** One HTTP call with its token and its time limit; an answer that is no success is an error. */
import { errorOf, OdographApiError, unreachable } from './error.ts'
import { requestUrl, type UrlParts } from './request-url.ts'
import type { TokenSource } from './token-source.ts'

export interface Transport {
  url: string
  fetch: typeof fetch
  tokens: TokenSource
  timeoutMs: number
}

export interface Call extends UrlParts {
  method: string
  template: string
  accept: string
  body?: unknown
  signal?: AbortSignal | undefined
  headers?: Readonly<Record<string, string>> | undefined
}

/** The answer once its head is here. A token that was refused is renewed once where it can be. */
export async function send(
  transport: Transport,
  call: Call,
  limit: AbortController = new AbortController(),
): Promise<Response> {
  const { tokens } = transport
  const token = await tokens.token()
  try {
    return await sendOnce(transport, call, token, limit)
  } catch (error) {
    const isRefused = error instanceof OdographApiError && error.status === 401
    if (!isRefused || token === undefined || !tokens.refused(token)) throw error
    return sendOnce(transport, call, await tokens.token(), limit)
  }
}

/** The answer read whole. Undefined where there is none (204). */
export async function readJson(transport: Transport, call: Call): Promise<unknown> {
  const limit = new AbortController()
  const response = await send(transport, call, limit)
  const { status } = response
  const text = await timed(transport.timeoutMs, limit, () => response.text()).catch((error) => {
    throw failure(transport.url, error, call.signal)
  })
  if (status === 204) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = `The answer is no JSON: ${text.slice(0, 80)}`
    throw new OdographApiError(message, { status, code: status, cause })
  }
}

async function sendOnce(
  transport: Transport,
  call: Call,
  token: string | undefined,
  limit: AbortController,
): Promise<Response> {
  const { method, template, accept, body, signal, headers } = call
  const url = requestUrl(transport.url, template, call)
  const { fetch: ask, timeoutMs } = transport
  const response = await timed(timeoutMs, limit, () =>
    ask(url, {
      method: method.toUpperCase(),
      headers: {
        accept,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
    }),
  ).catch((error) => {
    throw failure(url, error, signal)
  })
  if (!response.ok) throw await timed(timeoutMs, limit, () => errorOf(response))
  return response
}

/** What the caller stopped is the caller's own; the rest is a gateway that did not answer. */
export function failure(url: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason
  return error instanceof OdographApiError ? error : unreachable(url, error)
}

async function timed<T>(
  limitMs: number,
  limit: AbortController,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setTimeout(
    () => limit.abort(new Error(`nothing within ${limitMs / 1000} s`)),
    limitMs,
  )
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}
