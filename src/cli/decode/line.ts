/** What one line of `odograph decode` is, and where the decoder stands when it makes one. */

/** The data frame that the decoder is being given. */
export interface DecodePlace {
  /** Index among the data frames of the recording. */
  n: number
  bus: string
  id: number
  extended: boolean
}

/** Fields in the documented order of the kind; these are the ones that filters know. */
export interface Line {
  ts?: number
  pgn?: number
  spn?: number
  pid?: number | string
  signal?: string
  name?: string | null
  [field: string]: unknown
}

export type Emit = (line: Line) => void
