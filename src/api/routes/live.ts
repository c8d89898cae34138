/** `/live`: what changes and what happens, as it does: server-sent events, or a WebSocket. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { EventReader, LiveEvents } from '../../model/ports.ts'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { accessOf, vehicleGuard } from '../guards.ts'
import { HttpError } from '../http-error.ts'
import { beginEvents, EventStream } from '../live/event-stream.ts'
import { LiveFeed, type LiveQuery } from '../live/live-feed.ts'
import { acceptUpgrades, isUpgrade, openSocket, SocketStream } from '../live/web-socket.ts'
import { answersOf } from '../openapi.ts'
import { liveQuery } from '../schemas/live.ts'
import { vehicleParams } from '../schemas/requests.ts'
import { currentVisibility } from '../views/visibility.ts'

const MAX_STREAMS = 1200
const RETRY_SECONDS = 30
const SHORTEST_S = 0.25

export interface LiveOptions {
  /** What happens, when it does. */
  happened: LiveEvents | undefined
  events: EventReader | undefined
  /** Calls again and again; returns how to end it. */
  every: (ms: number, run: () => void) => () => void
}

export function addLiveRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { happened, events, every }: LiveOptions,
): void {
  const { status, clock, commands } = context
  const feed = new LiveFeed({
    status,
    events,
    happened,
    watch: (vehicle, signals, until) => commands?.watch(vehicle, signals, until),
    now: () => clock.now(),
    every,
  })
  const sockets = acceptUpgrades(app)
  const guard = vehicleGuard(context, [privilege.liveData])
  app.addHook('preClose', async () => {
    feed.stop('the gateway stops')
    sockets.close()
  })

  app.get('/v1/vehicle/:tokenId/live', {
    schema: {
      summary: 'What changes and what happens, as it does: server-sent events, or a WebSocket.',
      description:
        "Privilege token with 6 (live data); its other privileges decide what is shown. Or the owner's user token. " +
        'First a `snapshot` of all that is known, then `signals` that have changed, and `event` for what happens. ' +
        'A client that is slow gets the newest value of each signal. With `Last-Event-ID` only what is newer is told. ' +
        'With `Upgrade: websocket` each message is a JSON text {type, id, data}. `end` says why a stream ends.',
      operationId: 'get_v1_vehicle_live',
      tags: ['vehicle'],
      security: [{ privilegeToken: [] }, { userToken: [] }],
      params: vehicleParams,
      querystring: liveQuery,
      response: answersOf('LiveMessage', 'The stream.', [400, 401, 404, 406, 429, 503], {
        'text/event-stream': { type: 'string' },
      }),
    },
    async onRequest(request, reply) {
      takeTokenOfQuery(request)
      await guard.call(app, request, reply)
    },
    async handler(request, reply) {
      if (feed.size >= MAX_STREAMS) {
        throw new HttpError(
          503,
          `There are ${MAX_STREAMS} live streams already; try again later.`,
          {
            'retry-after': String(RETRY_SECONDS),
          },
        )
      }
      const query = queryOf(context, request)
      if (isUpgrade(request.raw)) return await overSocket(query, request, reply)
      negotiate(request.headers.accept, ['text/event-stream'])
      if (request.method === 'HEAD') return reply.type('text/event-stream').send('')
      noteRead(context, request, query.seen)
      return await asEvents(query, reply)
    },
  })

  async function asEvents(query: LiveQuery, reply: FastifyReply): Promise<FastifyReply> {
    const raw = beginEvents(reply)
    const closed = await feed.open(query, (ready) => {
      raw.on('drain', ready)
      return new EventStream(raw)
    })
    raw.on('error', closed)
    raw.once('close', closed)
    if (raw.destroyed) closed()
    return reply
  }

  async function overSocket(
    query: LiveQuery,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    reply.hijack()
    const socket = await openSocket(sockets, request.raw, reply.raw)
    if (socket === undefined) return reply
    noteRead(context, request, query.seen)
    const closed = await feed.open(query, (ready) => new SocketStream(socket, ready))
    socket.once('close', closed)
    if (socket.readyState !== socket.OPEN) closed()
    return reply
  }
}

/** For who cannot send headers: `EventSource` and `WebSocket` of browsers. */
function takeTokenOfQuery({ query, headers }: FastifyRequest): void {
  const { access_token: token } = query as { access_token?: unknown }
  if (headers.authorization === undefined && typeof token === 'string') {
    headers.authorization = `Bearer ${token}`
  }
}

function queryOf({ authenticator }: ApiContext, request: FastifyRequest): LiveQuery {
  const { vehicle, privileges } = accessOf(request)
  const { signals, events, interval, lastEventId } = request.query as z.output<typeof liveQuery>
  const { token } = request
  const last = Number(request.headers['last-event-id'] ?? lastEventId ?? Number.NaN)
  return {
    vehicle,
    seen: currentVisibility(privileges),
    intervalMs: (interval ?? SHORTEST_S) * 1000,
    withEvents: events !== 'false',
    isGood: () => token !== null && authenticator.isStillGood(token),
    ...(signals === undefined ? {} : { signals: new Set<string>(signals) }),
    ...(Number.isSafeInteger(last) ? { lastId: last } : {}),
  }
}
