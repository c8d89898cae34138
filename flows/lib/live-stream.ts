/**
 * What changes and what happens at one vehicle, once for all nodes that look at it: one stream, as long
 * as there is one of them. Who comes later is told at once what is known by then.
 */
import type { Connection } from './connection.ts'
import { EventLink, type LinkState } from './event-link.ts'
import type { StreamEvent } from './event-parser.ts'
import type { PaletteError } from './palette-error.ts'

/** A signal as the gateway tells it. */
export interface Row {
  name: string
  value?: number | string | boolean
  unit: string
  time?: string
  quality?: string
  source?: string
}

/** A CloudEvent: `type` begins with `com.odograph.vehicle.`. */
export interface VehicleEvent {
  id: string
  type: string
  time: string
  data: Record<string, unknown>
}

export interface LiveListener {
  rows?(rows: readonly Row[], vehicle: string): void
  event?(event: VehicleEvent, vehicle: string): void
  state(state: LinkState, why?: PaletteError): void
}

/** By then the nodes behind one that was deployed are there, too. */
const DEPLOYED_MS = 100

export interface LiveStreamOptions {
  connection: Connection
  vehicle: () => Promise<string>
  /** Nobody looks any more. */
  ended: () => void
  firstRetryMs?: number
}

export class LiveStream {
  readonly #options: LiveStreamOptions
  /** Who listens, and who has been told what is known by now. */
  readonly #listeners = new Map<LiveListener, { isTold: boolean }>()
  readonly #rows = new Map<string, Row>()
  readonly #link: EventLink
  #state: LinkState = 'connecting'
  #why: PaletteError | undefined
  #vehicle = ''

  constructor(options: LiveStreamOptions) {
    const { connection, firstRetryMs } = options
    this.#options = options
    this.#link = new EventLink({
      connection,
      path: async () => {
        this.#vehicle = await options.vehicle()
        return `/v1/vehicle/${encodeURIComponent(this.#vehicle)}/live`
      },
      event: (event) => this.#event(event),
      state: (state, why) => this.#changed(state, why),
      ...(firstRetryMs === undefined ? {} : { firstRetryMs }),
    })
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /** Returns how to end it; resolves when, with the last one, the stream is closed. */
  listen(listener: LiveListener): () => Promise<void> {
    const told = { isTold: this.#rows.size === 0 }
    this.#listeners.set(listener, told)
    listener.state(this.#state, this.#why)
    this.#link.start()
    const timer = setTimeout(() => {
      if (told.isTold) return
      told.isTold = true
      listener.rows?.([...this.#rows.values()], this.#vehicle)
    }, DEPLOYED_MS)
    return async () => {
      clearTimeout(timer)
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#options.ended()
      await this.#link.stop()
    }
  }

  #changed(state: LinkState, why: PaletteError | undefined): void {
    this.#state = state
    this.#why = why
    for (const listener of this.#listeners.keys()) listener.state(state, why)
  }

  #event({ type, data }: StreamEvent): void {
    if (type === 'event') {
      const event = JSON.parse(data) as VehicleEvent
      for (const listener of this.#listeners.keys()) listener.event?.(event, this.#vehicle)
    } else if (type === 'snapshot' || type === 'signals') {
      const { signals = [] } = JSON.parse(data) as { signals?: Row[] }
      for (const row of signals) this.#rows.set(row.name, row)
      for (const [listener, { isTold }] of this.#listeners) {
        if (isTold) listener.rows?.(signals, this.#vehicle)
      }
    }
  }
}
