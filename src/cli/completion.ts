/** `odograph completion SHELL`: prints what a shell needs to complete the commands. */
import { OdographError } from '../model/errors.ts'
import { type Command, type CommandTable, parseCommand } from './command.ts'
import { bashCompletion } from './completion/bash.ts'
import { fishCompletion } from './completion/fish.ts'
import { type Completable, completables } from './completion/words.ts'
import { zshCompletion } from './completion/zsh.ts'

const shells: Readonly<Record<string, (commands: readonly Completable[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

export function completionOf(commands: CommandTable): Command {
  return async (args, io) => {
    const { positionals } = parseCommand(args, {}, ['SHELL'])
    const [shell = ''] = positionals
    const print = Object.hasOwn(shells, shell) ? shells[shell] : undefined
    if (print === undefined) {
      throw new OdographError('usage', shell, `use ${Object.keys(shells).join(', ')}`)
    }
    io.stdout.write(print(completables(commands)))
    return 0
  }
}
