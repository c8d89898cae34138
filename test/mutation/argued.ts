/**
 * Mutants of the governor that no test can tell from the original, and why that is so. A line of the
 * source and the change name them; where the line changes, they have to be argued again.
 */
export interface Argued {
  file: string
  /** The line's text, trimmed. */
  line: string
  change: string
  why: string
}

export const argued: readonly Argued[] = []
