/** `odograph backup`: copies made while another process writes, what they hold, and what is refused. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { backup } from '../../src/cli/backup.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import { openJournal as openGatewayJournal } from '../../src/uplink/store/open-journal.ts'
import { refusal, runCommand } from '../support/command-run.ts'
import { until } from '../support/gateway-process.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
  silent,
} from '../support/journal-records.ts'
import { mayMount, mountMemory, unmount } from '../support/mounts.ts'
import { testWhere } from '../support/needs.ts'

const test = suite('odograph backup')

const writer = fileURLToPath(new URL('../support/journal-writer.ts', import.meta.url))

const run = (...args: string[]) => runCommand(backup, args)
const refused = (...args: string[]) => refusal(backup, args)

function fill(folder: string, count: number): void {
  const journal = openJournal(folder)
  for (let i = 0; i < count; i += 1) journal.append(newRecord(i), checkpointOf())
  journal.stop()
}

/** A process that commits without a pause, and the last place that it said to be durable. */
class Writing {
  #errors = ''
  readonly #said: string
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(path: string) {
    this.#said = `${path}.said`
    // A pipe would be full while this process copies.
    const said = openSync(this.#said, 'w')
    const stdio: StdioOptions = ['ignore', said, 'pipe']
    this.#child = spawn(process.execPath, ['--import', 'tsx', writer, path, 'boot-1'], { stdio })
    closeSync(said)
    this.#child.stderr?.on('data', (data) => {
      this.#errors += data
    })
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve))
  }

  get last(): number {
    // The last line may be half a number.
    return Number(readFileSync(this.#said, 'utf8').split('\n').at(-2) ?? 0)
  }

  async reached(place: number): Promise<void> {
    await until(`place ${place}`, () => {
      assert.is(this.#child.exitCode, null, this.#errors)
      return this.last >= place
    })
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

/** All records of a copy, put in the place of a gateway's journal as the help says. */
function restored(copy: string, folder: string): StoredRecord[] {
  mkdirSync(folder)
  copyFileSync(copy, join(folder, 'journal.db'))
  const found: string[] = []
  const journal = openGatewayJournal(
    { path: join(folder, 'journal.db'), commitEvery: 5000, logger: silent, now: () => START },
    (sentence) => found.push(sentence),
  )
  assert.equal(found, [])
  const records = journal.read(0, 1_000_000)
  assert.is(journal.health().records, records.length)
  // It goes on.
  journal.append(newRecord(0, { boot: 'boot-2' }), checkpointOf())
  assert.ok(journal.commit())
  assert.is(journal.newest(), records.length + 1)
  journal.stop()
  return records
}

test('copies made while a process writes hold all that was committed before, in whole commits', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'data'))
    const writing = new Writing(join(folder, 'data', 'journal.db'))
    try {
      let before = 0
      for (let round = 1; round <= 4; round += 1) {
        await writing.reached(before + 2000)
        const committed = writing.last
        const copy = join(folder, `copy-${round}.db`)
        const { code, out } = await run(copy, '--data', join(folder, 'data'))
        assert.is(code, 0)
        const records = restored(copy, join(folder, `restored-${round}`))
        assert.ok(records.length >= committed, `${records.length} of ${committed}`)
        for (const [index, { seq, number }] of records.entries()) {
          assert.equal([seq, number], [index + 1, index])
        }
        // The writer's groups have 1 … 23 records, the number of the first tells which.
        let ends = 0
        while (ends < records.length) ends += 1 + (ends % 23)
        assert.is(ends, records.length, 'half a commit')
        const [first, last] = [records[0], records.at(-1)].map((record) =>
          new Date(record?.time ?? 0).toISOString(),
        )
        assert.is(
          out,
          `${copy}: ${records.length} records, ${statSync(copy).size} bytes, ${first} to ${last}; it is whole\n`,
        )
        before = writing.last
      }
      await writing.reached(before + 1)
    } finally {
      await writing.kill()
    }
    assert.equal(
      readdirSync(folder).filter((name) => name.startsWith('copy')),
      ['copy-1.db', 'copy-2.db', 'copy-3.db', 'copy-4.db'],
    )
  }))

test('what a killed gateway left in its log is in the copy, and the log is left as it was', () =>
  inFolder(async (folder) => {
    const writing = new Writing(join(folder, 'journal.db'))
    await writing.reached(500)
    await writing.kill()
    const files = ['journal.db', 'journal.db-wal'].map((name) => join(folder, name))
    const before = files.map((path) => readFileSync(path))
    await run(join(folder, 'copy.db'), '--data', folder)
    assert.ok(restored(join(folder, 'copy.db'), join(folder, 'restored')).length >= writing.last)
    assert.equal(
      files.map((path) => readFileSync(path)),
      before,
    )
  }))

test('a folder gets a file named after the time, for its owner alone, and advice on the rest', () =>
  inFolder(async (folder) => {
    fill(folder, 10)
    const to = join(folder, 'backups')
    mkdirSync(to)
    for (const name of ['gateway.json', 'signing-key.json']) writeFileSync(join(folder, name), name)
    const { out, err } = await run(to, '--data', folder)
    const [name = '', ...others] = readdirSync(to)
    assert.equal(others, [])
    assert.match(name, /^journal-\d{8}T\d{6}Z\.db$/)
    assert.is(statSync(join(to, name)).mode & 0o777, 0o600)
    assert.match(out, /: 10 records, \d+ bytes, 2026-03-01T00:00:00/)
    const paths = `${folder}/gateway.json, ${folder}/signing-key.json`
    assert.is(
      err,
      `the journal alone; save the configuration and ${paths} (secret; or use --all FOLDER), too\n`,
    )
  }))

