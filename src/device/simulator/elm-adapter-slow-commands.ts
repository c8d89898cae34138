/** Commands of a fake ELM327 that take time: a reset, another serial speed, monitoring. */
import type { CanFrame } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { Answer, ElmHost, ElmTask } from './elm-adapter-host.ts'
import { groupOf } from './elm-adapter-j1939.ts'
import { MonitorTask } from './elm-adapter-monitor.ts'
import { fits, hasOwnFilter, receiveFilter } from './elm-adapter-settings.ts'

const CR = 0x0d
/** How long it waits for the host at the new speed (AT BRT 0F). */
const BAUD_WAIT: Micros = 75_000

/** Says who it is after a while; what comes meanwhile is lost. */
export class ResetTask implements ElmTask {
  deadline: Micros = 0
  readonly sends = false
  readonly #host: ElmHost
  readonly #delayMs: number

  constructor(host: ElmHost, delayMs: number) {
    this.#host = host
    this.#delayMs = delayMs
  }

  start(): void {
    this.deadline = this.#host.now + 1000 * this.#delayMs
    this.#host.begin(this)
    this.#host.bus.close()
  }

  frame(): void {
    // It hears nothing.
  }

  due(): void {
    const { out } = this.#host
    this.#host.reset()
    out.newline()
    out.newline()
    out.line(this.#host.banner)
    this.#host.finish()
  }

  interrupt(): void {
    // It hears nothing.
  }
}

/** `OK`, then its name at the new speed; without a CR at that speed it returns to the old one. */
export class BaudTask implements ElmTask {
  deadline: Micros = 0
  readonly sends = false
  readonly #host: ElmHost
  readonly #baud: number
  readonly #before: number
  readonly #name: string

  constructor(host: ElmHost, baud: number, name: string) {
    this.#host = host
    this.#baud = baud
    this.#before = host.out.baud
    this.#name = name
  }

  start(): void {
    const { out, now } = this.#host
    this.deadline = now + BAUD_WAIT
    this.#host.begin(this)
    out.line('OK')
    out.baud = this.#baud
    out.line(this.#name)
  }

  frame(): void {
    // It looks at the serial line only.
  }

  due(): void {
    this.#host.out.baud = this.#before
    this.#host.finish()
  }

  interrupt(byte: number): void {
    if (byte !== CR) return
    this.#host.out.line('OK')
    this.#host.finish()
  }
}

/** Frames that the receive filter passes, if one was set, and that are wanted. */
export function monitor(host: ElmHost, wants: (frame: CanFrame) => boolean): Answer {
  const { settings, bus, dice } = host
  if (bus.protocol.kind === 'other' && !bus.isAuto) return '?'
  const passes = (frame: CanFrame) =>
    !hasOwnFilter(settings) || fits(frame.id, ownFilter(host)) ? wants(frame) : false
  const isSilent = settings.silentMonitor && !dice.has('no-csm')
  new MonitorTask(host, { wants: passes, isSilent }).start()
  return undefined
}

/** Only a J1939 protocol knows parameter groups. */
export function monitorGroup(host: ElmHost, group: number, count?: number): Answer {
  const { settings, bus, dice } = host
  if (bus.protocol.kind !== 'j1939') return '?'
  new MonitorTask(host, {
    wants: ({ id }) => groupOf(id) === group,
    isSilent: settings.silentMonitor && !dice.has('no-csm'),
    ...(count === undefined ? {} : { count }),
  }).start()
  return undefined
}

function ownFilter({ settings, bus }: ElmHost) {
  return receiveFilter(settings, bus.protocol)
}
