/**
 * The retained status of each vehicle: published on change, at most once in `intervalMs`, the
 * newest only. What could not be published is simply replaced by the next; on a new connection
 * everything is published again, for the broker may have lost what it retained.
 */
import { messageOf } from '../../model/errors.ts'
import type { Clock, Logger } from '../../model/ports.ts'
import type { Timers } from '../outbox-port.ts'

export interface StatusLaneOptions {
  /** The status now, as text; undefined where there is none. */
  status(vehicle: string): string | undefined
  publish(vehicle: string, status: string): Promise<void>
  intervalMs: number
  clock: Clock
  timers: Timers
  logger: Logger
}

interface Slot {
  dirty: boolean
  busy: boolean
  /** When it was last sent, monotonic. */
  sentAt: number
  /** The last text that was acknowledged on this connection. */
  known: string | undefined
  /** The last failure, so that the same one is logged once. */
  failure: string | undefined
  cancel: (() => void) | undefined
}

export class StatusLane {
  private readonly options: StatusLaneOptions
  private readonly slots = new Map<string, Slot>()
  private online = false

  constructor(options: StatusLaneOptions) {
    this.options = options
  }

  connected(vehicles: Iterable<string>): void {
    this.online = true
    for (const slot of this.slots.values()) slot.known = undefined
    for (const vehicle of vehicles) this.changed(vehicle)
  }

  /** Also before the end: no timer stays. */
  disconnected(): void {
    this.online = false
    for (const slot of this.slots.values()) {
      slot.cancel?.()
      slot.cancel = undefined
    }
  }

  changed(vehicle: string): void {
    if (!this.online) return
    const slot = this.slotOf(vehicle)
    slot.dirty = true
    this.schedule(vehicle, slot)
  }

  private slotOf(vehicle: string): Slot {
    let slot = this.slots.get(vehicle)
    if (slot === undefined) {
      slot = {
        dirty: false,
        busy: false,
        sentAt: Number.NEGATIVE_INFINITY,
        known: undefined,
        failure: undefined,
        cancel: undefined,
      }
      this.slots.set(vehicle, slot)
    }
    return slot
  }

  private schedule(vehicle: string, slot: Slot): void {
    if (!this.online || !slot.dirty || slot.busy || slot.cancel !== undefined) return
    const { clock, timers, intervalMs } = this.options
    const wait = slot.sentAt + intervalMs - clock.monotonic()
    if (wait <= 0) {
      this.send(vehicle, slot)
      return
    }
    slot.cancel = timers.after(wait, () => {
      slot.cancel = undefined
      this.send(vehicle, slot)
    })
  }

  private statusOf(vehicle: string): string | undefined {
    try {
      return this.options.status(vehicle)
    } catch (error) {
      this.options.logger.error({ vehicle, detail: messageOf(error) }, 'status cannot be made')
      return undefined
    }
  }

  private send(vehicle: string, slot: Slot): void {
    slot.dirty = false
    const status = this.statusOf(vehicle)
    if (status === undefined || status === slot.known) return
    slot.busy = true
    slot.sentAt = this.options.clock.monotonic()
    const settled = (failure: string | undefined) => {
      slot.busy = false
      slot.known = failure === undefined ? status : undefined
      if (failure !== undefined && failure !== slot.failure && this.online) {
        this.options.logger.warn({ vehicle, detail: failure }, 'status could not be published')
      }
      slot.failure = failure
      this.schedule(vehicle, slot)
    }
    this.options.publish(vehicle, status).then(
      () => settled(undefined),
      (error) => settled(messageOf(error)),
    )
  }
}
