/**
 * The other end of a serial line for a fake adapter: a pseudo-terminal made by `socat`, whose path
 * the gateway opens like any port, or a real device.
 *
 * A writer that is faster than the reader finds `pending` growing; nothing is dropped here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, lstatSync, openSync, readlinkSync } from 'node:fs'
import { messageOf, OdographError, systemCode } from '../../model/errors.ts'
import { openPort } from '../serial/port.ts'

export interface AdapterLine {
  readonly path: string
  /** Bytes that the reader has not taken. */
  readonly pending: number
  /** Takes a copy. */
  write(bytes: Uint8Array): void
  /** Resolves when everything written has been taken, or the line is closed. */
  drained(): Promise<void>
  /** Resolves, once, with the reason, when the line is gone; also after `close()`. */
  readonly closed: Promise<string>
  /** Unplugs it. Idempotent. */
  close(): Promise<void>
}

type Data = (chunk: Uint8Array) => void

const KILL_MS = 2000
const READY = /starting data transfer loop/
const SOCAT_MISSING = 'is not installed, and a pseudo-terminal needs it: sudo apt install socat'

/** Makes a pseudo-terminal behind the link. Throws `port-failed` where socat is missing or fails. */
export async function openPty(link: string, data: Data): Promise<AdapterLine> {
  refuseOthersFile(link)
  const child = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${link}`, '-'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C is for us; socat ends when its input does.
    detached: true,
  })
  const closed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)))
    child.once('exit', () => resolve('socat has ended'))
  })
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) => {
      const isMissing = systemCode(error) === 'ENOENT'
      const detail = isMissing ? SOCAT_MISSING : messageOf(error)
      reject(new OdographError('port-failed', 'socat', detail, error))
    })
    child.once('close', () =>
      reject(new OdographError('port-failed', link, `socat: ${log.trim()}`)),
    )
    child.stderr.on('data', (text: Buffer) => {
      if (log.length < 10_000) log += text.toString()
      if (READY.test(log)) resolve()
    })
  })
  child.stdout.on('data', data)
  // As long as somebody has it open, the line outlives a gateway that closes it.
  const holder = openSync(link, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
  const queue = new WriteQueue(
    (bytes) =>
      new Promise((resolve, reject) => {
        child.stdin.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
  )
  // Broken pipes come as events too; `exit` tells the same.
  child.stdin.on('error', () => queue.stop())
  void closed.then(() => {
    queue.stop()
    closeSync(holder)
  })
  return {
    path: link,
    closed,
    get pending() {
      return queue.pending
    },
    write: (bytes) => queue.write(bytes),
    drained: () => queue.drained(),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      const impatience = setTimeout(() => child.kill('SIGKILL'), KILL_MS)
      await exited
      clearTimeout(impatience)
    },
  }
}

/** socat replaces whatever stands at its link: that may only be a link of its own. */
function refuseOthersFile(link: string): void {
  const found = lstatSync(link, { throwIfNoEntry: false })
  if (found === undefined) return
  if (found.isSymbolicLink() && readlinkSync(link).startsWith('/dev/pts/')) return
  throw new OdographError('port-failed', link, 'something else is there; choose another path')
}

/** Uses a device that is there, such as one end of a null-modem cable. Throws as `openPort` does. */
export async function openDevice(path: string, baudRate: number, data: Data): Promise<AdapterLine> {
  let ended: (reason: string) => void = () => undefined
  const closed = new Promise<string>((resolve) => {
    ended = resolve
  })
  const port = await openPort({ path, baudRate, data, closed: (reason) => ended(reason) })
  const queue = new WriteQueue((bytes) => port.write(bytes))
  void closed.then(() => queue.stop())
  return {
    path,
    closed,
    get pending() {
      return queue.pending
    },
    write: (bytes) => queue.write(bytes),
    drained: () => queue.drained(),
    async close() {
      queue.stop()
      await port.close()
      ended('closed')
    },
  }
}

/** Collects what is written in one turn into one chunk; the next goes when that was taken. */
class WriteQueue {
  readonly #send: (bytes: Uint8Array) => Promise<void>
  #buffer = Buffer.allocUnsafe(64 * 1024)
  #filled = 0
  #inFlight = 0
  #isScheduled = false
  #isStopped = false
  #waiting: (() => void)[] = []

  constructor(send: (bytes: Uint8Array) => Promise<void>) {
    this.#send = send
  }

  get pending(): number {
    return this.#filled + this.#inFlight
  }

  write(bytes: Uint8Array): void {
    if (this.#isStopped) return
    if (this.#filled + bytes.length > this.#buffer.length) {
      const size = 2 * Math.max(this.#buffer.length, bytes.length)
      const larger = Buffer.allocUnsafe(size)
      this.#buffer.copy(larger, 0, 0, this.#filled)
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#filled)
    this.#filled += bytes.length
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => void this.#run())
  }

  drained(): Promise<void> {
    if (this.pending === 0 || this.#isStopped) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  stop(): void {
    this.#isStopped = true
    this.#filled = 0
    this.#inFlight = 0
    this.#release()
  }

  async #run(): Promise<void> {
    while (this.#filled > 0 && !this.#isStopped) {
      const chunk = Buffer.from(this.#buffer.subarray(0, this.#filled))
      this.#inFlight = this.#filled
      this.#filled = 0
      try {
        await this.#send(chunk)
      } catch {
        // The line is gone; its owner hears of it by `closed`.
        this.stop()
      }
      this.#inFlight = 0
    }
    this.#isScheduled = false
    if (this.pending === 0) this.#release()
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
