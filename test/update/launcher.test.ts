/** Which version the launcher runs, whatever state the versions folder is in. */
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Choice, readChoice, writeChoice } from '../../src/update/choice.ts'
import { testWhere } from '../support/needs.ts'
import { onBench, programOf, type UpdateBench } from '../support/update-trees.ts'

const test = suite('launcher')

function put(bench: UpdateBench, version: string): string {
  const folder = join(bench.versions, version)
  for (const [path, file] of programOf(version)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), Buffer.isBuffer(file) ? file : (file.content ?? ''))
  }
  return folder
}

function choose(bench: UpdateBench, choice: Omit<Choice, 'packaged'>): void {
  writeChoice(bench.versions, { packaged: '1.0.0', ...choice })
}

const CHOSEN = { current: '1.1.0', previous: null }

test('the packaged version runs where nothing was ever updated', () =>
  onBench((bench) => {
    assert.is(bench.start('run'), 'runs 1.0.0 -')
    rmSync(bench.versions, { recursive: true })
    assert.is(bench.start('run'), 'runs 1.0.0 -')
    assert.is(bench.startWith({ ODOGRAPH_VERSIONS: '/dev/null' }).stdout, 'runs 1.0.0 -\n')
  }))

test('the chosen one runs, for every command', () =>
  onBench((bench) => {
    put(bench, '1.1.0')
    choose(bench, CHOSEN)
    assert.is(bench.start('run'), 'runs 1.1.0 -')
    assert.is(bench.start('export'), 'runs 1.1.0 -')
  }))

const broken: Record<string, (bench: UpdateBench, tree: string) => void> = {
  'no choice': (bench) => rmSync(join(bench.versions, 'choice.json')),
  'an empty choice': (bench) => writeFileSync(join(bench.versions, 'choice.json'), ''),
  'half a choice': (bench) => writeFileSync(join(bench.versions, 'choice.json'), '{"current": "1.'),
  'zeros as a choice': (bench) =>
    writeFileSync(join(bench.versions, 'choice.json'), Buffer.alloc(200)),
  'a choice of something else': (bench) =>
    writeFileSync(join(bench.versions, 'choice.json'), '{"current": "../../package"}'),
  'a choice that is a list': (bench) => writeFileSync(join(bench.versions, 'choice.json'), '[]'),
  'no tree': (_bench, tree) => rmSync(tree, { recursive: true }),
  'no program': (_bench, tree) => rmSync(join(tree, 'dist/main.js')),
  'no package.json': (_bench, tree) => rmSync(join(tree, 'package.json')),
  'an empty package.json': (_bench, tree) => writeFileSync(join(tree, 'package.json'), ''),
  'a part that is missing': (_bench, tree) => rmSync(join(tree, 'dist/deep/part.js')),
  'a program that is none': (_bench, tree) => writeFileSync(join(tree, 'dist/main.js'), '}}}'),
}

for (const [what, breaks] of Object.entries(broken)) {
  test(`the packaged one runs: ${what}`, () =>
    onBench((bench) => {
      const tree = put(bench, '1.1.0')
      choose(bench, CHOSEN)
      breaks(bench, tree)
      assert.match(bench.start('run'), /^runs 1\.0\.0 -/)
    }))
}

test('a trial that never confirms itself is started three times, and then given up', () =>
  onBench((bench) => {
    put(bench, '1.1.0')
    choose(bench, { current: null, trial: { version: '1.1.0', since: 5, starts: 0 } })
    for (let i = 0; i < 3; i += 1) assert.is(bench.start('run'), 'runs 1.1.0 1.1.0')
    assert.is(bench.start('run'), 'runs 1.0.0 -')
    const { refused, trial, current } = readChoice(bench.versions) ?? {}
    assert.is(refused?.version, '1.1.0')
    assert.is(refused?.reason, 'it was started 3 times and never ran well')
    assert.is(trial, undefined)
    assert.is(current, null)
  }))

test('a trial whose tree is not whole is given up at once', () =>
  onBench((bench) => {
    rmSync(join(put(bench, '1.1.0'), 'dist/main.js'))
    choose(bench, { current: null, trial: { version: '1.1.0', since: 5, starts: 0 } })
    assert.is(bench.start('run'), 'runs 1.0.0 -')
    assert.is(readChoice(bench.versions)?.refused?.reason, 'it is not whole')
  }))

test('a package that is newer by now runs, one that is older does not', () =>
  onBench((bench) => {
    put(bench, '1.9.0')
    choose(bench, { ...CHOSEN, current: '1.9.0' })
    bench.installPackage('1.8.0')
    assert.is(bench.start('run'), 'runs 1.9.0 -')
    bench.installPackage('1.10.0')
    assert.is(bench.start('run'), 'runs 1.10.0 -')
  }))

test('a folder to which others may write decides nothing', () =>
  onBench((bench) => {
    put(bench, '1.1.0')
    choose(bench, CHOSEN)
    chmodSync(bench.versions, 0o777)
    assert.is(bench.start('run'), 'runs 1.0.0 -')
  }))

testWhere(
  test,
  [process.getuid?.() === 0, 'root'],
  'what another user has put there is not run by root',
  () =>
    onBench((bench) => {
      put(bench, '1.1.0')
      choose(bench, CHOSEN)
      chownSync(bench.versions, 12_345, 12_345)
      assert.is(bench.start('run'), 'runs 1.0.0 -')
    }),
)

test('versions of the data folder are found where no other folder is named', () =>
  onBench((bench) => {
    put(bench, '1.1.0')
    choose(bench, CHOSEN)
    const named = { ODOGRAPH_VERSIONS: undefined as unknown as string }
    for (const args of [
      ['run', '--data', bench.root],
      ['run', `--data=${bench.root}`],
    ]) {
      assert.is(bench.startWith(named, ...args).stdout, 'runs 1.1.0 -\n', args.join(' '))
    }
    const inEnvironment = { ...named, ODOGRAPH_DATA: bench.root }
    assert.is(bench.startWith(inEnvironment, 'run').stdout, 'runs 1.1.0 -\n')
  }))

test('it knows nothing but Node.js', () => {
  const text = readFileSync(new URL('../../src/launcher.ts', import.meta.url), 'utf8')
  for (const [, name] of text.matchAll(/from '([^']+)'/g)) assert.match(name ?? '', /^node:/)
})

test.run()
