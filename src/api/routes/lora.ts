/**
 * LoRa: what the devices of the gateway do, for who owns it; and where network servers push their
 * events to, with a secret of the source instead of a token.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import type { ApiContext } from '../context.ts'
import { gatewayOwnerGuard } from '../guards.ts'
import { HttpError } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { loraUplinksQuery } from '../schemas/lora.ts'
import { loraView, uplinkView } from '../views/lora.ts'

const UPLINKS = 20
const MAX_BODY_BYTES = 256 * 1024
const JSON_ONLY = ['application/json'] as const

export async function addLoraRoutes(app: FastifyInstance, context: ApiContext): Promise<void> {
  addDeviceRoutes(app, context)
  await app.register(async (inner) => addHooks(inner, context))
}

function addDeviceRoutes(app: FastifyInstance, context: ApiContext): void {
  const { lora } = context
  const empty = { devices: [], strangers: [], rejects: [], newestRejects: [] }
  app.get('/v1/gateway/lora', {
    schema: {
      summary: 'LoRa devices: when they were heard, how well, what had no effect and why.',
      operationId: 'get_v1_gateway_lora',
      tags: ['gateway'],
      security: [{ userToken: [] }],
      response: answersOf('Lora', 'The devices.', [401, 406, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, JSON_ONLY)
      return loraView(lora?.report() ?? empty)
    },
  })
  app.get('/v1/gateway/lora/:deviceId/uplinks', {
    schema: {
      summary: 'The newest uplinks of a LoRa device, with their payload and what came of it.',
      operationId: 'get_v1_gateway_lora_uplinks',
      tags: ['gateway'],
      security: [{ userToken: [] }],
      params: z.object({ deviceId: z.string().describe('As in the configuration.') }),
      querystring: loraUplinksQuery,
      response: answersOf('LoraUplinks', 'The uplinks.', [400, 401, 404, 406, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, JSON_ONLY)
      const { deviceId } = request.params as { deviceId: string }
      const { limit = UPLINKS } = request.query as { limit?: number }
      const device = lora?.report().devices.find(({ id }) => id === deviceId)
      const found = await lora?.uplinks(deviceId, limit)
      if (device === undefined || found === undefined) {
        throw new HttpError(404, `There is no LoRa device ${deviceId}.`)
      }
      // A payload may hold a position, whether or not it could be read.
      noteRead(context, request, { location: 'exact', identity: false }, device.vehicle)
      return found.map(uplinkView)
    },
  })
}

/** Bodies are read by whoever knows the network server, whatever they claim to be. */
function addHooks(app: FastifyInstance, context: ApiContext): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  for (const path of ['/v1/lora/:source', '/v1/lora/:source/:event']) {
    app.post(path, {
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        summary: 'Takes events of a LoRa network server.',
        description:
          "With the secret of the source in its header. ChirpStack's HTTP integration adds `?event=`; for The Things Stack the event may stand in the path.",
        operationId: `post_v1_lora${path.endsWith('event') ? '_event' : ''}`,
        tags: ['lora'],
        security: [],
        params: z.object({
          source: z.string().describe('Id of the source in the configuration.'),
          ...(path.endsWith('event') && { event: z.string() }),
        }),
        response: answersOf('LoraTaken', 'It is stored, or was before.', [
          ...[400, 401, 404, 413, 429, 503],
        ]),
      },
      handler: (request, reply) => take(request, reply, context),
    })
  }
}

async function take(
  request: FastifyRequest,
  reply: FastifyReply,
  { lora }: ApiContext,
): Promise<object> {
  const { source, event } = request.params as { source: string; event?: string }
  const { headers, query, body, ip: address } = request
  const asked = {
    headers,
    query: query as Record<string, unknown>,
    body: body instanceof Uint8Array ? body : new Uint8Array(),
    address,
  }
  if (lora === undefined) throw new HttpError(404, `No source ${source} takes requests.`)
  const { status, message } = lora.receive(source, asked, event)
  reply.code(status)
  return { code: status, message }
}
