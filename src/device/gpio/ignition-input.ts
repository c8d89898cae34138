/**
 * An ignition input on a GPIO of the Raspberry Pi, by the tools of libgpiod: `gpioget` reads the level,
 * `gpiomon` waits for an edge. Versions 1 (Debian 12) and 2 take different arguments. A line belongs
 * to one process at a time (the kernel answers EBUSY to a second one), so `gpiomon` is ended before
 * the level is read: after each edge, once the contact has settled, and every now and then, for an
 * edge that fell between the two.
 */
import { execFile, spawn } from 'node:child_process'
import { systemCode } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import { type After, systemAfter } from '../supervisor.ts'

export interface IgnitionInputOptions {
  /** `gpiochip0` */
  chip: string
  /** Number of the line, or its name. */
  line: number | string
  activeLow: boolean
  /** Undefined: it cannot be read. */
  changed: (isOn: boolean | undefined) => void
  /** What is wrong, and what would help. */
  problem: (sentence: string) => void
}

interface Tools {
  version: 1 | 2
  /** Arguments of both tools that name the line. */
  line: readonly string[]
}

const SETTLE_MS: Millis = 200
/** A contact, or a wire in the air, that never settles. */
const MAX_SETTLE_MS: Millis = 2000
const RENEW_MS: Millis = 60_000
const AGAIN_MS: Millis = 10_000
const LIMIT_MS: Millis = 3000

export class IgnitionInput {
  readonly #options: IgnitionInputOptions
  readonly #after: After
  #running: Promise<void> = Promise.resolve()
  #isStopped = false
  #isOn: boolean | undefined
  #wasTold = false
  #problem = ''
  #stopMonitor: () => void = () => undefined
  #cancelAgain: () => void = () => undefined

  constructor(options: IgnitionInputOptions, after: After = systemAfter) {
    this.#options = options
    this.#after = after
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Idempotent. */
  stop(): void {
    this.#isStopped = true
    this.#cancelAgain()
    this.#stopMonitor()
  }

  /** Resolves when no tool runs any more. */
  get ended(): Promise<void> {
    return this.#running
  }

  /** Until it is stopped, or something is wrong. */
  async #run(): Promise<void> {
    const { chip, line } = this.#options
    const version = await versionOf()
    const tools = version === undefined ? undefined : await this.#tools(version)
    if (this.#isStopped) return
    if (tools === undefined) {
      this.#fail('the ignition input needs gpiomon: sudo apt install gpiod')
      return
    }
    for (;;) {
      const level = await this.#level(tools)
      if (this.#isStopped) return
      if (level === undefined) {
        this.#fail(`the ignition input cannot be read: line ${line} of ${chip}`)
        return
      }
      this.#problem = ''
      this.#tell(level)
      const mayDiffer = await this.#untilEdge(tools)
      if (this.#isStopped) return
      if (!mayDiffer) {
        this.#fail('gpiomon has ended')
        return
      }
    }
  }

  async #tools(version: 1 | 2): Promise<Tools> {
    const { chip, line } = this.#options
    if (version === 2) return { version, line: ['-c', chip, String(line)] }
    const isName = !/^\d+$/.test(String(line))
    // The tools of version 1 take no names; `gpiofind` says chip and number.
    const found = isName ? await output('gpiofind', [String(line)]).catch(() => '') : ''
    const place = found.trim().split(/\s+/)
    return { version, line: place.length === 2 ? place : [chip, String(line)] }
  }

  async #level({ version, line }: Tools): Promise<boolean | undefined> {
    const args = [...(version === 1 ? [] : ['--numeric']), ...this.#low, ...line]
    const level = await output('gpioget', args).catch(() => undefined)
    const value = level?.trim()
    return value === '0' || value === '1' ? value === '1' : undefined
  }

  /** Whether the level may be another one now; false: gpiomon ended by itself. */
  #untilEdge({ version, line }: Tools): Promise<boolean> {
    const args = [...(version === 1 ? ['--line-buffered'] : []), ...this.#low, ...line]
    const child = spawn('gpiomon', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    let isEnded = false
    const end = () => {
      isEnded = true
      child.kill('SIGTERM')
    }
    this.#stopMonitor = end
    let cancelLimit = this.#after(RENEW_MS, end)
    let cancelSettle: (() => void) | undefined
    child.stdout.on('data', () => {
      if (cancelSettle === undefined) {
        cancelLimit()
        cancelLimit = this.#after(MAX_SETTLE_MS, end)
      }
      cancelSettle?.()
      cancelSettle = this.#after(SETTLE_MS, end)
    })
    return new Promise((resolve) => {
      const ended = () => {
        cancelLimit()
        cancelSettle?.()
        resolve(isEnded)
      }
      child.once('error', ended)
      child.once('close', ended)
    })
  }

  get #low(): readonly string[] {
    return this.#options.activeLow ? ['--active-low'] : []
  }

  /** It is tried again for ever; the same problem is told once. */
  #fail(sentence: string): void {
    if (sentence !== this.#problem) this.#options.problem(sentence)
    this.#problem = sentence
    this.#tell(undefined)
    this.#cancelAgain()
    this.#cancelAgain = this.#after(AGAIN_MS, () => this.start())
  }

  #tell(isOn: boolean | undefined): void {
    if (this.#wasTold && isOn === this.#isOn) return
    this.#wasTold = true
    this.#isOn = isOn
    this.#options.changed(isOn)
  }
}

/** Undefined: it is not there. */
async function versionOf(): Promise<1 | 2 | undefined> {
  try {
    return /v1\./.test(await output('gpiomon', ['--version'])) ? 1 : 2
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? undefined : 2
  }
}

function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: LIMIT_MS }, (error, stdout) => {
      if (error) reject(error)
      else resolve(stdout)
    })
  })
}
