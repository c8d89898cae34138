#!/usr/bin/env node
/** The `odograph` command: picks the subcommand, and turns errors into one line and an exit code. */
import { readFileSync } from 'node:fs'
import type { CommandIo } from './cli/command.ts'
import { commands } from './cli/commands.ts'
import { commandHelp, overview } from './cli/help.ts'
import { paintFor } from './cli/paint.ts'
import { messageOf, OdographError } from './model/errors.ts'

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Ctrl-C reaches a process twice when npm started it: only a later one means impatience. */
function abortOnSignal(): AbortSignal {
  const controller = new AbortController()
  let first = 0
  const stop = () => {
    if (first === 0) {
      first = Date.now()
      controller.abort()
    } else if (Date.now() - first > 1000) process.exit(130)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  return controller.signal
}

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${version()}\n`)
    return 0
  }
  if (name === 'help' && rest[0] !== undefined) return await main([rest[0], '--help'])
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(overview(commands, version(), paintFor(process.stdout, process.env)))
    return name === undefined ? 2 : 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    const help = overview(commands, version(), paintFor(process.stderr, process.env))
    process.stderr.write(`odograph: ${name}: no such command\n\n${help}`)
    return 2
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(commandHelp(name, command, paintFor(process.stdout, process.env)))
    return 0
  }
  const io: CommandIo = {
    stdout: process.stdout,
    stderr: process.stderr,
    get stdin() {
      return process.stdin
    },
    signal: abortOnSignal(),
    version: version(),
  }
  return (await command.load())(rest, io)
}

// A reader that has gone (`odograph decode … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = told(error)
}

/** Says what went wrong; the exit code. Ctrl-C needs no words. */
function told(error: unknown): number {
  if (error instanceof Error && error.name === 'AbortError') return 130
  process.stderr.write(`odograph: ${messageOf(error)}\n`)
  const isKnown = error instanceof OdographError
  if (!isKnown && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return isKnown && error.code === 'usage' ? 2 : 1
}
