/** Frames → TRC 2.1 (trc.ts), and its way of writing a date as days since 1899-12-30. */
import type { CanFrame } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { type CaptureOutput, countLeft, type Writer } from '../format.ts'
import { BusNumbers, codeOf, dataText, hexText } from './text-fields.ts'

const DAY: Micros = 86_400_000_000
/** 1970-01-01 as such a day. */
const EPOCH_DAY = 25_569
/** Days that a time can have; also keeps the time in the range of whole numbers. */
const MAX_DAY = EPOCH_DAY + 100_000

/** Undefined where it is no such number or before 1970. */
export function parseStartTime(text: string): Micros | undefined {
  const [, days, fraction = ''] = /^(\d{1,6})(?:[.,](\d{1,20}))?\s*$/.exec(text) ?? []
  const day = Number(days ?? Number.NaN)
  if (!(day >= EPOCH_DAY && day <= MAX_DAY)) return undefined
  // The fraction by itself, as the whole number would leave it too few digits.
  return (day - EPOCH_DAY) * DAY + Math.round(Number(`0.${fraction || '0'}`) * DAY)
}

function startTimeText(time: Micros): string {
  const fraction = ((time % DAY) / DAY).toFixed(15).slice(2)
  return `${Math.floor(time / DAY) + EPOCH_DAY}.${fraction}`
}

export function writeTrc(output: CaptureOutput): Writer {
  const left = new Map<string, number>()
  const buses = new BusNumbers(left)
  let start: Micros | undefined
  let number = 0
  const begin = (time: Micros) => {
    output.write(headerOf(time))
    return time
  }
  return {
    left,
    frame(frame, bus) {
      start ??= begin(frame.time)
      if (frame.time < start) countLeft(left, 'frame before the first')
      else if (frame.error) countLeft(left, 'error frame')
      else {
        number++
        const offset = millisText(frame.time - start).padStart(13)
        output.write(`${String(number).padStart(7)} ${offset} ${line(frame, buses.of(bus) + 1)}\n`)
      }
    },
    end() {
      start ??= begin(0)
    },
  }
}

function millisText(time: Micros): string {
  return `${Math.floor(time / 1000)}.${String(time % 1000).padStart(3, '0')}`
}

function headerOf(time: Micros): string {
  return [
    ';$FILEVERSION=2.1',
    `;$STARTTIME=${startTimeText(time)}`,
    ';$COLUMNS=N,O,T,B,I,d,R,L,D',
    ';',
    '',
  ].join('\n')
}

function line(frame: CanFrame, bus: number): string {
  const id = hexText(frame.id, frame.extended ? 8 : 4).padStart(8)
  const direction = frame.sent ? 'Tx' : 'Rx'
  const length = String(codeOf(frame)).padEnd(2)
  const data = dataText(frame, ' ')
  return `${typeOf(frame)} ${bus} ${id} ${direction} -  ${length} ${data}`.trimEnd()
}

function typeOf({ remote, fd, brs, esi }: CanFrame): string {
  if (remote) return 'RR'
  if (!fd) return 'DT'
  if (brs) return esi ? 'BI' : 'FB'
  return esi ? 'FE' : 'FD'
}
