/** What `odograph help` and `--help` say, made of the table of commands. */
import type { CommandEntry, CommandOption, CommandTable } from './command.ts'
import type { Paint } from './paint.ts'

export function overview(commands: CommandTable, version: string, paint: Paint): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length)) + 1
  const lines = Object.entries(commands).map(([name, { summary, usage }]) => {
    const start = `  ${paint.strong(name.padEnd(width))} ${summary}`
    return `${start}\n${' '.repeat(width + 3)}${paint.faint(usage)}`
  })
  const first = `${paint.strong(`odograph ${version}`)} — vehicle gateway`
  const more = 'odograph COMMAND --help shows its options and examples; odograph man all of them.'
  return `${first}\n\nusage: odograph COMMAND …\n\n${lines.join('\n')}\n\n${more}\n`
}

export function commandHelp(name: string, entry: CommandEntry, paint: Paint): string {
  const { summary, usage, details, options, examples } = entry
  const parts = [
    paint.strong(summary),
    `usage: odograph ${name} ${usage}`,
    ...(details === undefined ? [] : [details]),
    ...(options.length === 0 ? [] : [`${paint.strong('Options')}\n${optionLines(options)}`]),
    `${paint.strong('Examples')}\n${exampleLines(examples, paint)}`,
  ]
  return `${parts.join('\n\n')}\n`
}

/** `--config FILE`. */
export function optionTitle({ name, argument }: CommandOption): string {
  return argument === undefined ? name : `${name} ${argument}`
}

function optionLines(options: readonly CommandOption[]): string {
  const width = Math.max(...options.map((option) => optionTitle(option).length))
  return options
    .map((option) => `  ${optionTitle(option).padEnd(width)}  ${option.description}`)
    .join('\n')
}

function exampleLines(examples: CommandEntry['examples'], paint: Paint): string {
  return examples.map(([line, does]) => `  ${line}\n      ${paint.faint(does)}`).join('\n')
}
