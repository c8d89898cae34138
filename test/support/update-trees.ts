/** Small programs that can be updated, really packed and signed, and the real launcher to start them. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ArchivedFile, archiveOf, makeKeys, updateOf } from '../../scripts/make-update.mjs'
import { JOURNAL_FORMAT } from '../../src/uplink/store/schema.ts'

const LAUNCHER = fileURLToPath(new URL('../../dist/launcher.js', import.meta.url))

type Files = Map<string, Buffer | ArchivedFile>

/** A program that says which version it is, and whether it is on trial. */
export function programOf(version: string, journal = JOURNAL_FORMAT): Files {
  const main = `import { word } from './deep/part.js'
console.log([word, ${JSON.stringify(version)}, process.env.ODOGRAPH_TRIAL ?? '-'].join(' '))\n`
  const about = { name: 'odograph', type: 'module', version, odograph: { journal } }
  return new Map<string, Buffer | ArchivedFile>([
    ['package.json', Buffer.from(JSON.stringify(about))],
    ['dist/main.js', { content: Buffer.from(main), mode: 0o755 }],
    ['dist/deep/part.js', Buffer.from("export const word = 'runs'\n")],
    ['profiles/a file.yaml', Buffer.from('x: 1\n'.repeat(2000))],
  ])
}

export class UpdateBench {
  readonly root = mkdtempSync(join(tmpdir(), 'odograph-update-'))
  readonly versions = join(this.root, 'versions')
  readonly data = join(this.root, 'data')
  readonly keys = makeKeys(join(this.root, 'keys'))
  readonly packaged: string

  constructor(packaged = '1.0.0') {
    this.packaged = join(this.root, 'package')
    mkdirSync(this.versions)
    mkdirSync(this.data)
    this.installPackage(packaged)
  }

  installPackage(version: string): void {
    rmSync(this.packaged, { recursive: true, force: true })
    for (const [path, file] of programOf(version)) {
      const full = join(this.packaged, path)
      mkdirSync(join(full, '..'), { recursive: true })
      writeFileSync(full, Buffer.isBuffer(file) ? file : (file.content ?? ''))
    }
    copyFileSync(LAUNCHER, join(this.packaged, 'dist/launcher.js'))
  }

  /** An update file; its path. */
  update(version: string, facts: Partial<Parameters<typeof updateOf>[1]> = {}, files?: Files) {
    const all = files ?? programOf(version, facts.journal)
    const head = { version, arch: process.arch, journal: JOURNAL_FORMAT, unpacked: 20_000 }
    const path = join(this.root, `odograph-${version}-${facts.arch ?? process.arch}.update`)
    writeFileSync(path, updateOf(archiveOf(all), { ...head, key: this.keys.key, ...facts }))
    return path
  }

  /** What the launcher starts says. */
  start(...args: string[]): string {
    const { stdout, stderr } = this.startWith({}, ...args)
    return (stdout + stderr).trim()
  }

  startWith(env: Record<string, string>, ...args: string[]) {
    const named = { ODOGRAPH_VERSIONS: this.versions, ...env }
    return spawnSync(process.execPath, [join(this.packaged, 'dist/launcher.js'), ...args], {
      encoding: 'utf8',
      cwd: this.root,
      env: { ...process.env, ...named },
    })
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Runs with a bench of its own, which is removed whatever happens. */
export async function onBench(run: (bench: UpdateBench) => Promise<void> | void): Promise<void> {
  const bench = new UpdateBench()
  try {
    await run(bench)
  } finally {
    bench.remove()
  }
}
