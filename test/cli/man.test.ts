/** The manual page: whole, and without a complaint of groff where it is installed. */
import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../../src/cli/commands.ts'
import { manOf, manualPage } from '../../src/cli/man.ts'
import { runCommand } from '../support/command-run.ts'
import { hasProgram } from '../support/needs.ts'

const test = suite('man')

const page = manualPage(commands, '1.2.3')

test('the command prints the page, with every command, option and example', async () => {
  const { out, code } = await runCommand(manOf(commands), [], { version: '1.2.3' })
  assert.is(code, 0)
  assert.is(out, page)
  const plain = page.replaceAll('\\-', '-')
  for (const [name, { options, examples }] of Object.entries(commands)) {
    assert.ok(plain.includes(`\n.SS ${name}\n`), name)
    for (const option of options) assert.ok(plain.includes(`.B ${option.name}`), option.name)
    for (const [line] of examples) assert.ok(plain.includes(line.replaceAll('\\', '\\e')), line)
  }
})

test('every line is ASCII, and begins no command that there is not', () => {
  const known = /^\.(TH|SH|SS|TP|B|BR|I|PP|RS|RE|nf|fi)( |$)/
  for (const line of page.trimEnd().split('\n')) {
    assert.match(line, /^[\x20-\x7e]*$/)
    if (/^[.']/.test(line)) assert.match(line, known)
  }
  for (const [open, close] of [
    ['.RS', '.RE'],
    ['.nf', '.fi'],
  ] as const) {
    const count = (name: string) => page.split('\n').filter((line) => line.startsWith(name)).length
    assert.is(count(open), count(close))
  }
})

/** Not in every CI: the checks above stand in. */
const formatters: [program: string, args: string[]][] = [
  ['groff', ['-man', '-ww', '-Tutf8']],
  ['man', ['--warnings', '-E', 'UTF-8', '-l', '-']],
  ['mandoc', ['-T', 'lint', '-W', 'error']],
]

test('formatters that are installed have nothing to say against it', () => {
  for (const [program, args] of formatters) {
    if (!hasProgram(program)) continue
    const { stderr, stdout } = spawnSync(program, args, { input: page, encoding: 'utf8' })
    assert.is(stderr, '', program)
    if (program !== 'mandoc') assert.match(stdout, /vehicle gateway/)
  }
})

test.run()
