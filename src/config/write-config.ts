/** Writes a configuration file: only what is valid, durably, and with the one before kept beside it. */
import { statSync } from 'node:fs'
import { writeDurably } from './durable-file.ts'
import { checkConfig } from './load.ts'
import { parseYaml } from './yaml-document.ts'

export interface ConfigWrite {
  file: string
  before: string
  after: string
  /** Checks only. */
  dryRun?: boolean
}

/** What is wrong with it, in which case nothing is written. Throws where the file cannot be written. */
export function writeConfig({ file, before, after, dryRun = false }: ConfigWrite): string[] {
  const findings = findingsOf(after, file)
  if (findings.length > 0 || dryRun || before === after) return findings
  const mode = modeOf(file)
  if (before !== '') writeDurably(`${file}.bak`, before, mode)
  writeDurably(file, after, mode)
  return []
}

/** What is wrong with the text of a configuration, with line and column. */
export function findingsOf(text: string, file: string): string[] {
  const { value, findings, place } = parseYaml(text, file)
  if (value === undefined) return findings
  return checkConfig(value, (path) => `${place(path)}: ${path.join('.') || 'configuration'}`)
    .findings
}

function modeOf(file: string): number {
  try {
    return statSync(file).mode & 0o777
  } catch {
    return 0o600 // A new one may come to hold passwords.
  }
}
