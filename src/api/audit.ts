/**
 * Notes who was shown location or identity. A route that shows either calls it with what the token
 * may see there, whether or not the vehicle has it.
 */
import type { FastifyRequest } from 'fastify'
import type { ApiContext } from './context.ts'
import { accessOf } from './guards.ts'
import type { Visibility } from './views/visibility.ts'

export function noteRead(
  { audit, clock }: ApiContext,
  request: FastifyRequest,
  shown: Pick<Visibility, 'location' | 'identity'>,
  vehicle = accessOf(request).vehicle.id,
): void {
  const what = whatOf(shown)
  if (audit === undefined || what === '') return
  const { token, method, ip, routeOptions } = request
  audit.read({
    time: clock.now(),
    token: token?.id ?? '',
    subject: token?.identity.kind === 'user' ? token.identity.subject : '',
    address: ip,
    route: `${method} ${routeOptions.url ?? ''}`,
    vehicle,
    what,
  })
}

function whatOf({ location, identity }: Pick<Visibility, 'location' | 'identity'>): string {
  const place = location === 'exact' ? 'location' : 'approximate location'
  return [...(location === 'hidden' ? [] : [place]), ...(identity ? ['identity'] : [])].join(', ')
}
