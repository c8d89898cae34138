/** The decoders of the gateway, bundled when the palette is built: as much of them as is used here. */
export interface Reading {
  signal: string
  value: number | string | boolean | undefined
  quality: string
  /** µs since 1970. */
  time: number
  source: string
}

export interface Issue {
  code: string
  at: string
  detail: string
  time?: number
}

export interface Frame {
  id: number
  extended: boolean
  remote: boolean
  fd: boolean
  length: number
  data: Uint8Array
  time: number
}

export class BusDecoder {
  constructor(options: {
    bus: string
    reading: (reading: Reading) => void
    issue: (issue: Issue) => void
    protocols?: readonly ('j1939' | 'obd')[]
  })
  frame(frame: Frame): void
}

export function frameOf(id: number, data: ArrayLike<number>, options?: Partial<Frame>): Frame

export const signals: Readonly<Record<string, { label: string; unit: string } | undefined>>
export const issueTexts: Readonly<Record<string, string | undefined>>

export interface DbcDecoder {
  decode(
    frame: Frame,
    emit: (
      message: { name: string },
      signal: { name: string },
      raw: number | bigint,
      value: number | bigint,
      unit: string | null,
    ) => void,
  ): boolean
}

export function dbcText(bytes: Uint8Array): string
export function parseDbc(text: string): {
  dbc: { messages: readonly object[] }
  problems: { line: number; column: number; problem?: string; detail?: string }[]
}
export function compileDbc(dbc: object): DbcDecoder

export const nativeCodecs: ReadonlyMap<
  string,
  {
    decode(payload: {
      bytes: Uint8Array
      fPort: number
      time: number
    }): { error: string } | { decoded: { fields: Record<string, unknown>; warnings: string[] } }
  }
>

export function compileFieldMap(map: Readonly<Record<string, unknown>>): object
export function mapFields(
  decoded: object,
  map: object,
  at: { receivedAt: number },
): {
  readings: { signal: string; value: number | string | boolean; time: number }[]
  dropped: { path: string; why: string }[]
  warnings: string[]
}

/** The CloudEvents of any payload of a gateway's lanes. Throws for what is none. */
export function messageEvents(payload: Uint8Array): Record<string, unknown>[]
