/** How the doctor says what it has found: text, JSON, exit codes, and the shipped command. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { slowLine } from '../../../src/cli/doctor/baud.ts'
import { failure, findingTexts, note, ok, warning } from '../../../src/cli/doctor/finding.ts'
import { exitCode, reportJson, reportText } from '../../../src/cli/doctor/report.ts'
import { paintFor } from '../../../src/cli/paint.ts'
import { Command, Folder, freePort } from '../../support/gateway-process.ts'

const test = suite('doctor: report')

const findings = [
  ok('disk-ok', '5000 MB are free'),
  note('pids-known', 'obd: 2 control units answer'),
  warning('voltage-low', 'the battery is low', { cause: 'it is old', evidence: '11.4 V' }),
  failure('port-missing', 'there is no port', { cause: 'unplugged…', remedy: 'plug it in' }),
]

test('a line a check, what helps below it, and the sum at the end', () => {
  const paint = paintFor({}, {})
  assert.is(
    reportText(findings, { paint, isUnicode: true }),
    `✓ 5000 MB are free
· obd: 2 control units answer [pids-known]
! the battery is low [voltage-low]
  why:  it is old
  seen: 11.4 V
✗ there is no port [port-missing]
  why:  unplugged…
  do:   plug it in

1 failure, 1 warning, 1 note, 1 fine
`,
  )
  const plain = reportText(findings, { paint, isUnicode: false })
  assert.match(plain, /^ok {3}5000 MB.*^FAIL there is no port \[port-missing\]$.*unplugged\.\.\./ms)
  assert.match(plain, /^[\n\x20-\x7e]*$/)
  const coloured = reportText(findings, { paint: paintFor({ isTTY: true }, {}), isUnicode: true })
  assert.ok(coloured.includes('\x1b[31m✗'))
})

test('the exit code is that of the worst', () => {
  assert.equal(
    [findings, findings.slice(0, 3), findings.slice(0, 2), []].map(exitCode),
    [2, 1, 0, 0],
  )
})

test('JSON has a version, the exit code, and the findings as they are', () => {
  assert.equal(JSON.parse(reportJson(findings, '1.2.3')), {
    version: 1,
    odograph: '1.2.3',
    exitCode: 2,
    findings: JSON.parse(JSON.stringify(findings)),
  })
})

test('ids are lower-case words with hyphens', () => {
  for (const id of Object.keys(findingTexts)) assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/)
})

test('a line of 115200 baud carries 426 long frames a second, a bus of 250 kbit/s has 1908', () => {
  assert.equal(slowLine(115_200, 250_000), { carried: 426, possible: 1908 })
  assert.is(slowLine(1_000_000, 250_000), undefined)
})

test('the shipped command prints findings on standard output alone, and ends with their code', async () => {
  const folder = new Folder()
  try {
    const port = await freePort()
    const config = folder.file(
      'odograph.yaml',
      `api: { listen: '127.0.0.1:${port}' }\nmqtt: { enabled: false }\nsources: [{ id: a, type: nmea, port: /dev/none }]\n`,
    )
    const args = ['doctor', '--config', config, '--data', join(folder.path, 'data')]
    const { code, stdout } = await new Command([...args, '--json']).finished
    assert.is(code, 2)
    const report = JSON.parse(stdout) as { findings: { id: string; severity: string }[] }
    const failed = report.findings.filter(({ severity }) => severity === 'failure')
    assert.equal(
      failed.map(({ id }) => id),
      ['port-missing'],
    )
    const text = await new Command(args, { LC_ALL: 'C' }).finished
    assert.match(text.stdout, /FAIL a: there is no serial port \/dev\/none/)
    const unicode = await new Command(args, { LC_ALL: 'C.UTF-8' }).finished
    assert.match(unicode.stdout, /✗ a: there is no serial port/)
  } finally {
    folder.remove()
  }
})

test.run()
