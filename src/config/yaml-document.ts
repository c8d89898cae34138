/**
 * YAML text to plain values that still know their place: every finding can be told with file, line
 * and column.
 */
import { type Document, isMap, LineCounter, parseDocument, visit } from 'yaml'
import { messageOf } from '../model/errors.ts'

/** `FILE:LINE:COLUMN` of a value, by its path; of the nearest thing around it where it is missing. */
export type Place = (path: readonly PropertyKey[]) => string

export interface YamlDocument {
  /** Empty for an empty file; undefined where there are findings. */
  value: Record<string, unknown> | undefined
  /** What is no YAML, or no "key: value" lines. */
  findings: string[]
  place: Place
}

export function parseYaml(text: string, file: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const place: Place = (path) => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const node = document.getIn(path.slice(0, depth), true)
      const range = (node as { range?: [number, number, number] } | null | undefined)?.range
      if (range) return at(range[0])
    }
    return `${file}:1:1`
  }
  const refused = (...findings: string[]): YamlDocument => ({ value: undefined, findings, place })
  if (document.errors.length > 0) {
    const told = ({ pos, message }: (typeof document.errors)[number]) =>
      `${at(pos[0])}: ${message.split('\n')[0]}`
    return refused(...document.errors.map(told))
  }
  if (document.contents !== null && !isMap(document.contents)) {
    return refused(`${file}:1:1: expected "key: value" lines`)
  }
  try {
    const value = (document.toJS() as Record<string, unknown> | null) ?? {}
    return { value, findings: [], place }
  } catch (error) {
    // Aliases: one without its anchor, or so many that they would fill the memory.
    return refused(`${at(brokenAlias(document))}: ${messageOf(error)}`)
  }
}

/** Where the first alias without an anchor stands, or else the first alias. */
function brokenAlias(document: Document.Parsed): number {
  const found: number[] = []
  let broken: number | undefined
  visit(document, {
    Alias(_, node) {
      found.push(node.range?.[0] ?? 0)
      if (node.resolve(document) !== undefined) return
      broken = found.at(-1)
      return visit.BREAK
    },
  })
  return broken ?? found[0] ?? 0
}
