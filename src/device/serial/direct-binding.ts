/**
 * The binding of the `serialport` package for Linux, with reads and writes made directly instead of
 * by a thread pool: the port is open without blocking, so that a system call returns at once, and
 * what a thread would cost is several times what the call does. It is read when there is something
 * to read, not before.
 *
 * The errors by which a lost device shows are those that the package's own binding knows; an end of
 * file is told as one, where that reads it again and again.
 */
import { readSync, writeSync } from 'node:fs'
import { SerialPort } from 'serialport'

type Binding = typeof SerialPort.binding
type BoundPort = Awaited<ReturnType<Binding['open']>>
type LinuxPort = Extract<BoundPort, { poller: { destroy(): void }; fd: number | null }>

const TRY_AGAIN: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR'])

type Open = (options: object) => Promise<BoundPort>

const own = SerialPort.binding

/** As the package's own one, which it is where the system is not Linux. */
export const directBinding = {
  ...own,
  async open(options: object): Promise<BoundPort> {
    const port = await (own.open as Open)(options)
    if (process.platform === 'linux') readAndWriteDirectly(port as LinuxPort)
    return port
  },
} as Binding

function readAndWriteDirectly(port: LinuxPort): void {
  port.read = async (buffer, offset, length) => {
    for (;;) {
      await ready(port, 'readable')
      const bytesRead = attempt(() => readSync(openFile(port), buffer, offset, length, null))
      if (bytesRead !== undefined) return { buffer, bytesRead }
    }
  }
  port.write = async (buffer) => {
    let written = 0
    while (written < buffer.length) {
      const count = attempt(() => writeSync(openFile(port), buffer, written))
      if (count === undefined) await ready(port, 'writable')
      else written += count
    }
  }
}

function ready({ poller }: LinuxPort, event: 'readable' | 'writable'): Promise<void> {
  return new Promise((resolve, reject) => {
    poller.once(event, (error) => (error ? reject(error) : resolve()))
  })
}

function openFile({ fd }: LinuxPort): number {
  if (fd === null) throw Object.assign(new Error('Port is not open'), { canceled: true })
  return fd
}

/** Undefined where the port has nothing or takes nothing now; throws as the stream expects it. */
function attempt(call: () => number): number | undefined {
  try {
    return call()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (TRY_AGAIN.has(code)) return undefined
    throw error
  }
}
