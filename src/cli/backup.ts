/**
 * `odograph backup`: a copy of the journal of a gateway that may be running. It is written beside its
 * name, read again, and gets its name when it is whole and on the card.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { dataFolderPath, journalPath } from '../config/data-folder.ts'
import { syncFolder, writeDurably } from '../config/durable-file.ts'
import { copyDatabase, openDatabase } from '../database/sqlite.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import { isoTime } from '../model/time.ts'
import { checkCopy, copyJournal, type JournalContents } from '../uplink/store/journal-copy.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { isDatabaseError } from './journal.ts'
import { ProgressBar } from './progress.ts'

/** The gateway's name and its signing key, for its owner alone (config/identity.ts). */
const SECRETS = ['gateway.json', 'signing-key.json']
/** What was issued and revoked: with the key alone, revoked tokens would be good again. */
const TOKENS = 'tokens.db'
/** What SQLite may leave beside a file that it was writing. */
const SUFFIXES = ['', '-journal', '-wal', '-shm']

export async function backup(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    {
      data: { type: 'string' },
      force: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
    },
    ['FILE'],
  )
  const folder = dataFolderPath(values.data)
  const journal = journalPath(folder)
  if (!existsSync(journal)) throw new OdographError('store-failed', journal, 'there is no journal')
  const [given] = positionals as [string]
  const target = targetOf(given, values.all)
  refuseSame(journal, target)
  const secrets = values.all ? secretsOf(folder, dirname(target), values.force) : []
  const isInTheWay = existsSync(target) && !values.force
  if (isInTheWay) throw new OdographError('usage', target, IN_THE_WAY)
  const contents = await copied(journal, target, io)
  for (const { path, text } of secrets) {
    attempt(path, () => writeDurably(path, text))
    io.stderr.write(`${path}: keep it to yourself\n`)
  }
  if (values.all) await copyTokens(folder, dirname(target))
  io.stdout.write(`${target}: ${lineOf(contents, statSync(target).size)}\n`)
  if (!values.all) io.stderr.write(`${advice(folder)}\n`)
  return 0
}

const IN_THE_WAY = 'is there already; use --force to replace it'

/** FILE may be a folder. Throws `usage`. */
function targetOf(given: string, all: boolean): string {
  const path = resolve(given)
  const stats = statsOf(path)
  if (stats?.isDirectory() === true) {
    const time = new Date().toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')
    return join(path, `journal-${time}.db`)
  }
  if (given.endsWith('/')) throw new OdographError('usage', given, 'there is no such folder')
  if (all) throw new OdographError('usage', '--all', `needs a folder; ${given} is none`)
  if (stats?.isFile() === false) {
    throw new OdographError('usage', given, 'is neither a file nor a folder')
  }
  return path
}

/** Also by another name of it, and where it would become its log. */
function refuseSame(journal: string, target: string): void {
  for (const suffix of SUFFIXES) {
    const isName =
      basename(target) === basename(journal) + suffix && isSame(dirname(target), dirname(journal))
    if (!isName && !isSame(target, journal + suffix)) continue
    throw new OdographError('usage', target, 'is the journal itself; name another file')
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [statsOf(one), statsOf(other)]
  return a !== undefined && a.dev === b?.dev && a.ino === b.ino
}

function statsOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

interface Secret {
  path: string
  text: string
}

/** Read before anything is written, so that nothing is half done. */
function secretsOf(folder: string, to: string, isForced: boolean): Secret[] {
  return SECRETS.filter((name) => existsSync(join(folder, name))).flatMap((name) => {
    const path = join(to, name)
    const text = attempt(join(folder, name), () => readFileSync(join(folder, name), 'utf8'))
    if (!existsSync(path)) return [{ path, text }]
    // As it stands after an earlier backup into the same folder.
    if (readFileSync(path, 'utf8') === text) return []
    if (!isForced) throw new OdographError('usage', path, `another one ${IN_THE_WAY}`)
    return [{ path, text }]
  })
}

/** The newer list is always the better one. */
async function copyTokens(folder: string, to: string): Promise<void> {
  const [from, target] = [join(folder, TOKENS), join(to, TOKENS)]
  if (!existsSync(from) || isSame(from, target)) return
  const part = `${target}.part`
  const database = openDatabase(from, { readOnly: true })
  try {
    removeAll(part)
    attempt(part, () => closeSync(openSync(part, 'wx', 0o600)))
    await copyDatabase(database, part, () => undefined)
    attempt(part, () => sync(part))
    attempt(target, () => renameSync(part, target))
    attempt(target, () => syncFolder(to))
  } finally {
    database.close()
    removeAll(part)
  }
}

/** Throws, and leaves nothing behind, where it cannot be made or is not whole. */
async function copied(journal: string, target: string, io: CommandIo): Promise<JournalContents> {
  const part = `${target}.part`
  const bar = new ProgressBar(io.stderr)
  try {
    removeAll(part)
    // Where somebody has been: for nobody else's eyes.
    attempt(part, () => closeSync(openSync(part, 'wx', 0o600)))
    await copyJournal(journal, part, (done, total) => {
      io.signal.throwIfAborted()
      bar.update(done, total)
    })
    io.signal.throwIfAborted()
    bar.clear()
    const contents = checked(part, journal)
    attempt(part, () => sync(part))
    attempt(target, () => renameSync(part, target))
    attempt(target, () => syncFolder(dirname(target)))
    return contents
  } catch (error) {
    bar.clear()
    removeAll(part)
    if (io.signal.aborted) io.signal.throwIfAborted()
    if (!isDatabaseError(error)) throw error
    const detail = `the journal cannot be copied: ${messageOf(error)}`
    throw new OdographError('file-unwritable', target, detail, error)
  }
}

function checked(part: string, journal: string): JournalContents {
  try {
    return checkCopy(part)
  } catch (error) {
    const detail = `the copy is of no use, and was removed: ${messageOf(error).replace(`${part}: `, '')}`
    throw new OdographError('store-failed', journal, detail, error)
  }
}

function removeAll(part: string): void {
  for (const suffix of SUFFIXES) attempt(part, () => rmSync(part + suffix, { force: true }))
}

function sync(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Throws `file-unwritable` for what the file system refuses. */
function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new OdographError('file-unwritable', path, messageOf(error), error)
  }
}

function lineOf({ records, span }: JournalContents, bytes: number): string {
  const time = span === undefined ? '' : `, ${isoTime(span.first)} to ${isoTime(span.last)}`
  return `${records} records, ${bytes} bytes${time}; it is whole`
}

function advice(folder: string): string {
  const files = SECRETS.map((name) => join(folder, name)).filter((path) => existsSync(path))
  const secrets = files.length === 0 ? '' : ` and ${files.join(', ')} (secret; or use --all FOLDER)`
  return `the journal alone; save the configuration${secrets}, too`
}
