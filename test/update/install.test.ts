/** `odograph update` with files: what is installed, and all that is refused without a change. */
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ArchivedFile, archiveOf, makeKeys } from '../../scripts/make-update.mjs'
import { update } from '../../src/cli/update.ts'
import { readChoice } from '../../src/update/choice.ts'
import { compareVersions } from '../../src/update/version.ts'
import { JOURNAL_FORMAT } from '../../src/uplink/store/schema.ts'
import { refusal, runCommand } from '../support/command-run.ts'
import { mayMount, mountMemory, unmount } from '../support/mounts.ts'
import { testWhere } from '../support/needs.ts'
import { onBench, programOf, type UpdateBench } from '../support/update-trees.ts'

const test = suite('odograph update')

function withVersions<T>(bench: UpdateBench, run: () => Promise<T>): Promise<T> {
  process.env.ODOGRAPH_VERSIONS = bench.versions
  return run().finally(() => {
    delete process.env.ODOGRAPH_VERSIONS
  })
}

const commonArgs = (bench: UpdateBench) => ['--data', bench.data, '--key', bench.keys.pub]

function run(bench: UpdateBench, ...args: string[]) {
  const io = { version: '1.0.0' }
  return withVersions(bench, () => runCommand(update, [...args, ...commonArgs(bench)], io))
}

function refused(bench: UpdateBench, ...args: string[]) {
  const io = { version: '1.0.0' }
  return withVersions(bench, () => refusal(update, [...args, ...commonArgs(bench)], io))
}

test('a new version is unpacked, tried at the next start, and goes back by hand', () =>
  onBench(async (bench) => {
    const { out } = await run(bench, bench.update('1.1.0'))
    assert.match(out, /^1\.1\.0 is installed, and is tried at the next start .*1\.0\.0 comes back/)
    assert.equal(readdirSync(bench.versions).toSorted(), ['1.1.0', 'choice.json'])
    assert.is(bench.start('stats'), 'runs 1.0.0 -')
    assert.is(bench.start('run'), 'runs 1.1.0 1.1.0')
    assert.match((await run(bench, '--list')).out, /1\.1\.0 +on trial since .*, started 1 times/)
    assert.match((await run(bench, '--rollback')).out, 'The trial of 1.1.0 is over')
    assert.is(bench.start('run'), 'runs 1.0.0 -')
  }))

test('--check says whether it can be installed, and changes nothing', () =>
  onBench(async (bench) => {
    const { out } = await run(bench, bench.update('1.1.0'), '--check')
    assert.is(out, '1.1.0 can be installed; 1.0.0 runs\n')
    assert.equal(readdirSync(bench.versions), [])
  }))

test('another format of the journal is said before', () =>
  onBench(async (bench) => {
    const newer = bench.update('1.1.0', { journal: JOURNAL_FORMAT + 1 })
    assert.match(
      (await run(bench, newer, '--check')).out,
      'It changes the journal, which is copied',
    )
    const older = bench.update('1.2.0', { journal: JOURNAL_FORMAT - 1 })
    assert.match(
      (await run(bench, older, '--check')).out,
      'It cannot read the journal as it is now',
    )
  }))

