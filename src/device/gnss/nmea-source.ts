/**
 * A GNSS receiver that sends NMEA 0183 over a serial line or TCP, as a source. Nothing is written to
 * it unless it is to be set up (`ublox`). Without a valid fix nothing comes at all.
 */
import type { Source } from '../../model/ports.ts'
import type { FixReport } from './fix-report.ts'
import { createGnssSource, type GnssDependencies, type GnssWorld } from './gnss-source.ts'
import { NmeaReceiver } from './nmea-receiver.ts'
import { parseSentence } from './nmea-sentence.ts'
import { NmeaStream } from './nmea-stream.ts'

export type NmeaDependencies = GnssDependencies

export interface NmeaOptions {
  id: string
  /** Path of the serial device, or `tcp://HOST:PORT`. */
  port: string
  baud?: number
}

export function createNmeaSource(options: NmeaOptions, deps: NmeaDependencies = {}): Source {
  const { id, port, baud = 9600 } = options
  const line = {
    ...{ id, path: port, place: port, baud },
    silence: 'no sentence comes: is it a GNSS receiver, and is the baud rate right?',
  }
  return createGnssSource(line, deps, protocol)
}

function protocol(report: FixReport, { clock }: GnssWorld) {
  const receiver = new NmeaReceiver(report, () => clock.monotonic())
  const stream = new NmeaStream({
    line: (text) => take(text, receiver, report),
    frame: () => report.heard(),
    junk: (code, detail) => report.issue(code, detail),
  })
  return { take: (chunk: Uint8Array) => stream.push(chunk) }
}

function take(line: string, receiver: NmeaReceiver, report: FixReport): void {
  // AIS, of a receiver on a boat's network.
  if (line.startsWith('!')) return
  const sentence = parseSentence(line)
  const text = `"${line.slice(0, 48)}"`
  if (sentence.kind === 'checksum') report.issue('checksum-wrong', text)
  else if (sentence.kind === 'malformed') report.issue('line-malformed', text)
  else {
    report.heard()
    if (sentence.kind === 'impossible') report.issue('implausible', text)
    else receiver.take(sentence)
  }
}
