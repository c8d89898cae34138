/**
 * The program folder of the package: what `npm pack` would publish, the production dependencies of the
 * lockfile for one architecture, and without all that nobody runs.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'

/** Names of Debian and of Node.js. */
export const architectures = { amd64: 'x64', arm64: 'arm64' }

/** Neither run nor asked for by a licence. Folders only directly in a package. */
const IDLE_FILE =
  /\.(map|d\.[cm]?ts|[cm]?ts|tsx|c|cc|cpp|h|hpp|gyp|gypi|mk|markdown|flow|tgz|patch|sh)$|^(readme|changelog|changes|history|contributing|security|code_of_conduct|authors|governance|sponsors|upgrading)(\.(md|txt))?$|\.md$|^(makefile|gruntfile\.js|karma\.conf\.js|tsconfig.*\.json|\.[a-z].*|.*\.ya?ml)$/i
const IDLE_FOLDER =
  /^(tests?|__tests__|integration|benchmarks?|bench|examples?|docs?|coverage|\..*)$/i
/** Headers to build with. */
const IDLE_PACKAGE = 'node-addon-api'
const LICENCE = /^(licen[cs]e|copying|notice)/i

/** Puts the program into `folder`; returns the packages that were bundled. */
export function stageProgram({ root, folder, architecture }) {
  const cpu = architectures[architecture]
  unpackOwn(root, folder)
  cpSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'))
  npm(folder, [
    'ci',
    '--omit=dev',
    '--os=linux',
    `--cpu=${cpu}`,
    '--libc=glibc',
    '--prefer-offline',
  ])
  rmSync(join(folder, 'package-lock.json'))
  const modules = join(folder, 'node_modules')
  for (const name of ['.bin', '.package-lock.json']) rmSync(join(modules, name), forced)
  const bundled = packagesIn(modules).filter((path) => keepForCpu(path, cpu))
  for (const path of bundled) prunePackage(path, cpu)
  pruneDist(join(folder, 'dist'))
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) rmSync(join(folder, name), forced)
  withoutDevelopment(join(folder, 'package.json'))
  removeEmpty(folder)
  return bundled
}

const forced = { recursive: true, force: true }

function npm(cwd, args) {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  // What an npm that runs this says of its own folder is meant for another one.
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$)/i.test(name))
  const path = (process.env.PATH ?? '').split(':').filter((part) => !/node_modules/.test(part))
  const env = { ...Object.fromEntries(own), PATH: path.join(':') }
  return execFileSync('npm', [...args, ...quiet], { cwd, encoding: 'utf8', env })
}

function unpackOwn(root, folder) {
  mkdirSync(folder, { recursive: true })
  const packed = JSON.parse(npm(root, ['pack', '--json', '--pack-destination', folder]))
  const { filename } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0]
  const tarball = join(folder, filename)
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '--no-same-owner', '-C', folder])
  rmSync(tarball)
}

function packagesIn(modules) {
  if (!existsSync(modules)) return []
  return readdirSync(modules)
    .sort()
    .flatMap((name) => {
      const path = join(modules, name)
      if (name.startsWith('@')) return readdirSync(path).map((inner) => join(path, inner))
      return [path]
    })
    .flatMap((path) => [path, ...packagesIn(join(path, 'node_modules'))])
}

function manifest(path) {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
}

/** npm leaves out what is for others; older ones do not know how to. */
function keepForCpu(path, cpu) {
  const { os = ['linux'], cpu: cpus = [cpu] } = manifest(path)
  const isOurs = os.includes('linux') && cpus.includes(cpu) && basename(path) !== IDLE_PACKAGE
  if (!isOurs) rmSync(path, forced)
  return isOurs
}

function prunePackage(path, cpu) {
  for (const name of readdirSync(path)) {
    const isFolder = lstatSync(join(path, name)).isDirectory()
    const isIdle = isFolder ? IDLE_FOLDER.test(name) : name.endsWith('.html')
    if (isIdle) rmSync(join(path, name), forced)
  }
  for (const file of filesIn(path)) {
    const name = basename(file)
    if (name.endsWith('.node')) {
      if (!isOurBinary(file, cpu)) rmSync(file)
    } else if (IDLE_FILE.test(name) && !LICENCE.test(name)) rmSync(file)
  }
}

/** By name: `prebuilds/linux-x64/….glibc.node`, `cbor-extract-linux-x64/node.napi.glibc.node`. */
function isOurBinary(file, cpu) {
  if (!file.includes(`linux-${cpu}/`) || file.includes('musl')) return false
  return !/\.abi\d+\./.test(basename(file)) // One for all versions of Node.js lies beside it.
}

function pruneDist(dist) {
  for (const file of filesIn(dist)) {
    if (/\.(map|d\.ts)$/.test(file)) rmSync(file)
  }
}

function withoutDevelopment(file) {
  const { devDependencies, scripts, allowScripts, overrides, ...rest } = JSON.parse(
    readFileSync(file, 'utf8'),
  )
  writeFileSync(file, `${JSON.stringify(rest, undefined, 2)}\n`)
}

/** Files and links below a folder, in order; what lies in node_modules of a package is its own. */
export function filesIn(folder, isIn = (path) => basename(path) !== 'node_modules') {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (!entry.isDirectory()) return [path]
      return isIn(path) ? filesIn(path, isIn) : []
    })
}

function removeEmpty(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(join(folder, entry.name))
  }
  if (readdirSync(folder).length === 0) rmSync(folder, forced)
}
