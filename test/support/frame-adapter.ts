/** An SLCAN adapter behind a TCP port that sends J1939 of an engine at a steady rate, its values changing. */
import { createServer, type Server, type Socket } from 'node:net'

const TURN_MS = 10
const MAX_BUFFERED = 1e6

export class FrameAdapter {
  sent = 0
  port = 0
  readonly #rate: number
  #server: Server | undefined
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined

  /** Frames a second. */
  constructor(rate: number) {
    this.#rate = rate
  }

  async plug(): Promise<void> {
    const server = createServer((socket) => this.#take(socket))
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', () => resolve()))
    this.#server = server
    this.port = (server.address() as { port: number }).port
    let last = performance.now()
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - last) / 1000) * this.#rate)
      last += (due / this.#rate) * 1000
      const { writable = false, writableLength = 0 } = this.#socket ?? {}
      if (writable && writableLength < MAX_BUFFERED) this.#send(due)
    }, TURN_MS)
  }

  async unplug(): Promise<void> {
    clearInterval(this.#timer)
    this.#socket?.destroy()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  /** Whatever is asked is granted; `N` and `V` want more than that. */
  #take(socket: Socket): void {
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('data', (text) => {
      for (const line of String(text).split('\r')) {
        socket.write(line[0] === 'V' ? 'V1013\r' : line[0] === 'N' ? 'NA123\r' : '\r')
      }
    })
  }

  #send(count: number): void {
    let text = ''
    for (let i = 0; i < count; i += 1) {
      this.sent += 1
      const hex = (this.sent & 0xffff).toString(16).padStart(4, '0')
      text += [
        `T18FEF1008FFFF${hex.slice(2)}40FFFFFFFF\r`,
        `T0CF004008F17D7D${hex}FFFFFF\r`,
        `T18FEE0008FFFFFFFF${hex}0100\r`,
      ][i % 3]
    }
    this.#socket?.write(text)
  }
}
