/** What shells complete, in a real bash; zsh and fish where they are installed. */
import { execFileSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../../src/cli/commands.ts'
import { completionOf } from '../../src/cli/completion.ts'
import { refusal, runCommand } from '../support/command-run.ts'
import { Folder } from '../support/gateway-process.ts'
import { hasProgram, testWith } from '../support/needs.ts'

const test = suite('completion')

const completion = completionOf(commands)

/** What bash offers for the last word. */
function offered(file: string, cwd: string, ...words: string[]): string[] {
  const line = `source ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _odograph; printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['--norc', '-c', line, 'bash', 'odograph', ...words], {
    cwd,
    encoding: 'utf8',
  })
  return out.split('\n').filter((word) => word !== '')
}

const cases: [words: string[], includes: string[], lacks: string[]][] = [
  [[''], ['run', 'doctor', 'init', 'completion', '--version'], ['--config']],
  [['do'], ['doctor'], ['run']],
  [['doctor', '--'], ['--config', '--json', '--no-send', '--help'], ['--watch']],
  [['decode', '--format', ''], ['jsonl', 'csv', 'table'], ['odograph.yaml']],
  [['export', '--format', 'g'], ['gpx', 'geojson'], ['csv']],
  [['token', ''], ['create', 'list', 'revoke'], ['odograph.yaml']],
  [['run', '--config', 'odo'], ['odograph.yaml'], ['run']],
  [['run', '--config', 'my'], ['my file.yaml'], []],
  [['run', '--data', ''], ['folder'], ['odograph.yaml']],
  [['run', '--listen', ''], [], ['odograph.yaml', '--config']],
  [['decode', 'dri'], ['drive.log'], []],
  [['nothing', '--'], ['--help'], ['--config']],
]

for (const [words, includes, lacks] of cases) {
  testWith(test, 'bash', `odograph ${words.join(' ')} and Tab`, async () => {
    const folder = new Folder()
    try {
      const file = folder.file('completion.bash', (await runCommand(completion, ['bash'])).out)
      folder.file('odograph.yaml', '')
      folder.file('my file.yaml', '')
      folder.file('drive.log', '')
      execFileSync('mkdir', [`${folder.path}/folder`])
      const found = offered(file, folder.path, ...words)
      for (const word of includes) assert.ok(found.includes(word), `${word} in ${found.join()}`)
      for (const word of lacks) assert.not.ok(found.includes(word), `${word} in ${found.join()}`)
    } finally {
      folder.remove()
    }
  })
}

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`the completion of ${shell} names every command and option, and has balanced quotes`, async () => {
    const { out } = await runCommand(completion, [shell])
    for (const [name, { options }] of Object.entries(commands)) {
      assert.match(out, new RegExp(`\\b${name}\\b`))
      for (const option of options)
        assert.ok(out.includes(option.name.replace(/^--?/, '')), option.name)
    }
    const unescaped = out.replaceAll("'\\''", '')
    const own = unescaped.split('\n').filter((line) => !line.startsWith('#'))
    for (const line of own) assert.is((line.match(/'/g) ?? []).length % 2, 0, line)
    // Not in every CI: what is there reads it without a complaint.
    if (hasProgram(shell)) execFileSync(shell, ['-n'], { input: out })
  })
}

test('another shell is refused with those there are', async () => {
  assert.match(await refusal(completion, ['tcsh']), /use bash, zsh, fish/)
  assert.match(await refusal(completion, []), /SHELL: is missing/)
})

test.run()
