/**
 * A UDP socket that is bound and sends at once. Node looks up even a literal address, and does so
 * after the current turn; here a literal address is its own answer, so that what is sent has gone
 * to the system when `send` returns.
 */
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns'
import { isIP, isIPv6 } from 'node:net'
import { listenError } from '../listen-error.ts'

type Found = (error: NodeJS.ErrnoException | null, address: string, family: number) => void

/** Rejects with `listen-failed`, in words. */
export function bindUdp(host: string, port: number): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    lookup: (name, options, found: Found) => {
      const family = isIP(name)
      if (family === 0) lookup(name, options, found)
      else found(null, name, family)
    },
  })
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      socket.close()
      reject(listenError(`udp ${host}:${port}`, error))
    }
    socket.once('error', failed)
    socket.once('listening', () => {
      socket.off('error', failed)
      resolve(socket)
    })
    socket.bind({ address: host, port, exclusive: true })
  })
}
