/** The data folder: `--data`, else `ODOGRAPH_DATA`, else `./odograph-data`. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf, OdographError } from '../model/errors.ts'

export function dataFolderPath(option: string | undefined): string {
  return resolve(option ?? process.env.ODOGRAPH_DATA ?? 'odograph-data')
}

/** The data folder, made if missing. Throws `store-failed`. */
export function dataFolder(option: string | undefined): string {
  const folder = dataFolderPath(option)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 })
  } catch (error) {
    throw new OdographError('store-failed', folder, `cannot be made: ${messageOf(error)}`, error)
  }
  return folder
}

export function journalPath(folder: string): string {
  return join(folder, 'journal.db')
}
