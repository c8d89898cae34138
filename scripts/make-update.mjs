// Makes what `odograph update` installs (src/update): keys, update files, channels.
//
//   node scripts/make-update.mjs keys FOLDER
//     update-key.pem, which stays where updates are made, and update-key.pub for the gateways
//   node scripts/make-update.mjs update --key PEM [--tree FOLDER] [--arch ARCH] [--out FOLDER]
//     odograph-<version>-<arch>.update of a tree that was built: dist, profiles, package.json, and those of
//     node_modules that package-lock.json does not call dev
//   node scripts/make-update.mjs channel --key PEM --serial N --days N [--minimum VERSION] --out FILE FILE.update …
//     a channel that names these files, which are to lie beside it
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

const PARTS = ['dist', 'profiles', 'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE']
/** Of no use to a gateway. */
const LEFT_OUT =
  /\.map$|\.d\.[cm]?ts$|\.tsbuildinfo$|(^|\/)(\.bin|\.package-lock\.json|\.github)(\/|$)/
const OF_PACKAGES =
  /\.(md|markdown|ts|mts|cts|flow|yml|yaml)$|(^|\/)(test|tests|example|examples|docs|bench|benchmark|benchmarks)(\/|$)|(^|\/)\.[^/]*$/i
const BLOCK = 512

export function makeKeys(folder) {
  mkdirSync(folder, { recursive: true })
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const files = { key: join(folder, 'update-key.pem'), pub: join(folder, 'update-key.pub') }
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(files.key, pem, { mode: 0o600, flag: 'wx' })
  writeFileSync(files.pub, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' })
  return files
}

/** The two lines that stand before what is signed. */
export function signedHead(value, key) {
  const line = Buffer.from(JSON.stringify(value))
  const signature = sign(null, line, createPrivateKey(readFileSync(key)))
  return Buffer.concat([line, Buffer.from(`\n${signature.toString('base64')}\n`)])
}

/** `files`: what the archive holds, as path → content, or → `{ content, mode, type, … }` for tests. */
export function archiveOf(files) {
  const blocks = []
  for (const [path, given] of files) {
    const file = Buffer.isBuffer(given) ? { content: given } : given
    const content = file.content ?? Buffer.alloc(0)
    blocks.push(header(path, { mode: 0o644, type: '0', ...file, size: content.length }), content)
    blocks.push(Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK))
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 6 })
}

export function updateOf(archive, { version, arch, journal, unpacked, key }) {
  const sha512 = createHash('sha512').update(archive).digest('hex')
  const head = {
    odograph: 'update',
    version,
    arch,
    journal,
    sha512,
    bytes: archive.length,
    unpacked,
  }
  return Buffer.concat([signedHead(head, key), archive])
}

export function makeUpdate({ tree, key, arch = process.arch, out = '.' }) {
  const { version, odograph } = JSON.parse(readFileSync(join(tree, 'package.json'), 'utf8'))
  const files = new Map()
  for (const part of PARTS) if (existsSync(join(tree, part))) gather(tree, part, files, LEFT_OUT)
  for (const part of productionPackages(tree)) {
    if (existsSync(join(tree, part))) gather(tree, part, files, LEFT_OUT, OF_PACKAGES)
  }
  const unpacked = [...files.values()].reduce((sum, { content }) => sum + content.length, 0)
  const options = { version, arch, journal: odograph.journal, unpacked, key }
  mkdirSync(out, { recursive: true })
  const path = join(out, `odograph-${version}-${arch}.update`)
  writeFileSync(path, updateOf(archiveOf(files), options))
  return path
}

export function makeChannel({ files, key, serial, days, minimum, out }) {
  const heads = files.map((file) => ({ file, ...headOf(file) }))
  const [{ version }] = heads
  const value = {
    odograph: 'channel',
    serial,
    notAfter: new Date(Date.now() + days * 86_400_000).toISOString(),
    version,
    ...(minimum === undefined ? {} : { minimum }),
    files: Object.fromEntries(
      heads.map(({ arch, file }) => {
        const sha512 = createHash('sha512').update(readFileSync(file)).digest('hex')
        return [arch, { url: basename(file), sha512 }]
      }),
    ),
  }
  writeFileSync(out, signedHead(value, key))
  return out
}

function headOf(file) {
  const handle = openSync(file, 'r')
  const bytes = Buffer.alloc(65_536)
  readSync(handle, bytes)
  closeSync(handle)
  return JSON.parse(bytes.subarray(0, bytes.indexOf(10)).toString())
}

/** Packages that are installed for more than development, nested ones as parts of theirs. */
function productionPackages(tree) {
  const { packages } = JSON.parse(readFileSync(join(tree, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(
      ([path, { dev, devOptional }]) => path.startsWith('node_modules/') && !dev && !devOptional,
    )
    .map(([path]) => path)
    .sort()
}

function gather(tree, path, files, ...leftOut) {
  const inside = path.replace(/^(.*node_modules\/(@[^/]+\/)?[^/]+\/?|dist\/)/, '')
  if (leftOut.some((pattern) => pattern.test(inside))) return
  const full = join(tree, path)
  const stats = statSync(full)
  if (stats.isFile()) {
    files.set(path, { content: readFileSync(full), mode: stats.mode & 0o100 ? 0o755 : 0o644 })
    return
  }
  for (const name of readdirSync(full).sort()) {
    // Nested packages stand in the list themselves, where they are wanted.
    if (name !== 'node_modules') gather(tree, `${path}/${name}`, files, ...leftOut)
  }
}

function header(path, { mode, type, size, link = '', prefix }) {
  const block = Buffer.alloc(BLOCK)
  const [head, name] = prefix === undefined ? split(path) : [prefix, path]
  const number = (value, at, length) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at)
  block.write(name, 0, 100)
  number(mode, 100, 8)
  number(0, 108, 8)
  number(0, 116, 8)
  number(size, 124, 12)
  number(0, 136, 12)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(link, 157, 100)
  block.write('ustar\x0000', 257)
  block.write(head, 345, 155)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function split(path) {
  if (Buffer.byteLength(path) <= 100) return ['', path]
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    if (path.length - at - 1 <= 100 && at <= 155) return [path.slice(0, at), path.slice(at + 1)]
  }
  throw new Error(`${path}: the name is too long for the archive`)
}

function main([what, ...args]) {
  const text = { type: 'string' }
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...{ key: text, tree: text, arch: text, out: text, serial: text, days: text, minimum: text },
    },
  })
  const root = fileURLToPath(new URL('..', import.meta.url))
  if (what === 'keys') console.log(makeKeys(positionals[0] ?? '.').pub)
  else if (what === 'update') {
    console.log(makeUpdate({ ...values, tree: resolve(values.tree ?? root) }))
  } else if (what === 'channel') {
    const numbers = { serial: Number(values.serial), days: Number(values.days) }
    console.log(makeChannel({ ...values, ...numbers, files: positionals }))
  } else {
    console.error('usage: make-update.mjs keys | update | channel …')
    process.exitCode = 2
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2))
