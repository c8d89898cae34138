/** The completion of bash 4 and later: a function that looks at the word before and at the command. */
import type { Completable } from './words.ts'

export function bashCompletion(commands: readonly Completable[]): string {
  const names = commands.map(({ name }) => name)
  return `# odograph completion bash; source <(odograph completion bash)
_odograph() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '${[...names, 'help', '--version'].join(' ')}' -- "$word")
    return
  fi
  case "$command $before" in
${commands.flatMap(argumentCases).join('\n')}
  esac
  local options='' verbs=''
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
  if [ "\${word:0:1}" = - ]; then
    mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$word")
  elif [ -n "$verbs" ] && [ "$COMP_CWORD" -eq 2 ]; then
    mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -F _odograph odograph
`
}

function argumentCases({ name, options }: Completable): string[] {
  return options.flatMap((option) => {
    const { kind, words } = option
    if (kind === undefined) return []
    const generate = {
      file: 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")',
      folder: 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$word")',
      words: `mapfile -t COMPREPLY < <(compgen -W '${words.join(' ')}' -- "$word")`,
      other: ':',
    }[kind]
    return [`    '${name} ${option.name}') ${generate}; return ;;`]
  })
}

function commandCase({ name, verbs, options }: Completable): string {
  const list = options.map((option) => option.name).join(' ')
  return `    ${name}) options='${list}' verbs='${verbs.join(' ')}' ;;`
}
