/** `odograph update`: another version of the gateway, signed, on trial, and the way back. */
import { readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { dataFolderPath, journalPath } from '../config/data-folder.ts'
import { loadConfig } from '../config/load.ts'
import { OdographError } from '../model/errors.ts'
import { isoTime } from '../model/time.ts'
import { fetchUpdate, readChannel, requireMinimum } from '../update/channel.ts'
import { type Choice, readChoice, writeChoice } from '../update/choice.ts'
import { install, requireNewer } from '../update/install.ts'
import { trustedKeys } from '../update/signed.ts'
import { openUpdateFile, type UpdateFile } from '../update/update-file.ts'
import {
  installedVersions,
  journalFormatOf,
  openVersionsFolder,
  versionsFolder,
} from '../update/versions-folder.ts'
import { JOURNAL_FORMAT } from '../uplink/store/schema.ts'
import { type CommandIo, parseCommand } from './command.ts'

interface Update {
  folder: string
  data: string
  /** What runs when the gateway is started now, and what the package has. */
  running: string
  packaged: string
  isForced: boolean
  io: CommandIo
}

const PACKAGED = 'the packaged version'

export async function update(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(args, OPTIONS, isAbout(args) ? [] : ['FILE|CHANNEL'])
  const data = dataFolderPath(values.data)
  const packaged = process.env.ODOGRAPH_PACKAGED || io.version
  const folder = versionsFolder(data)
  const job: Update = {
    ...{ folder, data, running: io.version, packaged, isForced: values.force, io },
  }
  if (values.list) return list(job)
  if (values.rollback) return rollBack(job)
  const keys = trustedKeys(keyFiles(values.key, values.config))
  const [given] = positionals as [string]
  if (values.check && !isUrl(given)) {
    const file = await openUpdateFile(resolve(given), keys, process.arch)
    requireNewer(file.version, job.running, job.isForced)
    io.stdout.write(`${file.version} can be installed; ${job.running} runs${journalNote(file)}\n`)
    return 0
  }
  openVersionsFolder(folder)
  const target = join(folder, 'fetched.update')
  try {
    const isThere = isUrl(given)
      ? await fetched(given, target, { ...job, keys }, values.check)
      : true
    if (!isThere) return 0
    const path = isUrl(given) ? target : resolve(given)
    const file = await openUpdateFile(path, keys, process.arch)
    await install({ ...job, file, now: Date.now(), signal: io.signal })
    io.stdout.write(
      `${file.version} is installed, ${afterwards(file.version, job)}${journalNote(file)}\n`,
    )
    return 0
  } finally {
    rmSync(target, { force: true })
  }
}

const OPTIONS = {
  data: { type: 'string' },
  config: { type: 'string' },
  key: { type: 'string', multiple: true },
  check: { type: 'boolean', default: false },
  rollback: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
} as const

/** Those need no file. */
function isAbout(args: readonly string[]): boolean {
  return args.includes('--list') || args.includes('--rollback')
}

function isUrl(text: string): boolean {
  return /^[a-z]+:\/\//.test(text)
}

function keyFiles(named: readonly string[] | undefined, config: string | undefined): string[] {
  if (named !== undefined) return [...named]
  if (config === undefined) return []
  return loadConfig({ file: config, environment: process.env }).config.update.keys
}

/** False: there is nothing newer, or it was only looked. */
async function fetched(
  url: string,
  target: string,
  job: Update & { keys: Parameters<typeof readChannel>[0]['keys'] },
  isCheck: boolean,
): Promise<boolean> {
  const { folder, keys, io, running, isForced } = job
  const { signal } = io
  const channel = await readChannel({ url, keys, folder, now: Date.now(), signal })
  if (channel.version === running) {
    io.stdout.write(`${running} runs, and is the newest\n`)
    return false
  }
  requireNewer(channel.version, running, isForced)
  requireMinimum(channel, running, url)
  if (isCheck) {
    io.stdout.write(`${channel.version} can be installed; ${running} runs\n`)
    return false
  }
  io.stderr.write(`fetching ${channel.version}\n`)
  await fetchUpdate(channel, { arch: process.arch, channel: url, target, signal })
  return true
}

/** What becomes of the journal. */
function journalNote({ journal }: Pick<UpdateFile, 'journal'>): string {
  if (journal === JOURNAL_FORMAT) return ''
  if (journal < JOURNAL_FORMAT) {
    return '\nIt cannot read the journal as it is now: it would record into memory alone.'
  }
  return '\nIt changes the journal, which is copied before: there has to be room for it twice. Should it be given up, the copy takes its place, and what was recorded meanwhile stays in a file beside it.'
}

function afterwards(version: string, { running }: Pick<Update, 'running'>): string {
  return `and is tried at the next start (systemctl restart odograph): it stays if everything runs as before, otherwise ${running} comes back. Nothing changes until then (${version} waits).`
}

/** By hand: also from a version that has confirmed itself. */
function rollBack({ folder, data, packaged, running, isForced, io }: Update): number {
  const choice = readChoice(folder)
  if (choice === undefined) throw new OdographError('update-refused', folder, 'nothing was updated')
  openVersionsFolder(folder)
  const { trial, previous, refused: _refused, ...kept } = choice
  if (trial !== undefined) {
    writeChoice(folder, { ...kept, ...(previous === undefined ? {} : { previous }) })
    io.stdout.write(
      `The trial of ${trial.version} is over; ${nameOf(choice.current, packaged)} runs from the next start\n`,
    )
    return 0
  }
  const target = goBackTo(choice, { folder, packaged })
  const format =
    target === null ? packagedFormat(packaged, running) : journalFormatOf(folder, target)
  if (format !== JOURNAL_FORMAT && !isForced) {
    const detail = `${nameOf(target, packaged)} cannot read the journal as it is now, and would record into memory alone; --force goes back all the same (move ${journalPath(data)} aside before, it keeps its records)`
    throw new OdographError('update-refused', nameOf(target, packaged), detail)
  }
  writeChoice(folder, { ...kept, packaged, current: target, previous: choice.current })
  io.stdout.write(
    `${nameOf(target, packaged)} runs from the next start (systemctl restart odograph)\n`,
  )
  return 0
}

function goBackTo({ previous }: Choice, { folder, packaged }: Pick<Update, 'folder' | 'packaged'>) {
  const isThere = previous === null || installedVersions(folder).includes(previous ?? '')
  if (previous !== undefined && isThere) return previous
  throw new OdographError('update-refused', packaged, 'there is no version to go back to')
}

/** The package stands where the launcher is; its format is that of this program where it is the same. */
function packagedFormat(packaged: string, running: string): number | undefined {
  if (packaged === running) return JOURNAL_FORMAT
  const { ODOGRAPH_PACKAGE } = process.env
  if (ODOGRAPH_PACKAGE === undefined) return undefined
  const text = readFileSync(join(ODOGRAPH_PACKAGE, 'package.json'), 'utf8')
  return (JSON.parse(text) as { odograph?: { journal?: number } }).odograph?.journal
}

function list({ folder, packaged, running, io }: Update): number {
  const choice = readChoice(folder)
  const roles = (version: string | null): string => {
    const is = [
      ...(version === null ? ['packaged'] : []),
      ...((version ?? packaged) === running ? ['this one'] : []),
      ...(choice?.trial?.version === version
        ? [
            `on trial since ${isoTime(choice?.trial?.since ?? 0)}, started ${choice?.trial?.starts} times`,
          ]
        : []),
      ...(choice?.previous === version && choice !== undefined ? ['the one before'] : []),
    ]
    return `${(version ?? packaged).padEnd(12)} ${is.join(', ')}`.trimEnd()
  }
  const lines = [null, ...installedVersions(folder)].map(roles)
  const { refused } = choice ?? {}
  if (refused !== undefined) {
    lines.push(`${refused.version} was given up at ${isoTime(refused.at)}: ${refused.reason}`)
  }
  io.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

function nameOf(version: string | null, packaged: string): string {
  return version ?? `${PACKAGED} (${packaged})`
}
