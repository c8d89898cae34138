/**
 * `/history` and `/historical`: the records of a window, as one answer (an even sample, buckets,
 * or a page) or as a stream of lines (NDJSON, CSV) that holds all of them.
 */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RecordPage, RecordReader } from '../../model/ports.ts'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { badRequest } from '../http-error.ts'
import { type PageCursor, readCursor, writeCursor } from '../page-cursor.ts'
import { type HistoryQuery, historyQuery } from '../schemas/requests.ts'
import { type TimeWindow, timeWindow } from '../time-window.ts'
import { type HitView, hitOf, type SearchResult, searchResult } from '../views/hits.ts'
import { csv, ndjson, recordPages } from '../views/record-stream.ts'
import { samplePages, searchJson } from '../views/sample-stream.ts'
import { historyVisibility } from '../views/visibility.ts'
import { addVehicleResource } from './vehicle-resource.ts'

const SAMPLE_HITS = 1000
const FORMATS = ['application/json', 'application/x-ndjson', 'text/csv'] as const

/** A query with everything that follows from it. */
interface Read {
  window: TimeWindow
  order: 'asc' | 'desc'
  cursor: PageCursor | undefined
  query: HistoryQuery
  view: HitView
}

export function addHistoryRoutes(app: FastifyInstance, context: ApiContext): void {
  const { records, clock } = context
  addVehicleResource(app, context, {
    summary:
      'Records of a window of time, at most 1,000 spread evenly over it; with `limit` page by ' +
      'page; as NDJSON or CSV all of them.',
    vehiclePaths: ['/v1/vehicle/:tokenId/history'],
    userPaths: [
      '/v1/user/device-data/:userDeviceId/historical',
      '/v1/user/device-data/:userDeviceId/history',
    ],
    needs: [privilege.nonLocation, privilege.allTimeLocation],
    query: historyQuery,
    answer: 'History',
    errors: [400, 406],
    otherTypes: {
      'application/x-ndjson': { $ref: 'Hit#' },
      'text/csv': { type: 'string' },
    },
    async handle({ access: { vehicle, privileges }, query, request, reply }) {
      const began = clock.monotonic()
      const format = negotiate(request.headers.accept, FORMATS)
      reply.header('vary', 'accept')
      const view: HitView = {
        vehicle,
        seen: historyVisibility(privileges),
        only: query.signals && new Set(query.signals),
      }
      const read = readOf(query, view, clock.now())
      noteRead(context, request, view.seen)
      if (format !== 'application/json') return stream(records, read, format, request, reply)
      if (isSample(read)) {
        const took = () => Math.round(clock.monotonic() - began)
        return streamSample(records, read, took, request, reply)
      }
      const { page, next } = await pageOf(records, read)
      const hits = page.records.map((record) => hitOf(record, view))
      const result = searchResult(page.total, hits, Math.round(clock.monotonic() - began))
      return { ...result, ...(next && { next }) } satisfies SearchResult
    },
  })
}

function readOf(query: HistoryQuery, view: HitView, now: number): Read {
  const { after, buckets, limit } = query
  if (buckets !== undefined && (limit !== undefined || after !== undefined)) {
    throw badRequest('buckets cannot be combined with limit or after.')
  }
  const cursor = after === undefined ? undefined : readCursor(after)
  const order = query.order ?? cursor?.order ?? 'asc'
  if (cursor !== undefined && cursor.order !== order) {
    throw badRequest(`after belongs to a read in order=${cursor.order}; give the same order.`)
  }
  return { window: timeWindow(query, now, cursor?.window), order, cursor, query, view }
}

async function pageOf(
  records: RecordReader,
  read: Read,
): Promise<{ page: RecordPage; next?: string }> {
  const { window, order, cursor, query, view } = read
  if (window.from >= window.to) return { page: { total: 0, records: [] } }
  const asked = { vehicle: view.vehicle.id, ...window }
  if (query.buckets !== undefined) {
    const page = await records.buckets(asked, query.buckets)
    return { page: order === 'asc' ? page : { ...page, records: page.records.toReversed() } }
  }
  const { limit = SAMPLE_HITS } = query
  // One more than asked for tells whether there is a next page.
  const page = await records.page(asked, {
    limit: limit + 1,
    order,
    ...(cursor && { after: cursor.mark }),
  })
  const shown = page.records.slice(0, limit)
  const last = shown.at(-1)
  if (page.records.length <= limit || last === undefined) return { page }
  const mark = { time: last.time, seq: last.seq }
  return {
    page: { total: page.total, records: shown },
    next: writeCursor({ mark, order, window }),
  }
}

/** Neither a page nor buckets were asked for. */
function isSample({ window, cursor, query: { limit, buckets } }: Read): boolean {
  const isPaged = limit !== undefined || cursor !== undefined
  return !isPaged && buckets === undefined && window.from < window.to
}

function streamSample(
  records: RecordReader,
  { window, order, view }: Read,
  took: () => number,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const query = { vehicle: view.vehicle.id, ...window }
  const isHead = request.method === 'HEAD'
  const pages = isHead ? nothing() : samplePages({ records, query, limit: SAMPLE_HITS, order })
  reply.type('application/json; charset=utf-8')
  return reply.send(Readable.from(searchJson(pages, view, took), { objectMode: false }))
}

function stream(
  records: RecordReader,
  read: Read,
  format: 'application/x-ndjson' | 'text/csv',
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { window, order, cursor, query, view } = read
  const asCsv = format === 'text/csv'
  reply.type(asCsv ? 'text/csv; charset=utf-8; header=present' : format)
  if (asCsv) {
    const name = `history-${view.vehicle.tokenId}.csv`
    reply.header('content-disposition', `attachment; filename="${name}"`)
  }
  const empty = window.from >= window.to || request.method === 'HEAD'
  const options = { window, order, after: cursor?.mark, limit: query.limit, buckets: query.buckets }
  const pages = empty ? nothing() : recordPages(records, view.vehicle.id, options)
  const lines = asCsv ? csv(pages, view) : ndjson(pages, view)
  return reply.send(Readable.from(lines, { objectMode: false }))
}

async function* nothing(): AsyncGenerator<never> {
  // An empty window has no pages.
}
