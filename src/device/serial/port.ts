/**
 * A serial port, on the `serialport` package. Bytes out by callback, bytes in
 * by `write`, and one callback when the line is gone.
 *
 * A `close` event alone is not believed: a device can vanish without one, and the package then reads
 * end-of-file in a loop. So while nothing comes in, it is looked whether the path still leads to
 * the same device. Modem lines are never touched: pseudo-terminals have none, and DTR resets some
 * adapters (`hupcl: false` for the same reason).
 */
import { constants } from 'node:fs'
import { access, lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { SerialPort } from 'serialport'
import { messageOf, OdographError } from '../../model/errors.ts'
import { directBinding } from './direct-binding.ts'

export interface PortOptions {
  path: string
  baudRate: number
  /** The bytes are the callback's only while it runs. */
  data: (chunk: Uint8Array) => void
  /** Called at most once, unless `close()` came first; the reason is a sentence. */
  closed: (reason: string) => void
  signal?: AbortSignal
  /** How often it is looked whether the device is still there while nothing comes in. */
  watchMs?: number
}

export interface OpenPort {
  readonly path: string
  /** Where the path led when it was opened (`/dev/ttyACM0`). */
  readonly device: string
  /** Resolves when the system has taken the bytes; rejects when the line is gone. */
  write(bytes: Uint8Array): Promise<void>
  /** Idempotent. Never rejects and never waits for ever. */
  close(): Promise<void>
}

/** What is known of a path that could not be opened. */
export interface PortFacts {
  exists: boolean
  accessible: boolean
  /** Group that owns the device, if it may read and write it. */
  group?: string | undefined
  user: string
  /** Other ports there are, as stable names. */
  others: readonly string[]
}

const WATCH_MS = 1000
/** A port whose output cannot drain keeps `close` waiting in the driver for up to half a minute. */
const CLOSE_LIMIT_MS = 2000
const BY_ID = '/dev/serial/by-id'

/** Throws `port-missing`, `port-denied`, `port-busy` or `port-failed`, and what would help. */
export async function openPort(options: PortOptions): Promise<OpenPort> {
  const { path, baudRate, signal } = options
  let port: SerialPort
  try {
    await access(path, constants.R_OK | constants.W_OK)
    port = await openSerial(path, baudRate)
  } catch (error) {
    throw portError(path, error, await portFacts(path))
  }
  const line = new PortLine(port, options, await realpath(path).catch(() => path))
  if (signal?.aborted === true) {
    await line.close()
    throw new OdographError('port-failed', path, 'stopped while it was being opened')
  }
  line.watch(await identity(path))
  return line
}

function openSerial(path: string, baudRate: number): Promise<SerialPort> {
  return new Promise((resolve, reject) => {
    const settings = { path, baudRate, autoOpen: false, hupcl: false, lock: true }
    const options = { ...settings, binding: directBinding }
    const port = new SerialPort(options)
    port.open((error) => (error ? reject(error) : resolve(port)))
  })
}

class PortLine implements OpenPort {
  readonly path: string
  readonly device: string
  readonly #port: SerialPort
  readonly #options: PortOptions
  #heard = false
  #watcher: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined

  constructor(port: SerialPort, options: PortOptions, device: string) {
    this.#port = port
    this.#options = options
    this.path = options.path
    this.device = device
    port.on('data', (chunk: Uint8Array) => {
      if (this.#closing !== undefined) return
      this.#heard = true
      options.data(chunk)
    })
    port.on('error', (error) => this.#lost(messageOf(error)))
    port.on('close', () => this.#lost('the device was disconnected'))
    port.on('end', () => this.#lost('the device reached its end'))
  }

  watch(first: string | undefined): void {
    const { watchMs = WATCH_MS, path } = this.#options
    if (this.#closing !== undefined) return
    let isLooking = false
    this.#watcher = setInterval(async () => {
      const wasHeard = this.#heard
      this.#heard = false
      if (wasHeard || isLooking) return
      isLooking = true
      const now = await identity(path)
      isLooking = false
      if (now === undefined) this.#lost('the device has vanished')
      else if (now !== first) this.#lost('the device was replaced')
    }, watchMs)
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#closing !== undefined) {
      return Promise.reject(new OdographError('port-failed', this.path, 'it is closed'))
    }
    return new Promise((resolve, reject) => {
      this.#port.write(bytes, (error) => {
        if (error) reject(new OdographError('port-failed', this.path, messageOf(error), error))
        else resolve()
      })
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #lost(reason: string): void {
    if (this.#closing !== undefined) return
    void this.close()
    this.#options.closed(`${this.path}: ${reason}`)
  }

  #close(): Promise<void> {
    clearInterval(this.#watcher)
    if (!this.#port.isOpen) return Promise.resolve()
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, CLOSE_LIMIT_MS)
      // A line that is gone cannot be flushed or closed properly; either way it is given up.
      this.#port.flush(() => {
        this.#port.close(() => {
          clearTimeout(limit)
          resolve()
        })
      })
    })
  }
}

/** Says what is wrong, and what would help, in one sentence. */
export function portError(path: string, error: unknown, facts: PortFacts): OdographError {
  if (!facts.exists) return new OdographError('port-missing', path, missingText(facts), error)
  if (!facts.accessible) return new OdographError('port-denied', path, deniedText(facts), error)
  // The binding hands on the system's words and no code.
  if (/lock|busy|temporarily unavailable/i.test(messageOf(error))) {
    return new OdographError('port-busy', path, undefined, error)
  }
  const reason = messageOf(error).replace(/^Error:?\s*/, '')
  return new OdographError('port-failed', path, `it cannot be opened (${reason})`, error)
}

function missingText({ others }: PortFacts): string {
  if (others.length === 0) return 'there is no such serial port, and no other is plugged in'
  return `there is no such serial port; plugged in now: ${others.join(', ')}`
}

function deniedText({ group, user }: PortFacts): string {
  const start = `user ${user} may not open this serial port`
  if (group === undefined || group === 'root') {
    return `${start}; a udev rule that gives it to the group dialout helps`
  }
  return `${start}, the group ${group} may; \`sudo usermod -aG ${group} ${user}\` and a restart of the gateway help`
}

async function portFacts(path: string): Promise<PortFacts> {
  const found = await stat(path).catch(() => undefined)
  const accessible = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
  const groupMay = found !== undefined && (found.mode & 0o060) === 0o060
  return {
    exists: found !== undefined,
    accessible,
    group: groupMay ? await groupName(found.gid) : undefined,
    user: userName(),
    others: (await readdir(BY_ID).catch(() => [])).map((name) => `${BY_ID}/${name}`),
  }
}

async function groupName(gid: number): Promise<string> {
  const text = await readFile('/etc/group', 'utf8').catch(() => '')
  const line = text.split('\n').find((entry) => entry.split(':')[2] === String(gid))
  return line?.split(':')[0] ?? String(gid)
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? 'this')
  }
}

/** Changes when the device behind a path does; undefined when there is none. */
async function identity(path: string): Promise<string | undefined> {
  try {
    const [own, device] = await Promise.all([lstat(path), stat(path)])
    // The time of a link is when it was made; that of a device is when it was last used.
    const link = own.isSymbolicLink() ? `${own.ino} ${own.mtimeMs}` : ''
    return `${link} ${device.dev} ${device.ino} ${device.rdev}`
  } catch {
    // Gone, or its folder is.
    return undefined
  }
}
