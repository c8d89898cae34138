/** The completion of fish: a line for each thing that can be completed. */
import { type Completable, type CompletableOption, quoted } from './words.ts'

export function fishCompletion(commands: readonly Completable[]): string {
  const lines = commands.flatMap((command) => {
    const { name, summary, verbs, options } = command
    const within = `-n '__fish_seen_subcommand_from ${name}'`
    const first = `complete -c odograph -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`
    const further = verbs.map((verb) => `complete -c odograph ${within} -a ${verb}`)
    return [first, ...further, ...options.map((option) => optionLine(within, option))]
  })
  const where = '~/.config/fish/completions/odograph.fish'
  return `# odograph completion fish > ${where}\n${lines.join('\n')}\n`
}

function optionLine(within: string, { name, description, kind, words }: CompletableOption): string {
  const long = name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`
  const argument = {
    file: ' -r -F',
    folder: " -x -a '(__fish_complete_directories)'",
    words: ` -x -a ${quoted(words.join(' '))}`,
    other: ' -x',
  }
  const taken = kind === undefined ? '' : argument[kind]
  return `complete -c odograph ${within} ${long}${taken} -d ${quoted(description)}`
}
