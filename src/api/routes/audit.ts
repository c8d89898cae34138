/** `/v1/gateway/audit`: who read where a vehicle is or was, or which it is, oldest first. */
import type { FastifyInstance } from 'fastify'
import type { ReadQuery, StoredRead } from '../../model/data-read.ts'
import { isoTime } from '../../model/time.ts'
import { negotiate } from '../accept.ts'
import type { ApiContext } from '../context.ts'
import { gatewayOwnerGuard } from '../guards.ts'
import { answersOf } from '../openapi.ts'
import { readCursor, writeCursor } from '../page-cursor.ts'
import { type AuditQuery, auditQuery } from '../schemas/rights.ts'
import { timeWindow } from '../time-window.ts'

const PAGE = 100
/** What the bounds of the window are called here. */
const NAMES = {
  start: 'from',
  end: 'to',
}

export function addAuditRoutes(app: FastifyInstance, context: ApiContext): void {
  const { audit, clock } = context
  app.get('/v1/gateway/audit', {
    schema: {
      summary: 'Who read location or identity: a row for each token, route and minute.',
      description:
        "The gateway owner's user token. Kept for 90 days; the last minute is not there yet.",
      operationId: 'get_v1_gateway_audit',
      tags: ['gateway'],
      security: [{ userToken: [] }],
      querystring: auditQuery,
      response: answersOf('Audit', 'The reads, oldest first.', [400, 401, 406, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, ['application/json'])
      const asked = readQuery(request.query as AuditQuery, clock.now())
      const { from, to, limit } = asked
      // One more than asked for tells whether there is a next page.
      const found = (from < to ? await audit?.reads({ ...asked, limit: limit + 1 }) : []) ?? []
      const reads = found.slice(0, limit)
      const last = reads.at(-1)
      const body = { reads: reads.map(shown) }
      if (last === undefined || found.length === reads.length) return body
      const mark = { time: last.time, seq: last.seq }
      return { ...body, next: writeCursor({ mark, order: 'asc', window: { from, to } }) }
    },
  })
}

function readQuery({ from, to, limit = PAGE, after }: AuditQuery, now: number): ReadQuery {
  const cursor = after === undefined ? undefined : readCursor(after)
  const bounds = { startDate: from, endDate: to, names: NAMES }
  return {
    ...timeWindow(bounds, now, cursor?.window),
    limit,
    ...(cursor && { after: cursor.mark }),
  }
}

function shown({ seq, time, token, subject, ...rest }: StoredRead): object {
  return {
    time: isoTime(time),
    ...(token === '' ? {} : { token }),
    ...(subject === '' ? {} : { subject }),
    ...rest,
  }
}
