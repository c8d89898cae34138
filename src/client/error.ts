/** What a call to the API failed with. */

export interface ErrorDetails {
  /** The HTTP status; 0 where the gateway was not reached or did not answer in time. */
  status: number
  /** The `code` of the answer: the HTTP status, unless the answer says otherwise. */
  code: number
  /** After how many seconds to try again, where the answer says so. */
  retryAfterSeconds?: number | undefined
  cause?: unknown
}

export class OdographApiError extends Error {
  override readonly name = 'OdographApiError'
  readonly status: number
  readonly code: number
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, { status, code, retryAfterSeconds, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The error that an answer tells. A proxy may answer in another shape than the gateway does. */
export async function errorOf(response: Response): Promise<OdographApiError> {
  const { status } = response
  const text = await response.text().catch(() => '')
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  const { code, message } = told(text)
  return new OdographApiError(message ?? `The gateway answered with HTTP status ${status}.`, {
    status,
    code: code ?? status,
    retryAfterSeconds: Number.isFinite(wait) ? wait : undefined,
  })
}

export function unreachable(url: string, cause: unknown): OdographApiError {
  const reason = reasonOf(cause)
  const { origin } = new URL(url)
  return new OdographApiError(`No answer from ${origin}: ${reason}.`, { status: 0, code: 0, cause })
}

/** The fetch of Node says "fetch failed" and keeps the reason as the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}

function told(text: string): { code: number | undefined; message: string | undefined } {
  try {
    const { code, message } = (JSON.parse(text) ?? {}) as Record<string, unknown>
    return {
      code: typeof code === 'number' ? code : undefined,
      message: typeof message === 'string' ? message : undefined,
    }
  } catch {
    // Not of the gateway: the status alone tells what went wrong.
    return { code: undefined, message: undefined }
  }
}
