/**
 * A packet forwarder as far as a server can tell: real sockets, one for what goes up and one for what
 * comes down, tokens of its own. Answers are kept as they came.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

const PUSH_DATA = 0x00
const PULL_DATA = 0x02

export class PacketForwarder {
  /** Upper-case hex of each answer, in the order of coming, by socket. */
  readonly answers: { up: string[]; down: string[] } = { up: [], down: [] }
  readonly #eui: string
  readonly #port: number
  readonly #up: Socket
  readonly #down: Socket
  #token = 0

  private constructor(port: number, eui: string, sockets: [Socket, Socket]) {
    this.#port = port
    this.#eui = eui
    ;[this.#up, this.#down] = sockets
    this.#up.on('message', (bytes) => this.answers.up.push(hexOf(bytes)))
    this.#down.on('message', (bytes) => this.answers.down.push(hexOf(bytes)))
  }

  /** From any address of this machine (127.0.0.2 is one as well). */
  static async open(
    port: number,
    eui = 'B827EBFFFE000001',
    address = '127.0.0.1',
  ): Promise<PacketForwarder> {
    const sockets: [Socket, Socket] = [createSocket('udp4'), createSocket('udp4')]
    for (const socket of sockets) {
      socket.bind(0, address)
      await once(socket, 'listening')
    }
    return new PacketForwarder(port, eui, sockets)
  }

  /** Says it and waits for no answer. */
  send(bytes: Uint8Array, way: 'up' | 'down' = 'up'): void {
    const socket = way === 'up' ? this.#up : this.#down
    socket.send(bytes, this.#port, '127.0.0.1')
  }

  /** PUSH_DATA with that JSON; resolves to its answer. */
  async push(json: object): Promise<string> {
    return this.#ask(PUSH_DATA, Buffer.from(JSON.stringify(json)), 'up')
  }

  async pull(): Promise<string> {
    return this.#ask(PULL_DATA, Buffer.alloc(0), 'down')
  }

  /**
   * Resolves when the server has read all that was sent up before: a socket is read in order, and the
   * answer to this PULL_DATA is the last of the answers that it adds.
   */
  async settle(): Promise<void> {
    await this.#ask(PULL_DATA, Buffer.alloc(0), 'up')
    this.answers.up.pop()
  }

  /** A token that no other datagram of this one has. */
  header(type: number): Buffer {
    this.#token = (this.#token + 1) % 0x10000
    const head = Buffer.from([2, this.#token >> 8, this.#token & 0xff, type])
    return Buffer.concat([head, Buffer.from(this.#eui, 'hex')])
  }

  close(): void {
    this.#up.close()
    this.#down.close()
  }

  async #ask(type: number, body: Uint8Array, way: 'up' | 'down'): Promise<string> {
    const head = this.header(type)
    const expected = hexOf(Buffer.concat([head.subarray(0, 3), Buffer.from([type === 0 ? 1 : 4])]))
    const socket = way === 'up' ? this.#up : this.#down
    this.send(Buffer.concat([head, body]), way)
    const limit = AbortSignal.timeout(10_000)
    while (this.answers[way].at(-1) !== expected) await once(socket, 'message', { signal: limit })
    return expected
  }
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}
