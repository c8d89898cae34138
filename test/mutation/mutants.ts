/**
 * Small wrong changes of a source text, one at a time: another comparison, another logic, another
 * number, a condition that always or never holds, a statement left out. Comments and texts are left
 * alone.
 */
export interface Mutant {
  /** Line, from 1, and what was changed into what. */
  line: number
  change: string
  text: string
}

interface Rule {
  find: RegExp
  /** Each gives a mutant. */
  replacements: readonly ((match: RegExpExecArray) => string)[]
}

const swap = (find: RegExp, ...others: string[]): Rule => ({
  find,
  replacements: others.map((other) => () => other),
})

const rules: readonly Rule[] = [
  swap(/===/g, '!=='),
  swap(/!==/g, '==='),
  swap(/ <= /g, ' < ', ' > '),
  swap(/ < /g, ' <= ', ' >= '),
  swap(/ >= /g, ' > ', ' < '),
  swap(/ > /g, ' >= ', ' <= '),
  swap(/&&/g, '||'),
  swap(/\|\|/g, '&&'),
  swap(/ \+ /g, ' - '),
  swap(/ - /g, ' + '),
  swap(/ \* /g, ' / '),
  swap(/ & /g, ' | '),
  swap(/ \+= /g, ' -= '),
  swap(/\btrue\b/g, 'false'),
  swap(/\bfalse\b/g, 'true'),
  swap(/\bMath\.max\b/g, 'Math.min'),
  swap(/\bMath\.min\b/g, 'Math.max'),
  swap(/\.every\b/g, '.some'),
  swap(/\.some\b/g, '.every'),
  swap(/(?<=[\s(=&|])!(?=[\w#(])/g, ''),
  { find: /\b(0x[0-9a-f]+|\d[\d_]*)\b/g, replacements: [([number]) => `(${number} + 1)`] },
  {
    find: /\bif \((.*)\) (?=return|this|\{)/g,
    replacements: [
      ([all, inside]) => all.replace(String(inside), 'true'),
      ([all, inside]) => all.replace(String(inside), 'false'),
    ],
  },
  // A statement of one line.
  {
    find: /^ +(?:if \(.*\) )?(?:return refusal|this[.?#][^=]*\(|this\.#\w+ (?:=|\+=) |[a-z.#]+\([^)]*\)$).*$/gm,
    replacements: [() => ''],
  },
]

/** Where a change would change no code: comments, texts, imports, types. */
const INERT =
  /\/\*[\s\S]*?\*\/|\/\/.*$|'(?:[^'\\\n]|\\.)*'|`[^`]*`|^import[\s\S]*?from .*$|^(?:export )?(?:interface|type) [\s\S]*?^}?$/gm

export function mutantsOf(text: string): Mutant[] {
  const inert = [...text.matchAll(INERT)].map((match) => [
    match.index,
    match.index + match[0].length,
  ])
  const isInert = (at: number) => inert.some(([from = 0, to = 0]) => at >= from && at < to)
  const mutants = new Map<string, Mutant>()
  for (const { find, replacements } of rules) {
    for (const match of text.matchAll(find)) {
      const at = match.index + match[0].search(/\S|$/)
      if (isInert(at)) continue
      for (const replacement of replacements) {
        const other = replacement(match as RegExpExecArray)
        const mutated =
          text.slice(0, match.index) + other + text.slice(match.index + match[0].length)
        if (mutated === text) continue
        const line = text.slice(0, at).split('\n').length
        const change = `${match[0].trim()} → ${other.trim() || 'nothing'}`
        mutants.set(mutated, { line, change, text: mutated })
      }
    }
  }
  return [...mutants.values()].sort((a, b) => a.line - b.line)
}
