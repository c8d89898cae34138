/** The completion of zsh, on its function `_arguments`. */
import { type Completable, type CompletableOption, quoted } from './words.ts'

export function zshCompletion(commands: readonly Completable[]): string {
  const lines = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`)
  return `#compdef odograph
# odograph completion zsh > "\${fpath[1]}/_odograph"
_odograph() {
  local -a commands
  commands=(
${lines.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
compdef _odograph odograph
`
}

function commandCase({ name, verbs, options }: Completable): string {
  const first = verbs.length === 0 ? "'*:file:_files'" : quoted(`1:what:(${verbs.join(' ')})`)
  const rest = verbs.length === 0 ? [] : ["'*:file:_files'"]
  const all = [...options.map(optionText), first, ...rest]
  return `    ${name}) _arguments ${all.join(' ')} ;;`
}

/** `'*--config[the configuration]:FILE:_files'`: brackets and colons are its own signs. */
function optionText({ name, description, kind, words }: CompletableOption): string {
  const told = description.replace(/[[\]:\\]/g, (sign) => `\\${sign}`)
  const what = { file: ':file:_files', folder: ':folder:_files -/', other: ':value:' }
  const argument =
    kind === undefined ? '' : kind === 'words' ? `:value:(${words.join(' ')})` : what[kind]
  return quoted(`*${name}[${told}]${argument}`)
}
