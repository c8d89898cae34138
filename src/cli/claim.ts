/** `odograph claim` prints the code that claims this gateway from another machine. */
import { dataFolder } from '../config/data-folder.ts'
import { openTokenStore } from '../gateway/token-register.ts'
import { type CommandIo, parseCommand } from './command.ts'

export async function claim(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, { data: { type: 'string' } })
  const tokens = openTokenStore(dataFolder(values.data), () => Date.now())
  try {
    if (tokens.isClaimed) {
      io.stderr.write('this gateway has an owner; odograph token create makes further tokens\n')
      return 1
    }
    io.stdout.write(`${tokens.claimCode()}\n`)
    return 0
  } finally {
    tokens.close()
  }
}
