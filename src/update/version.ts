/** Versions as Semantic Versioning orders them. */
import { OdographError } from '../model/errors.ts'

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?$/

export function isVersion(text: string): boolean {
  return text.length <= 64 && VERSION.test(text)
}

/** Negative where `one` is older. Throws `update-refused` for what is no version. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)]
  for (let i = 0; i < 3; i += 1) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0)
    if (difference !== 0) return difference
  }
  if (a.pre === b.pre) return 0
  // What comes before a version is older than it.
  if (a.pre === '' || b.pre === '') return a.pre === '' ? 1 : -1
  return a.pre.localeCompare(b.pre, 'en', { numeric: true })
}

function partsOf(text: string): { numbers: number[]; pre: string } {
  const match = VERSION.exec(text)
  if (match === null) throw new OdographError('update-refused', text, 'is no version')
  const [, major, minor, patch, pre = ''] = match
  return { numbers: [major, minor, patch].map(Number), pre }
}
