/** A part of what the journal commits in one transaction, beside the records. */
export interface CommitPart {
  /** Whether it is to be written now; `all`: whatever can be. */
  isDue(all: boolean): boolean
  /** Within the transaction. What it throws undoes the whole of it. `all`: as in `isDue`. */
  write(all: boolean): void
  /** The transaction is durable. */
  written(): void
}
