/** A wire between a client and a port of this machine that a test can cut and mend. */
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net'

export class Wire {
  /** Connections that came, also while it was cut. */
  tried = 0
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private isCut = false

  private constructor(port: number) {
    this.server = createServer((near) => {
      this.tried += 1
      if (this.isCut) {
        near.destroy()
        return
      }
      const far = dial(port, '127.0.0.1')
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(end)
        // an end that breaks takes the other with it; that is what the tests look at
        end.on('error', () => end.destroy())
        end.on('close', () => {
          this.sockets.delete(end)
          other.destroySoon()
        })
      }
      near.pipe(far).pipe(near)
    })
  }

  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port)
    wire.server.listen(0, '127.0.0.1')
    await once(wire.server, 'listening')
    return wire
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** Ends what goes over it; new connections end at once until it is mended. */
  cut(): void {
    this.isCut = true
    for (const socket of this.sockets) socket.destroy()
  }

  mend(): void {
    this.isCut = false
  }

  async remove(): Promise<void> {
    this.cut()
    this.server.close()
    await once(this.server, 'close')
  }
}
