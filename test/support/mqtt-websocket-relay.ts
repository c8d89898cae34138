/**
 * A WebSocket in front of a TCP port, as a broker behind a web server has it (RFC 6455; only what
 * a client of binary messages below 64 KiB needs).
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export async function webSocketRelay(
  port: number,
  seen: (path: string, protocol: string) => void,
): Promise<{ port: number; stop(): void }> {
  const server: Server = createServer()
  server.on('upgrade', (request, socket) => {
    const protocol = String(request.headers['sec-websocket-protocol'])
    seen(request.url ?? '', protocol)
    const key = `${request.headers['sec-websocket-key']}${GUID}`
    const accept = createHash('sha1').update(key).digest('base64')
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    )
    const far = connect(port, '127.0.0.1')
    // either end may go first
    for (const end of [far, socket]) end.on('error', () => end.destroy())
    far.on('data', (data) => socket.write(Buffer.concat([head(data.length), data])))
    far.on('close', () => socket.destroy())
    socket.on('close', () => far.destroy())
    let buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk])
      for (let frame = unmask(buffer); frame !== undefined; frame = unmask(buffer)) {
        buffer = buffer.subarray(frame.size)
        if (frame.opcode === 8) socket.end()
        else far.write(frame.data)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => server.close(),
  }
}

/** Head of a whole binary message from the server. */
function head(length: number): Buffer {
  return Buffer.from(length < 126 ? [0x82, length] : [0x82, 126, length >> 8, length & 255])
}

/** The first whole frame from the client, which is always masked. */
function unmask(buffer: Buffer): { opcode: number; data: Buffer; size: number } | undefined {
  const [first, second] = buffer
  if (first === undefined || second === undefined) return undefined
  const wide = (second & 127) === 126
  const start = wide ? 4 : 2
  if (buffer.length < start + 4) return undefined
  const length = wide ? buffer.readUInt16BE(2) : second & 127
  const size = start + 4 + length
  if (buffer.length < size) return undefined
  const mask = buffer.subarray(start, start + 4)
  const data = buffer.subarray(start + 4, size).map((byte, i) => byte ^ (mask[i & 3] ?? 0))
  return { opcode: first & 15, data: Buffer.from(data), size }
}