/** What may be wrong with a file: how it is made, and what is said. */
const wrongFiles: Record<string, [make: (bench: UpdateBench) => string, said: RegExp]> = {
  'another key': [
    (bench) => bench.update('1.1.0', { key: makeKeys(join(bench.root, 'others')).key }),
    /update-refused: .*is not signed with a key that is trusted here/,
  ],
  'cut short': [
    (bench) => changed(bench.update('1.1.0'), (bytes) => bytes.subarray(0, bytes.length - 100)),
    /is cut short/,
  ],
  'cut short in its head': [
    (bench) => changed(bench.update('1.1.0'), (bytes) => bytes.subarray(0, 50)),
    /its first lines are missing/,
  ],
  'more behind it': [
    (bench) => changed(bench.update('1.1.0'), (bytes) => Buffer.concat([bytes, bytes])),
    /is not what was signed/,
  ],
  'a byte of the archive changed': [
    (bench) => changed(bench.update('1.1.0'), (bytes) => flipped(bytes, bytes.length - 200)),
    /is not what was signed/,
  ],
  'a byte of the head changed': [
    (bench) => changed(bench.update('1.1.0'), (bytes) => flipped(bytes, 40)),
    /is not signed/,
  ],
  'a byte of the signature changed': [
    (bench) => changed(bench.update('1.1.0'), (bytes) => flipped(bytes, bytes.indexOf(10) + 5)),
    /is not signed/,
  ],
  'another machine': [
    (bench) => bench.update('1.1.0', { arch: 'riscv64' }),
    /is for riscv64; this machine is/,
  ],
  'an older version': [
    (bench) => bench.update('0.9.0'),
    /is older than 1\.0\.0, which runs; --force/,
  ],
  'the same version': [(bench) => bench.update('1.0.0'), /is the version that runs/],
  'a name that leads out': [(bench) => bench.update('1.1/../..'), /is signed, and is no update/],
  'no update at all': [
    (bench) => changed(bench.update('1.1.0'), () => Buffer.from('hello\nworld\nagain')),
    /is not signed/,
  ],
  'no file': [(bench) => join(bench.root, 'missing'), /file-unreadable/],
}

for (const [what, [make, said]] of Object.entries(wrongFiles)) {
  test(`refused, and nothing is changed: ${what}`, () =>
    onBench(async (bench) => {
      assert.match(await refused(bench, make(bench)), said)
      assert.equal(readdirSync(bench.versions), [])
      assert.is(bench.start('run'), 'runs 1.0.0 -')
    }))
}

