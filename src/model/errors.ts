/**
 * The one error class. Thrown for bad configuration, failed I/O and programming errors, never for
 * what came off a bus. `subject` names the file, port, topic or path; `cause` keeps the original.
 */
export const errorTexts = {
  'config-unreadable': 'the configuration cannot be read',
  'config-invalid': 'the configuration is not valid',
  'file-unreadable': 'the file cannot be read',
  'file-unrecognised': 'the file is in no format that is known here',
  'file-unwritable': 'the file cannot be written',
  'port-missing': 'the serial port does not exist',
  'port-denied': 'no permission to open the serial port',
  'port-busy': 'the serial port is in use by another process',
  'port-failed': 'the serial port failed',
  'adapter-silent': 'the adapter does not answer',
  'store-failed': 'the journal cannot be opened or written',
  'key-unreadable': 'the signing key cannot be read',
  'listen-failed': 'the address cannot be listened on',
  'broker-failed': 'the MQTT broker cannot be reached',
  'gateway-refused': 'the gateway does not answer, or refuses',
  'broker-refused': 'the MQTT broker refused the connection',
  usage: 'the command line is not understood',
  'vehicle-unknown': 'no such vehicle',
  'dbc-invalid': 'the DBC file is not valid',
  'batch-invalid': 'the batch of records cannot be read',
  'update-refused': 'the update is not installed',
} as const

export type ErrorCode = keyof typeof errorTexts

export class OdographError extends Error {
  override readonly name = 'OdographError'
  readonly code: ErrorCode
  readonly subject: string

  constructor(code: ErrorCode, subject: string, detail?: string, cause?: unknown) {
    super(`${subject}: ${detail ?? errorTexts[code]}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.subject = subject
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of a Node.js system error (`ENOENT`, …), if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
