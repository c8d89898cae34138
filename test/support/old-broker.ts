/** Before a real broker: refuses MQTT 5 as one does that speaks 3.1.1 alone (MQTT 3.1.1, 3.2.2.3). */
import { type AddressInfo, connect, createServer } from 'node:net'

/** CONNACK, return code 1: unacceptable protocol version. */
const REFUSED = Buffer.from([0x20, 0x02, 0x00, 0x01])
/** Of the CONNECT packet: its header, `MQTT` with its length, and then the protocol version. */
const VERSION_AT = 8

export async function oldBroker(port: number): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (first) => {
      if (first[VERSION_AT] === 5) {
        socket.end(REFUSED)
        return
      }
      const broker = connect(port, '127.0.0.1')
      broker.on('error', () => socket.destroy())
      broker.write(first)
      socket.pipe(broker).pipe(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}
