/** `odograph backup`: what is copied while a gateway writes, restored, and refused. */
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { backup } from '../../src/cli/backup.ts'
import { openJournal as openAny } from '../../src/uplink/store/open-journal.ts'
import { refusal, runCommand } from '../support/command-run.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  silent,
} from '../support/journal-records.ts'
import { mayMount, mountMemory, unmount } from '../support/mounts.ts'
import { testWhere } from '../support/needs.ts'

const test = suite('odograph backup')

const writer = fileURLToPath(new URL('../support/journal-writer.ts', import.meta.url))

function filled(folder: string, count: number): void {
  const journal = openJournal(folder)
  for (let i = 0; i < count; i += 1) journal.append(newRecord(i), checkpointOf())
  journal.commit()
  journal.stop()
}

test('a copy that is made while records are stored is whole, and a journal again', () =>
  inFolder(async (folder) => {
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      writer,
      join(folder, 'journal.db'),
      'b',
    ])
    const last = () => Number(output.trim().split('\n').at(-1))
    let output = ''
    child.stdout.on('data', (data) => (output += data))
    try {
      while (output === '') await setTimeout(10)
      for (const name of ['first', 'second']) {
        const stored = last()
        const target = join(folder, name)
        const { out } = await runCommand(backup, [target, '--data', folder])
        const records = Number(/: (\d+) records, [\d.]+ MB, 2/.exec(out)?.[1])
        assert.ok(records >= stored, out)
        // put in the place of another one
        const restored = join(folder, `restored-${name}`)
        mkdirSync(restored)
        copyFileSync(target, join(restored, 'journal.db'))
        const path = join(restored, 'journal.db')
        const found: string[] = []
        const options = { path, commitEvery: 1e9, logger: silent, now: () => Date.now() }
        const journal = openAny(options, (sentence) => found.push(sentence))
        assert.equal(found, [])
        const places = journal.read(0, records + 1).map(({ seq }) => seq)
        assert.equal(
          places,
          places.map((_, index) => index + 1),
        )
        assert.is(places.length, records)
        journal.append(newRecord(0, { boot: 'later' }), checkpointOf())
        assert.ok(journal.commit(), 'it goes on')
        journal.stop()
      }
      const before = last()
      while (last() === before) await setTimeout(10)
    } finally {
      child.kill('SIGKILL')
    }
  }))

test('in a folder it gets a name with the time; nothing else is left there', () =>
  inFolder(async (folder) => {
    filled(folder, 10)
    const target = join(folder, 'copies')
    mkdirSync(target)
    const { out } = await runCommand(backup, [target, '--data', folder])
    const [name = '', ...others] = readdirSync(target)
    assert.match(name, /^journal-\d{8}T\d{6}Z\.db$/)
    assert.equal(others, [])
    assert.match(out, `${join(target, name)}: 10 records`)
  }))

test('an empty journal is copied, too', () =>
  inFolder(async (folder) => {
    filled(folder, 0)
    const { out } = await runCommand(backup, [join(folder, 'copy'), '--data', folder])
    assert.match(out, /: 0 records, [\d.]+ MB\n$/)
  }))

test('nothing is replaced without --force, nor the journal by itself, and without a journal it says so', () =>
  inFolder(async (folder) => {
    const copy = join(folder, 'copy')
    assert.match(await refusal(backup, [copy, '--data', folder]), /there is no journal/)
    filled(folder, 10)
    writeFileSync(copy, 'something else')
    assert.match(await refusal(backup, [copy, '--data', folder]), /--force/)
    assert.is(statSync(copy).size, 14)
    await runCommand(backup, [copy, '--force', '--data', folder])
    assert.ok(statSync(copy).size > 14)
    const own = join(folder, 'journal.db')
    assert.match(await refusal(backup, [own, '--force', '--data', folder]), /the journal itself/)
    const nowhere = [join(folder, 'no', 'where'), '--data', folder]
    assert.match(await refusal(backup, nowhere), /^store-failed: .*where/)
    assert.match(await refusal(backup, ['--data', folder]), /FILE or FOLDER/)
  }))

testWhere(
  test,
  [mayMount(), 'the right to mount'],
  'a card that is too small keeps nothing of it',
  () =>
    inFolder(async (folder) => {
      filled(folder, 20_000)
      const small = join(folder, 'small')
      mkdirSync(small)
      mountMemory(small, 'size=1m')
      try {
        assert.match(await refusal(backup, [join(small, 'copy'), '--data', folder]), /full/)
        assert.equal(readdirSync(small), [])
      } finally {
        unmount(small)
      }
      assert.ok(existsSync(join(folder, 'journal.db')))
    }),
)

test.run()
