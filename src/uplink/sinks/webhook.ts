/**
 * The webhook: every batch of records and every event is one POST to an address of the integrator.
 * What stands in its header: webhook-request.ts; what the answers mean: webhook-answer.ts. A
 * message may come twice, with the same `Idempotency-Key` and the same ids inside.
 */
import { messageOf, OdographError, systemCode } from '../../model/errors.ts'
import { connectionFault } from '../mqtt/faults.ts'
import { DeliveryError, systemTimers, type Timers } from '../outbox-port.ts'
import { HttpLine } from './http-line.ts'
import { post, StaleConnection } from './http-post.ts'
import { Reach } from './reach.ts'
import type { SinkHealth, SinkMessage } from './sink.ts'
import { AdvisedError, adviceOf, type Sink, type SinkContext } from './sink.ts'
import { Turns } from './turns.ts'
import { type Answer, answerFault } from './webhook-answer.ts'
import { WEBHOOK_SECONDS, type WebhookSettings } from './webhook-options.ts'
import { type PreparedRequest, prepareRequest } from './webhook-request.ts'

export type { WebhookSettings } from './webhook-options.ts'

/** How long `stop` waits for answers. */
const DRAIN_MS = 1_000

/** Throws `config-invalid` for an address that is none. */
export function createWebhook(settings: WebhookSettings, context: SinkContext): Sink {
  return new Webhook(settings, context)
}

class Webhook implements Sink {
  readonly name: string
  private readonly settings: WebhookSettings
  private readonly context: SinkContext
  private readonly timers: Timers
  private readonly url: URL
  private readonly proxy: URL | undefined
  private readonly reach = new Reach()
  private readonly turns = new Turns()
  private running: { line: HttpLine; given: AbortController } | undefined
  private stopping: Promise<void> | undefined
  /** The last answer, until one is better. */
  private fault: DeliveryError | undefined
  /** The server asked not to be asked before, monotonic. */
  private notBefore = Number.NEGATIVE_INFINITY

  constructor(settings: WebhookSettings, context: SinkContext) {
    this.name = settings.name
    this.settings = settings
    this.context = context
    this.timers = context.timers ?? systemTimers
    this.url = addressOf(settings.url, ['http:', 'https:'], `webhook ${settings.name}`)
    if (settings.proxy !== undefined) {
      this.proxy = addressOf(settings.proxy.url, ['http:'], `proxy of webhook ${settings.name}`)
    }
  }

  start(): void {
    if (this.stopping !== undefined) {
      void this.stopping.then(() => this.start())
      return
    }
    if (this.running !== undefined) return
    const line = new HttpLine({
      url: this.url,
      proxy: this.proxy,
      connectMs: this.connectMs(),
      timers: this.timers,
    })
    this.running = { line, given: new AbortController() }
    this.reach.set(true)
  }

  stop(): Promise<void> {
    if (this.stopping !== undefined) return this.stopping
    const { running } = this
    if (running === undefined) return Promise.resolve()
    this.running = undefined
    this.reach.set(false)
    const cancel = this.timers.after(DRAIN_MS, () => running.given.abort(this.stopped()))
    this.stopping = this.turns.ended().then(() => {
      cancel()
      running.line.close()
      this.fault = undefined
      this.notBefore = Number.NEGATIVE_INFINITY
      this.stopping = undefined
    })
    return this.stopping
  }

  deliver(message: SinkMessage): Promise<void> {
    return this.turns.take(`${message.vehicle}/${message.lane}`, () => this.send(message))
  }

  watch(told: (reachable: boolean) => void): () => void {
    return this.reach.watch(told)
  }

  health(): SinkHealth {
    if (this.running === undefined) return { state: 'stopped', detail: 'stopped' }
    const name = this.url.origin
    if (this.fault !== undefined) {
      const state = this.fault.kind === 'refused' ? 'refused' : 'waiting'
      return { state, detail: `${name}: ${this.fault.message}` }
    }
    const open = this.url.protocol === 'https:' ? '' : ', not encrypted'
    return { state: this.turns.busy ? 'sending' : 'idle', detail: `posts to ${name}${open}` }
  }

  private connectMs(): number {
    return (this.settings.connectSeconds ?? WEBHOOK_SECONDS.connect) * 1000
  }

  private stopped(): DeliveryError {
    return new DeliveryError('offline', `${this.name} is stopped`)
  }

  private async send(message: SinkMessage): Promise<void> {
    const { running, context } = this
    if (running === undefined) throw this.stopped()
    const waitMs = this.notBefore - context.clock.monotonic()
    if (waitMs > 0) {
      const reason = this.fault?.message ?? 'the server asked to wait'
      throw new AdvisedError('retry', reason, { afterMs: waitMs })
    }
    try {
      await this.attempt(running, message)
      this.settled(undefined)
    } catch (error) {
      const fault = faultOf(error)
      if (fault.kind !== 'offline') this.settled(fault)
      throw fault
    }
  }

  private async attempt(
    running: { line: HttpLine; given: AbortController },
    message: SinkMessage,
  ): Promise<void> {
    const { gateway, clock } = this.context
    const request = prepareRequest(this.settings, message, { gateway, now: clock.now() })
    const options = {
      line: running.line,
      request,
      body: message.payload,
      connectMs: this.connectMs(),
      answerMs: (this.settings.answerSeconds ?? WEBHOOK_SECONDS.answer) * 1000,
      timers: this.timers,
      signal: running.given.signal,
    }
    let answer: Answer
    try {
      answer = await post(options)
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error
      answer = await post(options)
    }
    this.judge(answer, request)
  }

  private judge(answer: Answer, request: PreparedRequest): void {
    const fault = answerFault(answer, this.context.clock.now(), request.secrets)
    if (fault !== undefined) throw fault
  }

  private settled(fault: DeliveryError | undefined): void {
    const { clock, logger } = this.context
    const isNews = fault?.message !== this.fault?.message
    this.fault = fault
    const { afterMs } = adviceOf(fault)
    if (afterMs !== undefined) this.notBefore = clock.monotonic() + afterMs
    if (!isNews) return
    const fields = { sink: this.name, to: this.url.origin }
    if (fault === undefined) logger.info(fields, 'the webhook takes messages again')
    else logger.warn({ ...fields, detail: fault.message }, 'the webhook did not take a message')
  }
}

function addressOf(text: string, protocols: readonly string[], subject: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && protocols.includes(url.protocol) && url.username === '') return url
  throw new OdographError(
    'config-invalid',
    subject,
    `needs an address that begins with ${protocols.map((it) => `${it}//`).join(' or ')}, without user and password`,
  )
}

/** What stands between us and an answer; secrets are in none of these texts. */
function faultOf(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  const code = systemCode(error) ?? ''
  if (code === 'ERR_INVALID_CHAR') {
    return new DeliveryError('refused', `a header field cannot be sent: ${messageOf(error)}`)
  }
  if (code === 'CERT_NOT_YET_VALID') {
    const detail = "the server's certificate is not valid yet; is the gateway's clock right?"
    return new DeliveryError('retry', detail)
  }
  const { kind, detail } = connectionFault(error)
  return new DeliveryError(kind === 'network' ? 'retry' : 'refused', detail)
}
