/** `odograph backup`: a copy of the journal of a gateway that may be running. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { dataFolderPath, journalPath } from '../config/data-folder.ts'
import { OdographError } from '../model/errors.ts'
import { isoTime } from '../model/time.ts'
import { backUpJournal } from '../uplink/store/backup.ts'
import { type CommandIo, parseCommand } from './command.ts'

const options = {
  data: { type: 'string' },
  force: { type: 'boolean', default: false },
} as const

export async function backup(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(args, options, ['FILE or FOLDER'])
  const from = journalPath(dataFolderPath(values.data))
  if (!existsSync(from)) throw new OdographError('store-failed', from, 'there is no journal')
  const to = targetOf(positionals[0] as string)
  if (existsSync(to) && !values.force) {
    throw new OdographError('usage', to, 'is there already; use --force to replace it')
  }
  const { records, bytes, first, last } = backUpJournal(from, to)
  const range =
    first === undefined || last === undefined ? '' : `, ${isoTime(first)} to ${isoTime(last)}`
  io.stdout.write(`${to}: ${records} records, ${(bytes / 1e6).toFixed(1)} MB${range}\n`)
  return 0
}

/** In a folder it gets a name with the time. */
function targetOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path
  const time = isoTime(Date.now()).slice(0, 19).replaceAll(/[-:]/g, '')
  return join(path, `journal-${time}Z.db`)
}
