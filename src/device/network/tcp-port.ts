/**
 * A serial line over TCP, as Wi-Fi adapters (WiCAN, ELM327 Wi-Fi) and ser2net offer it: `tcp://host:port`
 * with the same face as a serial port. A connection that is gone without a word is noticed by who
 * waits for an answer, and by keep-alive.
 */
import { connect, type Socket } from 'node:net'
import { messageOf, OdographError, systemCode } from '../../model/errors.ts'
import type { OpenPort, PortOptions } from '../serial/port.ts'

const CONNECT_MS = 5000
const KEEP_ALIVE_MS = 10_000
const ADDRESS = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/\s]+)):(\d{1,5})\/?$/

export function isTcpPath(path: string): boolean {
  return path.startsWith('tcp://')
}

/** Throws `config-invalid`, `port-missing` or `port-failed`, and what would help. */
export async function openTcp(options: PortOptions): Promise<OpenPort> {
  const { path, signal } = options
  const match = ADDRESS.exec(path)
  const port = Number(match?.[3])
  if (match === null || port < 1 || port > 65_535) {
    throw new OdographError('config-invalid', path, 'write tcp://HOST:PORT')
  }
  const socket = connect({ host: match[1] ?? match[2] ?? '', port, noDelay: true })
  try {
    await connected(socket, signal)
  } catch (error) {
    socket.destroy()
    throw connectError(path, error)
  }
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  return new TcpLine(socket, options)
}

function connected(socket: Socket, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      clearTimeout(limit)
      signal?.removeEventListener('abort', abort)
      socket.off('connect', done)
      // What still comes of a socket that was given up concerns nobody.
      socket.off('error', done).on('error', () => undefined)
      if (error === undefined) resolve()
      else reject(error)
    }
    const abort = () => done(new Error('stopped while it was being opened'))
    const late = () => done(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }))
    const limit = setTimeout(late, CONNECT_MS)
    socket.once('connect', done)
    socket.once('error', done)
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) abort()
  })
}

function connectError(path: string, error: unknown): OdographError {
  const code = systemCode(error)
  const texts: Record<string, string> = {
    ECONNREFUSED: 'nobody listens there; is it the right port, and is no other program connected?',
    EHOSTUNREACH: 'the host cannot be reached; is the gateway in the network of the adapter?',
    ENETUNREACH: 'there is no network to it; is the gateway in the network of the adapter?',
    ETIMEDOUT: 'it does not answer; is the adapter switched on and in reach?',
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new OdographError('port-missing', path, 'there is no host of that name', error)
  }
  return new OdographError('port-failed', path, texts[code ?? ''] ?? messageOf(error), error)
}

class TcpLine implements OpenPort {
  readonly path: string
  readonly device: string
  readonly #socket: Socket
  readonly #options: PortOptions
  #closing: Promise<void> | undefined

  constructor(socket: Socket, options: PortOptions) {
    this.#socket = socket
    this.#options = options
    this.path = options.path
    this.device = options.path
    socket.on('data', (chunk: Uint8Array) => {
      if (this.#closing === undefined) options.data(chunk)
    })
    socket.on('error', (error) => this.#lost(messageOf(error)))
    socket.on('end', () => this.#lost('the connection was closed by the other side'))
    socket.on('close', () => this.#lost('the connection was closed'))
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#closing !== undefined) {
      return Promise.reject(new OdographError('port-failed', this.path, 'it is closed'))
    }
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(new OdographError('port-failed', this.path, messageOf(error), error))
        else resolve()
      })
    })
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#socket.destroyed) resolve()
      else {
        this.#socket.once('close', () => resolve())
        this.#socket.destroy()
      }
    })
    return this.#closing
  }

  #lost(reason: string): void {
    if (this.#closing !== undefined) return
    void this.close()
    this.#options.closed(`${this.path}: ${reason}`)
  }
}
