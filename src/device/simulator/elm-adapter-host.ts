/** What the parts of a fake ELM327 know of it: a command answers, or begins a task that takes time. */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { ElmBus } from './elm-adapter-bus.ts'
import type { ElmOutput } from './elm-adapter-output.ts'
import type { ElmSettings } from './elm-adapter-settings.ts'
import type { FaultDice } from './elm-faults.ts'

export interface ElmRequest {
  bytes: Uint8Array
  /** How many lines to wait for. */
  count?: number
  /** Instead of the header that is set. */
  id?: number
  /** Instead of the time that is set. */
  waitMs?: number
}

/** A request, a search, monitoring, a reset: one at a time. It ends by the host's `finish`. */
export interface ElmTask {
  /** When `due` is to be called. */
  readonly deadline: Micros
  /** Whether the bus has to be looked at in small steps, because it may send. */
  readonly sends: boolean
  frame(frame: CanFrame): void
  due(time: Micros): void
  /** A character came, which is used up by this. */
  interrupt(byte: number, time: Micros): void
}

export interface ElmHost {
  settings: ElmSettings
  readonly bus: ElmBus
  readonly out: ElmOutput
  readonly dice: FaultDice
  readonly now: Micros
  /** What it says it is: `ELM327 v1.5`. */
  readonly banner: string
  readonly bufferBytes: number
  /** Whether it does what came with this version. */
  knows(version: string): boolean
  /** Texts and values that outlive a reset. */
  readonly memory: Map<string, string>
  begin(task: ElmTask): void
  /** Asks the bus, after a search where the protocol is not known. */
  request(request: ElmRequest): void
  /** The task is done: a prompt. */
  finish(): void
  /** Settings and bus as after power came. */
  reset(): void
  /** Sleeps until a character comes. */
  sleep(): void
}

/** `undefined`: a task was begun, which says the rest. */
export type Answer = string | readonly string[] | undefined

export interface ElmCommand {
  /** Of the whole command, upper case, without spaces and without `AT`. */
  pattern: RegExp
  /** The first version that knows it. */
  since: string
  run: (host: ElmHost, args: readonly string[]) => Answer
}
