/** The line to an adapter: a serial port, or a TCP connection for `tcp://HOST:PORT`. */
import { type OpenPort, openPort, type PortOptions } from './serial/port.ts'

/** Throws as `openPort` does. */
export function openLine(options: PortOptions): Promise<OpenPort> {
  return openPort(options)
}
