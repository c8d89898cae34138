/** The line to an adapter: a serial port, or a TCP connection for `tcp://HOST:PORT`. */
import { isTcpPath, openTcp } from './network/tcp-port.ts'
import { type OpenPort, openPort, type PortOptions } from './serial/port.ts'

/** Throws as `openPort` and `openTcp` do. */
export function openLine(options: PortOptions): Promise<OpenPort> {
  return isTcpPath(options.path) ? openTcp(options) : openPort(options)
}
