/**
 * The gpsd of this machine or another one as a source: a line of JSON for each thing that it knows, over
 * TCP. It is asked to watch, and nothing else is ever written to it.
 */
import type { Source } from '../../model/ports.ts'
import type { OpenPort } from '../serial/port.ts'
import type { FixReport } from './fix-report.ts'
import { createGnssSource, type GnssDependencies, type GnssWorld } from './gnss-source.ts'
import { parseGpsd } from './gpsd-message.ts'
import { GpsdReceiver } from './gpsd-receiver.ts'

export interface GpsdOptions {
  id: string
  /** `HOST:PORT`. */
  address: string
  /** Which of its receivers, by its path. */
  device?: string | undefined
}

/** The protocol allows 10,240 characters. */
const MAX_LINE = 16_384
const MAX_REQUEST = 80

export function createGpsdSource(options: GpsdOptions, deps: GnssDependencies = {}): Source {
  const { id, address, device } = options
  const line = {
    ...{ id, path: `tcp://${address}`, place: `gpsd at ${address}`, baud: 0 },
    silence:
      'it tells nothing: has it a receiver, and does that talk? `gpspipe -w` shows what it hears',
  }
  return createGnssSource(line, deps, (report, world) => protocol(report, world, device))
}

function protocol(report: FixReport, { clock }: GnssWorld, device: string | undefined) {
  const receiver = new GpsdReceiver(report, () => clock.monotonic(), device)
  let line: OpenPort | undefined
  let text = ''
  let isTooLong = false
  // A receiver that is not there yet is waited for among all.
  const refused = () => {
    if (line !== undefined && device !== undefined) watch(line, undefined)
    line = undefined
  }
  const endOfLine = () => {
    if (isTooLong) report.issue('line-too-long', `"${text.slice(0, 48)}"`)
    else if (text.trim() !== '' && take(text, receiver, report) === 'error') refused()
    text = ''
    isTooLong = false
  }
  return {
    take(chunk: Uint8Array) {
      const parts = Buffer.from(chunk).toString('latin1').split('\n')
      for (const [at, part] of parts.entries()) {
        if (at > 0) endOfLine()
        if (text.length + part.length > MAX_LINE) isTooLong = true
        text = (text + part).slice(0, MAX_LINE)
      }
    },
    opened(port: OpenPort) {
      line = port
      watch(port, device)
    },
  }
}

function watch(port: OpenPort, device: string | undefined): void {
  const all = '?WATCH={"enable":true,"json":true}'
  const one = `?WATCH={"enable":true,"json":true,"device":${JSON.stringify(device)}}`
  const request = device === undefined || one.length > MAX_REQUEST ? all : one
  // A line that is gone says so itself.
  port.write(Buffer.from(`${request}\n`, 'latin1')).catch(() => undefined)
}

/** Returns what kind of message it was. */
function take(line: string, receiver: GpsdReceiver, report: FixReport): string {
  const message = parseGpsd(line)
  const text = `"${line.trim().slice(0, 48)}"`
  switch (message.kind) {
    case 'malformed':
      report.issue('line-malformed', text)
      break
    case 'error':
      report.issue('adapter-refused', message.text)
      break
    case 'impossible':
      report.heard()
      report.issue('implausible', text)
      break
    case 'version':
    case 'devices':
      receiver.take(message)
      break
    default:
      report.heard()
      receiver.take(message)
  }
  return message.kind
}
