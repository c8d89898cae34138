/**
 * EByte modules in transparent mode (E22, E220, E32; M0 and M1 low), which say nothing but what they
 * heard: the bytes of a packet, and behind them how well it was heard where that was switched on. A
 * packet ends where the line is idle. Channel and speed are set with EByte's own program.
 *
 * Follows the user manuals of the E22 and E32 by EByte: RSSI is the last byte less 256, in dBm.
 */
import type { Millis } from '../../../model/time.ts'
import type { Session } from '../../supervisor.ts'
import type { Packet } from './dialect.ts'
import type { ModemWorld } from './modem-link.ts'

/** USB converters hold bytes back for 16 ms. */
const IDLE_MS: Millis = 50
const MAX_BYTES = 256
export const EBYTE_BAUD = 9600

export interface TransparentOptions {
  port: string
  baud?: number
  hasRssi: boolean
  packet(packet: Packet): void
  malformed(detail: string): void
}

export async function openTransparent(
  options: TransparentOptions,
  world: ModemWorld,
  signal: AbortSignal,
): Promise<Session> {
  const { port: path, baud = EBYTE_BAUD } = options
  let bytes: number[] = []
  let cancel: () => void = () => undefined
  let end: (reason: string) => void = () => undefined
  const closed = new Promise<string>((resolve) => {
    end = resolve
  })
  const flush = () => {
    const whole = bytes
    bytes = []
    if (whole.length > MAX_BYTES) options.malformed(`more than ${MAX_BYTES} bytes came at once`)
    else if (options.hasRssi) withRssi(whole, options)
    else options.packet({ bytes: Uint8Array.from(whole) })
  }
  const line = await world.open({
    path,
    baudRate: baud,
    signal,
    data(chunk) {
      cancel()
      // One that never pauses sends no packets.
      if (bytes.length <= MAX_BYTES) bytes.push(...chunk)
      cancel = world.after(IDLE_MS, flush)
    },
    closed: end,
  })
  return {
    detail: `listening on ${path} (ebyte, transparent)`,
    closed,
    async close() {
      cancel()
      end('closed')
      await line.close()
    },
  }
}

function withRssi(bytes: number[], { packet, malformed }: TransparentOptions): void {
  const last = bytes.pop()
  if (last === undefined || bytes.length === 0) malformed('a packet of a single byte')
  else packet({ bytes: Uint8Array.from(bytes), rssi: last - 256 })
}
