/**
 * The file drop: batches and events as files in a folder, such as that of a USB stick that comes
 * and goes. What the files are called: drop-file.ts; what counts as the folder being there:
 * drop-place.ts. One write at a time: the medium is slow, and a stuck one must hold up nothing else.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, OdographError } from '../../model/errors.ts'
import { DeliveryError, systemTimers, type Timers } from '../outbox-port.ts'
import { DropDays } from './drop-days.ts'
import { dropContent, dropPath, folderName, WRITING, writeDrop } from './drop-file.ts'
import { checkRoom, findPlace, type Place, placeFault } from './drop-place.ts'
import { Reach } from './reach.ts'
import type { Sink, SinkContext, SinkHealth, SinkMessage } from './sink.ts'
import { Turns } from './turns.ts'

export interface FileDropSettings {
  name: string
  /** Never made by us; what is in it is. */
  folder: string
  /** Only while the folder is a mount point. */
  requireMount: boolean
  /** Bytes that stay free there. */
  keepFree: number
  /** So many bytes of ours at most: the oldest days go first. Without it none goes. */
  maxBytes?: number | undefined
}

/** How often a missing folder is looked for, and a found one looked at. */
const LOOK_MS = 3_000
/** A write that takes longer is reported as failed; no other is begun before it has ended. */
const WRITE_MS = 60_000
/** How long `stop` waits for a write. */
const DRAIN_MS = 2_000

/** Throws `config-invalid` for a gateway id that cannot be a folder. */
export function createFileDrop(settings: FileDropSettings, context: SinkContext): Sink {
  return new FileDrop(settings, context)
}

class FileDrop implements Sink {
  readonly name: string
  private readonly settings: FileDropSettings
  private readonly context: SinkContext
  private readonly timers: Timers
  private readonly root: string
  private readonly days: DropDays | undefined
  private readonly reach = new Reach()
  private readonly turns = new Turns()
  private running = false
  private stopping: Promise<void> | undefined
  private place: Place | undefined
  private looking: Promise<void> | undefined
  private cancelLook: (() => void) | undefined
  /** A write that took too long and has not ended yet. */
  private stuck = false
  private writing: Promise<void> = Promise.resolve()
  private fault: DeliveryError | undefined

  constructor(settings: FileDropSettings, context: SinkContext) {
    this.name = settings.name
    this.settings = settings
    this.context = context
    this.timers = context.timers ?? systemTimers
    try {
      this.root = join(settings.folder, folderName(context.gateway))
    } catch (error) {
      throw new OdographError('config-invalid', `files ${settings.name}`, messageOf(error), error)
    }
    const { maxBytes } = settings
    if (maxBytes !== undefined) this.days = new DropDays(this.root, maxBytes)
  }

  start(): void {
    if (this.stopping !== undefined) {
      void this.stopping.then(() => this.start())
      return
    }
    if (this.running) return
    this.running = true
    this.look()
  }

  stop(): Promise<void> {
    if (this.stopping !== undefined) return this.stopping
    if (!this.running) return Promise.resolve()
    this.running = false
    this.cancelLook?.()
    this.cancelLook = undefined
    this.reach.set(false)
    this.stopping = this.drained().then(() => {
      this.place = undefined
      this.fault = undefined
      this.stopping = undefined
    })
    return this.stopping
  }

  deliver(message: SinkMessage): Promise<void> {
    if (!this.running) return Promise.reject(this.stopped())
    if (this.place === undefined) return Promise.reject(this.missing())
    if (this.stuck) return Promise.reject(this.tooSlow())
    return this.turns.take('', () => this.timed(() => this.write(message)))
  }

  watch(told: (reachable: boolean) => void): () => void {
    return this.reach.watch(told)
  }

  health(): SinkHealth {
    if (!this.running) return { state: 'stopped', detail: 'stopped' }
    if (this.place === undefined) return { state: 'offline', detail: this.missing().message }
    if (this.stuck) return { state: 'waiting', detail: this.tooSlow().message }
    if (this.fault !== undefined) {
      const state = this.fault.kind === 'refused' ? 'refused' : 'waiting'
      return { state, detail: this.fault.message }
    }
    return { state: this.turns.busy ? 'sending' : 'idle', detail: `writes to ${this.root}` }
  }

