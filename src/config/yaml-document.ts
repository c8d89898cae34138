/**
 * YAML text to plain values that still know their place: every finding can be told with file, line
 * and column.
 */
import { isMap, LineCounter, parseDocument } from 'yaml'
import { messageOf } from '../model/errors.ts'

/** `FILE:LINE:COLUMN` of a value, by its path; of the nearest thing around it where it is missing. */
export type Place = (path: readonly PropertyKey[]) => string

export interface YamlDocument {
  /** Undefined where there are findings. */
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
  const refused = (finding: string): YamlDocument => ({
    value: undefined,
    findings: [finding],
    place,
  })
  const [error] = document.errors
  if (error) return refused(`${at(error.pos[0])}: ${error.message.split('\n')[0]}`)
  if (!isMap(document.contents)) return refused(`${file}:1:1: expected "key: value" lines`)
  try {
    return { value: document.toJS() as Record<string, unknown>, findings: [], place }
  } catch (error) {
    // Aliases: one without its anchor, or so many that they would fill the memory.
    return refused(`${file}:1:1: ${messageOf(error)}`)
  }
}
