/** Acronym and name of a parameter group, whether its parameters are in the table or not. */
import { type PgnName, pgnName } from './pgn-names.ts'
import { pgnTable } from './pgn-table.ts'

const known: ReadonlyMap<number, PgnName> = new Map(
  pgnTable.map(({ pgn, label, name }) => [pgn, { label, name }]),
)

/** Undefined for a group that is not known here. */
export function groupName(pgn: number): PgnName | undefined {
  return known.get(pgn) ?? pgnName(pgn)
}
