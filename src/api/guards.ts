/**
 * The checks before a route runs, as Fastify `onRequest` hooks: before any parameter is looked at,
 * so that nobody without a token learns more than that.
 */
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { Vehicle } from '../model/vehicle.ts'
import { allPrivileges, type Privileges, privilegeNames } from './auth/privileges.ts'
import type { Identity, VerifiedToken } from './auth/tokens.ts'
import { type ApiContext, vehicleByTokenId, vehicleByUserDeviceId } from './context.ts'
import { deviceNotFound, unauthorized } from './http-error.ts'

/** The vehicle that a request is about, and the privileges that its token holds on it. */
export interface Access {
  vehicle: Vehicle
  privileges: Privileges
}

type UserIdentity = Extract<Identity, { kind: 'user' }>

declare module 'fastify' {
  interface FastifyRequest {
    access: Access | null
    user: UserIdentity | null
    /** The token that it came with, once that was verified. */
    token: VerifiedToken | null
  }
}

const INVALID_JWT = 'Invalid JWT.'
const INVALID_PRIVILEGE_TOKEN = 'Invalid privilege token.'

export function accessOf(request: FastifyRequest): Access {
  if (request.access === null) throw new TypeError('the route has no vehicle guard')
  return request.access
}

export function userOf(request: FastifyRequest): UserIdentity {
  if (request.user === null) throw new TypeError('the route has no user guard')
  return request.user
}

/** Asks for a user token of whoever it may be. */
export function userGuard(context: ApiContext): onRequestAsyncHookHandler {
  return async (request) => {
    request.user = await identifyUser(context, request)
  }
}

/** `/v1/gateway/…`: the user token of who owns the gateway. */
export function gatewayOwnerGuard(context: ApiContext): onRequestAsyncHookHandler {
  return async (request) => {
    const user = await identifyUser(context, request)
    if (user.subject !== context.owner) throw unauthorized('This user does not own this gateway.')
    request.user = user
  }
}

/** `/v1/user/device-data/:userDeviceId/…`: the owner's user token. */
export function ownerGuard(context: ApiContext): onRequestAsyncHookHandler {
  return async (request) => {
    const user = await identifyUser(context, request)
    const { userDeviceId } = request.params as { userDeviceId: string }
    const vehicle = vehicleByUserDeviceId(context, userDeviceId)
    if (vehicle === undefined || vehicle.owner !== user.subject) throw deviceNotFound()
    request.access = { vehicle, privileges: allPrivileges }
  }
}

/** `/v?/vehicle/:tokenId/…`: a privilege token with one of `needs`, or the owner's user token. */
export function vehicleGuard(
  context: ApiContext,
  needs: readonly number[],
): onRequestAsyncHookHandler {
  return async (request) => {
    const identity = await identify(context, request, INVALID_PRIVILEGE_TOKEN)
    const { tokenId } = request.params as { tokenId: string }
    const privileges =
      identity.kind === 'user' ? allPrivileges : privilegesOn(context, identity, tokenId, needs)
    const vehicle = vehicleByTokenId(context, tokenId)
    if (vehicle === undefined) throw deviceNotFound()
    if (identity.kind === 'user' && identity.subject !== vehicle.owner) throw deviceNotFound()
    request.access = { vehicle, privileges }
  }
}

export async function identify(
  context: ApiContext,
  request: FastifyRequest,
  invalid = INVALID_JWT,
): Promise<Identity> {
  const credentials = { authorization: request.headers.authorization, address: request.ip }
  request.token = await context.authenticator.identify(credentials, invalid)
  return request.token.identity
}

async function identifyUser(context: ApiContext, request: FastifyRequest): Promise<UserIdentity> {
  const identity = await identify(context, request)
  if (identity.kind !== 'user') {
    throw unauthorized(`${INVALID_JWT} This route needs a user token, not a privilege token.`)
  }
  return identity
}

function privilegesOn(
  context: ApiContext,
  identity: Extract<Identity, { kind: 'privilege' }>,
  tokenId: string,
  needs: readonly number[],
): Privileges {
  if (identity.tokenId !== tokenId) {
    throw unauthorized(
      'Unauthorized! Wrong device token provided: it is for another vehicle than the path names.',
    )
  }
  const contract = context.vehicleContract
  if (contract !== undefined && !sameAddress(contract, identity.contractAddress)) {
    throw unauthorized(
      `Provided token is for the wrong contract: ${identity.contractAddress || 'none'}; ` +
        `${contract} is accepted.`,
    )
  }
  if (!needs.some((id) => identity.privileges.has(id))) {
    const accepted = needs.map((id) => `${id} (${privilegeNames[id]})`).join(', ')
    throw unauthorized(
      `Unauthorized! Token does not contain required privileges: this route needs ${
        needs.length > 1 ? 'one of ' : ''
      }${accepted}.`,
    )
  }
  return identity.privileges
}

/** Addresses are hexadecimal; their case is a checksum that not every client writes. */
function sameAddress(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
