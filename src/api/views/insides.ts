/** Buses, captures and the frames behind a value, as JSON. */
import type { BusReport } from '../../model/bus-report.ts'
import type { Capture, FrameExplanation } from '../../model/capture.ts'
import type { LogLine } from '../../model/ports.ts'
import { type SignalName, signals } from '../../model/signals.ts'
import { isoTime } from '../../model/time.ts'
import { isoMicros } from './time-text.ts'

export function busView({ since, buses, ids }: BusReport): object {
  return {
    since: isoTime(since),
    buses,
    ids: ids.map(({ id, extended, data, time, ...rest }) => ({
      ...rest,
      id: idText(id, extended),
      data: hex(data),
      time: isoTime(time),
    })),
  }
}

export function captureView({ vehicle: _, at, from, to, ...rest }: Capture): object {
  return { ...rest, at: isoTime(at), from: isoTime(from), to: isoTime(to) }
}

export function explanationView(signal: SignalName, found: FrameExplanation): object {
  const { reading, frames, said, capture } = found
  const { value, quality, time, source, sender, rank } = reading
  const { label, unit } = signals[signal]
  return {
    ...{ signal, label, unit },
    reading: {
      ...(value === undefined ? {} : { value }),
      ...{ quality, time: isoMicros(time), source, sender, rank },
    },
    frames: frames.map((frame) => ({
      ...{ time: isoMicros(frame.time), bus: frame.bus },
      ...{ id: idText(frame.id, frame.extended), data: hex(frame.data) },
    })),
    said,
    ...(capture === undefined ? {} : { capture }),
  }
}

export function logView({ time, ...line }: LogLine): object {
  return { ...line, time: isoTime(time) }
}

function idText(id: number, extended: boolean): string {
  return id
    .toString(16)
    .toUpperCase()
    .padStart(extended ? 8 : 3, '0')
}

function hex(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('hex').toUpperCase()
}
