/**
 * Everything that goes wrong, in one shape: `{"code", "message"}` as JSON, for unknown paths and
 * wrong methods, malformed requests, refused parameters, and failures inside, which are logged
 * and not told.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { messageOf } from '../model/errors.ts'
import type { Logger } from '../model/ports.ts'
import { addSafetyHeaders } from './headers.ts'
import { HttpError } from './http-error.ts'

const LINGER_MS = 1000

/** Fastify's own refusals, by its stable codes. */
const frameworkMessages: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path is not a valid URL: a % must be followed by two hexadecimal digits.',
  FST_ERR_MAX_PARAM_LENGTH: 'An id in the path is too long.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be JSON: send Content-Type: application/json.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too large; 64 KiB are accepted.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; a JSON object is expected.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its Content-Length says.',
}

export function handleFailures(app: FastifyInstance, logger: Logger): void {
  const routes = new MethodsByPath()
  app.addHook('onRoute', ({ method, url }) => routes.add(url, method))
  app.setErrorHandler((error: FastifyError | HttpError, request, reply) =>
    sendFailure(error, request, reply, logger),
  )
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    const allowed = routes.at(path)
    // A wildcard has routes for more than there is.
    if (allowed.length === 0 || allowed.includes(request.method)) {
      return send(reply, 404, `There is nothing at ${path}; /v1/swagger/ lists what there is.`)
    }
    const allow = allowed.join(', ')
    reply.header('allow', allow)
    if (request.method === 'OPTIONS') return reply.code(204).send()
    return send(reply, 405, `${request.method} is not possible here; ${allow} is.`)
  })
}

export function sendFailure(
  error: FastifyError | HttpError,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  if (error instanceof HttpError) {
    reply.headers({ ...error.headers })
    return send(reply, error.status, error.message)
  }
  // A static file that may not be served is, to the caller, not there.
  const status = error.statusCode === 403 ? 404 : (error.statusCode ?? 500)
  if (status < 500) {
    return send(reply, status, frameworkMessages[error.code] ?? plainMessage(status, error))
  }
  const { id, method } = request
  const [path] = request.url.split('?')
  if (request.raw.socket?.destroyed === true) {
    logger.debug({ request: id, method, path }, 'the client left before the answer was whole')
    return reply
  }
  logger.error(
    { request: id, method, path, error: messageOf(error), stack: error.stack },
    'a request failed',
  )
  return send(reply, status, status === 503 ? 'The gateway is stopping.' : 'Internal error.')
}

function plainMessage(status: number, error: Error): string {
  return status === 404 ? 'There is no such file.' : error.message
}

/** For what fails before a route is found, where no hook has run. */
export function sendEarlyFailure(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  addSafetyHeaders(request, reply)
  sendFailure(error, request, reply, logger)
}

/** For what is no HTTP request at all: there is a socket and nothing else. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  // A connection that failed below HTTP, as a handshake of TLS, cannot be answered.
  if (!/^(HPE|ERR_HTTP)_/.test(error.code ?? '') || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'The headers of the request are too large.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'The request did not arrive in time.']
        : [400, 'This is not a valid HTTP request.']
  const body = JSON.stringify({ code: status, message })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  // What the client still sends is read for a moment: closing at once would cut the answer off.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}

/** For an `Expect` header other than `100-continue` (RFC 9110, 10.1.1). */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const code = 417
  const message = 'Of the Expect header only 100-continue is understood.'
  const headers = { 'content-type': 'application/json', connection: 'close' }
  response.writeHead(code, headers).end(JSON.stringify({ code, message }))
}

function send(reply: FastifyReply, code: number, message: string): FastifyReply {
  return reply
    .code(code)
    .removeHeader('content-disposition')
    .type('application/json; charset=utf-8')
    .send({ code, message })
}

/** Which methods a path has routes for: what a 405 has to say. */
class MethodsByPath {
  readonly #patterns: { parts: string[]; methods: string[] }[] = []

  add(url: string, method: string | string[]): void {
    this.#patterns.push({ parts: partsOf(url), methods: [method].flat() })
  }

  at(path: string): string[] {
    const parts = partsOf(path)
    const found = this.#patterns.filter((pattern) => matches(pattern.parts, parts))
    return [...new Set(found.flatMap(({ methods }) => methods))].sort()
  }
}

function partsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/')
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  const rest = pattern.indexOf('*')
  if (rest < 0 ? pattern.length !== parts.length : parts.length < rest + 1) return false
  return pattern.every((part, index) => {
    if (rest >= 0 && index >= rest) return true
    return part.startsWith(':') ? parts[index] !== '' : part === parts[index]
  })
}
