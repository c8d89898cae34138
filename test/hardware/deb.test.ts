/** The package for Debian and Raspberry Pi OS, built once and unpacked. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hasProgram, testWith } from '../support/needs.ts'

const test = suite('deb')

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'odograph-deb-test-'))
const tree = join(folder, 'tree')
const DPKG = 'dpkg-deb'
const LARGEST_KIB = 40_000

let file = ''
let files: string[] = []

test.before(() => {
  if (!hasProgram(DPKG)) return
  const args = [join(root, 'hardware/deb/build.mjs'), 'amd64', folder, '--keep-dist']
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1760000000' }
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  file = execFileSync(process.execPath, args, { encoding: 'utf8', env, stdio: [...stdio] }).trim()
  execFileSync(DPKG, ['-x', file, tree])
  execFileSync(DPKG, ['-e', file, join(tree, 'DEBIAN')])
  files = readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
})
test.after(() => rmSync(folder, { recursive: true, force: true }))

const read = (path: string) => readFileSync(join(tree, path), 'utf8')
const command = join(tree, 'usr/lib/odograph/dist/launcher.js')

function field(name: string): string {
  return execFileSync(DPKG, ['-f', file, name], { encoding: 'utf8' }).trim()
}

testWith(test, DPKG, 'it says what it is and what it needs', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.is(field('Package'), 'odograph')
  assert.is(field('Version'), `${version}-1`)
  assert.is(field('Architecture'), 'amd64')
  assert.match(field('Depends'), 'nodejs (>= 20.19)')
  assert.match(field('Recommends'), 'can-utils')
  assert.ok(Number(field('Installed-Size')) < LARGEST_KIB, field('Installed-Size'))
})

testWith(test, DPKG, 'everything is where Debian expects it', () => {
  for (const path of [
    'etc/odograph/odograph.yaml',
    'usr/lib/odograph/dist/main.js',
    'usr/lib/odograph/dist/flows/package.json',
    'usr/lib/odograph/power-off',
    'usr/lib/systemd/system/odograph.service',
    'usr/lib/systemd/system/odograph-flows.service',
    'usr/lib/udev/rules.d/60-odograph.rules',
    'usr/share/polkit-1/rules.d/60-odograph.rules',
    'usr/share/doc/odograph/copyright',
    'usr/share/doc/odograph/changelog.gz',
    'usr/share/doc/odograph/changelog.Debian.gz',
  ]) {
    assert.ok(files.includes(path), path)
  }
  assert.is(readlinkSync(join(tree, 'usr/bin/odograph')), '../lib/odograph/dist/launcher.js')
  assert.match(read('usr/lib/odograph/dist/main.js'), /^#!\/usr\/bin\/node\n/)
  assert.match(read('usr/lib/odograph/dist/launcher.js'), /^#!\/usr\/bin\/node --max-semi/)
})

testWith(test, DPKG, 'the configuration stays as the user has edited it', () => {
  assert.is(read('DEBIAN/conffiles'), '/etc/odograph/odograph.yaml\n')
  assert.equal(
    files.filter((path) => path.startsWith('etc/')),
    ['etc/odograph/odograph.yaml'],
  )
})

testWith(
  test,
  DPKG,
  'all belongs to root, none may be written by others, three kinds are run',
  () => {
    const list = execFileSync(DPKG, ['-c', file], { encoding: 'utf8' }).trim().split('\n')
    for (const line of list)
      assert.match(line, /^[-dl]rw[x-]r-[x-]r-[x-] root\/root|^lrwxrwxrwx root\/root/)
    const runnable = list
      .filter((line) => line.startsWith('-rwx'))
      .map((line) => line.split(' ').at(-1))
    assert.equal(runnable.sort(), [
      './usr/lib/odograph/dist/launcher.js',
      './usr/lib/odograph/dist/main.js',
      './usr/lib/odograph/power-off',
    ])
    for (const script of ['postinst', 'prerm', 'postrm']) {
      assert.is(lstatSync(join(tree, 'DEBIAN', script)).mode & 0o777, 0o755)
    }
  },
)

/** Of `e_machine`. */
const X86_64 = 62

