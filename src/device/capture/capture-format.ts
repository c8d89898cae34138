/**
 * The formats of recorded files, told apart by content, and one shape for their parsers.
 *
 * SLCAN text names no bus (`slcan0` here) and has at most the milliseconds of a minute, which are
 * unwrapped from the first stamp on; without stamps frames follow one another by 1000 µs.
 */
import { OdographError } from '../../model/errors.ts'
import type { CanFrame } from '../../model/frame.ts'
import type { IssueSink } from '../../model/issue.ts'
import type { Micros } from '../../model/time.ts'
import { SlcanParser } from '../serial/slcan-parser.ts'
import { CandumpParser } from './candump/candump.ts'
import type { Content } from './capture-content.ts'

export type CaptureFormat = 'candump' | 'slcan'

/** What the two parsers have in common here. */
export interface Reader {
  push(chunk: Uint8Array): void
  end(): void
  readonly timed: boolean
}

const SLCAN_BUS = 'slcan0'
const STAMP_WRAP = 60_000
const UNTIMED_STEP = 1000

/** The format of which the head holds the most frames. */
export function recognise(head: Buffer, path: string, content: Content): CaptureFormat {
  const detail =
    head.length === 0
      ? (content.damage ?? 'is empty')
      : 'holds neither candump lines nor SLCAN lines, the formats that are known (also as .gz)'
  let best: CaptureFormat | undefined
  let most = 0
  for (const format of ['candump', 'slcan'] as const) {
    let frames = 0
    let issues = 0
    const reader = createReader(format, path, [], {
      frame: () => frames++,
      issue: () => issues++,
    })
    reader.push(head)
    if (content.whole) reader.end()
    // A damaged recording is one still; a single line by chance in something else is not.
    if (frames > most && frames * 10 >= issues) {
      best = format
      most = frames
    }
  }
  if (best === undefined) throw new OdographError('file-unrecognised', path, detail)
  return best
}

export function createReader(
  format: CaptureFormat,
  at: string,
  buses: string[],
  sinks: { frame(frame: CanFrame): void; issue: IssueSink },
): Reader {
  return format === 'candump'
    ? new CandumpParser({ at, buses, frame: sinks.frame, issue: sinks.issue })
    : new SlcanText(at, buses, sinks)
}

/** SLCAN lines as they lie in a file: their times come from the stamps, or from counting. */
class SlcanText implements Reader {
  readonly #parser: SlcanParser
  #time: Micros = -UNTIMED_STEP
  #stamp = -1

  constructor(
    at: string,
    buses: string[],
    sinks: { frame(frame: CanFrame): void; issue: IssueSink },
  ) {
    if (!buses.includes(SLCAN_BUS)) buses.push(SLCAN_BUS)
    const bus = buses.indexOf(SLCAN_BUS)
    this.#parser = new SlcanParser({
      at,
      issue: (issue) => sinks.issue({ ...issue, time: Math.max(this.#time, 0) }),
      frame: (frame) => {
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
