/** `odograph governor log`, called in this process: what it prints, and its exit codes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CommandIo } from '../../src/cli/command.ts'
import { governor, sinceTime } from '../../src/cli/governor.ts'
import { OdographError } from '../../src/model/errors.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { inFolder, openJournal, START } from '../support/journal-records.ts'

const test = suite('odograph governor')

async function run(...args: string[]) {
  const texts = { out: '', err: '' }
  const into = (key: 'out' | 'err') =>
    new Writable({
      write(chunk, _, done) {
        texts[key] += String(chunk)
        done()
      },
    })
  const io: CommandIo = {
    stdout: into('out'),
    stderr: into('err'),
    version: '0',
    signal: new AbortController().signal,
  }
  return { code: await governor(args, io), ...texts }
}

async function refusal(...args: string[]): Promise<string> {
  try {
    await run(...args)
  } catch (error) {
    assert.instance(error, OdographError)
    return `${(error as OdographError).code}: ${(error as OdographError).message}`
  }
  return 'was accepted'
}

function fill(journal: Journal): void {
  const frame = { source: 'obd', vehicle: 'van', extended: false, id: 0x7df } as const
  const reading = { kind: 'request', requester: 'gateway poller', cause: 'engineSpeed' } as const
  const data = Uint8Array.of(2, 1, 0x0c, 0xcc)
  for (let i = 0; i < 3; i += 1) {
    journal.sent({ ...frame, ...reading, data, time: (START + i * 50) * 1000 })
  }
  journal.sent({
    ...frame,
    source: 'truck',
    id: 0x18daf1,
    extended: true,
    data: Uint8Array.of(1, 4),
    kind: 'privileged',
    requester: 'api owner',
    cause: 'clear the codes',
    time: (START + 60_000) * 1000,
  })
}

test('every frame is a line, while the gateway has the journal open', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    fill(journal)
    const { code, out, err } = await run('log', '--data', folder)
    assert.equal([code, err], [0, ''])
    assert.is(
      out,
      `2026-03-01T00:00:00.000Z  obd  7DF#02010CCC  request  gateway poller  engineSpeed
2026-03-01T00:00:00.050Z  obd  7DF#02010CCC  request  gateway poller  engineSpeed
2026-03-01T00:00:00.100Z  obd  7DF#02010CCC  request  gateway poller  engineSpeed
2026-03-01T00:01:00.000Z  truck  0018DAF1#0104  privileged  api owner  clear the codes
`,
    )
    journal.stop()
  }))

test('lines can be chosen, counted, and written as JSON', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    fill(journal)
    journal.stop()
    const lines = async (...args: string[]) => {
      const { out } = await run('log', '--data', folder, ...args)
      return out.split('\n').length - 1
    }
    assert.is(await lines('--source', 'obd'), 3)
    assert.is(await lines('--limit', '2'), 2)
    assert.is(await lines('--requester', 'OWNER'), 1)
    assert.is(await lines('--vehicle', 'van'), 4)
    assert.is(await lines('--since', '2026-03-01T00:00:00.050Z'), 3)
    assert.is(await lines('--since', '2026-03-01'), 4)
    const { out } = await run('log', '--data', folder, '--limit', '1', '--json')
    assert.equal(JSON.parse(out), {
      time: '2026-03-01T00:01:00.000Z',
      source: 'truck',
      vehicle: 'van',
      id: '0018DAF1',
      extended: true,
      data: '0104',
      kind: 'privileged',
      requester: 'api owner',
      cause: 'clear the codes',
    })
  }))

test('what a cause says stays on its line', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    const frame = { source: 'obd', vehicle: 'van', extended: false, id: 1, data: new Uint8Array() }
    const cause = 'one\r\ntwo\u001b[31m'
    journal.sent({ ...frame, time: START * 1000, kind: 'request', requester: 'api x', cause })
    journal.stop()
    const { out } = await run('log', '--data', folder)
    assert.is(out, '2026-03-01T00:00:00.000Z  obd  001#  request  api x  one two [31m\n')
  }))

test('an empty log says so, and is no failure', () =>
  inFolder(async (folder) => {
    openJournal(folder).stop()
    assert.equal(await run('log', '--data', folder), {
      code: 0,
      out: '',
      err: 'no such frame was sent, or not more than 15 s ago\n',
    })
  }))

test('a folder without a journal is named, and stays without one', () =>
  inFolder(async (folder) => {
    const said = await refusal('log', '--data', folder)
    assert.is(said, `store-failed: ${folder}/journal.db: there is no journal`)
  }))

test('a file that is no journal is named', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'journal.db'), 'x'.repeat(5000))
    const said = await refusal('log', '--data', folder)
    assert.match(said, /^store-failed: .*journal\.db: .*not a database/)
  }))

test('what is not understood is told with what would be', async () => {
  assert.match(await refusal(), /^usage: governor: use governor log/)
  assert.match(await refusal('erase'), /^usage: governor erase/)
  assert.match(await refusal('log', '--since', 'yesterday'), /^usage: --since yesterday: use/)
  for (const limit of ['0', '-1', 'x', '1.5', '9999999']) {
    assert.match(await refusal('log', `--limit=${limit}`), /^usage: --limit/)
  }
  assert.match(await refusal('log', '--what'), /options are --data, --source/)
})

test('since is a while ago, a day of UTC, or a time', () => {
  const now = Date.parse('2026-03-02T12:00:00Z')
  const cases: [text: string, time: string][] = [
    ['90s', '2026-03-02T11:58:30Z'],
    ['1h', '2026-03-02T11:00:00Z'],
    ['1d', '2026-03-01T12:00:00Z'],
    ['2026-03-01', '2026-03-01T00:00:00Z'],
    ['2026-03-01T08:00', '2026-03-01T08:00:00Z'],
    ['2026-03-01T08:00:00+02:00', '2026-03-01T06:00:00Z'],
  ]
  for (const [text, time] of cases) assert.is(sinceTime(text, now), Date.parse(time), text)
})

test.run()
