/**
 * A listener for gateways while it runs: supervised, and with a health that tells who calls, which
 * changes without a change of state.
 */
import type { LoraFeedEvents } from '../../model/lora.ts'
import type { Clock, SourceHealth } from '../../model/ports.ts'
import { type Adapter, type After, type BackOff, Supervisor } from '../supervisor.ts'
import type { GatewayDesk } from './gateway-desk.ts'

export interface ListeningContext {
  clock: Clock
  after?: After
  random?: () => number
  backOff?: Partial<BackOff>
}

export class Listening {
  readonly #context: ListeningContext
  readonly #desk: GatewayDesk
  readonly #adapter: Adapter
  readonly #detail: () => string
  #supervisor: Supervisor | undefined
  #isStopped = false
  #health: SourceHealth = {
    ...{ state: 'stopped', detail: 'not started', since: 0 },
    ...{ frames: 0, reopened: 0 },
  }

  /** `detail`: a sentence about an open one. */
  constructor(
    context: ListeningContext,
    desk: GatewayDesk,
    { adapter, detail }: { adapter: Adapter; detail: () => string },
  ) {
    this.#context = context
    this.#desk = desk
    this.#adapter = adapter
    this.#detail = detail
  }

  start(events: LoraFeedEvents): void {
    if (this.#supervisor !== undefined || this.#isStopped) return
    this.#desk.open(events)
    this.#supervisor = new Supervisor({
      ...this.#context,
      adapter: this.#adapter,
      health: (health) => {
        this.#health = health
        events.health(health)
      },
      frames: () => this.#desk.frames,
    })
    this.#supervisor.start()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#supervisor?.stop()
  }

  health(): SourceHealth {
    const { state } = this.#health
    const isOpen = state === 'running' || state === 'silent'
    const { frames } = this.#desk
    return { ...this.#health, frames, ...(isOpen && { detail: this.#detail() }) }
  }
}
