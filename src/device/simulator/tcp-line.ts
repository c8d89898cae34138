/**
 * The other end of a network line for a fake adapter, as Wi-Fi adapters are: a TCP server that talks
 * to one client at a time. While nobody is connected, what is written is lost.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { AdapterLine } from './pty.ts'

export interface TcpLine extends AdapterLine {
  readonly port: number
  /** Throws the client out; it may come again. */
  drop(): void
}

export interface TcpLineOptions {
  host?: string
  /** 0: any that is free. */
  port?: number
}

/** Listens. Throws `port-failed` where the port is taken. */
export async function openTcpLine(
  options: TcpLineOptions,
  data: (chunk: Uint8Array) => void,
): Promise<TcpLine> {
  const { host = '127.0.0.1', port = 0 } = options
  let client: Socket | undefined
  let waiting: (() => void)[] = []
  const release = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  const server = createServer((socket) => {
    // As the adapters themselves do: the first one keeps the line.
    if (client !== undefined) {
      socket.destroy()
      return
    }
    client = socket
    socket.setNoDelay(true)
    socket.on('data', data)
    socket.on('drain', release)
    // `close` follows and says the same.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      client = undefined
      release()
    })
  })
  const closed = new Promise<string>((resolve) => server.once('close', () => resolve('closed')))
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new OdographError('port-failed', `${host}:${port}`, messageOf(error), error)
  }
  const actual = (server.address() as AddressInfo).port
  return {
    path: `tcp://${host}:${actual}`,
    port: actual,
    closed,
    get pending() {
      return client?.writableLength ?? 0
    },
    write(bytes) {
      client?.write(Buffer.from(bytes))
    },
    drained() {
      if ((client?.writableLength ?? 0) === 0) return Promise.resolve()
      return new Promise((resolve) => {
        waiting = [...waiting, resolve]
      })
    },
    drop() {
      client?.destroy()
    },
    async close() {
      client?.destroy()
      server.close()
      await closed
    },
  }
}
