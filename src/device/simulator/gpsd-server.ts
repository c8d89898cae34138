/** A gpsd with a simulated receiver, for any number of clients. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { messageOf, OdographError } from '../../model/errors.ts'
import { GpsdConversation, type GpsdFault } from './gpsd-lines.ts'

export interface GpsdServer {
  readonly host: string
  readonly port: number
  /** Clients that watch. */
  readonly watching: number
  /** To all who watch. */
  tell(reports: readonly object[]): void
  /** Throws the clients out; they may come again. */
  drop(): void
  close(): Promise<void>
}

export interface GpsdServerOptions {
  host?: string
  /** 0: any that is free. */
  port?: number
  faults?: ReadonlySet<GpsdFault>
}

/** Throws `port-failed` where the port is taken. */
export async function openGpsdServer(options: GpsdServerOptions): Promise<GpsdServer> {
  const { host = '127.0.0.1', port = 0, faults = new Set() } = options
  const clients = new Map<Socket, GpsdConversation>()
  const server = createServer((socket) => {
    const conversation = new GpsdConversation(faults)
    clients.set(socket, conversation)
    socket.on('data', (chunk: Uint8Array) => socket.write(conversation.receive(chunk)))
    // `close` follows and says the same.
    socket.on('error', () => undefined)
    socket.on('close', () => clients.delete(socket))
    socket.write(conversation.greeting())
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new OdographError('port-failed', `${host}:${port}`, messageOf(error), error)
  }
  const drop = () => {
    for (const socket of clients.keys()) socket.destroy()
  }
  return {
    host,
    port: (server.address() as AddressInfo).port,
    get watching() {
      return [...clients.values()].filter(({ isWatching }) => isWatching).length
    },
    tell(reports) {
      for (const [socket, conversation] of clients) socket.write(conversation.told(reports))
    },
    drop,
    async close() {
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}
