/** The word that somebody may have meant. */

/** Among the known ones the nearest, if it is near; letters that were swapped count once. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: string | undefined
  let least = limit + 1
  for (const other of known) {
    const steps = distance(word.toLowerCase(), other.toLowerCase())
    if (steps < least) [best, least] = [other, steps]
  }
  return best
}

export function didYouMean(word: string, known: readonly string[]): string {
  const found = nearest(word, known)
  return found === undefined ? '' : `; did you mean "${found}"?`
}

/** Optimal string alignment: insertions, deletions, changes, neighbours swapped. */
function distance(left: string, right: string): number {
  let [older, old]: [number[], number[]] = [
    [],
    Array.from({ length: right.length + 1 }, (_, i) => i),
  ]
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const change = left[i - 1] === right[j - 1] ? 0 : 1
      const steps = [at(old, j) + 1, at(row, j - 1) + 1, at(old, j - 1) + change]
      const isSwapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      if (i > 1 && j > 1 && isSwapped) steps.push(at(older, j - 2) + 1)
      row.push(Math.min(...steps))
    }
    ;[older, old] = [old, row]
  }
  return at(old, right.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.MAX_SAFE_INTEGER
}
