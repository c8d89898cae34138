/** `odograph profile`, called in this process: what it prints, and its exit codes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CommandIo } from '../../src/cli/command.ts'
import { profile } from '../../src/cli/profile.ts'
import { builtInProfiles, checkProfile, profileFile } from '../../src/config/profile.ts'
import { OdographError } from '../../src/model/errors.ts'

const test = suite('odograph profile')

const folder = mkdtempSync(join(tmpdir(), 'odograph-profile-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

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
  const code = await profile(args, io)
  return { code, ...texts }
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

test('list names the built-in profiles', async () => {
  const { code, out } = await run('list')
  assert.is(code, 0)
  assert.equal(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]),
    builtInProfiles(),
  )
  assert.match(out, 'Kia EV6: 0 passive, 4 polled messages')
})

test('schema prints the JSON Schema of the files', async () => {
  const { code, out } = await run('schema')
  assert.is(code, 0)
  assert.ok((JSON.parse(out) as { properties: object }).properties)
})

test('check proves the built-in profiles, signal by signal', async () => {
  const { code, out, err } = await run('check', ...builtInProfiles())
  assert.is(code, 0)
  assert.is(err, '')
  assert.match(out, 'kia-ev6: 35 signals, 54 of 54 values right')
  assert.match(
    out,
    /Odometer\.odometer +7\|24@0\+ \(0\.1,0\) \[0\|1677721\] "km" feeds odometer: shown 2× with a value, 0× without/,
  )
  assert.not.match(out, 'not proved')
})

test('check fails where evidence says something else, and names the place', async () => {
  const text = readFileSync(profileFile('ford-f-150'), 'utf8').replace('343377.6', '343377.7')
  const path = file('ford.yaml', text)
  const { code, err, out } = await run('check', 'kia-ev6', path)
  assert.is(code, 1)
  const line = text.split('\n').findIndex((row) => row.includes('343377.7')) + 1
  assert.ok(err.startsWith(`${path}:${line}:`), err)
  assert.match(err, 'Odometer.odometer is 343377.6 instead of 343377.7')
  assert.match(out, 'kia-ev6: 35 signals', 'the others are checked all the same')
})

test('check fails where the file is no profile or a wrong one', async () => {
  const text = readFileSync(profileFile('ford-f-150'), 'utf8')
  const broken = await run('check', file('broken.yaml', text.replace('label:', 'lable:')))
  assert.is(broken.code, 1)
  assert.match(broken.err, 'unknown key; known here are id, label')
  const wrong = await run('check', file('wrong.yaml', text.replace('"psi"', '"V"')))
  assert.is(wrong.code, 1)
  assert.match(wrong.err, '"V" does not convert to "kPa"')
})

test('check notes what lies on top of something else, which may be meant', async () => {
  const text = `id: a
label: A
applies: { make: M, models: [M] }
sources: [here]
passive:
  - id: 1
    name: M
    signals:
      - { name: a, layout: '7|8@0+' }
      - { name: b, layout: '3|4@0+' }
`
  const { code, err, out } = await run('check', file('overlap.yaml', text))
  assert.is(code, 0)
  assert.match(err, 'overlap.yaml:10:9: note: b lies on top of a')
  assert.match(out, 'not proved')
})

const dbc = `VERSION ""
BO_ 291 Body: 8 X
 SG_ Speed : 7|16@0+ (0.01,0) [0|250] "km/h" X
BO_ 292 Empty: 8 X
`
const obdb = {
  commands: [
    {
      hdr: '720',
      rax: '728',
      cmd: { '22': '404C' },
      freq: 30,
      signals: [
        { id: 'ODO', name: 'Odometer', fmt: { len: 24, max: 9, unit: 'kilometers' } },
        { id: 'TEXT', name: 'Text', fmt: { len: 8, unit: 'ascii' } },
      ],
    },
  ],
}
const wican = {
  cars: [
    { car_model: 'A', init: 'ATSH7E4', pids: [{ pid: '22B002', parameters: { SPEED: 'B4' } }] },
    { car_model: 'B', init: 'ATSH7E4', pids: [{ pid: '22B003', parameters: { X: 'B4*B5' } }] },
  ],
}

test('import prints a profile that check accepts, and tells what is left out', async () => {
  const cases: [from: string, content: string, more: string[], left: string][] = [
    ['dbc', dbc, [], 'Empty: has no signals'],
    ['obdb', JSON.stringify(obdb), ['--make', 'Ford', '--model', 'F-150'], 'is a text'],
    ['wican', JSON.stringify(wican), ['--car', 'A', '--id', 'own'], ''],
  ]
  for (const [from, content, more, left] of cases) {
    const path = file(`definition-${from}.txt`, content)
    const { code, out, err } = await run('import', '--from', from, path, ...more)
    assert.is(code, 0)
    assert.match(err, left)
    const { profile: imported, findings } = checkProfile(out, 'out.yaml')
    assert.equal(findings, [])
    assert.is(imported?.id, { dbc: 'definition-dbc', obdb: 'ford-f-150', wican: 'own' }[from])
    assert.is((await run('check', file(`${from}.yaml`, out))).code, 0)
  }
})

test('import writes to a file where one is named', async () => {
  const path = join(folder, 'written.yaml')
  const { code, out } = await run('import', '--from', 'dbc', file('a.dbc', dbc), '-o', path)
  assert.is(code, 0)
  assert.is(out, '')
  assert.match(readFileSync(path, 'utf8'), 'Speed')
})

test('import fails where nothing could be converted', async () => {
  const path = file('b.json', JSON.stringify(wican))
  const { code, out, err } = await run('import', '--from', 'wican', '--car', 'B', path)
  assert.is(code, 1)
  assert.is(out, '')
  assert.match(err, 'it multiplies data with data')
  assert.match(err, 'nothing could be converted')
})

test('what the command line cannot mean is refused with what it could', async () => {
  const path = file('c.json', '{')
  assert.match(await refusal(), /^usage: .*use profile list, profile check, profile import/)
  assert.match(await refusal('toString'), /^usage: /)
  assert.match(await refusal('check'), /^usage: .*name files or built-in profiles/)
  assert.match(await refusal('list', 'x'), /^usage: .*is too much/)
  assert.match(await refusal('check', 'kia-ev7'), /^file-unreadable: kia-ev7/)
  assert.match(await refusal('import', path), /^usage: --from.*dbc, obdb, wican/)
  assert.match(await refusal('import', '--from', 'wican'), /^usage: FILE: is missing/)
  assert.match(await refusal('import', '--from', 'obdb', path), /^file-unrecognised: .*no JSON/)
  assert.match(await refusal('import', '--from', 'obdb', `${path}x`), /^file-unreadable/)
  assert.match(await refusal('import', '--from', 'obdb', '--year', 'x', path), /^usage: --year x/)
  const written = file('d.dbc', dbc)
  const nowhere = join(folder, 'no', 'where.yaml')
  assert.match(await refusal('import', '--from', 'dbc', written, '-o', nowhere), /^file-unwritable/)
})

test.run()
