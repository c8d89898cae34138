/**
 * A real browser, headless, over its debugging pipe: opens a page, evaluates in it, takes a picture.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
]

const DRAG_STEPS = 8

export interface Point {
  x: number
  y: number
}

interface Answer {
  id?: number
  method?: string
  params?: { request?: { url: string }; exceptionDetails?: { text: string } }
  result?: Record<string, unknown>
  error?: { message: string }
}

export class Browser {
  readonly #profile = mkdtempSync(join(tmpdir(), 'odograph-browser-'))
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #count = 0
  #session: string | undefined
  /** Every address that the page asked for. */
  readonly requests: string[] = []
  /** Errors that no script of the page caught. */
  readonly errors: string[] = []

  constructor(size: { width: number; height: number }) {
    const window = `--window-size=${size.width},${size.height}`
    this.#child = spawn('chromium', [...FLAGS, window, `--user-data-dir=${this.#profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    process.once('exit', () => this.#child.kill('SIGKILL'))
    let text = ''
    ;(this.#child.stdio[4] as Readable).on('data', (data) => {
      text += data
      const parts = text.split('\0')
      text = parts.pop() ?? ''
      for (const part of parts) this.#received(JSON.parse(part))
    })
  }

  async open(url: string): Promise<void> {
    const target = await this.#send('Target.createTarget', { url: 'about:blank' })
    const { targetId } = target as { targetId: string }
    const attached = await this.#send('Target.attachToTarget', { targetId, flatten: true })
    this.#session = (attached as { sessionId: string }).sessionId
    await this.#send('Network.enable')
    await this.#send('Runtime.enable')
    await this.#send('Page.enable')
    await this.#send('Page.navigate', { url })
  }

  async go(url: string): Promise<void> {
    await this.#send('Page.navigate', { url })
  }

  async reload(): Promise<void> {
    await this.#send('Page.reload')
  }

  /** The value of an expression in the page, of what a promise becomes. */
  async evaluate<T>(expression: string): Promise<T> {
    const options = { returnByValue: true, awaitPromise: true }
    const answer = await this.#send('Runtime.evaluate', { expression, ...options })
    return (answer as { result: { value: T } }).result.value
  }

  /** Presses at one place, moves in steps, lets go at another. */
  async drag(from: Point, to: Point): Promise<void> {
    await this.#mouse('mousePressed', from)
    for (let step = 1; step <= DRAG_STEPS; step += 1) {
      const part = step / DRAG_STEPS
      const x = from.x + (to.x - from.x) * part
      await this.#mouse('mouseMoved', { x, y: from.y + (to.y - from.y) * part })
    }
    await this.#mouse('mouseReleased', to)
  }

  async click(at: Point, count = 1): Promise<void> {
    for (let clickCount = 1; clickCount <= count; clickCount += 1) {
      await this.#mouse('mousePressed', at, clickCount)
      await this.#mouse('mouseReleased', at, clickCount)
    }
  }

  async #mouse(type: string, { x, y }: Point, clickCount = 1): Promise<void> {
    const buttons = type === 'mouseReleased' ? 0 : 1
    await this.#send('Input.dispatchMouseEvent', {
      ...{ type, x, y, clickCount, buttons },
      button: 'left',
    })
  }

  /** As a phone or a desktop sees it, by day or by night. */
  async look({ width, height, dark }: { width: number; height: number; dark: boolean }) {
    const size = { width, height, deviceScaleFactor: 1, mobile: width < 700 }
    await this.#send('Emulation.setDeviceMetricsOverride', size)
    const value = dark ? 'dark' : 'light'
    const features = [{ name: 'prefers-color-scheme', value }]
    await this.#send('Emulation.setEmulatedMedia', { features })
  }

  /** Runs in every page before its own scripts. */
  async before(source: string): Promise<void> {
    await this.#send('Page.addScriptToEvaluateOnNewDocument', { source })
  }

  async screenshot(path: string): Promise<void> {
    const answer = await this.#send('Page.captureScreenshot', { captureBeyondViewport: true })
    writeFileSync(path, Buffer.from((answer as { data: string }).data, 'base64'))
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve))
    this.#session = undefined
    this.#send('Browser.close').catch(() => this.#child.kill('SIGKILL'))
    await closed
    // Its helpers end a moment later and may still write.
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }

  #send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.#count += 1
    const id = this.#count
    const message = { id, method, params, ...(this.#session && { sessionId: this.#session }) }
    ;(this.#child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (answer) => {
        if (answer.error) reject(new Error(`${method}: ${answer.error.message}`))
        else resolve(answer.result ?? {})
      })
    })
  }

  #received(answer: Answer): void {
    if (answer.id !== undefined) {
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    } else if (answer.method === 'Network.requestWillBeSent' && answer.params?.request) {
      this.requests.push(answer.params.request.url)
    } else if (answer.method === 'Runtime.exceptionThrown') {
      this.errors.push(answer.params?.exceptionDetails?.text ?? 'unknown')
    }
  }
}
