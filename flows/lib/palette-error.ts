/** Something that went wrong and has words in the catalogue: `errors.<code>`. */
export type ErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'not-found'
  | 'refused'
  | 'bad-answer'
  | 'busy'
  | 'gateway-failed'
  | 'no-gateway'
  | 'no-token'
  | 'no-vehicle'
  | 'which-vehicle'
  | 'bad-url'
  | 'bad-setting'
  | 'bad-input'
  | 'implausible'
  | 'given-up'

export class PaletteError extends Error {
  readonly code: ErrorCode
  readonly values: Readonly<Record<string, string | number>>
  /** Seconds after which it may be tried again, where the gateway said so. */
  readonly retrySeconds: number | undefined

  constructor(
    code: ErrorCode,
    values: Record<string, string | number> = {},
    retrySeconds?: number,
  ) {
    const told = Object.entries(values).map(([name, value]) => `${name} ${value}`)
    super([code, ...told].join(', '))
    this.name = 'PaletteError'
    this.code = code
    this.values = values
    this.retrySeconds = retrySeconds
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
