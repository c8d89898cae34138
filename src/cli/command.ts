/** What every subcommand shares: its world, and the parsing of its arguments. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { messageOf, OdographError } from '../model/errors.ts'

export interface CommandIo {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number }
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }
  /** Absent: nobody is there to be asked. */
  stdin?: NodeJS.ReadableStream & { isTTY?: boolean }
  version: string
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal
}

type Options = NonNullable<ParseArgsConfig['options']>

interface Parsing<T extends Options> {
  args: string[]
  options: T
  allowPositionals: true
  strict: true
}

type Parsed<T extends Options> = ReturnType<typeof parseArgs<Parsing<T>>>

export type Command = (args: string[], io: CommandIo) => Promise<number>

/** A row of the table of commands. */
export interface CommandEntry {
  summary: string
  usage: string
  /** Further lines of `--help`. */
  details?: string
  /** What may stand first, where that is one of a few words. */
  verbs?: readonly string[]
  options: readonly CommandOption[]
  /** A whole command line, and what it does. */
  examples: readonly (readonly [line: string, does: string])[]
  load: () => Promise<Command>
}

export interface CommandOption {
  /** With its dashes. */
  name: string
  /** Absent for a switch. `FILE` and `DIR` are completed as such, `a|b` as one of these words. */
  argument?: string
  description: string
}

export type CommandTable = Readonly<Record<string, CommandEntry>>

/** Parses options and exactly the named positionals. Throws `usage` with what would be accepted. */
export function parseCommand<T extends Options>(
  args: string[],
  options: T,
  positionals: readonly string[] = [],
): Parsed<T> {
  const parsed = parse(args, options)
  const { length } = parsed.positionals
  if (length < positionals.length) {
    throw new OdographError('usage', positionals[length] as string, 'is missing')
  }
  if (length > positionals.length) {
    throw new OdographError(
      'usage',
      parsed.positionals[positionals.length] as string,
      'is too much',
    )
  }
  return parsed
}

function parse<T extends Options>(args: string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`)
    const detail = `${messageOf(error).split('. ')[0]}; options are ${known.join(', ') || 'none'}`
    throw new OdographError('usage', 'arguments', detail, error)
  }
}

/** `30d`, `12h`, `45m`, `90s` as seconds. */
export function durationSeconds(text: string, option: string): number {
  const match = /^(\d+)\s*([smhdw])$/.exec(text)
  const unit = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[match?.[2] ?? '']
  if (match === null || unit === undefined) {
    throw new OdographError(
      'usage',
      `${option} ${text}`,
      'use a number and s, m, h, d or w, as in 30d',
    )
  }
  return Number(match[1]) * unit
}
