/**
 * The thread that scripts run in, from outside: one run at a time, the others wait. A thread that does
 * not answer in time is ended, and one that is worn or idle; the next run has a new one.
 */
import { Worker } from 'node:worker_threads'
import type { Millis } from '../model/time.ts'
import type { ScriptResult } from './script-result.ts'
import type { ScriptRun } from './script-runner.ts'
import { READY, type ScriptAnswer } from './script-worker.ts'

/** Starts a thread that runs `script-worker`. */
export type StartScriptWorker = (options: object) => Worker

/** QuickJS runs on the stack of its thread, and must end before that does. */
const workerOptions = {
  env: {},
  // Where QuickJS says why it gave up; whoever asked is told.
  stderr: true,
  resourceLimits: { stackSizeMb: 8, maxOldGenerationSizeMb: 64 },
}

const startScriptWorker: StartScriptWorker = (options) =>
  new Worker(new URL('./script-worker.js', import.meta.url), options)

/** Beyond its own deadline. */
const GRACE_MS: Millis = 1000
/** On a slow card. */
const START_MS: Millis = 20_000
const IDLE_MS: Millis = 60_000

interface Waiting {
  run: ScriptRun
  resolve(result: ScriptResult): void
}

export class ScriptThread {
  readonly #start: StartScriptWorker
  readonly #waiting: Waiting[] = []
  #worker: Worker | undefined
  #isReady = false
  #asked: Waiting | undefined
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(start: StartScriptWorker = startScriptWorker) {
    this.#start = start
  }

  /** Never rejects. */
  run(run: ScriptRun): Promise<ScriptResult> {
    if (this.#isStopped) return Promise.resolve(broken('the gateway is stopping'))
    return new Promise((resolve) => {
      this.#waiting.push({ run, resolve })
      this.#next()
    })
  }

  /** What still waits is answered with an error. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const ended = this.#end()
    const left = [this.#asked, ...this.#waiting.splice(0)]
    this.#asked = undefined
    for (const each of left) each?.resolve(broken('the gateway is stopping'))
    await ended
  }

  #next(): void {
    if (this.#asked !== undefined || this.#isStopped) return
    const [next] = this.#waiting
    if (next === undefined) {
      this.#limit(IDLE_MS, () => this.#end())
      this.#timer?.unref()
      this.#worker?.unref()
      return
    }
    if (this.#worker === undefined) this.#begin()
    if (!this.#isReady) return
    this.#waiting.shift()
    this.#asked = next
    this.#worker?.ref()
    this.#worker?.postMessage(next.run)
    const { deadlineMs } = next.run.limits
    this.#limit(deadlineMs + GRACE_MS, () => {
      const message = `the script took longer than ${deadlineMs} ms, and was ended`
      this.#broke({ error: { kind: 'timeout', message } })
    })
  }

  #begin(): void {
    const worker = this.#start(workerOptions)
    this.#worker = worker
    this.#isReady = false
    worker.stderr.resume()
    this.#limit(START_MS, () => this.#broke(broken('the sandbox did not start')))
    worker.on('message', (message: typeof READY | ScriptAnswer) => {
      if (this.#worker !== worker) return
      if (message !== READY) return this.#answered(message)
      this.#isReady = true
      this.#next()
    })
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#broke(broken(error.message))
    })
    worker.on('exit', () => {
      if (this.#worker === worker) this.#broke(broken('its thread has ended'))
    })
  }

  #answered({ result, isWorn }: ScriptAnswer): void {
    const asked = this.#asked
    this.#asked = undefined
    if (isWorn) void this.#end()
    asked?.resolve(result)
    this.#next()
  }

  /** Whoever waits next must not wait for ever on a sandbox that never starts. */
  #broke(result: ScriptResult): void {
    const asked = this.#asked ?? this.#waiting.shift()
    this.#asked = undefined
    void this.#end()
    asked?.resolve(result)
    this.#next()
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer)
    const worker = this.#worker
    this.#worker = undefined
    this.#isReady = false
    await worker?.terminate()
  }

  #limit(ms: Millis, act: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(act, ms)
  }
}

function broken(why: string): ScriptResult {
  return { error: { kind: 'sandbox', message: `the sandbox for scripts broke: ${why}` } }
}
