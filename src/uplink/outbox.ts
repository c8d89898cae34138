/**
 * The lane out: reads committed records from the journal in order and hands them to a `deliver`
 * that resolves when the far side has acknowledged. Knows nothing of MQTT, and of a record only its
 * place: events have a lane of the same kind.
 *
 * At least once, in order: up to `window` records are in flight; the cursor moves only over an
 * unbroken run of acknowledged records, and whatever goes wrong, sending starts again behind the
 * cursor. A cursor that was not saved in time repeats records; it never skips one. After a record
 * was not taken, one alone is sent until it is: others must not overtake it.
 */
import { messageOf } from '../model/errors.ts'
import type { Logger } from '../model/ports.ts'
import type { StoredRecord } from '../model/record.ts'
import {
  DeliveryError,
  type LaneRules,
  type OutboxStore,
  type Placed,
  systemTimers,
  type Timers,
} from './outbox-port.ts'

export interface OutboxOptions<T extends Placed = StoredRecord> {
  sink: string
  store: OutboxStore<T>
  /** Called in order of `seq`, without waiting for the one before. */
  deliver(record: T): Promise<void>
  logger: Logger
  timers?: Timers
  rules?: LaneRules<T>
  /** Records in flight at most. */
  window?: number
  /** Records per read of the journal. */
  batch?: number
  /** The cursor is saved after so many acknowledgements or so many milliseconds. */
  saveEvery?: number
  saveMs?: number
  /** First and greatest wait after a failure that may pass by itself. */
  retryMs?: number
  maxRetryMs?: number
  /** Wait after a refusal. */
  parkMs?: number
  /** How long `stop` waits for what is in flight. */
  drainMs?: number
}

export interface OutboxHealth {
  state: 'stopped' | 'offline' | 'idle' | 'sending' | 'waiting' | 'parked'
  /** Why it waits or is parked; empty otherwise. */
  detail: string
  inFlight: number
  /** Committed records that nobody has acknowledged yet. */
  unsent: number
}

interface Flight {
  seq: number
  /** The connection it was sent on. */
  epoch: number
  state: 'sent' | 'acknowledged' | 'failed'
}

const DEFAULTS = {
  timers: systemTimers,
  rules: {},
  window: 16,
  batch: 64,
  saveEvery: 200,
  saveMs: 5_000,
  retryMs: 1_000,
  maxRetryMs: 60_000,
  parkMs: 15 * 60_000,
  drainMs: 1_000,
}

export class Outbox<T extends Placed = StoredRecord> {
  private readonly options: Required<OutboxOptions<T>>
  private started = false
  private stopping: Promise<void> | undefined
  private online = false
  /** Counts connections; tells a failure of this one from a failure of the one before. */
  private epoch = 0
  private window: number
  /** undefined until it could be read. */
  private cursor: number | undefined
  private unsaved = 0
  private ahead: T[] = []
  /** The journal had nothing more; nothing is read again before `wake`. */
  private exhausted = false
  private flights: Flight[] = []
  private failure: DeliveryError | undefined
  /** One record at a time, until one is acknowledged. */
  private probing = false
  private failures = 0
  private hold: { state: 'waiting' | 'parked'; detail: string; cancel: () => void } | undefined
  private cancelSave: (() => void) | undefined
  private landed: (() => void) | undefined

  constructor(options: OutboxOptions<T>) {
    this.options = { ...DEFAULTS, ...options }
    this.window = this.options.window
  }

  start(): void {
    if (this.stopping !== undefined) {
      void this.stopping.then(() => this.start())
      return
    }
    if (this.started) return
    this.started = true
    this.pump()
  }

  /** Waits a moment for what is in flight, then saves the cursor. */
  stop(): Promise<void> {
    if (this.stopping !== undefined) return this.stopping
    if (!this.started) return Promise.resolve()
    this.started = false
    this.release()
    this.stopping = this.drain().then(() => {
      this.save()
      this.cancelSave?.()
      this.cancelSave = undefined
      this.rewind()
      this.cursor = undefined
      this.unsaved = 0
      this.stopping = undefined
    })
    return this.stopping
  }

  /** The journal has committed. */
  wake(): void {
    this.exhausted = false
    this.pump()
  }

  /** The far side can be reached and takes so many records at once. */
  connected(window = this.options.window): void {
    this.online = true
    this.epoch += 1
    this.window = Math.max(1, Math.min(window, this.options.window))
    this.release()
    this.wake()
  }

  disconnected(): void {
    this.online = false
  }

  health(): OutboxHealth {
    const inFlight = this.flights.filter((flight) => flight.state === 'sent').length
    const state = !this.started
      ? 'stopped'
      : (this.hold?.state ?? (!this.online ? 'offline' : inFlight > 0 ? 'sending' : 'idle'))
    return { state, detail: this.hold?.detail ?? '', inFlight, unsent: this.unsent() }
  }

  /** Whether there is, or may be, something that could not be sent yet. */
  get waiting(): boolean {
    return this.ahead.length > 0 || !this.exhausted
  }

  /** What was read and not sent yet has changed in the store. */
  reread(): void {
    this.ahead = []
    this.wake()
  }

  /** Sends as many records as may be in flight. */
  private pump(): void {
    const { rules } = this.options
    while (this.maySend()) {
      const record = this.next()
      if (record === undefined || rules.may?.(record) === false) break
      this.ahead.shift()
      this.send(record)
    }
    rules.moved?.()
  }

