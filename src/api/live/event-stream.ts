/** A client of server-sent events (HTML Living Standard, 9.2). */
import type { ServerResponse } from 'node:http'
import type { LiveMessage, LiveSink } from './live-feed.ts'

export class EventStream implements LiveSink {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  send({ type, id, data }: LiveMessage): boolean {
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
