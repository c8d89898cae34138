/**
 * An ignition input on a GPIO of the Raspberry Pi, followed by `gpiomon` of libgpiod. Versions 1 (Debian
 * 12) and 2 take different arguments. After each edge the level is read anew once it has
 * settled, so that a contact that bounces counts once.
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

const SETTLE_MS: Millis = 200
const AGAIN_MS: Millis = 10_000
const LIMIT_MS: Millis = 3000

export class IgnitionInput {
  readonly #options: IgnitionInputOptions
  readonly #after: After
  #isStopped = false
  #isOn: boolean | undefined
  #wasTold = false
  #problem = ''
  #stopMonitor: () => void = () => undefined
  #cancelSettle: () => void = () => undefined
  #cancelAgain: () => void = () => undefined

  constructor(options: IgnitionInputOptions, after: After = systemAfter) {
    this.#options = options
    this.#after = after
  }

  start(): void {
    void this.#run()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelSettle()
    this.#cancelAgain()
    this.#stopMonitor()
  }

  async #run(): Promise<void> {
    const version = await versionOf()
    if (this.#isStopped) return
    if (version === undefined) {
      this.#fail('the ignition input needs gpiomon: sudo apt install gpiod')
      return
    }
    await this.#read(version)
    if (!this.#isStopped && this.#isOn !== undefined) this.#follow(version)
  }

  #follow(version: 1 | 2): void {
    const { chip, line, activeLow } = this.#options
    const low = activeLow ? ['--active-low'] : []
    const args =
      version === 1
        ? ['--line-buffered', ...low, chip, String(line)]
        : [...low, '-c', chip, String(line)]
    const child = spawn('gpiomon', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#stopMonitor = () => child.kill('SIGTERM')
    child.stdout.on('data', () => {
      this.#cancelSettle()
      this.#cancelSettle = this.#after(SETTLE_MS, () => void this.#read(version))
    })
    child.once('error', () => undefined)
    child.once('close', () => {
      if (!this.#isStopped) this.#fail('gpiomon has ended')
    })
  }

  async #read(version: 1 | 2): Promise<void> {
    const { chip, line, activeLow } = this.#options
    const low = activeLow ? ['--active-low'] : []
    const args =
      version === 1 ? [...low, chip, String(line)] : ['--numeric', ...low, '-c', chip, String(line)]
    const level = await output('gpioget', args).catch(() => undefined)
    if (this.#isStopped) return
    const value = level?.trim()
    if (value === '0' || value === '1') {
      this.#problem = ''
      this.#tell(value === '1')
    } else this.#fail(`the ignition input cannot be read: line ${line} of ${chip}`)
  }

  /** It is tried again for ever; the same problem is told once. */
  #fail(sentence: string): void {
    if (sentence !== this.#problem) this.#options.problem(sentence)
    this.#problem = sentence
    this.#tell(undefined)
    this.#cancelAgain()
    this.#cancelAgain = this.#after(AGAIN_MS, () => void this.#run())
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
