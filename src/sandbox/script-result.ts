/** What a run of a script comes to. */
export type ScriptErrorKind =
  | 'timeout'
  | 'memory'
  | 'stack'
  | 'throw'
  | 'compile'
  | 'no_entry'
  | 'bad_return'
  | 'no_data'
  | 'codec_errors'
  | 'too_large'
  /** The sandbox itself did not work. */
  | 'sandbox'

export interface ScriptError {
  kind: ScriptErrorKind
  /** In words, for who has written the script. */
  message: string
}

export interface ScriptData {
  data: Record<string, unknown>
  /** Of `normalizeUplink`, where the script has one. */
  normalized?: Record<string, unknown>[]
  warnings: string[]
}

export type ScriptResult = ScriptData | { error: ScriptError }

export interface ScriptInput {
  bytes: readonly number[]
  fPort: number
  /** ms since 1970; what the script takes for now. */
  time: number
}
