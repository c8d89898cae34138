/** The real program: packed, signed, installed, started by the launcher, confirmed, given up. */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeKeys, makeUpdate } from '../../scripts/make-update.mjs'
import { type Choice, readChoice } from '../../src/update/choice.ts'
import { Folder, until } from '../support/gateway-process.ts'

const test = suite('update of the real program')

const root = fileURLToPath(new URL('../..', import.meta.url))
const launcher = join(root, 'dist/launcher.js')
const QUICK = `update: { confirmAfter: 1, giveUpAfter: 1 }
api: { listen: '127.0.0.1:0' }
mqtt: { enabled: false }\n`

/** The tree that was built, as another version. */
function packed(folder: Folder, version: string, key: string): string {
  const tree = join(folder.path, `tree-${version}`)
  mkdirSync(tree)
  for (const part of ['dist', 'profiles'])
    cpSync(join(root, part), join(tree, part), { recursive: true })
  for (const part of ['node_modules', 'package-lock.json'])
    symlinkSync(join(root, part), join(tree, part))
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(join(tree, 'package.json'), JSON.stringify({ ...about, version }))
  return makeUpdate({ tree, key, out: folder.path })
}

class Bench {
  readonly folder = new Folder()
  readonly data = join(this.folder.path, 'data')
  readonly versions = join(this.data, 'versions')
  readonly keys = makeKeys(join(this.folder.path, 'keys'))

  command(...args: string[]) {
    const all = [launcher, ...args, '--data', this.data]
    return spawnSync(process.execPath, all, { encoding: 'utf8', cwd: this.folder.path })
  }

  /** Until `enough`, then it is stopped; how it ended. */
  async run(config: string, enough: (choice: Choice | undefined, log: string) => boolean) {
    const file = this.folder.file('odograph.yaml', config)
    const args = [launcher, 'run', '--demo', '--config', file, '--data', this.data]
    const child = spawn(process.execPath, args, {
      cwd: this.folder.path,
      env: { ...process.env, INVOCATION_ID: 'a-unit' },
    })
    let log = ''
    child.stdout.on('data', (text) => (log += text))
    child.stderr.on('data', (text) => (log += text))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const isOver = () => child.exitCode !== null || enough(readChoice(this.versions), log)
    await until('enough', isOver, 30_000).finally(() => child.kill('SIGTERM'))
    return { log, code: await ended }
  }
}

test('it is installed, tried, confirmed, and gone back from; one that is worse gives itself up', async () => {
  const bench = new Bench()
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  try {
    const first = await bench.run(QUICK, (_choice, log) => log.includes('ready '))
    assert.match(first.log, `version=${version}`)
    const file = packed(bench.folder, '98.0.0', bench.keys.key)
    const installed = bench.command('update', file, '--key', bench.keys.pub)
    assert.match(installed.stdout, /^98\.0\.0 is installed/, installed.stderr)
    const second = await bench.run(QUICK, (choice) => choice?.current === '98.0.0')
    assert.match(second.log, 'version=98.0.0')
    assert.is(second.code, 0)
    assert.is(bench.command('--version').stdout, '98.0.0\n')
    // The next one finds something wrong that was not before.
    const worse = packed(bench.folder, '99.0.0', bench.keys.key)
    assert.is(bench.command('update', worse, '--key', bench.keys.pub).status, 0)
    const wrong = `${QUICK}wrong: 1\n`
    const third = await bench.run(wrong, (choice) => choice?.refused?.version === '99.0.0' && false)
    assert.is(third.code, 1, third.log)
    assert.match(third.log, 'the update is given up: ')
    const fourth = await bench.run(QUICK, (_choice, log) => log.includes('ready '))
    assert.match(fourth.log, 'version=98.0.0')
    assert.match(fourth.log, 'The update to 99.0.0 was given up at')
    assert.match(bench.command('update', '--rollback').stdout, `the packaged version (${version})`)
    assert.is(bench.command('--version').stdout, `${version}\n`)
  } finally {
    bench.folder.remove()
  }
})

test.run()