  private stopped(): DeliveryError {
    return new DeliveryError('offline', `${this.name} is stopped`)
  }

  private missing(): DeliveryError {
    return this.fault ?? new DeliveryError('offline', `looking for ${this.settings.folder}`)
  }

  private tooSlow(): DeliveryError {
    const { folder } = this.settings
    return new DeliveryError('retry', `${folder} does not finish writing: is the medium broken?`)
  }

  private look(): void {
    this.cancelLook = undefined
    const { folder, requireMount } = this.settings
    // a look that hangs (a network share) is not followed by another
    this.looking = findPlace(folder, requireMount)
      .then(
        (place) => this.found(place),
        (error: unknown) => this.lost(placeFault(folder, error)),
      )
      .finally(() => {
        if (this.running) this.cancelLook = this.timers.after(LOOK_MS, () => this.look())
      })
  }

  private async found(place: Place): Promise<void> {
    if (!this.running || this.place?.device === place.device) return
    // what a power cut or a pulled stick left half written
    await rm(join(this.root, WRITING), { recursive: true, force: true }).catch((error: unknown) => {
      const detail = messageOf(error)
      this.context.logger.debug({ sink: this.name, detail }, 'left-overs cannot be removed')
    })
    if (!this.running) return
    this.place = place
    this.fault = undefined
    this.days?.forget()
    const { folder } = this.settings
    this.context.logger.info({ sink: this.name, folder }, 'the folder of the file drop is there')
    this.reach.set(true)
  }

  private lost(fault: DeliveryError): void {
    const isNews = fault.message !== this.fault?.message
    this.place = undefined
    this.fault = fault
    if (this.running && isNews) {
      this.context.logger.warn({ sink: this.name, detail: fault.message }, 'no place for files')
    }
    this.reach.set(false)
  }

  private async write(message: SinkMessage): Promise<void> {
    const { folder, requireMount, keepFree } = this.settings
    if (!this.running) throw this.stopped()
    try {
      const path = dropPath(message, this.context.clock.now())
      const content = await dropContent(message)
      const place = await findPlace(folder, requireMount)
      const growth = await this.rotate(path, content.byteLength)
      await checkRoom(folder, content.byteLength, keepFree)
      await writeDrop({ root: this.root, place, path, content })
      this.days?.written(path, growth)
    } catch (error) {
      throw this.failed(placeFault(folder, error))
    }
    this.fault = undefined
  }

  private async rotate(path: string, bytes: number): Promise<number> {
    if (this.days === undefined) return bytes
    const { removed, growth } = await this.days.makeRoom(path, bytes)
    if (removed.length > 0) {
      const fields = { sink: this.name, removed: removed.join(', ') }
      this.context.logger.warn(fields, 'the oldest files made room for new ones')
    }
    return growth
  }

  private failed(fault: DeliveryError): DeliveryError {
    if (fault.kind === 'offline') {
      this.lost(fault)
      return fault
    }
    if (fault.message !== this.fault?.message) {
      this.context.logger.warn({ sink: this.name, detail: fault.message }, 'a file was not written')
    }
    this.fault = fault
    return fault
  }

  /** Rejects after a while, even if the medium never answers. */
  private timed(run: () => Promise<void>): Promise<void> {
    if (this.stuck) return Promise.reject(this.tooSlow())
    return new Promise<void>((resolve, reject) => {
      const cancel = this.timers.after(WRITE_MS, () => {
        this.stuck = true
        reject(this.tooSlow())
      })
      this.writing = run()
        .then(resolve, reject)
        .finally(() => {
          cancel()
          this.stuck = false
        })
    })
  }

  /** Until nothing is written or looked at any more, or `DRAIN_MS`. */
  private drained(): Promise<void> {
    return new Promise<void>((resolve) => {
      const cancel = this.timers.after(DRAIN_MS, resolve)
      void Promise.allSettled([this.turns.ended(), this.writing, this.looking]).then(() => {
        cancel()
        resolve()
      })
    })
  }
}
