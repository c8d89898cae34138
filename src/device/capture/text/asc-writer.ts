/**
 * Frames → ASC (asc.ts): hexadecimal, absolute times. The date has milliseconds only; the times
 * count from it and have all microseconds. What a FD line has behind its data is written as zeros
 * but for the flags: the lengths on the wire are not known here.
 */
import type { CanFrame } from '../../../model/frame.ts'
import { type Micros, microsToMillis, millisToMicros } from '../../../model/time.ts'
import { type CaptureOutput, countLeft, type Writer } from '../format.ts'
import { BusNumbers, codeOf, dataText, hexText, secondsText } from './text-fields.ts'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const months = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const
const FLAG_FD = 0x1000
const FLAG_BRS = 0x2000
const FLAG_ESI = 0x4000

export function writeAsc(output: CaptureOutput): Writer {
  const left = new Map<string, number>()
  const buses = new BusNumbers(left)
  let start: Micros | undefined
  const begin = (time: Micros) => {
    const millis = microsToMillis(time)
    output.write(headerOf(new Date(millis)))
    return millisToMicros(millis)
  }
  return {
    left,
    frame(frame, bus) {
      start ??= begin(frame.time)
      if (frame.time < start) {
        countLeft(left, 'frame before the first')
        return
      }
      if (frame.error && (frame.id !== 0 || frame.length > 0)) countLeft(left, 'kind of error')
      const time = secondsText(frame.time - start).padStart(11)
      const channel = buses.of(bus) + 1
      output.write(`${time} ${frame.fd ? fdLine(frame, channel) : classicLine(frame, channel)}\n`)
    },
    end() {
      start ??= begin(0)
      output.write('End TriggerBlock\n')
    },
  }
}

function headerOf(date: Date): string {
  const text = dateText(date)
  return [
    `date ${text}`,
    'base hex  timestamps absolute',
    'internal events logged',
    '// version 9.0.0',
    `Begin Triggerblock ${text}`,
    '   0.000000 Start of measurement',
    '',
  ].join('\n')
}

function dateText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const hour = date.getUTCHours()
  const millis = String(date.getUTCMilliseconds()).padStart(3, '0')
  const clock = `${two(hour % 12 || 12)}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  const day = `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${date.getUTCDate()}`
  return `${day} ${clock}.${millis} ${hour < 12 ? 'am' : 'pm'} ${date.getUTCFullYear()}`
}

function idText(frame: CanFrame): string {
  return `${hexText(frame.id, 1)}${frame.extended ? 'x' : ''}`
}

function classicLine(frame: CanFrame, channel: number): string {
  if (frame.error) return `${channel}  ErrorFrame`
  const kind = frame.remote ? 'r' : 'd'
  const direction = frame.sent ? 'Tx  ' : 'Rx  '
  const line = `${channel}  ${idText(frame).padEnd(15)} ${direction} ${kind} ${codeOf(frame)}`
  return `${line} ${dataText(frame, ' ')}`.trimEnd()
}

function fdLine(frame: CanFrame, channel: number): string {
  const direction = frame.sent ? 'Tx  ' : 'Rx  '
  const flags = FLAG_FD | (frame.brs ? FLAG_BRS : 0) | (frame.esi ? FLAG_ESI : 0)
  const head = `CANFD ${String(channel).padStart(3)} ${direction} ${idText(frame).padStart(9)}`
  const kind = `${Number(frame.brs)} ${Number(frame.esi)} ${codeOf(frame).toString(16)}`
  const data = `${String(frame.length).padStart(2)} ${dataText(frame, ' ')}`.trimEnd()
  return `${head} ${' '.repeat(32)} ${kind} ${data} 0 0 ${hexText(flags, 1)} 0 0 0 0 0`
}
