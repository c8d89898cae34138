/**
 * A serial CAN adapter that speaks SLCAN (Lawicel CAN232 and CANUSB manuals) as a source.
 *
 * Opening: `\r\r\r` ends a half line · `C` closes a channel that was left open · `V` asks who it
 * is · `S0`…`S8` sets the bit rate, or `s` the bit timing registers · `Z1` switches time stamps on, `Y2`
 * and `Y5` CAN FD, `m` and `M` set the filter, each if wanted · `L` opens the channel listen-only. Every
 * answer has a deadline: some adapters give none.
 *
 * A node that is not listen-only acknowledges the frames of the vehicle's bus. So an adapter that
 * refuses `L` stays closed unless the configuration allows `O`; then it may also send, but nothing that
 * does not come out of a permit of the governor.
 */
import { OdographError } from '../../model/errors.ts'
import type { Clock, Source } from '../../model/ports.ts'
import type { FrameFilter } from '../../model/transmit.ts'
import { openLine } from '../open-line.ts'
import { type After, type BackOff, Supervisor, systemAfter, systemClock } from '../supervisor.ts'
import type { OpenPort, PortOptions } from './port.ts'
import { type ChannelSettings, SlcanSession } from './slcan-session.ts'

export interface SlcanOptions {
  id: string
  /** Path of the serial device, or `tcp://HOST:PORT`. */
  port: string
  /** Speed of the serial line. */
  baud?: number
  /** Bit rate of the bus, one of `slcanBitrates`. */
  bitrate?: number
  /** Default: the id. */
  busName?: string
  listenOnly?: boolean
  /** CAN FD: bit rate of the data part, 2000000 or 5000000. */
  dataBitrate?: number | undefined
  /** Bit timing registers in hexadecimal, sent with `s` in place of the bit rate. */
  btr?: string | undefined
  /** Frames that are wanted: the adapter may leave out others, if it turns out that it can. */
  wanted?: readonly FrameFilter[]
  /** Time stamps by the adapter, to a millisecond; makes lines four characters longer. */
  timestamps?: boolean
  /** Without frames for so long, the bus counts as silent and the adapter is asked if it lives. */
  silenceSeconds?: number
}

export interface SlcanDependencies {
  clock?: Clock
  after?: After
  random?: () => number
  backOff?: Partial<BackOff>
  open?: (options: PortOptions) => Promise<OpenPort>
}

/** Index: the digit after `S`. */
export const slcanBitrates: readonly number[] = [
  10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000,
]

/** Throws `config-invalid` for a bit rate that SLCAN has no command for. */
export function createSlcanSource(options: SlcanOptions, deps: SlcanDependencies = {}): Source {
  const settings = channelSettings(options)
  const { clock = systemClock, after = systemAfter, open = openLine } = deps
  const { id } = options
  let frames = 0
  let supervisor: Supervisor | undefined
  return {
    id,
    buses: [options.busName ?? id],
    start(events) {
      if (supervisor !== undefined) return
      const frame: typeof events.frame = (received) => {
        frames += 1
        events.frame(received)
      }
      supervisor = new Supervisor({
        adapter: {
          open: (context) => {
            const sinks = { frame, issue: events.issue.bind(events) }
            const told = { ...settings, busState: events.busState?.bind(events) }
            return SlcanSession.open(told, sinks, { clock, after, open }, context)
          },
        },
        health: (health) => events.health(health),
        transmitter: (transmitter) => events.transmitter?.(transmitter),
        frames: () => frames,
        clock,
        after,
        ...(deps.random === undefined ? {} : { random: deps.random }),
        ...(deps.backOff === undefined ? {} : { backOff: deps.backOff }),
      })
      supervisor.start()
    },
    async stop() {
      await supervisor?.stop()
    },
  }
}

function channelSettings(options: SlcanOptions): ChannelSettings {
  const { id, port, baud = 115_200, bitrate = 500_000, silenceSeconds = 10 } = options
  return {
    path: port,
    baud,
    bitrate,
    rateCommand: rateCommand(id, bitrate, options.btr),
    wanted: options.wanted ?? [],
    listenOnly: options.listenOnly ?? true,
    timestamps: options.timestamps ?? false,
    silenceMs: silenceSeconds * 1000,
    dataSpeed: options.dataBitrate === undefined ? undefined : options.dataBitrate / 1_000_000,
  }
}

function rateCommand(id: string, bitrate: number, btr: string | undefined): string {
  if (btr !== undefined) {
    if (/^([0-9A-F]{4}|[0-9A-F]{6}|[0-9A-F]{8})$/i.test(btr)) return `s${btr.toUpperCase()}`
    throw new OdographError('config-invalid', id, 'btr: write 4, 6 or 8 hexadecimal digits')
  }
  const speed = slcanBitrates.indexOf(bitrate)
  if (speed >= 0) return `S${speed}`
  const detail = `bit rate ${bitrate} is none of SLCAN's: ${slcanBitrates.join(', ')}`
  throw new OdographError('config-invalid', id, detail)
}
