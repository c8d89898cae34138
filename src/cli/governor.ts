/**
 * `odograph governor log` prints every frame that went out to a bus, a line each, oldest first: when,
 * from which source, the frame as candump writes it, what kind, who asked and why. Reads the journal
 * of a gateway that may be running.
 */
import { dataFolderPath, journalPath } from '../config/data-folder.ts'
import type { SentFrame } from '../model/bus-request.ts'
import { OdographError } from '../model/errors.ts'
import type { SentQuery } from '../model/ports.ts'
import { isoTime, type Millis, microsToMillis } from '../model/time.ts'
import { withoutUndefined } from '../model/without-undefined.ts'
import { sentFrames } from '../uplink/store/sent-frames.ts'
import { type CommandIo, durationSeconds, parseCommand } from './command.ts'
import { printLog, readLog } from './journal-log.ts'

const MAX_LINES = 1_000_000

export async function governor(args: string[], io: CommandIo): Promise<number> {
  const [verb, ...rest] = args
  if (verb !== 'log') {
    throw new OdographError('usage', `governor ${verb ?? ''}`.trim(), 'use governor log')
  }
  const { values } = parseCommand(rest, {
    data: { type: 'string' },
    source: { type: 'string' },
    vehicle: { type: 'string' },
    since: { type: 'string' },
    requester: { type: 'string' },
    limit: { type: 'string', default: '1000' },
    json: { type: 'boolean' },
  })
  const { source, vehicle, requester } = values
  const query: SentQuery = {
    ...withoutUndefined({ source, vehicle, requester }),
    from: values.since === undefined ? 0 : sinceTime(values.since, Date.now()),
    to: Number.MAX_SAFE_INTEGER,
    limit: lineLimit(values.limit),
  }
  const path = journalPath(dataFolderPath(values.data))
  const frames = readLog(path, 'sent_time', (database) => sentFrames({ database }, query))
  if (frames.length === 0) io.stderr.write('no such frame was sent, or not more than 15 s ago\n')
  await printLog(frames, values.json === true ? jsonLine : textLine, io)
  return 0
}

/** `1h`, `30d`: so long ago; else a day or a time, of UTC where it names no zone. */
export function sinceTime(text: string, now: Millis, option = '--since'): Millis {
  if (/^\d+\s*[smhdw]$/.test(text)) return now - durationSeconds(text, option) * 1000
  const isDated = /^\d{4}-\d\d-\d\d([T ]|$)/.test(text)
  const isZoned = /([Zz]|[+-]\d\d:\d\d)$/.test(text.slice(10))
  const time = isDated ? Date.parse(text.length > 10 && !isZoned ? `${text}Z` : text) : Number.NaN
  if (!Number.isNaN(time)) return time
  const detail = 'use how long ago, as in 1h, or a time, as in 2026-03-01 or 2026-03-01T08:00:00Z'
  throw new OdographError('usage', `${option} ${text}`, detail)
}

export function lineLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LINES) return limit
  const detail = `use a whole number from 1 to ${MAX_LINES}`
  throw new OdographError('usage', `--limit ${text}`, detail)
}

function timeOf(frame: SentFrame): string {
  return isoTime(microsToMillis(frame.time))
}

function idText({ id, extended }: SentFrame): string {
  return id
    .toString(16)
    .toUpperCase()
    .padStart(extended ? 8 : 3, '0')
}

function dataText({ data }: SentFrame): string {
  return Buffer.from(data).toString('hex').toUpperCase()
}

function textLine(frame: SentFrame): string {
  const { source, kind, requester, cause } = frame
  const sent = `${idText(frame)}#${dataText(frame)}`
  const words = [timeOf(frame), source, sent, kind, requester, cause].join('  ')
  // A cause is text from outside: it must not look like further lines.
  return words.replace(/\p{Cc}+/gu, ' ')
}

function jsonLine(frame: SentFrame): string {
  const { source, vehicle, extended, kind, requester, cause } = frame
  return JSON.stringify({
    time: timeOf(frame),
    source,
    vehicle,
    id: idText(frame),
    extended,
    data: dataText(frame),
    kind,
    requester,
    cause,
  })
}
