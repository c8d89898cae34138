/** `key.path=value` of the command line: they win over the file and the environment. */
import { OdographError } from '../model/errors.ts'
import { configPath } from './config-text.ts'
import { fieldOf, isRecord, scalar } from './environment.ts'

export interface Assignment {
  path: (string | number)[]
  value: unknown
}

/** Throws `usage` for what is no assignment. */
export function assignmentOf(text: string): Assignment {
  const sign = text.indexOf('=')
  if (sign < 1)
    throw new OdographError('usage', text, 'write KEY=VALUE, as in api.listen=0.0.0.0:8080')
  const path = configPath(text.slice(0, sign).trim())
  const [section, field] = path
  const known = path.length === 2 ? fieldOf(String(section), String(field)) : undefined
  return { path, value: scalar(text.slice(sign + 1), known) }
}

/** Sets them in `input`; returns what gave which key. */
export function applyAssignments(
  input: Record<string, unknown>,
  texts: readonly string[],
): Map<string, string> {
  const given = new Map<string, string>()
  for (const text of texts) {
    const { path, value } = assignmentOf(text)
    setIn(input, path, value)
    given.set(path.join('.'), `--set ${path.join('.')}`)
  }
  return given
}

function setIn(target: Record<string, unknown>, path: (string | number)[], value: unknown): void {
  const [key, next] = path
  if (key === undefined) return
  if (next === undefined) {
    target[key] = value
    return
  }
  const inner = target[key]
  if (!isRecord(inner) && !Array.isArray(inner)) target[key] = typeof next === 'number' ? [] : {}
  setIn(target[key] as Record<string, unknown>, path.slice(1), value)
}
