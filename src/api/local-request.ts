/**
 * Whether a request was made on the machine itself. The address alone does not say it: a proxy on the
 * gateway hands on what comes from elsewhere, a page of any site can send requests to localhost, and
 * a name of that site may have come to mean 127.0.0.1 meanwhile (DNS rebinding).
 */
import type { FastifyRequest } from 'fastify'

const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
]
const OWN_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i

/** From a loopback address, and not handed on. */
export function isFromHere(request: FastifyRequest): boolean {
  if (FORWARDED.some((name) => request.headers[name] !== undefined)) return false
  return /^(::ffff:)?127\.|^::1$/i.test(request.ip)
}

/** From here, under a name that is always this machine's, and not by a page of another site. */
export function isOwnPage(request: FastifyRequest): boolean {
  const { host, origin, 'sec-fetch-site': site } = request.headers
  if (!isFromHere(request) || host === undefined || !OWN_NAME.test(host)) return false
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host) return false
  return site === undefined || site === 'same-origin' || site === 'none'
}
