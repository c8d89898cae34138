/**
 * Pages of other origins that may call the API (Fetch Standard, CORS protocol): those that the
 * configuration names, and no other. Tokens go in a header, so no credentials of the browser are involved.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

const HEADERS = 'authorization, content-type, if-match, last-event-id, x-request-id'
const EXPOSED = 'etag, retry-after, x-request-id'
const METHODS = 'GET, HEAD, POST, PATCH, DELETE'
const MAX_AGE_SECONDS = '600'

export function allowOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  origins: readonly string[],
): void {
  const { origin } = request.headers
  if (origins.length === 0) return
  reply.header('vary', 'origin')
  if (origin === undefined || !origins.includes(origin)) return
  reply.header('access-control-allow-origin', origin)
  reply.header('access-control-expose-headers', EXPOSED)
  if (request.method !== 'OPTIONS') return
  reply.headers({
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': HEADERS,
    'access-control-max-age': MAX_AGE_SECONDS,
  })
}
