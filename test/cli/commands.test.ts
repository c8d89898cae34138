/** The table of commands against the commands themselves, and what is made of it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CommandEntry } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/commands.ts'
import { commandHelp, overview } from '../../src/cli/help.ts'
import { paintFor } from '../../src/cli/paint.ts'
import { refusal } from '../support/command-run.ts'

const test = suite('commands')

/** What a command says it takes, when it is given what it does not. */
async function optionsTaken({ load, verbs = [] }: CommandEntry): Promise<string[]> {
  const command = await load()
  const taken: string[] = []
  for (const args of [[], ...verbs.map((verb) => [verb])]) {
    const said = await refusal(command, [...args, '--no-such-option'])
    const [, list = ''] = /; options are (.*)$/.exec(said) ?? []
    taken.push(...list.split(', ').filter((name) => name.startsWith('--')))
  }
  return [...new Set(taken)].sort()
}

for (const [name, entry] of Object.entries(commands)) {
  test(`${name}: the options of the table are those that it takes`, async () => {
    const listed = entry.options.map((option) => option.name)
    assert.equal(new Set(listed).size, listed.length, 'each once')
    // import takes its own, and only after it knows what to import
    if (name === 'profile') return
    assert.equal(listed.sort(), await optionsTaken(entry))
  })

  test(`${name}: usage and examples speak of options that there are`, () => {
    const known = entry.options.map((option) => option.name)
    const lines = entry.examples.map(([line]) => line.split(' | ')[0] ?? '')
    assert.ok(lines.length > 0, 'there is an example')
    for (const line of lines)
      assert.match(line, new RegExp(`^(sudo (-u odograph )?)?odograph ${name}( |$)`))
    const named =
      [entry.usage, ...lines]
        .join(' ')
        .replaceAll('sudo -u', '')
        .match(/(?<=[\s[(|])--?[a-z][a-z-]*/g) ?? []
    for (const option of named) assert.ok(known.includes(option), `${option} is in the table`)
  })
}

test('help of a command shows its options and its examples', () => {
  const entry = commands.sources as CommandEntry
  const help = commandHelp('sources', entry, paintFor({}, {}))
  assert.match(help, /--port PATH\s+ask this one/)
  assert.match(help, /Examples\n {2}odograph sources\n {6}ask whatever/)
})

test('colours are for terminals alone, and not where nobody wants them', () => {
  const code = '\x1b['
  const helpFor = (isTTY: boolean, environment: Record<string, string>) =>
    overview(commands, '1.0.0', paintFor({ isTTY }, environment))
  assert.ok(helpFor(true, {}).includes(code))
  assert.not.ok(helpFor(false, {}).includes(code))
  assert.not.ok(helpFor(true, { NO_COLOR: '1' }).includes(code))
  assert.not.ok(helpFor(true, { TERM: 'dumb' }).includes(code))
})

test.run()
