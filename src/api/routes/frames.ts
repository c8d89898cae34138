/** `/frames`: raw frames as they come from the wire, while somebody looks. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { FrameReader } from '../../model/ports.ts'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { accessOf, vehicleGuard } from '../guards.ts'
import { HttpError } from '../http-error.ts'
import { beginEvents, EventStream } from '../live/event-stream.ts'
import { FRAME_TICK_MS, FrameFeed, type FrameFilter } from '../live/frame-feed.ts'
import { answersOf } from '../openapi.ts'
import { framesQuery } from '../schemas/frames.ts'
import { vehicleParams } from '../schemas/requests.ts'

/** Each costs something for every frame on the bus. */
const MAX_STREAMS = 16
const PER_SECOND = 200
const RETRY = { 'retry-after': '30' }
/** Frames can hold both. */
const EVERYTHING = { location: 'exact', identity: true } as const

export interface FrameRouteOptions {
  /** Undefined: no frames are heard. */
  frames: FrameReader | undefined
  every: (ms: number, run: () => void) => () => void
}

export function addFrameRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { frames, every }: FrameRouteOptions,
): void {
  const { clock, authenticator } = context
  const feeds = new Set<FrameFeed>()
  app.addHook('preClose', async () => {
    for (const feed of [...feeds]) feed.stop('the gateway stops')
  })

  app.get('/v1/vehicle/:tokenId/frames', {
    schema: {
      summary: 'Raw CAN frames as they come from the wire: server-sent events.',
      description:
        "Privilege token with 7 (raw data), or the owner's user token. Messages `frames` of " +
        '{frames: [{time, bus, id, data}], dropped}, ten a second at most; `end` says why a stream ends.',
      operationId: 'get_v1_vehicle_frames',
      tags: ['vehicle'],
      security: [{ privilegeToken: [] }, { userToken: [] }],
      params: vehicleParams,
      querystring: framesQuery,
      response: answersOf('FramesMessage', 'The stream.', [400, 401, 404, 406, 429, 503], {
        'text/event-stream': { type: 'string' },
      }),
    },
    onRequest: vehicleGuard(context, [privilege.rawData]),
    async handler(request, reply) {
      if (feeds.size >= MAX_STREAMS) {
        const detail = `There are ${MAX_STREAMS} streams of frames already; try again later.`
        throw new HttpError(503, detail, RETRY)
      }
      negotiate(request.headers.accept, ['text/event-stream'])
      if (request.method === 'HEAD') return reply.type('text/event-stream').send('')
      noteRead(context, request, EVERYTHING)
      const { token } = request
      const { vehicle } = accessOf(request)
      const raw = beginEvents(reply)
      raw.flushHeaders()
      const feed = new FrameFeed({
        filter: filterOf(request),
        sink: new EventStream(raw),
        isGood: () => token !== null && authenticator.isStillGood(token),
        now: () => clock.now(),
        ended: () => closed(),
      })
      const unwatch = frames?.watch(vehicle.id, (frame, bus) => feed.frame(frame, bus))
      const stopTicking = every(FRAME_TICK_MS, () => feed.tick())
      const closed = () => {
        feeds.delete(feed)
        unwatch?.()
        stopTicking()
      }
      feeds.add(feed)
      raw.on('drain', () => feed.ready())
      raw.on('error', closed)
      raw.once('close', closed)
      if (raw.destroyed) closed()
      return reply
    },
  })
}

function filterOf({ query }: FastifyRequest): FrameFilter {
  const {
    ids,
    pgns,
    buses,
    changes,
    perSecond = PER_SECOND,
  } = query as z.output<typeof framesQuery>
  return {
    ...(ids === undefined ? {} : { ids: new Set(ids) }),
    ...(pgns === undefined ? {} : { pgns: new Set(pgns) }),
    ...(buses === undefined ? {} : { buses: new Set(buses) }),
    changes: changes === 'true',
    perSecond,
  }
}
