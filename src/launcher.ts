#!/usr/bin/env -S node --max-semi-space-size=2
/**
 * What `odograph` starts first: picks the version that runs, and hands over to it within this process.
 * Knows nothing but Node.js, for it has to work where a version does not.
 *
 * `choice.json` in the versions folder says which (update/choice.ts). Without it, where it or the version
 * that it names is broken, and where the package is newer by now, the packaged one runs. A version on
 * trial counts its starts; after three that it did not confirm the one before runs again.
 *
 * The option above keeps memory down: what is short-lived here is little, and V8 would set aside 16 MB for
 * it three times over.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface Choice {
  packaged: string
  current: string | null
  previous?: string | null
  trial?: { version: string; since: number; starts: number }
  refused?: { version: string; at: number; reason: string }
}

const SYSTEM_FOLDER = '/var/lib/odograph-versions'
const MAX_STARTS = 3

const packagedTree = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)

const tree = pickedTree()
process.env.ODOGRAPH_PACKAGED = versionOf(packagedTree) ?? ''
process.env.ODOGRAPH_PACKAGE = packagedTree
try {
  await run(tree)
} catch (error) {
  // A version says itself what goes wrong in it: this one could not even be loaded.
  if (tree === packagedTree) throw error
  process.stderr.write(`odograph: ${tree} cannot be loaded, the packaged version runs: ${error}\n`)
  delete process.env.ODOGRAPH_TRIAL
  await run(packagedTree)
}

async function run(folder: string): Promise<void> {
  const main = join(folder, 'dist', 'main.js')
  process.argv[1] = main
  await import(pathToFileURL(main).href)
}

function pickedTree(): string {
  const folder = versionsFolder()
  if (folder === undefined) return packagedTree
  process.env.ODOGRAPH_VERSIONS = folder
  try {
    return treeOf(folder, chosen(folder)) ?? packagedTree
  } catch (error) {
    process.stderr.write(`odograph: the packaged version runs: ${error}\n`)
    return packagedTree
  }
}

/** Undefined where there is none, or none that may decide what this user runs. */
function versionsFolder(): string | undefined {
  const named = process.env.ODOGRAPH_VERSIONS
  const folder = resolve(
    named ?? (existsSync(SYSTEM_FOLDER) ? SYSTEM_FOLDER : join(dataFolder(), 'versions')),
  )
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats?.isDirectory() !== true) return undefined
  const isOurs = stats.uid === 0 || stats.uid === process.getuid?.()
  return isOurs && (stats.mode & 0o022) === 0 ? folder : undefined
}

function dataFolder(): string {
  const at = args.findIndex((arg) => arg === '--data' || arg.startsWith('--data='))
  const option = args[at]?.startsWith('--data=') === true ? args[at].slice(7) : args[at + 1]
  return (at < 0 ? undefined : option) ?? process.env.ODOGRAPH_DATA ?? 'odograph-data'
}

/** The version to run; `null` is the packaged one. */
function chosen(folder: string): string | null {
  const choice = readChoice(folder)
  if (choice === undefined || isPackageNewer(choice)) return null
  const { trial } = choice
  if (trial === undefined) return choice.current
  // Only the gateway itself can be on trial.
  if (args[0] !== 'run') return choice.current
  if (treeOf(folder, trial.version) === undefined) return given(folder, choice, 'it is not whole')
  if (trial.starts >= MAX_STARTS) {
    return given(folder, choice, `it was started ${trial.starts} times and never ran well`)
  }
  const started = { ...choice, trial: { ...trial, starts: trial.starts + 1 } }
  try {
    writeChoice(folder, started)
  } catch (error) {
    process.stderr.write(`odograph: no trial while starts cannot be counted: ${error}\n`)
    return choice.current
  }
  process.env.ODOGRAPH_TRIAL = trial.version
  return trial.version
}

/** The trial is over; what runs. */
function given(folder: string, { trial, ...choice }: Choice, reason: string): string | null {
  const refused = { version: trial?.version ?? '', at: Date.now(), reason }
  try {
    writeChoice(folder, { ...choice, refused })
  } catch {
    // Found again at the next start.
  }
  return choice.current
}

function treeOf(folder: string, version: string | null): string | undefined {
  if (version === null) return packagedTree
  const found = join(folder, version)
  const isWhole = existsSync(join(found, 'dist', 'main.js')) && versionOf(found) === version
  return isWhole ? found : undefined
}

function versionOf(folder: string): string | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return undefined // Missing, or half of a file.
  }
}

function readChoice(folder: string): Choice | undefined {
  const path = join(folder, 'choice.json')
  if (!existsSync(path)) return undefined
  const choice = JSON.parse(readFileSync(path, 'utf8')) as Choice
  const { current, trial } = choice
  const isName = (name: unknown) => typeof name === 'string' && /^\d[\w.+-]*$/.test(name)
  if (!(current === null || isName(current)) || (trial && !isName(trial.version))) {
    throw new Error(`${path} cannot be understood`)
  }
  return choice
}

/** It was replaced since the choice was made: whoever did that wants it to run. */
function isPackageNewer({ packaged, current, trial }: Choice): boolean {
  const now = versionOf(packagedTree) ?? ''
  if (now === packaged || now === '') return false
  const newest = trial?.version ?? current
  return newest === null || now.localeCompare(newest, 'en', { numeric: true }) > 0
}

/** As config/durable-file.ts does it. */
function writeChoice(folder: string, choice: Choice): void {
  const path = join(folder, 'choice.json')
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(file, `${JSON.stringify(choice, undefined, 2)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  const handle = openSync(dirname(path), 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
