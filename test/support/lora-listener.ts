/** Everything that a LoRa feed tells, in the order of telling, and waiting for it. */
import { EventEmitter, once } from 'node:events'
import type { Issue } from '../../src/model/issue.ts'
import type {
  LoraFeedEvents,
  LoraFrame,
  LoraNotice,
  LoraReject,
  LoraUplink,
} from '../../src/model/lora.ts'
import type { SourceHealth } from '../../src/model/ports.ts'

const LIMIT_MS = 20_000

export class LoraListener implements LoraFeedEvents {
  readonly frames: LoraFrame[] = []
  readonly uplinks: LoraUplink[] = []
  readonly rejects: LoraReject[] = []
  readonly notices: LoraNotice[] = []
  readonly healths: SourceHealth[] = []
  readonly issues: Issue[] = []
  readonly #told = new EventEmitter().setMaxListeners(0)

  readonly frame = (frame: LoraFrame) => this.#add(this.frames, frame)
  readonly uplink = (uplink: LoraUplink) => this.#add(this.uplinks, uplink)
  readonly reject = (reject: LoraReject) => this.#add(this.rejects, reject)
  readonly notice = (notice: LoraNotice) => this.#add(this.notices, notice)
  readonly health = (health: SourceHealth) => this.#add(this.healths, health)
  readonly issue = (issue: Issue) => this.#add(this.issues, issue)

  get state(): string | undefined {
    return this.healths.at(-1)?.state
  }

  /** Resolves when it is so; what is told makes it look again. */
  async until(isSo: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(LIMIT_MS)
    while (!isSo()) await once(this.#told, 'told', { signal })
  }

  #add<T>(list: T[], one: T): void {
    list.push(one)
    this.#told.emit('told')
  }
}
