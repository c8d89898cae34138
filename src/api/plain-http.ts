/**
 * Plain HTTP at a port of HTTPS: answered in words, not with a reset. What a connection speaks is told
 * by its first byte: a TLS record of a handshake begins with 22 (RFC 8446, 5.1), a method of HTTP with
 * a capital letter.
 */
import type { Server, Socket } from 'node:net'
import type { Millis } from '../model/time.ts'

const HANDSHAKE = 22
const FIRST_BYTE_MS: Millis = 10_000
const BODY = JSON.stringify({
  code: 400,
  message: 'This port speaks HTTPS: begin the address with https://.',
})
const ANSWER =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\n' +
  `Content-Length: ${Buffer.byteLength(BODY)}\r\nConnection: close\r\n\r\n${BODY}`

/** Stands before the listeners that the server has. */
export function answerPlainHttp(server: Server): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const destroy = () => socket.destroy()
    socket.setTimeout(FIRST_BYTE_MS, destroy)
    socket.on('error', destroy)
    socket.once('data', (first: Buffer) => {
      socket.setTimeout(0)
      socket.off('timeout', destroy)
      socket.pause()
      if (first[0] === HANDSHAKE) {
        socket.unshift(first)
        for (const listener of listeners) listener.call(server, socket)
      } else if (isLetter(first[0])) {
        socket.end(ANSWER)
        // What is left of the request is of no interest; unread it would reset the connection.
        socket.resume()
      } else destroy()
    })
  })
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a
}
