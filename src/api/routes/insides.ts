/** What stands behind the values of a vehicle: its buses, captures of raw frames, who it is. */
import { createReadStream } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { BusReader } from '../../model/bus-report.ts'
import type { CaptureDesk, FrameExplainer } from '../../model/capture.ts'
import type { IdentityReader } from '../../model/ports.ts'
import { type SignalName, signals } from '../../model/signals.ts'
import { negotiate } from '../accept.ts'
import { noteRead } from '../audit.ts'
import { privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { accessOf, vehicleGuard } from '../guards.ts'
import { badRequest, HttpError } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { captureBody, explainQuery } from '../schemas/insides.ts'
import { noQuery, vehicleParams } from '../schemas/requests.ts'
import { busView, captureView, explanationView } from '../views/insides.ts'
import { addVehicleResource } from './vehicle-resource.ts'

const CAPTURES = '/v1/vehicle/:tokenId/captures'
const JSON_ONLY = ['application/json'] as const
/** Frames can hold both. */
const EVERYTHING = { location: 'exact', identity: true } as const
const BEFORE = 60
const AFTER = 0

export interface InsideParts {
  bus?: BusReader | undefined
  captures?: CaptureDesk | undefined
  explainer?: FrameExplainer | undefined
  identities?: IdentityReader | undefined
}

export function addInsideRoutes(
  app: FastifyInstance,
  context: ApiContext,
  parts: InsideParts,
): void {
  addLooks(app, context, parts)
  addCaptures(app, context, parts)
}

function addLooks(app: FastifyInstance, context: ApiContext, parts: InsideParts): void {
  const { bus, explainer, identities } = parts
  addVehicleResource(app, context, {
    summary: 'What goes on on the buses: rates, load, identifiers with what they say.',
    vehiclePaths: ['/v1/vehicle/:tokenId/bus'],
    userPaths: [],
    needs: [privilege.rawData],
    query: noQuery,
    answer: 'Bus',
    errors: [406],
    async handle({ access: { vehicle }, request }) {
      negotiate(request.headers.accept, JSON_ONLY)
      noteRead(context, request, EVERYTHING)
      return busView(bus?.bus(vehicle.id) ?? { since: context.clock.now(), buses: [], ids: [] })
    },
  })

  addVehicleResource(app, context, {
    summary: 'The frames behind a value, and everything that their message said.',
    vehiclePaths: ['/v1/vehicle/:tokenId/explain'],
    userPaths: [],
    needs: [privilege.rawData],
    query: explainQuery,
    answer: 'FramesBehind',
    errors: [400, 406],
    async handle({ access: { vehicle }, query, request }) {
      negotiate(request.headers.accept, JSON_ONLY)
      noteRead(context, request, EVERYTHING)
      const signal = query.signal as SignalName
      const at = query.at === undefined ? context.clock.now() : momentOf(query.at)
      const found = await explainer?.explain(vehicle.id, signal, { at, bus: query.bus })
      if (found !== undefined) return explanationView(signal, found)
      throw new HttpError(
        404,
        `No frame that says ${signals[signal].label.toLowerCase()} is kept of that time: what is in memory reaches back some minutes, captures hold the rest.`,
      )
    },
  })

  addVehicleResource(app, context, {
    summary: 'Who the vehicle is, and the profiles that are made for such a one.',
    vehiclePaths: ['/v1/vehicle/:tokenId/identity'],
    userPaths: [],
    needs: [privilege.vin],
    query: noQuery,
    answer: 'Identity',
    errors: [406],
    async handle({ access: { vehicle }, request }) {
      negotiate(request.headers.accept, JSON_ONLY)
      noteRead(context, request, { location: 'hidden', identity: true })
      return identities?.identity(vehicle.id) ?? { proposals: [] }
    },
  })
}

function addCaptures(app: FastifyInstance, context: ApiContext, { captures }: InsideParts): void {
  addVehicleResource(app, context, {
    summary: 'Raw frames that are kept as files, the newest first.',
    vehiclePaths: [CAPTURES],
    userPaths: [],
    needs: [privilege.rawData],
    query: noQuery,
    answer: 'Captures',
    errors: [406],
    async handle({ access: { vehicle }, request }) {
      negotiate(request.headers.accept, JSON_ONLY)
      return (captures?.captures(vehicle.id) ?? []).map(captureView)
    },
  })

  app.post(CAPTURES, {
    schema: {
      summary: 'Keeps the raw frames around now.',
      description: "Privilege token with 7 (raw data), or the owner's user token.",
      operationId: 'post_v1_vehicle_captures',
      tags: ['vehicle'],
      security: [{ privilegeToken: [] }, { userToken: [] }],
      params: vehicleParams,
      body: captureBody,
      response: answersOf('Capture', 'It has begun.', [400, 401, 404, 409, 429]),
    },
    onRequest: vehicleGuard(context, [privilege.rawData]),
    async handler(request) {
      const { vehicle } = accessOf(request)
      const {
        cause = 'somebody asked for it',
        before = BEFORE,
        after = AFTER,
      } = request.body as z.output<typeof captureBody>
      if (captures === undefined) throw new HttpError(409, 'No frames are held in memory.')
      return captureView(captures.start(vehicle.id, { cause, before, after }))
    },
  })

  const params = vehicleParams.extend({ captureId: z.string().describe('From the list.') })
  const one = {
    tags: ['vehicle'],
    security: [{ privilegeToken: [] }, { userToken: [] }],
    params,
  }
  app.get(`${CAPTURES}/:captureId`, {
    schema: {
      ...one,
      summary: 'The file of a capture: a candump log, compressed.',
      description: "Privilege token with 7 (raw data), or the owner's user token.",
      operationId: 'get_v1_vehicle_captures_captureId',
      response: answersOf('Capture', 'The file.', [401, 404, 429], {
        'application/gzip': { type: 'string', format: 'binary' },
      }),
    },
    onRequest: vehicleGuard(context, [privilege.rawData]),
    async handler(request, reply) {
      const { vehicle } = accessOf(request)
      const { captureId } = request.params as z.output<typeof params>
      const file = captures?.file(vehicle.id, captureId)
      if (file === undefined) throw noCapture(captureId)
      noteRead(context, request, EVERYTHING)
      reply.type('application/gzip').header('content-length', String(file.bytes))
      reply.header('content-disposition', `attachment; filename="${file.name}"`)
      return reply.send(request.method === 'HEAD' ? '' : createReadStream(file.path))
    },
  })

  app.delete(`${CAPTURES}/:captureId`, {
    schema: {
      ...one,
      summary: 'Removes a capture.',
      description: "Privilege token with 2 (commands), or the owner's user token.",
      operationId: 'delete_v1_vehicle_captures_captureId',
      response: answersOf('CaptureRemoved', 'It is gone.', [401, 404, 429]),
    },
    onRequest: vehicleGuard(context, [privilege.commands]),
    async handler(request) {
      const { vehicle } = accessOf(request)
      const { captureId } = request.params as z.output<typeof params>
      if (captures?.remove(vehicle.id, captureId) !== true) throw noCapture(captureId)
      return { removed: true }
    },
  })
}

function noCapture(id: string): HttpError {
  return new HttpError(404, `There is no capture ${id}, or it is not ready yet.`)
}

function momentOf(text: string): number {
  const time = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw badRequest('at must be a time of RFC 3339 with a zone, as in 2024-01-25T18:00:00Z.')
}
