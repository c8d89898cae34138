/**
 * The configuration file, whatever state a power cut has left it in. A file that is empty, cut short,
 * full of zeros, no YAML, missing or unreadable is no configuration: where there is a copy of the last
 * one with which the gateway ran well (`config.good.yaml` in the data folder), that is used instead,
 * and the findings say so.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, systemCode } from '../model/errors.ts'
import { writeDurably } from './durable-file.ts'
import { type Place, parseYaml } from './yaml-document.ts'

export interface ConfigFile {
  input: Record<string, unknown>
  place: Place
  origin: 'file' | 'last-known-good' | 'defaults'
  /** As it was read; absent where it could not be. */
  text?: string
}

export function goodConfigPath(dataFolder: string): string {
  return join(dataFolder, 'config.good.yaml')
}

/** `good`: the path of the copy. What is wrong goes to `findings`. */
export function readConfigFile(
  file: string,
  good: string | undefined,
  findings: string[],
): ConfigFile {
  const found = readOne(file)
  const cut = found.text !== undefined && isCutShort(found.text, textOf(good))
  const isWhole = found.findings.length === 0
  const problems =
    isWhole && cut
      ? [`${file}: ends in the middle of a line, where it went on before`]
      : found.findings
  if (problems.length === 0) return { ...found, origin: 'file' }
  findings.push(...problems)
  const text = found.text === undefined ? {} : { text: found.text }
  const instead = good === undefined || !existsSync(good) ? undefined : readOne(good)
  if (instead === undefined || instead.findings.length > 0) {
    return { input: {}, place: () => file, origin: 'defaults', ...text }
  }
  findings.push(
    `${file}: the last configuration that worked is used instead (${good}); put ${file} right, or copy that one over it, and start again`,
  )
  return { input: instead.input, place: instead.place, origin: 'last-known-good', ...text }
}

/** Remembers a configuration with which the gateway runs well. */
export function keepGoodConfig(path: string, text: string): void {
  if (textOf(path) !== text) writeDurably(path, text)
}

interface Read {
  input: Record<string, unknown>
  place: Place
  text?: string
  findings: string[]
}

function readOne(file: string): Read {
  const nothing = { input: {}, place: () => file }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'does not exist' : messageOf(error)
    return { ...nothing, findings: [`${file}: the configuration cannot be read: ${reason}`] }
  }
  if (/^[\s\0]*$/.test(text)) {
    return { ...nothing, text, findings: [`${file}:1:1: the file is empty`] }
  }
  if (text.includes('\0')) {
    const finding = `${file}:1:1: holds zero bytes, as after a power cut or in UTF-16; UTF-8 text is expected`
    return { ...nothing, text, findings: [finding] }
  }
  const { value, findings, place } = parseYaml(text, file)
  if (value === undefined) return { ...nothing, text, findings }
  return {
    input: value,
    text,
    findings,
    place: (path) => `${place(path)}: ${path.join('.') || 'configuration'}`,
  }
}

function textOf(file: string | undefined): string | undefined {
  try {
    return file === undefined ? undefined : readFileSync(file, 'utf8')
  } catch {
    return undefined // There is none yet.
  }
}

/** Whoever takes out lines on purpose ends with a whole one. */
function isCutShort(text: string, good: string | undefined): boolean {
  if (good === undefined || text.endsWith('\n')) return false
  return good.length > text.length + 1 && good.startsWith(text)
}