  private maySend(): boolean {
    if (!this.started || !this.online) return false
    if (this.failure !== undefined || this.hold !== undefined) return false
    if (this.flights.length >= (this.probing ? 1 : this.window)) return false
    return this.options.rules.may?.() !== false
  }

  private next(): T | undefined {
    const { store, sink, batch } = this.options
    try {
      this.cursor ??= store.cursor(sink)
      if (!this.ceded(this.cursor)) return undefined
      if (this.ahead.length === 0 && !this.exhausted) {
        this.ahead = store.read(this.flights.at(-1)?.seq ?? this.cursor, batch)
        this.exhausted = this.ahead.length < batch
      }
    } catch (error) {
      const detail = `the journal cannot be read or written: ${messageOf(error)}`
      this.holdFor(new DeliveryError('retry', detail))
      return undefined
    }
    return this.ahead[0]
  }

  /** Hands over what is not this lane's any more. False while something in flight is before it. */
  private ceded(cursor: number): boolean {
    const { rules } = this.options
    const position = this.flights.at(-1)?.seq ?? cursor
    const upTo = rules.staleUpTo?.(position) ?? 0
    if (upTo <= position) return true
    if (this.flights.length > 0) return false
    rules.cede?.(cursor, upTo)
    this.cursor = upTo
    this.ahead = this.ahead.filter(({ seq }) => seq > upTo)
    return true
  }

  private send(record: T): void {
    const flight: Flight = { seq: record.seq, epoch: this.epoch, state: 'sent' }
    this.flights.push(flight)
    const settle = (error?: unknown) => this.settle(flight, error)
    try {
      this.options.deliver(record).then(() => settle(), settle)
    } catch (error) {
      // not at once: the caller is still filling the window
      queueMicrotask(() => settle(error))
    }
  }

  private settle(flight: Flight, error?: unknown): void {
    // a flight of before a `stop` that did not wait for it any longer
    if (!this.flights.includes(flight)) return
    if (error === undefined) {
      flight.state = 'acknowledged'
    } else {
      flight.state = 'failed'
      this.failure ??=
        error instanceof DeliveryError ? error : new DeliveryError('retry', messageOf(error))
      if (this.failure.kind === 'offline' && flight.epoch === this.epoch) this.online = false
    }
    this.advance()
    const flying = this.flights.some((other) => other.state === 'sent')
    if (!flying) this.landed?.()
    if (this.failure === undefined) this.pump()
    else if (!flying) this.recover(this.failure)
  }

  /** Moves the cursor over the acknowledged records at the head. */
  private advance(): void {
    for (let head = this.flights[0]; head?.state === 'acknowledged'; head = this.flights[0]) {
      this.flights.shift()
      this.cursor = head.seq
      this.unsaved += 1
      this.failures = 0
      this.probing = false
    }
    if (this.unsaved >= this.options.saveEvery) this.save()
    else if (this.unsaved > 0) this.saveLater()
  }

  /** Nothing is in flight any more and something has failed: back behind the cursor. */
  private recover(failure: DeliveryError): void {
    this.rewind()
    if (!this.started) return
    if (failure.kind !== 'offline') {
      this.probing = true
      this.holdFor(failure)
    }
    this.pump()
  }

  private rewind(): void {
    this.failure = undefined
    this.flights = []
    this.ahead = []
    this.exhausted = false
  }

  private holdFor(failure: DeliveryError): void {
    const { logger, timers, sink, parkMs, retryMs, maxRetryMs } = this.options
    this.release()
    const parked = failure.kind === 'refused'
    const delayMs = parked ? parkMs : Math.min(maxRetryMs, retryMs * 2 ** this.failures)
    if (!parked) this.failures += 1
    const detail = failure.message
    logger.warn({ sink, delayMs, detail }, parked ? 'lane parked' : 'lane waits to send again')
    const cancel = timers.after(delayMs, () => {
      this.hold = undefined
      this.wake()
    })
    this.hold = { state: parked ? 'parked' : 'waiting', detail, cancel }
  }

  private release(): void {
    this.hold?.cancel()
    this.hold = undefined
  }

  private saveLater(): void {
    this.cancelSave ??= this.options.timers.after(this.options.saveMs, () => {
      this.cancelSave = undefined
      this.save()
    })
  }

  private save(): void {
    if (this.unsaved === 0 || this.cursor === undefined) return
    this.cancelSave?.()
    this.cancelSave = undefined
    try {
      this.options.store.saveCursor(this.options.sink, this.cursor)
      this.unsaved = 0
    } catch (error) {
      // costs a repetition at worst
      this.options.logger.warn({ detail: messageOf(error) }, 'the cursor could not be saved')
      this.saveLater()
    }
  }

  private unsent(): number {
    try {
      return Math.max(0, this.options.store.unsent(this.options.sink) - this.unsaved)
    } catch (error) {
      this.options.logger.warn({ detail: messageOf(error) }, 'unsent records cannot be counted')
      return 0
    }
  }

  /** Until nothing is in flight, or `drainMs`. */
  private drain(): Promise<void> {
    if (!this.flights.some((flight) => flight.state === 'sent')) return Promise.resolve()
    return new Promise<void>((resolve) => {
      const cancel = this.options.timers.after(this.options.drainMs, resolve)
      this.landed = () => {
        cancel()
        resolve()
      }
    }).then(() => {
      this.landed = undefined
    })
  }
}
