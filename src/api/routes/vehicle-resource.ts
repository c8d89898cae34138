/**
 * A resource of a vehicle, which is the same under both route families: for privilege tokens by
 * token id, and for the owner by user device id.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { privilegeNames } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { type Access, accessOf, ownerGuard, vehicleGuard } from '../guards.ts'
import { answersOf } from '../openapi.ts'
import type { AnswerName } from '../schemas/answers.ts'
import { deviceParams, vehicleParams } from '../schemas/requests.ts'

export interface ResourceRequest<Query> {
  access: Access
  query: Query
  request: FastifyRequest
  reply: FastifyReply
}

export interface VehicleResource<Schema extends z.ZodType> {
  summary: string
  /** Below `/v1/vehicle/:tokenId` or as a whole path. */
  vehiclePaths: readonly string[]
  /** Below `/v1/user/device-data/:userDeviceId`. */
  userPaths: readonly string[]
  /** The privilege token must hold one of these. */
  needs: readonly number[]
  query: Schema
  /** Parameters of the path beside the vehicle's id. */
  params?: Readonly<Record<string, z.ZodString>>
  answer: AnswerName
  errors: readonly number[]
  otherTypes?: Record<string, object>
  handle(asked: ResourceRequest<z.output<Schema>>): Promise<unknown>
}

export function addVehicleResource<Schema extends z.ZodType>(
  app: FastifyInstance,
  context: ApiContext,
  resource: VehicleResource<Schema>,
): void {
  const { summary, needs, query, params = {}, answer, errors, otherTypes } = resource
  const accepted = needs.map((id) => `${id} (${privilegeNames[id]})`).join(', ')
  const response = answersOf(answer, summary, [401, 404, 429, ...errors], otherTypes)
  const handler = (request: FastifyRequest, reply: FastifyReply) =>
    resource.handle({
      access: accessOf(request),
      query: request.query as z.output<Schema>,
      request,
      reply,
    })
  for (const url of resource.vehiclePaths) {
    app.get(url, {
      schema: {
        summary,
        description: `Privilege token with one of ${accepted}; or the owner's user token.`,
        operationId: operationId(url),
        tags: ['vehicle'],
        security: [{ privilegeToken: [] }, { userToken: [] }],
        params: vehicleParams.extend(params),
        querystring: query,
        response,
      },
      onRequest: vehicleGuard(context, needs),
      handler,
    })
  }
  for (const url of resource.userPaths) {
    app.get(url, {
      schema: {
        summary,
        description: "The owner's user token.",
        operationId: operationId(url),
        tags: ['user'],
        security: [{ userToken: [] }],
        params: deviceParams.extend(params),
        querystring: query,
        response,
      },
      onRequest: ownerGuard(context),
      handler,
    })
  }
}

/** `get_v1_vehicle_status`; `get_v1_vehicle_trips_tripId` for one of several. */
function operationId(url: string): string {
  const parts = url.split('/').filter((part) => part !== '')
  const last = parts.at(-1)
  const words = parts.filter((part) => !part.startsWith(':') || part === last)
  return ['get', ...words].join('_').replace(/[^A-Za-z0-9_]/g, '_')
}