test('with --all the name and the key of the gateway are copied, too, and none is replaced', () =>
  inFolder(async (folder) => {
    fill(folder, 10)
    const to = join(folder, 'backups')
    mkdirSync(to)
    writeFileSync(join(folder, 'signing-key.json'), 'key')
    await run(to, '--all', '--data', folder)
    assert.is(readFileSync(join(to, 'signing-key.json'), 'utf8'), 'key')
    assert.is(statSync(join(to, 'signing-key.json')).mode & 0o777, 0o600)
    assert.not.ok(existsSync(join(to, 'gateway.json')))
    await run(to, '--all', '--force', '--data', folder)
    writeFileSync(join(folder, 'signing-key.json'), 'another')
    const count = readdirSync(to).length
    assert.match(
      await refused(to, '--all', '--data', folder),
      /^usage: .*signing-key\.json: another one is there already/,
    )
    assert.is(readdirSync(to).length, count)
    const said = await refused(join(folder, 'one.db'), '--all', '--data', folder)
    assert.match(said, /^usage: --all: needs a folder/)
  }))

test('a file that is there is replaced with --force only, and by a whole copy only', () =>
  inFolder(async (folder) => {
    fill(folder, 10)
    const copy = join(folder, 'copy.db')
    writeFileSync(copy, 'old')
    assert.is(
      await refused(copy, '--data', folder),
      `usage: ${copy}: is there already; use --force to replace it`,
    )
    const cut = { signal: AbortSignal.abort() }
    try {
      await runCommand(backup, [copy, '--force', '--data', folder], cut)
      assert.unreachable()
    } catch (error) {
      assert.is((error as Error).name, 'AbortError')
    }
    assert.is(readFileSync(copy, 'utf8'), 'old')
    // What an earlier one that was killed has left is in nobody's way.
    writeFileSync(`${copy}.part`, 'half')
    await run(copy, '--force', '--data', folder)
    assert.is(restored(copy, join(folder, 'restored')).length, 10)
    assert.equal(
      readdirSync(folder).filter((name) => name.startsWith('copy')),
      ['copy.db'],
    )
  }))

test('the journal itself is refused under any name', () =>
  inFolder(async (folder) => {
    const data = join(folder, 'data')
    mkdirSync(data)
    fill(data, 10)
    symlinkSync(data, join(folder, 'other'))
    linkSync(join(data, 'journal.db'), join(folder, 'linked.db'))
    const before = readFileSync(join(data, 'journal.db'))
    const names = ['data/journal.db', 'data/journal.db-wal', 'other/journal.db-wal', 'linked.db']
    for (const name of names) {
      const said = await refused(join(folder, name), '--force', '--data', data)
      assert.is(said, `usage: ${join(folder, name)}: is the journal itself; name another file`)
    }
    assert.ok(readFileSync(join(data, 'journal.db')).equals(before))
  }))

test('no journal, no folder, and a damaged journal are told in words, and nothing is left', () =>
  inFolder(async (folder) => {
    const copy = join(folder, 'copy.db')
    assert.is(
      await refused(copy, '--data', folder),
      `store-failed: ${folder}/journal.db: there is no journal`,
    )
    fill(folder, 2000)
    assert.match(
      await refused(join(folder, 'missing/copy.db'), '--data', folder),
      /^file-unwritable: .*missing\/copy\.db\.part: ENOENT/,
    )
    assert.match(
      await refused(join(folder, 'missing/'), '--data', folder),
      /^usage: .*missing\/: there is no such folder/,
    )
    assert.match(await refused('/dev/null', '--force', '--data', folder), /neither a file nor/)
    const bytes = readFileSync(join(folder, 'journal.db'))
    bytes.fill(0x5a, bytes.length - 8192, bytes.length - 2048)
    writeFileSync(join(folder, 'journal.db'), bytes)
    assert.match(
      await refused(copy, '--data', folder),
      /^store-failed: .*journal\.db: the copy is of no use, and was removed: /,
    )
    assert.equal(
      readdirSync(folder).filter((name) => name.startsWith('copy')),
      [],
    )
  }))

testWhere(
  test,
  [mayMount(), 'the right to mount'],
  'a target that is full or cannot be written is told in words, and nothing is left there',
  () =>
    inFolder(async (folder) => {
      fill(folder, 20_000)
      const stick = join(folder, 'stick')
      mkdirSync(stick)
      mountMemory(stick, 'size=1m')
      try {
        const copy = join(stick, 'copy.db')
        assert.is(
          await refused(copy, '--data', folder),
          `file-unwritable: ${copy}: the journal cannot be copied: database or disk is full`,
        )
        assert.equal(readdirSync(stick), [])
      } finally {
        unmount(stick)
      }
      mountMemory(stick, 'size=1m,ro')
      try {
        const said = await refused(join(stick, 'copy.db'), '--data', folder)
        assert.match(said, /^file-unwritable: .*copy\.db\.part: EROFS/)
      } finally {
        unmount(stick)
      }
    }),
)

test.run()