testWith(test, DPKG, 'what is compiled is for this architecture and this C library', () => {
  const binaries: string[] = []
  for (const path of files) {
    const head = headOf(join(tree, path))
    const magic = head.readUInt32BE(0)
    // Mach-O in its kinds, Windows.
    assert.not([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe].includes(magic), path)
    assert.is.not(head.toString('latin1', 0, 2), 'MZ', path)
    if (magic !== 0x7f454c46) continue
    assert.is(head.readUInt16LE(18), X86_64, path)
    assert.not(path.includes('musl'), path)
    binaries.push(path)
  }
  assert.is(binaries.length, 3, binaries.join('\n'))
})

function headOf(path: string): Buffer {
  const head = Buffer.alloc(20)
  if (!lstatSync(path).isFile()) return head
  const handle = openSync(path, 'r')
  try {
    readSync(handle, head, 0, head.length, 0)
  } finally {
    closeSync(handle)
  }
  return head
}

testWith(
  test,
  DPKG,
  'nothing is in it that only developers need, nor a path of this machine',
  () => {
    const idle = files.filter((path) => /\.(map|d\.ts|ts|c|cc|cpp|h)$|\/devDependencies/.test(path))
    assert.equal(idle, [])
    for (const name of ['typescript', 'esbuild', 'tsx', 'node-red']) {
      assert.not(existsSync(join(tree, 'usr/lib/odograph/node_modules', name)), name)
    }
    const places = [root.replace(/\/$/, ''), folder]
    for (const path of files.filter((name) => /\.(js|mjs|json|yaml|rules|service)$/.test(name))) {
      for (const place of places) assert.not(read(path).includes(`${place}/`), path)
    }
  },
)

testWith(test, DPKG, 'the licence of every bundled package is told', () => {
  const copyright = read('usr/share/doc/odograph/copyright')
  assert.match(copyright, 'MIT License')
  const bundled = files.filter((path) =>
    /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path),
  )
  assert.ok(bundled.length > 100)
  for (const path of bundled) {
    const { name, version } = JSON.parse(read(path))
    assert.ok(copyright.includes(`${name} ${version}: `), name)
  }
})

testWith(test, DPKG, 'times are those of the sources, in the compressed texts too', () => {
  assert.is(lstatSync(command).mtimeMs, 1_760_000_000_000)
  const changelog = readFileSync(join(tree, 'usr/share/doc/odograph/changelog.Debian.gz'))
  assert.is(changelog.readUInt32LE(4), 0)
  assert.match(gunzipSync(changelog).toString(), 'Thu, 09 Oct 2025 08:53:20 +0000')
})

testWith(test, DPKG, 'the unpacked command knows its version and accepts its configuration', () => {
  const said = (...args: string[]) =>
    spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' })
  assert.is(said('--version').stdout, `${field('Version').replace(/-1$/, '')}\n`)
  const { status, stdout, stderr } = said(
    'config',
    'check',
    join(tree, 'etc/odograph/odograph.yaml'),
  )
  assert.is(status, 0, stdout + stderr)
})

testWith(
  test,
  DPKG,
  'the manual and the completion come with it where the command has them',
  () => {
    for (const [path, ...args] of [
      ['usr/share/man/man1/odograph.1.gz', 'man'],
      ['usr/share/bash-completion/completions/odograph', 'completion', 'bash'],
    ] as const) {
      const { status } = spawnSync(process.execPath, [command, ...args], { stdio: 'ignore' })
      assert.is(files.includes(path), status === 0, path)
    }
  },
)

testWith(test, DPKG, 'the unpacked gateway starts, answers and stops', async () => {
  const config = join(tree, 'etc/odograph/odograph.yaml')
  const listen = ['--listen', '127.0.0.1:0', '--mqtt-listen', '127.0.0.1:0']
  const args = [command, 'run', '--config', config, '--data', join(folder, 'data'), ...listen]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let output = ''
      child.stdout.on('data', (chunk) => {
        output += chunk
        const ready = /ready (\S+)/.exec(output)?.[1]
        if (ready !== undefined) resolve(ready)
      })
      child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
    })
    const health = await fetch(`${url}/health`)
    assert.is(health.status, 200)
    const page = await fetch(`${url}/v1/swagger/`)
    assert.is(page.status, 200)
  } finally {
    child.removeAllListeners('exit')
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    assert.is(await ended, 0)
  }
})

test.run()
