/**
 * SLCAN lines (serial/slcan-parser.ts) as they lie in a file, and how they are written.
 *
 * The format names no bus (`slcan0` here) and has at most the milliseconds of a minute, which are
 * unwrapped from the first stamp on; without stamps frames follow one another by 1000 µs. Written
 * are `t T` data, `r R` remote, `d D` CAN FD and `b B` CAN FD with a switched bit rate, always
 * stamped.
 */
import type { CanFrame } from '../../../model/frame.ts'
import type { Micros } from '../../../model/time.ts'
import { SlcanParser } from '../../serial/slcan-parser.ts'
import {
  type CaptureOutput,
  countLeft,
  type Reader,
  type ReaderOptions,
  type StreamFormat,
  type Writer,
} from '../format.ts'
import { codeOf, dataText, hexText, oneBusOnly } from './text-fields.ts'

const SLCAN_BUS = 'slcan0'
const STAMP_WRAP = 60_000
const UNTIMED_STEP = 1000

class SlcanText implements Reader {
  readonly #parser: SlcanParser
  #time: Micros = -UNTIMED_STEP
  #stamp = -1

  constructor({ at, buses, ...sinks }: ReaderOptions) {
    // Only with the first frame: in a trial the names must not come from what is no SLCAN.
    let bus = -1
    this.#parser = new SlcanParser({
      at,
      issue: (issue) => sinks.issue({ ...issue, time: Math.max(this.#time, 0) }),
      frame: (frame) => {
        if (bus < 0) bus = indexOf(buses, SLCAN_BUS)
        frame.bus = bus
        frame.time = this.#next(this.#parser.lastTimestamp)
        sinks.frame(frame)
      },
    })
  }

  get timed(): boolean {
    return this.#stamp >= 0
  }

  push(chunk: Uint8Array): void {
    this.#parser.push(chunk, 0)
  }

  end(): void {
    this.#parser.end(0)
  }

  #next(stamp: number): Micros {
    if (stamp < 0) {
      // Among stamped frames one without a stamp came when its neighbour did.
      if (this.#stamp < 0) this.#time += UNTIMED_STEP
      return this.#time
    }
    if (this.#stamp < 0) this.#time = Math.max(this.#time, stamp * 1000)
    else this.#time += ((stamp - this.#stamp + STAMP_WRAP) % STAMP_WRAP) * 1000
    this.#stamp = stamp
    return this.#time
  }
}

function indexOf(buses: string[], name: string): number {
  const known = buses.indexOf(name)
  return known >= 0 ? known : buses.push(name) - 1
}

function writeSlcan(output: CaptureOutput): Writer {
  const left = new Map<string, number>()
  const onBus = oneBusOnly(left)
  let last: Micros | undefined
  return {
    left,
    frame(frame, bus) {
      if (frame.error) {
        countLeft(left, 'error frame')
        return
      }
      onBus(bus)
      if (frame.esi) countLeft(left, 'error state')
      if (frame.sent) countLeft(left, 'direction')
      const millis = Math.floor(frame.time / 1000)
      if (last !== undefined && (millis < last || millis - last >= STAMP_WRAP)) {
        countLeft(left, 'step back in time or pause of a minute')
      }
      last = millis
      output.write(lineOf(frame, millis % STAMP_WRAP))
    },
    end: () => undefined,
  }
}

function lineOf(frame: CanFrame, stamp: number): string {
  const letter = frame.fd ? (frame.brs ? 'b' : 'd') : frame.remote ? 'r' : 't'
  const head = frame.extended
    ? letter.toUpperCase() + hexText(frame.id, 8)
    : letter + hexText(frame.id, 3)
  return `${head}${hexText(codeOf(frame), 1)}${dataText(frame)}${hexText(stamp, 4)}\r`
}

export const slcanFormat: StreamFormat = {
  kind: 'stream',
  name: 'slcan',
  label: 'SLCAN text',
  extensions: ['.slcan'],
  reader: (options) => new SlcanText(options),
  writer: writeSlcan,
}
