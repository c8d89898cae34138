/** What of the table of commands a shell can complete. */
import type { CommandOption, CommandTable } from '../command.ts'

export type ArgumentKind = 'file' | 'folder' | 'words' | 'other'

export interface Completable {
  name: string
  summary: string
  /** What may come first. */
  verbs: readonly string[]
  options: readonly CompletableOption[]
}

export interface CompletableOption {
  name: string
  description: string
  /** Absent for a switch. */
  kind?: ArgumentKind
  words: readonly string[]
}

/** `a|b|c`, all of them words as they are typed: not `1h|DATE`. */
const WORDS = /^[a-z][a-z0-9.-]*(\|[a-z][a-z0-9.-]*)+$/

export function completables(commands: CommandTable): Completable[] {
  return Object.entries(commands).map(([name, { summary, verbs = [], options }]) => ({
    ...{ name, summary, verbs },
    options: options.map(completable),
  }))
}

function completable({ name, argument, description }: CommandOption): CompletableOption {
  if (argument === undefined) return { name, description, words: [] }
  if (WORDS.test(argument)) return { name, description, kind: 'words', words: argument.split('|') }
  return { name, description, kind: kindOf(argument), words: [] }
}

function kindOf(argument: string): ArgumentKind {
  if (/\b(FILE|PATH)\b/.test(argument)) return 'file'
  return /\b(DIR|FOLDER)\b/.test(argument) ? 'folder' : 'other'
}

/** For the shells whose quotes end at the first `'`. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
