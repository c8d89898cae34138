/**
 * The messages of one connection that are not acknowledged yet. Never more QoS 1 messages at once
 * than the broker takes (MQTT 5.0, 3.3.4: Receive Maximum); the rest wait here, which is little:
 * the records come through a window of their own, and of a status there is one at a time. Every
 * message is settled: acknowledged, refused or, when the connection ends, abandoned.
 */
import type { Clock } from '../../model/ports.ts'
import { DeliveryError, type Timers } from '../outbox-port.ts'

export interface Message {
  topic: string
  payload: string | Buffer
  qos: 0 | 1
  retain: boolean
  /** Travels with MQTT 5 only. */
  contentType?: string
  /** Names with their values; travel with MQTT 5 only. */
  userProperties?: Readonly<Record<string, string>>
}

export interface InFlightOptions {
  send(message: Message, done: (error?: DeliveryError) => void): void
  window: number
  ackMs: number
  clock: Clock
  timers: Timers
  /** The oldest message has been without an acknowledgement for `ackMs`. */
  onSilence(): void
}

interface Entry {
  message: Message
  sentAt: number
  settle(error?: DeliveryError): void
}

export class InFlight {
  private readonly options: InFlightOptions
  /** Sent and not settled, oldest first. */
  private readonly sent = new Set<Entry>()
  private readonly waiting: Entry[] = []
  private acknowledgeable = 0
  private ended: string | undefined
  private cancelWatch: (() => void) | undefined

  constructor(options: InFlightOptions) {
    this.options = options
  }

  publish(message: Message): Promise<void> {
    if (this.ended !== undefined) {
      return Promise.reject(new DeliveryError('offline', this.ended))
    }
    return new Promise((resolve, reject) => {
      const settle = (error?: DeliveryError) => (error === undefined ? resolve() : reject(error))
      const entry = { message, sentAt: 0, settle }
      if (message.qos === 0 || this.acknowledgeable < this.options.window) this.send(entry)
      else this.waiting.push(entry)
    })
  }

  /** The connection has ended: rejects everything. */
  abandon(reason: string): void {
    this.ended = reason
    this.cancelWatch?.()
    this.cancelWatch = undefined
    const entries = [...this.sent, ...this.waiting.splice(0)]
    this.sent.clear()
    for (const entry of entries) entry.settle(new DeliveryError('offline', reason))
  }

  private send(entry: Entry): void {
    entry.sentAt = this.options.clock.monotonic()
    this.sent.add(entry)
    if (entry.message.qos === 1) this.acknowledgeable += 1
    this.watch(this.options.ackMs)
    this.options.send(entry.message, (error) => this.done(entry, error))
  }

  private done(entry: Entry, error?: DeliveryError): void {
    if (!this.sent.delete(entry)) return
    if (entry.message.qos === 1) this.acknowledgeable -= 1
    entry.settle(error)
    const next = this.acknowledgeable < this.options.window ? this.waiting.shift() : undefined
    if (next !== undefined) this.send(next)
  }

  private watch(delayMs: number): void {
    this.cancelWatch ??= this.options.timers.after(delayMs, () => {
      this.cancelWatch = undefined
      const [oldest] = this.sent
      if (oldest === undefined) return
      const left = oldest.sentAt + this.options.ackMs - this.options.clock.monotonic()
      if (left <= 0) this.options.onSilence()
      else this.watch(left)
    })
  }
}
