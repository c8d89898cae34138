/** What stands behind a vehicle's data: its sources, what could not be read, records as they are kept. */
import type { FastifyInstance } from 'fastify'
import type { RecordReader } from '../../model/ports.ts'
import type { StoredRecord } from '../../model/record.ts'
import { isoTime, type Millis } from '../../model/time.ts'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { gatewayOwnerGuard } from '../guards.ts'
import { badRequest } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { recordsQuery, usageQuery } from '../schemas/insight.ts'
import { noQuery } from '../schemas/requests.ts'
import { timeWindow } from '../time-window.ts'
import { historyVisibility, type Visibility, visibleData } from '../views/visibility.ts'
import { addVehicleResource } from './vehicle-resource.ts'

const AROUND = 10
/** Beyond any time that a record can have (ECMA-262, 21.4.1.1). */
const EVER: Millis = 8.64e15
const JSON_ONLY = ['application/json'] as const
/** What the bounds of the window are called here. */
const NAMES = {
  start: 'from',
  end: 'to',
}
const units = { engineHours: 'h', fuelUsed: 'l' } as const

export function addInsightRoutes(app: FastifyInstance, context: ApiContext): void {
  const { records, gateway, clock } = context

  addVehicleResource(app, context, {
    summary: 'Records around a moment, as they are kept: with quality, source and clock.',
    vehiclePaths: ['/v1/vehicle/:tokenId/records'],
    userPaths: ['/v1/user/device-data/:userDeviceId/records'],
    needs: [privilege.nonLocation, privilege.allTimeLocation],
    query: recordsQuery,
    answer: 'Records',
    errors: [400, 406],
    async handle({ access: { vehicle, privileges }, query, request }) {
      negotiate(request.headers.accept, JSON_ONLY)
      const { around, before = AROUND, after = AROUND, signals } = query
      const seen = historyVisibility(privileges)
      noteRead(context, request, seen)
      const time = around === undefined ? clock.now() : momentOf(around)
      const found = await recordsAround(records, vehicle.id, { time, before, after })
      const only = signals && new Set<string>(signals)
      return found.map((record) => recordView(record, seen, only))
    },
  })

  addVehicleResource(app, context, {
    summary: 'Engine hours and fuel used in a window of time, in whole quarters of an hour.',
    vehiclePaths: ['/v1/vehicle/:tokenId/usage'],
    userPaths: ['/v1/user/device-data/:userDeviceId/usage'],
    needs: [privilege.nonLocation],
    query: usageQuery,
    answer: 'Usage',
    errors: [400, 406],
    async handle({ access: { vehicle }, query, request }) {
      negotiate(request.headers.accept, JSON_ONLY)
      const bounds = { startDate: query.from, endDate: query.to, names: NAMES }
      const { from, to } = timeWindow(bounds, clock.now())
      const used = from < to ? await records.usage(vehicle.id, from, to) : {}
      const body: Record<string, unknown> = { from: isoTime(from), to: isoTime(to) }
      for (const [name, unit] of Object.entries(units) as [keyof typeof units, string][]) {
        if (used[name] !== undefined) body[name] = { ...used[name], unit }
      }
      return body
    },
  })

  addVehicleResource(app, context, {
    summary: 'What could not be read or done, by source: how often, and what the newest was.',
    vehiclePaths: ['/v1/vehicle/:tokenId/issues'],
    userPaths: ['/v1/user/device-data/:userDeviceId/issues'],
    needs: [privilege.nonLocation],
    query: noQuery,
    answer: 'Issues',
    errors: [406],
    async handle({ access: { vehicle }, request }) {
      negotiate(request.headers.accept, JSON_ONLY)
      return gateway
        .health()
        .sources.filter((source) => source.vehicle === vehicle.id)
        .flatMap(({ id, issues }) => issues.map((issue) => ({ source: id, ...issue })))
    },
  })

  app.get('/v1/gateway/sources', {
    schema: {
      summary: 'The inputs of the gateway, what they do, and what is wrong with them.',
      operationId: 'get_v1_gateway_sources',
      tags: ['gateway'],
      security: [{ userToken: [] }],
      response: answersOf('Sources', 'The sources.', [401, 406, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, JSON_ONLY)
      return gateway.health().sources.map(({ issues: _, asking: __, since, ...source }) => ({
        ...source,
        since: isoTime(since),
      }))
    },
  })
}

function momentOf(text: string): Millis {
  const time = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) {
    throw badRequest('around must be a time of RFC 3339 with a zone, as in 2024-01-25T18:00:00Z.')
  }
  return time
}

async function recordsAround(
  records: RecordReader,
  vehicle: string,
  { time, before, after }: { time: Millis; before: number; after: number },
): Promise<StoredRecord[]> {
  const up = { vehicle, from: -EVER, to: time + 1 }
  const down = { vehicle, from: time + 1, to: EVER }
  const [earlier, later] = await Promise.all([
    before === 0 ? undefined : records.page(up, { limit: before, order: 'desc', total: false }),
    after === 0 ? undefined : records.page(down, { limit: after, order: 'asc', total: false }),
  ])
  return [...(earlier?.records ?? []).toReversed(), ...(later?.records ?? [])]
}

function recordView(
  record: StoredRecord,
  seen: Visibility,
  only: ReadonlySet<string> | undefined,
): object {
  const { id, seq, time, receivedAt, source, boot, number, clockTrust, quality = {} } = record
  const shown = Object.entries(visibleData(record.data, seen)).filter(
    ([name, value]) => value !== undefined && (only?.has(name) ?? true),
  )
  const names = new Set(shown.map(([name]) => name))
  const told = Object.entries(quality).filter(([name]) => names.has(name))
  return {
    ...{ id, seq, time: isoTime(time), receivedAt: isoTime(receivedAt) },
    ...{ source, boot, number, clock: clockTrust },
    data: Object.fromEntries(shown),
    ...(told.length === 0 ? {} : { quality: Object.fromEntries(told) }),
  }
}
