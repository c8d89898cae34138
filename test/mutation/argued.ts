/**
 * Mutants of the governor that no test can tell from the original, and why that is so. The text of the
 * line and the change name them; where the line changes, they have to be argued again.
 */
export interface Argued {
  file: string
  /** The line's text, trimmed. */
  line: string
  change: string
  why: string
}

export const argued: readonly Argued[] = [
  {
    file: 'budget.ts',
    line: 'if (kept.length === 0) this.#units.delete(name)',
    change: 'if (kept.length === 0) → if (false)',
    why: 'An empty history is the same as none; it is forgotten for the sake of memory only.',
  },
  {
    file: 'budget.ts',
    line: 'return times.filter((time) => now - time < SECOND)',
    change: '< → <=',
    why: 'A request that is exactly a second old then makes a wait of 0, which is none.',
  },
  {
    file: 'policy.ts',
    line: "if (!COMPILED_CLEARING) return 'never'",
    change: 'if (!COMPILED_CLEARING) → if (false)',
    why: 'In this build the constant is true, so the line never returns; it is there for a build without.',
  },
  {
    file: 'policy.ts',
    line: 'return !extended && id >= 0x700 && id <= 0x7de',
    change: '0x7de → (0x7de + 1)',
    why: '7DF is allowed before, as the functional identifier of the standard.',
  },
]
