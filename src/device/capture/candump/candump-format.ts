/**
 * candump recordings as one of the formats: read by candump.ts, written as `candump -l` writes
 * them, with ` T` behind frames that the recorder sent itself (as `candump -lx`).
 *
 * An error frame without a class of its own has 0 below the error flag. Names of buses keep what an
 * interface name can have; the rest becomes `_`.
 */
import type { CanFrame } from '../../../model/frame.ts'
import type { CaptureOutput, StreamFormat, Writer } from '../format.ts'
import { dataText, hexText, secondsText } from '../text/text-fields.ts'
import { CandumpParser } from './candump.ts'
import { ERROR_FLAG, FLAG_BRS, FLAG_ESI } from './candump-console.ts'

const MAX_NAME = 32
/** Digits of the seconds and the decimals, with the point. */
const TIME_DIGITS = 17

function writeCandump(output: CaptureOutput): Writer {
  const names = new Map<string, string>()
  const nameOf = (bus: string) => {
    const name = bus.replace(/[^!-~]|[#()[\]]/g, '_').slice(0, MAX_NAME) || '_'
    names.set(bus, name)
    return name
  }
  return {
    frame(frame, bus) {
      const time = secondsText(frame.time).padStart(TIME_DIGITS, '0')
      const sent = frame.sent ? ' T' : ''
      output.write(`(${time}) ${names.get(bus) ?? nameOf(bus)} ${contentOf(frame)}${sent}\n`)
    },
    end: () => undefined,
  }
}

function contentOf(frame: CanFrame): string {
  if (frame.error) return `${hexText(frame.id + ERROR_FLAG, 8)}#${dataText(frame)}`
  const id = hexText(frame.id, frame.extended ? 8 : 3)
  if (frame.remote) return `${id}#R${frame.length === 0 ? '' : frame.length}`
  if (!frame.fd) return `${id}#${dataText(frame)}`
  const flags = (frame.brs ? FLAG_BRS : 0) | (frame.esi ? FLAG_ESI : 0)
  return `${id}##${hexText(flags, 1)}${dataText(frame)}`
}

export const candumpFormat: StreamFormat = {
  kind: 'stream',
  name: 'candump',
  label: 'candump',
  extensions: ['.log'],
  reader: (options) => new CandumpParser(options),
  writer: writeCandump,
}
