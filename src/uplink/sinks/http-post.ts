/** One POST and its answer, with a limit for each part of the way. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { DeliveryError, type Timers } from '../outbox-port.ts'
import type { HttpLine } from './http-line.ts'
import type { Answer } from './webhook-answer.ts'
import type { PreparedRequest } from './webhook-request.ts'

export interface PostOptions {
  line: HttpLine
  request: PreparedRequest
  body: Uint8Array
  connectMs: number
  answerMs: number
  timers: Timers
  /** Gives it up. */
  signal: AbortSignal
}

/** So much of an answer is read; what is longer is cut off with its connection. */
const READ_BYTES = 65_536
/** A body may go as slowly as this before the line counts as dead. */
const SLOWEST_BYTES_PER_SECOND = 1_000

/** Rejects with what the network or TLS says, or with a `DeliveryError` where a limit is passed. */
export function post(options: PostOptions): Promise<Answer> {
  return new Promise((resolve, reject) => new Exchange(options, resolve, reject).begin())
}

/** A connection of before that the server had given up meanwhile: the error says nothing. */
export class StaleConnection extends Error {}

class Exchange {
  private readonly options: PostOptions
  private readonly resolve: (answer: Answer) => void
  private readonly reject: (error: unknown) => void
  private sent: ClientRequest | undefined
  private cancelLimit: () => void = () => undefined

  constructor(
    options: PostOptions,
    resolve: (answer: Answer) => void,
    reject: (error: unknown) => void,
  ) {
    this.options = options
    this.resolve = resolve
    this.reject = reject
  }

  begin(): void {
    const { line, request, body, signal, connectMs } = this.options
    if (signal.aborted) {
      this.reject(signal.reason)
      return
    }
    this.sent = line.open(request)
    signal.addEventListener('abort', this.abort)
    this.limit(connectMs, 'no connection')
    this.sent.on('socket', (socket: Socket) => this.given(socket))
    this.sent.on('response', (response) => this.answered(response))
    this.sent.on('error', (error) => {
      const isStale = this.sent?.reusedSocket === true && !(error instanceof DeliveryError)
      this.end(() => this.reject(isStale ? new StaleConnection(error.message) : error))
    })
    // a copy is not needed: nobody changes the payload of a message
    this.sent.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  }

  private readonly abort = (): void => {
    this.sent?.destroy(this.options.signal.reason)
  }

  private given(socket: Socket): void {
    if (this.options.line.isTunnelled || this.sent?.reusedSocket || !socket.connecting) {
      this.awaitAnswer()
      return
    }
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => this.awaitAnswer())
  }

  private awaitAnswer(): void {
    const { answerMs, body } = this.options
    const bodyMs = (body.byteLength / SLOWEST_BYTES_PER_SECOND) * 1000
    this.limit(answerMs + bodyMs, 'no answer')
  }

  private limit(limitMs: number, what: string): void {
    this.cancelLimit()
    this.cancelLimit = this.options.timers.after(limitMs, () => {
      const seconds = Math.round(limitMs / 1000)
      this.sent?.destroy(new DeliveryError('retry', `${what} within ${seconds} s`))
    })
  }

  private answered(response: IncomingMessage): void {
    const parts: Buffer[] = []
    let length = 0
    const done = () => {
      const { headers, statusCode = 0 } = response
      const answer: Answer = {
        status: statusCode,
        retryAfter: headers['retry-after'],
        date: headers.date,
        location: headers.location,
        text: Buffer.concat(parts).toString('utf8'),
      }
      this.end(() => this.resolve(answer))
    }
    response.on('data', (part: Buffer) => {
      parts.push(part)
      length += part.length
      if (length <= READ_BYTES) return
      done()
      response.destroy()
    })
    response.on('end', done)
    // the status has come, so the answer counts, even if its body breaks off
    response.on('error', done)
    response.on('close', done)
  }

  private end(settle: () => void): void {
    this.cancelLimit()
    this.options.signal.removeEventListener('abort', this.abort)
    settle()
  }
}
