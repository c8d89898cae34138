/** Changes the text of a configuration file as an editor would: comments and order stay. */
import { isCollection, parseDocument, stringify } from 'yaml'
import { OdographError } from '../model/errors.ts'

/** `value` undefined: the key is taken out. */
export interface ConfigChange {
  path: readonly (string | number)[]
  value: unknown
}

/** `api.listen`, `vehicles.0.make`. */
export function configPath(key: string): (string | number)[] {
  return key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

/** Throws `config-invalid` where a change has no place in the file. */
export function changedText(text: string, changes: readonly ConfigChange[]): string {
  const document = parseDocument(text)
  for (const { path, value } of changes) {
    const parent = path.slice(0, -1)
    const around = parent.length === 0 ? document.contents : document.getIn(parent)
    const isPlace = around === undefined || around === null || isCollection(around)
    if (!isPlace) {
      const detail = `${parent.join('.')} is a single value and has no keys`
      throw new OdographError('config-invalid', path.join('.'), detail)
    }
    if (value === undefined) document.deleteIn(path)
    else document.setIn(path, value)
  }
  return document.toString()
}

/** A configuration as a file. */
export function configText(config: unknown): string {
  return stringify(config)
}

/** What differs, line by line: `-` for what goes, `+` for what comes. */
export function differingLines(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1
  let [endOld, endNow] = [old.length, now.length]
  while (endOld > start && endNow > start && old[endOld - 1] === now[endNow - 1]) {
    endOld -= 1
    endNow -= 1
  }
  return [
    ...old.slice(start, endOld).map((line) => `-${line}`),
    ...now.slice(start, endNow).map((line) => `+${line}`),
  ]
}
