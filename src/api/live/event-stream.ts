/** A client of server-sent events (HTML Living Standard, 9.2). */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

export interface StreamMessage {
  type: string
  /** Grows. */
  id: number
  data: object
}

/** The way to a client. */
export interface StreamSink {
  /** False: it takes no more until it is ready again. */
  send(message: StreamMessage): boolean
  heartbeat(): void
  /** Ends it; `isStuck`: it does not even take that. */
  close(isStuck: boolean): void
}

export class EventStream implements StreamSink {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  send({ type, id, data }: StreamMessage): boolean {
    return this.#response.write(`event: ${type}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  heartbeat(): void {
    this.#response.write(': still here\n\n')
  }

  close(isStuck: boolean): void {
    if (isStuck) this.#response.destroy()
    else this.#response.end()
  }
}

/** Begins the answer; from here on it belongs to the stream. */
export function beginEvents(reply: FastifyReply): ServerResponse {
  const headers = reply.getHeaders()
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...(headers as Record<string, string>),
    'content-type': 'text/event-stream',
    'x-accel-buffering': 'no',
  })
  return raw
}
