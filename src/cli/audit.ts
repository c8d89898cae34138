/**
 * `odograph audit` prints who read the location or the identity of a vehicle, a line each, oldest
 * first. Reads the journal of a gateway that may be running.
 */
import { dataFolderPath, journalPath } from '../config/data-folder.ts'
import type { ReadQuery, StoredRead } from '../model/data-read.ts'
import { isoTime } from '../model/time.ts'
import { newestReads } from '../uplink/store/read-log.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { lineLimit, sinceTime } from './governor.ts'
import { printLog, readLog } from './journal-log.ts'

export async function audit(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    data: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string', default: '1000' },
    json: { type: 'boolean' },
  })
  const query: ReadQuery = {
    from: values.since === undefined ? 0 : sinceTime(values.since, Date.now()),
    to: Number.MAX_SAFE_INTEGER,
    limit: lineLimit(values.limit),
  }
  const path = journalPath(dataFolderPath(values.data))
  const found = readLog(path, 'data_read', (database) => newestReads({ database }, query))
  if (found.length === 0) io.stderr.write('nobody read it, or not more than a minute ago\n')
  await printLog(found, values.json === true ? jsonLine : textLine, io)
  return 0
}

function textLine(row: StoredRead): string {
  const { time, vehicle, what, route, token, subject, address, count } = row
  const who = [subject, token === '' ? '' : `token ${token}`].filter((text) => text !== '')
  const words = [isoTime(time), vehicle, what, ...who, address, route, `${count} times`]
  return words.join('  ').replace(/\p{Cc}+/gu, ' ')
}

function jsonLine({ seq, time, ...rest }: StoredRead): string {
  return JSON.stringify({ time: isoTime(time), ...rest })
}
