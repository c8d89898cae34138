/**
 * `odograph audit` prints who read the location or the identity of a vehicle, a line each, oldest
 * first. Reads the journal of a gateway that may be running.
 */
import { existsSync } from 'node:fs'
import { dataFolderPath, journalPath } from '../config/data-folder.ts'
import { type Database, openDatabase } from '../database/sqlite.ts'
import type { ReadQuery, StoredRead } from '../model/data-read.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import { isoTime } from '../model/time.ts'
import { newestReads } from '../uplink/store/read-log.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { lineLimit, sinceTime } from './governor.ts'
import { LineWriter } from './lines.ts'

export async function audit(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    data: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string', default: '1000' },
    json: { type: 'boolean' },
  })
  const found = read(journalPath(dataFolderPath(values.data)), {
    from: values.since === undefined ? 0 : sinceTime(values.since, Date.now()),
    to: Number.MAX_SAFE_INTEGER,
    limit: lineLimit(values.limit),
  })
  if (found.length === 0) io.stderr.write('nobody read it, or not more than a minute ago\n')
  const lines = new LineWriter(io.stdout)
  const text = values.json === true ? jsonLine : textLine
  for (const each of found) {
    if (io.signal.aborted) break
    lines.line(text(each))
    await lines.pressure()
  }
  await lines.flushed()
  return 0
}

function read(path: string, query: ReadQuery): StoredRead[] {
  if (!existsSync(path)) throw new OdographError('store-failed', path, 'there is no journal')
  const database = openDatabase(path, { readOnly: true })
  try {
    return hasLog(database) ? newestReads({ database }, query) : []
  } catch (error) {
    throw new OdographError('store-failed', path, messageOf(error), error)
  } finally {
    database.close()
  }
}

/** A journal that only an earlier version has written to has none. */
function hasLog(database: Database): boolean {
  return (
    database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'data_read'").get() !== undefined
  )
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
