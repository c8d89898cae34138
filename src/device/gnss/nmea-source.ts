/**
 * A GNSS receiver that sends NMEA 0183 over a serial line or TCP, as a source. Nothing is written to
 * it unless it is to be set up (`ublox`). Without a valid fix nothing comes at all.
 */
import type { Source } from '../../model/ports.ts'
import type { OpenPort } from '../serial/port.ts'
import type { FixReport } from './fix-report.ts'
import {
  createGnssSource,
  type GnssDependencies,
  type GnssProtocol,
  type GnssWorld,
} from './gnss-source.ts'
import { NmeaReceiver } from './nmea-receiver.ts'
import { parseSentence } from './nmea-sentence.ts'
import { NmeaStream } from './nmea-stream.ts'
import { UbxLink } from './ubx-link.ts'
import { setUpUblox, type UbloxLine, type UbloxSettings } from './ubx-setup.ts'

export type NmeaDependencies = GnssDependencies

export interface NmeaOptions {
  id: string
  /** Path of the serial device, or `tcp://HOST:PORT`. */
  port: string
  baud?: number
  /** Sets a u-blox receiver up, each time that it is opened. */
  ublox?: UbloxSettings | undefined
}

const BINARY =
  'the receiver speaks its binary protocol alone; `ublox: {}` has it speak NMEA as well'

export function createNmeaSource(options: NmeaOptions, deps: NmeaDependencies = {}): Source {
  const { id, port, baud = 9600, ublox } = options
  const line = {
    ...{ id, path: port, place: port, baud },
    silence: 'no sentence comes: is it a GNSS receiver, and is the baud rate right?',
  }
  return createGnssSource(line, deps, (report, world) => protocol(report, world, baud, ublox))
}

function protocol(
  report: FixReport,
  { clock, after }: GnssWorld,
  baud: number,
  ublox: UbloxSettings | undefined,
): GnssProtocol {
  const receiver = new NmeaReceiver(report, () => clock.monotonic())
  let link: UbxLink | undefined
  let hasTalked = false
  const stream = new NmeaStream({
    line(text) {
      hasTalked = take(text, receiver, report) || hasTalked
      if (hasTalked) report.hint = ''
    },
    frame(type, payload) {
      report.heard()
      if (!hasTalked) report.hint = BINARY
      link?.frame(type, payload)
    },
    junk: (code, detail) => report.issue(code, detail),
  })
  return {
    take: (chunk) => stream.push(chunk),
    opened(port) {
      if (ublox === undefined) return
      link = new UbxLink(port, after)
      void setUpUblox(link, ublox, lineOf(port, baud)).then((outcome) => {
        report.note = outcome ?? ''
      })
    },
    close: () => link?.close(),
  }
}

/** USB and networks have no baud rate that would matter. */
function lineOf({ path, device }: OpenPort, baud: number): UbloxLine {
  if (device.startsWith('/dev/ttyACM')) return { port: 'usb', baud: undefined }
  return { port: 'uart', baud: path.startsWith('tcp://') ? undefined : baud }
}

/** Whether it is a sentence. */
function take(line: string, receiver: NmeaReceiver, report: FixReport): boolean {
  // AIS, of a receiver on a boat's network.
  if (line.startsWith('!')) return false
  const sentence = parseSentence(line)
  const text = `"${line.slice(0, 48)}"`
  if (sentence.kind === 'checksum') report.issue('checksum-wrong', text)
  else if (sentence.kind === 'malformed') report.issue('line-malformed', text)
  else {
    report.heard()
    if (sentence.kind === 'impossible') report.issue('implausible', text)
    else receiver.take(sentence)
    return true
  }
  return false
}
