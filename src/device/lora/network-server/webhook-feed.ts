/**
 * A network server that pushes its events over HTTP (webhooks, ChirpStack's HTTP integration). The
 * requests come in through the gateway's API; here it is checked who sends them, and answered in
 * words. A server that is told 503 tries again, so 200 is said only of what is stored.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { messageOf } from '../../../model/errors.ts'
import type {
  LoraFeed,
  LoraFeedEvents,
  LoraReply,
  LoraRequest,
  LoraUplink,
} from '../../../model/lora.ts'
import type { Clock } from '../../../model/ports.ts'
import type { Millis } from '../../../model/time.ts'
import { ServerDesk } from './server-desk.ts'
import type { ServerReader } from './server-message.ts'

export interface WebhookOptions {
  id: string
  read: ServerReader
  /** Throws where it cannot be had. */
  secret: () => string
  /** Lower case. */
  header: string
  simulated: boolean
  seen?: Iterable<LoraUplink>
}

export interface WebhookFeed extends LoraFeed {
  /** `event`: what the path says behind the source. */
  receive(request: LoraRequest, event: string | undefined): LoraReply
}

const MINUTE_MS: Millis = 60_000
/** Wrong secrets of one address in a minute. */
const WRONG = 20
const MAX_ADDRESSES = 1000
const MAX_BODY = 256 * 1024

export function createWebhookFeed(options: WebhookOptions, context: { clock: Clock }): WebhookFeed {
  return new Webhook(options, context.clock)
}

class Webhook implements WebhookFeed {
  readonly id: string
  readonly #options: WebhookOptions
  readonly #clock: Clock
  readonly #desk: ServerDesk
  /** By address: when the minute began, and wrong secrets in it. */
  readonly #wrong = new Map<string, { since: Millis; count: number }>()
  #events: LoraFeedEvents | undefined
  #since: Millis = 0

  constructor(options: WebhookOptions, clock: Clock) {
    this.id = options.id
    this.#options = options
    this.#clock = clock
    this.#desk = new ServerDesk(options)
  }

  start(events: LoraFeedEvents): void {
    this.#events = events
    this.#since = this.#clock.now()
    this.#desk.open(events)
    try {
      this.#options.secret()
      this.#health('running', `waits for requests at POST /v1/lora/${this.id}`)
    } catch (error) {
      this.#health('waiting', `no request is taken: ${messageOf(error)}`)
    }
  }

  async stop(): Promise<void> {
    this.#desk.close()
    this.#events = undefined
  }

  shift(delta: Millis, since: Millis): void {
    this.#desk.shift(delta, since)
  }

  receive(request: LoraRequest, event: string | undefined): LoraReply {
    if (this.#events === undefined) return { status: 503, message: 'The source is not running.' }
    if (this.#isBlocked(request.address)) {
      return { status: 429, message: 'Too many wrong secrets; try again in a minute.' }
    }
    const refusal = this.#refusal(request)
    if (refusal !== undefined) return refusal
    if (request.body.length > MAX_BODY) {
      return { status: 400, message: `The body is longer than ${MAX_BODY} bytes.` }
    }
    return this.#take(request, event)
  }

  #take({ body, query }: LoraRequest, path: string | undefined): LoraReply {
    const event = typeof query.event === 'string' ? query.event : path
    const context = { source: this.id, receivedAt: this.#clock.now() }
    const messages = this.#options.read({ ...(event !== undefined && { event }), body }, context)
    try {
      const said = this.#desk.take(messages)
      const malformed = messages.some(
        (each) => 'reject' in each && each.reject.reason === 'malformed',
      )
      if (malformed) return { status: 400, message: said ?? 'It is no event of this server.' }
      this.#health(
        'running',
        `takes requests at POST /v1/lora/${this.id}; uplinks so far: ${this.#desk.uplinks}`,
      )
      return { status: 200, message: said ?? 'Stored.' }
    } catch (error) {
      return { status: 503, message: `It could not be stored: ${messageOf(error)}` }
    }
  }

  #refusal({ headers, address }: LoraRequest): LoraReply | undefined {
    const { header } = this.#options
    let secret: string
    try {
      secret = this.#options.secret()
    } catch {
      return { status: 503, message: 'This source has no secret yet, and takes nothing.' }
    }
    const given = [headers[header] ?? ''].flat()
    if (secret !== '' && given.flatMap(spellings).some((each) => isSame(each, secret))) {
      return undefined
    }
    this.#noteWrong(address)
    const what = given.join('') === '' ? 'is missing' : 'does not hold the secret of this source'
    return { status: 401, message: `The header ${header} ${what}.` }
  }

  #isBlocked(address: string): boolean {
    const wrong = this.#wrong.get(address)
    if (wrong === undefined) return false
    if (this.#clock.monotonic() - wrong.since < MINUTE_MS) return wrong.count >= WRONG
    this.#wrong.delete(address)
    return false
  }

  #noteWrong(address: string): void {
    const { since, count } = this.#wrong.get(address) ?? {
      since: this.#clock.monotonic(),
      count: 0,
    }
    this.#wrong.delete(address)
    this.#wrong.set(address, { since, count: count + 1 })
    const [oldest] = this.#wrong.keys()
    if (this.#wrong.size > MAX_ADDRESSES && oldest !== undefined) this.#wrong.delete(oldest)
  }

  #health(state: 'running' | 'waiting', detail: string): void {
    const counts = { frames: this.#desk.uplinks, reopened: 0 }
    this.#events?.health({ state, detail, since: this.#since, ...counts })
  }
}

/** As it is, after `Bearer`, or as the password of `Basic` (RFC 7617). */
function spellings(value: string): string[] {
  const [, scheme = '', rest = ''] = /^(bearer|basic)\s+(.+)$/i.exec(value) ?? []
  if (scheme === '') return [value]
  if (scheme.toLowerCase() === 'bearer') return [value, rest]
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  const at = pair.indexOf(':')
  return at < 0 ? [value] : [value, pair.slice(at + 1)]
}

/** Neither their lengths nor where they differ shows in the time it takes. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
