/**
 * The live stream of a vehicle: server-sent events read with fetch, which unlike `EventSource`
 * sends a token. It is opened again when it ends, from the last event on.
 */
import { OdographApiError } from './error.ts'
import { EventStreamParser, type ServerEvent } from './event-stream.ts'
import { failure, send, type Transport } from './transport.ts'

export interface LiveEvent<T> {
  event: string
  id: string
  data: T
}

export interface LiveOptions {
  query?: Readonly<Record<string, unknown>> | undefined
  /** Where to go on from: the `id` of the last event that was seen. */
  lastEventId?: string | undefined
  signal?: AbortSignal | undefined
  /** A stream that says nothing for so long, no comment even, is opened again. */
  silenceMs?: number | undefined
  /** Told each time before the stream is opened again, with what ended it. */
  onReconnect?: ((reason: unknown, waitMs: number) => void) | undefined
  /** For tests: waits, or ends early when the signal is aborted. */
  wait?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined
}

const SILENCE_MS = 60_000
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000

/** Ends when the signal is aborted or the gateway says 204; throws what trying again cannot mend. */
export async function* liveEvents<T>(
  transport: Transport,
  path: { template: string; path: Readonly<Record<string, unknown>> },
  options: LiveOptions,
): AsyncGenerator<LiveEvent<T>> {
  const { signal, onReconnect, wait = waitFor } = options
  let lastEventId = options.lastEventId ?? ''
  let retryMs = FIRST_WAIT_MS
  let failures = 0
  for (;;) {
    const parser = new EventStreamParser(lastEventId)
    let reason: unknown
    try {
      const response = await open(transport, path, lastEventId, options)
      if (response.status === 204 || response.body === null) return
      for await (const event of eventsOf(response.body, parser, options.silenceMs ?? SILENCE_MS)) {
        failures = 0
        lastEventId = event.lastEventId
        yield { event: event.event, id: event.lastEventId, data: dataOf<T>(event) }
      }
    } catch (error) {
      reason = failure(transport.url, error, signal)
      if (isFinal(reason)) throw reason
    }
    if (isStopped(signal)) return
    retryMs = parser.retryMs ?? retryMs
    const waitMs = waitOf(reason, retryMs, failures)
    failures += 1
    onReconnect?.(reason, waitMs)
    await wait(waitMs, signal)
    if (isStopped(signal)) return
  }
}

function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

function open(
  transport: Transport,
  { template, path }: { template: string; path: Readonly<Record<string, unknown>> },
  lastEventId: string,
  { query, signal }: LiveOptions,
): Promise<Response> {
  return send(transport, {
    method: 'get',
    template,
    path,
    query,
    signal,
    accept: 'text/event-stream',
    headers: lastEventId === '' ? {} : { 'last-event-id': lastEventId },
  })
}

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  parser: EventStreamParser,
  silenceMs: number,
): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await heard(reader.read(), silenceMs)
      if (done) return
      yield* parser.push(decoder.decode(value, { stream: true }))
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function heard<T>(read: Promise<T>, silenceMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the stream was silent for ${silenceMs / 1000} s`)),
      silenceMs,
    )
  })
  try {
    return await Promise.race([read, silence])
  } finally {
    clearTimeout(timer)
  }
}

function dataOf<T>({ data }: ServerEvent): T {
  try {
    return JSON.parse(data) as T
  } catch (cause) {
    const message = `The live stream sent what is no JSON: ${data.slice(0, 80)}`
    throw new OdographApiError(message, { status: 200, code: 200, cause })
  }
}

/** A refusal stays one; a gateway that is away, stopping or busy comes back. */
function isFinal(reason: unknown): boolean {
  if (!(reason instanceof OdographApiError)) return false
  const { status } = reason
  return status !== 0 && status !== 408 && status !== 429 && status < 500
}

function waitOf(reason: unknown, retryMs: number, failures: number): number {
  const told = reason instanceof OdographApiError ? reason.retryAfterSeconds : undefined
  if (told !== undefined) return told * 1000
  return Math.min(retryMs * 2 ** Math.min(failures, 10), Math.max(LONGEST_WAIT_MS, retryMs))
}

function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve()
      return
    }
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}
