/** Keeps trying to start the embedded broker until its address is free. */
import { messageOf } from '../../model/errors.ts'
import type { Logger } from '../../model/ports.ts'
import type { Timers } from '../outbox-port.ts'
import type { Broker } from './broker.ts'

export interface EmbeddedOptions {
  broker: Broker
  /** Wait before the address is tried again. */
  retryMs: number
  timers: Timers
  logger: Logger
  /** Called once it listens. */
  onListening(port: number): void
}

export class EmbeddedStarter {
  private readonly options: EmbeddedOptions
  private running = false
  private attempt: Promise<void> | undefined
  private cancel: (() => void) | undefined
  private fault: string | undefined

  constructor(options: EmbeddedOptions) {
    this.options = options
  }

  start(): void {
    this.running = true
    this.attempt = this.listen()
  }

  /** Only ends the trying; the broker goes on until `close`, for the farewell of its clients. */
  async stop(): Promise<void> {
    this.running = false
    this.cancel?.()
    this.cancel = undefined
    await this.attempt
  }

  close(): Promise<void> {
    return this.options.broker.stop()
  }

  /** Why it does not listen, in words. */
  detail(): string {
    return this.fault ?? 'the embedded broker starts'
  }

  private async listen(): Promise<void> {
    const { broker, retryMs, timers, logger, onListening } = this.options
    try {
      const port = await broker.start()
      this.fault = undefined
      if (this.running) onListening(port)
    } catch (error) {
      this.fault = `the embedded broker cannot start: ${messageOf(error)}`
      logger.warn({ detail: messageOf(error) }, 'the embedded broker cannot start')
      if (!this.running) return
      this.cancel = timers.after(retryMs, () => {
        this.attempt = this.listen()
      })
    }
  }
}
