/**
 * The embedded broker, for a first start and for tests: MQTT 3.1.1 over TCP, everything in memory.
 * It has no users, so it listens on loopback only unless told otherwise, and it keeps no session
 * of an absent client: nothing here may grow without bound. A consumer that must not miss a
 * message while it is away needs a real broker. The one file that knows the broker library.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { Logger } from '../../model/ports.ts'

export interface BrokerOptions {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 1883; 0 takes a free one. */
  port?: number
  /** Anyone who reaches the address may read and write everything. */
  allowRemote?: boolean
  logger: Logger
}

export interface Broker {
  /**
   * Resolves to the port it listens on; calling it again while it does is fine. Rejects with
   * `listen-failed`, after which it may be called again.
   */
  start(): Promise<number>
  /** Closes every connection at once. Idempotent. */
  stop(): Promise<void>
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Throws `config-invalid` for an address that others can reach. */
export function createBroker(options: BrokerOptions): Broker {
  const host = options.host ?? '127.0.0.1'
  if (!isLoopback(host) && options.allowRemote !== true) {
    throw new OdographError(
      'config-invalid',
      `embedded broker on ${host}`,
      'the embedded broker has no users and listens on 127.0.0.1 only; for other machines use a ' +
        'broker with access control, or allow it explicitly',
    )
  }
  return new EmbeddedBroker(host, options.port ?? 1883, options.logger)
}

class EmbeddedBroker implements Broker {
  private readonly host: string
  private readonly port: number
  private readonly logger: Logger
  private running: Promise<Running> | undefined

  constructor(host: string, port: number, logger: Logger) {
    this.host = host
    this.port = port
    this.logger = logger
  }

  async start(): Promise<number> {
    this.running ??= this.listen()
    const running = this.running
    try {
      return (await running).port
    } catch (error) {
      if (this.running === running) this.running = undefined
      throw error
    }
  }

  async stop(): Promise<void> {
    const running = this.running
    this.running = undefined
    // a start that failed has left nothing to stop
    const broker = await running?.catch(() => undefined)
    await broker?.close()
  }

  private async listen(): Promise<Running> {
    const aedes = await Aedes.createBroker({
      preConnect: (_client, packet, done) => {
        packet.clean = true
        done(null, true)
      },
    })
    for (const event of ['clientError', 'connectionError'] as const) {
      aedes.on(event, (client, error) => {
        const fields = { client: client?.id, detail: messageOf(error) }
        this.logger.debug(fields, 'a client of the embedded broker failed')
      })
    }
    const server = createServer()
    const running = new Running(aedes, server)
    try {
      server.listen(this.port, this.host)
      await once(server, 'listening')
    } catch (error) {
      await running.close()
      const subject = `${this.host}:${this.port}`
      throw new OdographError('listen-failed', subject, messageOf(error), error)
    }
    server.on('error', (error) => this.logger.warn({ detail: error.message }, 'embedded broker'))
    this.logger.info({ host: this.host, port: running.port }, 'the embedded broker listens')
    return running
  }
}

/** A broker that listens, with its connections. */
class Running {
  private readonly aedes: Aedes
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  constructor(aedes: Aedes, server: Server) {
    this.aedes = aedes
    this.server = server
    server.on('connection', (socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
      aedes.handle(socket)
    })
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    const closed = this.server.listening
      ? new Promise((resolve) => this.server.close(resolve))
      : undefined
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>((resolve) => this.aedes.close(resolve))
    await closed
  }
}
