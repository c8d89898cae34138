/**
 * An answer that ends a request early: `{"code": <status>, "message": <sentence>}`. The sentence
 * says what was wrong and what would be accepted; it is shown to the caller as it is.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

export function badRequest(message: string): HttpError {
  return new HttpError(400, message)
}

/** 401 is also the answer to a lacking privilege: the hosted API never answers 403. */
export function unauthorized(message: string): HttpError {
  return new HttpError(401, message, { 'www-authenticate': 'Bearer' })
}

/** The same words for a vehicle that does not exist and for one that belongs to another user. */
export function deviceNotFound(): HttpError {
  return new HttpError(404, 'Device not found.')
}

export function noStatusYet(): HttpError {
  return new HttpError(404, 'no status updates yet')
}

export function noTroubleCodesYet(): HttpError {
  return new HttpError(404, 'no trouble codes were read yet')
}

export function tooManyConnections(): HttpError {
  return new HttpError(503, 'The gateway has too many connections open; try again in a second.', {
    'retry-after': '1',
    connection: 'close',
  })
}

/** RFC 9112, 3.2. */
export function hostMissing(): HttpError {
  return new HttpError(400, 'The request has no Host header.', { connection: 'close' })
}
