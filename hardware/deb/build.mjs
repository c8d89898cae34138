/**
 * Builds the package of Debian and Raspberry Pi OS, for either architecture on either, with npm and
 * dpkg-deb. The same sources give the same file: times come from SOURCE_DATE_EPOCH, or from the commit.
 *
 *   node hardware/deb/build.mjs amd64|arm64 [OUTDIR] [--revision N] [--keep-dist]
 *
 * --keep-dist takes dist/ as it is.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { changelogOf, controlOf, copyrightOf } from './texts.mjs'
import { architectures, filesIn, stageProgram } from './tree.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const hardware = join(root, 'hardware')
const PROGRAM = 'usr/lib/odograph'
const DOC = 'usr/share/doc/odograph'
/** Exit code of a command that does not exist. */
const WRONG_USE = 2
const MAINTAINER_SCRIPTS = ['postinst', 'prerm', 'postrm']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    revision: { type: 'string', default: '1' },
    'keep-dist': { type: 'boolean', default: false },
  },
})
const [architecture, out = '.'] = positionals
if (architectures[architecture] === undefined || positionals.length > 2) {
  process.stderr.write('usage: build.mjs amd64|arm64 [OUTDIR] [--revision N] [--keep-dist]\n')
  process.exit(2)
}

const { version: upstream, description } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)
const version = `${upstream}-${values.revision}`
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? lastCommit())

if (!values['keep-dist'] || !existsSync(join(root, 'dist/main.js'))) {
  run(process.execPath, [join(root, 'scripts/build.mjs')])
}
const stage = mkdtempSync(join(tmpdir(), 'odograph-deb-'))
try {
  process.stdout.write(`${build()}\n`)
} finally {
  rmSync(stage, { recursive: true, force: true })
}

/** The path of the package, after a line with its sizes. */
function build() {
  const bundled = stageProgram({ root, folder: join(stage, PROGRAM), architecture })
  placeCommand()
  placeSystemFiles()
  placeDocuments(bundled)
  const installed = placeControl()
  normalise(stage)
  const file = join(resolve(out), `odograph_${version}_${architecture}.deb`)
  mkdirSync(dirname(file), { recursive: true })
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch) }
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', stage, file], { env })
  const packed = (statSync(file).size / 1e6).toFixed(1)
  const size = `${(installed / 1024).toFixed(1)} MiB installed, ${packed} MB packed`
  note(`odograph ${version} ${architecture}: ${bundled.length} packages bundled, ${size}`)
  return file
}

function placeCommand() {
  for (const name of ['main', 'launcher']) {
    const file = join(stage, PROGRAM, `dist/${name}.js`)
    // The Node.js of the dependency, not one that comes first in somebody's PATH.
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/^#!\S+ (?:-S )?node(.*)/, '#!/usr/bin/node$1'))
  }
  mkdirSync(join(stage, 'usr/bin'), { recursive: true })
  symlinkSync('../lib/odograph/dist/launcher.js', join(stage, 'usr/bin/odograph'))
}

function placeSystemFiles() {
  place('deb/odograph.yaml', 'etc/odograph/odograph.yaml')
  for (const unit of readdirSync(join(hardware, 'systemd')).filter((n) => n.endsWith('.service'))) {
    place(`systemd/${unit}`, `usr/lib/systemd/system/${unit}`)
  }
  place('udev/60-odograph.rules', 'usr/lib/udev/rules.d/60-odograph.rules')
  place('polkit/60-odograph.rules', 'usr/share/polkit-1/rules.d/60-odograph.rules')
  place('polkit/power-off', `${PROGRAM}/power-off`)
}

function placeDocuments(bundled) {
  write(`${DOC}/copyright`, copyrightOf({ root, stage, bundled }))
  write(`${DOC}/changelog.gz`, gzipped(readFileSync(join(root, 'CHANGELOG.md'))))
  write(`${DOC}/changelog.Debian.gz`, gzipped(changelogOf({ version, epoch })))
  write(`${DOC}/README.md.gz`, gzipped(readFileSync(join(root, 'README.md'))))
  const readOnly = join(hardware, 'read-only-root')
  if (existsSync(readOnly)) place('read-only-root', `${DOC}/examples/read-only-root`)

  const page = join(hardware, 'man/odograph.1')
  const man = existsSync(page) ? readFileSync(page) : printed('man')
  if (man !== undefined) write('usr/share/man/man1/odograph.1.gz', gzipped(man))
  const completion = printed('completion', 'bash')
  if (completion !== undefined) {
    write('usr/share/bash-completion/completions/odograph', completion)
  }
}

/** What a subcommand prints that writes text for a package; undefined where there is no such one. */
function printed(...args) {
  try {
    const main = join(root, 'dist/main.js')
    const stdio = ['ignore', 'pipe', 'ignore']
    return execFileSync(process.execPath, [main, ...args], { stdio })
  } catch (error) {
    if (error.status !== WRONG_USE) throw error
    note(`left out: there is no \`odograph ${args.join(' ')}\` yet`)
    return undefined
  }
}

/** Control files; returns the installed size in KiB as Debian counts it. */
function placeControl() {
  const files = filesIn(stage, () => true).map((file) => relative(stage, file))
  const plain = files.filter((file) => file !== 'usr/bin/odograph')
  const installed = plain.reduce(
    (sum, file) => sum + Math.ceil(statSync(join(stage, file)).size / 1024),
    files.length - plain.length,
  )
  const sums = plain
    .filter((file) => !file.startsWith('etc/'))
    .map((file) => `${md5(join(stage, file))}  ${file}\n`)
  write('DEBIAN/control', controlOf({ version, architecture, description, installed }))
  write('DEBIAN/conffiles', '/etc/odograph/odograph.yaml\n')
  write('DEBIAN/md5sums', sums.join(''))
  for (const script of MAINTAINER_SCRIPTS) place(`deb/${script}`, `DEBIAN/${script}`)
  return installed
}

/** Modes and times that do not depend on the machine. */
function normalise(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) normalise(path)
    else if (entry.isFile()) chmodSync(path, isProgram(relative(stage, path)) ? 0o755 : 0o644)
    lutimesSync(path, epoch, epoch)
  }
  chmodSync(folder, 0o755)
  lutimesSync(folder, epoch, epoch)
}

function isProgram(path) {
  if (MAINTAINER_SCRIPTS.some((script) => path === `DEBIAN/${script}`)) return true
  return ['dist/main.js', 'dist/launcher.js', 'power-off'].some(
    (name) => path === `${PROGRAM}/${name}`,
  )
}

function place(from, to) {
  mkdirSync(dirname(join(stage, to)), { recursive: true })
  cpSync(join(hardware, from), join(stage, to), { recursive: true })
}

function write(to, content) {
  mkdirSync(dirname(join(stage, to)), { recursive: true })
  writeFileSync(join(stage, to), content)
}

function gzipped(content) {
  return gzipSync(content, { level: 9 })
}

function md5(file) {
  return createHash('md5').update(readFileSync(file)).digest('hex')
}

/** Without git, as in an unpacked archive of the sources: when they were packed. */
function lastCommit() {
  const args = ['-C', root, 'log', '-1', '--format=%ct']
  try {
    const stdio = ['ignore', 'pipe', 'ignore']
    return execFileSync('git', args, { encoding: 'utf8', stdio }).trim()
  } catch {
    return Math.floor(statSync(join(root, 'CHANGELOG.md')).mtimeMs / 1000)
  }
}

function run(program, args, options = {}) {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options })
}

function note(line) {
  process.stderr.write(`${line}\n`)
}