function changed(path: string, change: (bytes: Buffer) => Buffer): string {
  writeFileSync(path, change(readFileSync(path)))
  return path
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

/** What an archive must not hold, though it is signed. */
const wrongArchives: Record<string, [files: [string, Buffer | ArchivedFile][], said: RegExp]> = {
  'a way up': [[['../evil', Buffer.from('x')]], /a name that is not allowed: "\.\.\/evil"/],
  'a way up in the middle': [[['dist/../../evil', Buffer.from('x')]], /not allowed/],
  'a way up in the prefix': [
    [['evil', { content: Buffer.from('x'), prefix: '..' }]],
    /not allowed/,
  ],
  'an absolute name': [[['/etc/evil', Buffer.from('x')]], /not allowed/],
  'a backslash': [[['dist\\evil', Buffer.from('x')]], /not allowed/],
  'a symbolic link': [[['dist/link', { type: '2', link: '/etc' }]], /neither a file nor a folder/],
  'a hard link': [
    [['dist/link', { type: '1', link: '/etc/passwd' }]],
    /neither a file nor a folder/,
  ],
  'a device': [[['dist/device', { type: '3' }]], /neither a file nor a folder/],
  'a file twice': [
    [
      ['dist/a', Buffer.from('x')],
      ['dist/a', Buffer.from('y')],
    ],
    /file-unwritable.*nothing was changed/,
  ],
}

for (const [what, [files, said]] of Object.entries(wrongArchives)) {
  test(`refused, though it is signed: ${what}`, () =>
    onBench(async (bench) => {
      const path = bench.update('1.1.0', {}, new Map())
      const all = [...programOf('1.1.0'), ...files]
      const archive = archiveOf(all)
      const { updateOf } = await import('../../scripts/make-update.mjs')
      const facts = { version: '1.1.0', arch: 'any', journal: 6, unpacked: 1, key: bench.keys.key }
      writeFileSync(path, updateOf(archive, facts))
      assert.match(await refused(bench, path), said)
      assert.equal(readdirSync(bench.versions), [])
      assert.not.ok(readdirSync(bench.root).includes('evil'))
    }))
}

test('an archive of more files than a program has is refused', () =>
  onBench(async (bench) => {
    const files = new Map(programOf('1.1.0'))
    for (let i = 0; i < 50_001; i += 1) files.set(`f/${i}`, { type: '5' })
    assert.match(await refused(bench, bench.update('1.1.0', {}, files)), /too many files/)
    assert.equal(readdirSync(bench.versions), [])
  }))

test('without a key nothing is taken', () =>
  onBench(async (bench) => {
    const args = [bench.update('1.1.0'), '--data', bench.data]
    assert.match(await withVersions(bench, () => refusal(update, args)), /no key is trusted here/)
  }))

test('--force takes an older one, which then runs although the package is newer', () =>
  onBench(async (bench) => {
    await run(bench, bench.update('0.9.0'), '--force')
    assert.is(bench.start('run'), 'runs 0.9.0 0.9.0')
  }))

test('rubbish of an update that did not end, and versions nobody goes back to, are removed', () =>
  onBench(async (bench) => {
    await run(bench, bench.update('1.1.0'))
    await run(bench, bench.update('1.2.0'))
    assert.equal(readdirSync(bench.versions).toSorted(), ['1.1.0', '1.2.0', 'choice.json'])
    await run(bench, bench.update('1.3.0'))
    assert.equal(readdirSync(bench.versions).toSorted(), ['1.2.0', '1.3.0', 'choice.json'])
    assert.is(readChoice(bench.versions)?.trial?.version, '1.3.0')
  }))

test('a folder that is reached by a link is the folder', () =>
  onBench(async (bench) => {
    const link = join(bench.root, 'link')
    symlinkSync(bench.versions, link)
    process.env.ODOGRAPH_VERSIONS = link
    await runCommand(update, [bench.update('1.1.0'), ...commonArgs(bench)], { version: '1.0.0' })
    delete process.env.ODOGRAPH_VERSIONS
    assert.is(bench.start('run'), 'runs 1.1.0 1.1.0')
  }))

testWhere(test, [mayMount(), 'the right to mount'], 'a full card: said, and nothing changed', () =>
  onBench(async (bench) => {
    mountMemory(bench.versions, 'size=200k,mode=0755')
    try {
      const files = programOf('1.1.0')
      files.set('dist/large', Buffer.alloc(400_000, 7))
      const honest = bench.update('1.1.0', { unpacked: 420_000 }, files)
      assert.match(await refused(bench, honest), /there is no room: .* MB are needed/)
      // The card may fill while it is unpacked, too.
      const { unpack } = await import('../../src/update/unpack.ts')
      const { openUpdateFile } = await import('../../src/update/update-file.ts')
      const { trustedKeys } = await import('../../src/update/signed.ts')
      const file = await openUpdateFile(honest, trustedKeys([bench.keys.pub]), process.arch)
      const archive = { path: file.path, start: file.start, sha512: file.sha512 }
      const limits = { entries: 100, bytes: 1e9 }
      const { signal } = new AbortController()
      const target = join(bench.versions, '1.1.0')
      try {
        await unpack({ archive, target, limits, signal, step: () => undefined })
        assert.unreachable()
      } catch (error) {
        assert.match(String(error), 'the card is full; nothing was changed')
      }
      assert.equal(readdirSync(bench.versions), [])
      assert.is(bench.start('run'), 'runs 1.0.0 -')
    } finally {
      unmount(bench.versions)
    }
  }),
)

test('versions are ordered as Semantic Versioning has it', () => {
  const order = ['0.9.9', '1.0.0-beta.2', '1.0.0-beta.10', '1.0.0', '1.0.1', '1.2.0', '1.10.0']
  assert.equal(order.toReversed().toSorted(compareVersions), order)
})

test('package.json tells the format of the journal', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  assert.is(JSON.parse(text).odograph.journal, JOURNAL_FORMAT)
})

test.run()
