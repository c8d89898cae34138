/** Channels: signed, fresh, never going back; over https and from files alone. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeChannel, makeKeys, signedHead } from '../../scripts/make-update.mjs'
import { update } from '../../src/cli/update.ts'
import { runCommand } from '../support/command-run.ts'
import { onBench, type UpdateBench } from '../support/update-trees.ts'

const test = suite('update channels')

interface Edition {
  serial: number
  days: number
  minimum?: string
  key?: string
}

function channel(bench: UpdateBench, version: string, edition: Edition): string {
  const out = join(bench.root, 'stable.channel')
  const { key } = bench.keys
  makeChannel({ files: [bench.update(version)], key, out, ...edition })
  return pathToFileURL(out).href
}

async function asked(bench: UpdateBench, ...args: string[]): Promise<string> {
  process.env.ODOGRAPH_VERSIONS = bench.versions
  const all = [...args, '--data', bench.data, '--key', bench.keys.pub]
  try {
    return (await runCommand(update, all, { version: '1.0.0' })).out
  } catch (error) {
    return String(error)
  } finally {
    delete process.env.ODOGRAPH_VERSIONS
  }
}

const GOOD = { serial: 5, days: 30 }

test('the newest version of a channel is fetched, checked and installed', () =>
  onBench(async (bench) => {
    const url = channel(bench, '1.1.0', GOOD)
    assert.match(await asked(bench, url, '--check'), '1.1.0 can be installed; 1.0.0 runs')
    assert.match(await asked(bench, url), /^1\.1\.0 is installed/)
    assert.equal(readdirSync(bench.versions).toSorted(), ['1.1.0', 'channels.json', 'choice.json'])
    assert.is(bench.start('run'), 'runs 1.1.0 1.1.0')
  }))

test('where the newest runs there is nothing to do', () =>
  onBench(async (bench) => {
    assert.is(await asked(bench, channel(bench, '1.0.0', GOOD)), '1.0.0 runs, and is the newest\n')
  }))

const refusals: Record<string, [edition: Edition, version: string, said: RegExp]> = {
  expired: [{ serial: 6, days: -1 }, '1.1.0', /has expired at/],
  replayed: [{ serial: 4, days: 30 }, '1.1.0', /is an old edition \(4; 5 was seen already\)/],
  older: [{ serial: 6, days: 30 }, '0.9.0', /is older than 1\.0\.0/],
  'too far ahead': [{ serial: 6, days: 30, minimum: '1.0.5' }, '1.1.0', /needs 1\.0\.5 first/],
}

for (const [what, [edition, version, said]] of Object.entries(refusals)) {
  test(`an edition that is ${what} is refused`, () =>
    onBench(async (bench) => {
      await asked(bench, channel(bench, '1.1.0', GOOD), '--check')
      assert.match(await asked(bench, channel(bench, version, edition)), said)
      assert.equal(readdirSync(bench.versions), ['channels.json'])
    }))
}

test('a channel of somebody else, and an update file in the place of a channel, are refused', () =>
  onBench(async (bench) => {
    const { key } = makeKeys(join(bench.root, 'others'))
    assert.match(await asked(bench, channel(bench, '1.1.0', { ...GOOD, key })), /is not signed/)
    const file = pathToFileURL(bench.update('1.1.0')).href
    assert.match(await asked(bench, file), /is neither|no channel|too large/)
    assert.equal(readdirSync(bench.versions), [])
  }))

test('a file that is not the one that the channel names is refused', () =>
  onBench(async (bench) => {
    const url = channel(bench, '1.1.0', GOOD)
    const other = readFileSync(bench.update('1.2.0'))
    writeFileSync(join(bench.root, `odograph-1.1.0-${process.arch}.update`), other)
    assert.match(await asked(bench, url), /is not what the channel names/)
    assert.equal(readdirSync(bench.versions), ['channels.json'])
  }))

test('nothing goes over plain http', () =>
  onBench(async (bench) => {
    assert.match(await asked(bench, 'http://127.0.0.1:9/x'), /neither an https nor a file URL/)
    const files = { [process.arch]: { url: 'http://127.0.0.1:9/x', sha512: '0' } }
    const notAfter = new Date(Date.now() + 1e6).toISOString()
    const value = { odograph: 'channel', serial: 9, notAfter, version: '1.1.0', files }
    const path = join(bench.root, 'plain.channel')
    writeFileSync(path, signedHead(value, bench.keys.key))
    assert.match(await asked(bench, pathToFileURL(path).href), /neither an https nor a file URL/)
  }))

test('serials that cannot be read are no reason to begin anew', () =>
  onBench(async (bench) => {
    writeFileSync(join(bench.versions, 'channels.json'), '{')
    assert.match(await asked(bench, channel(bench, '1.1.0', GOOD)), /cannot be understood/)
  }))

test.run()
