/** `/v1/gateway/config`: the configuration, read and changed by the owner of the gateway. */
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { messageOf } from '../../model/errors.ts'
import type { ConfigAccess } from '../../model/ports.ts'
import { negotiate } from '../accept.ts'
import type { ApiContext } from '../context.ts'
import { gatewayOwnerGuard } from '../guards.ts'
import { badRequest, HttpError } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { configBody, configQuery } from '../schemas/config.ts'

const PATH = '/v1/gateway/config'
const OWNER = { tags: ['gateway'], security: [{ userToken: [] }] }

export function addConfigRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get(PATH, {
    schema: {
      ...OWNER,
      summary: 'The configuration in force, without secrets, and what is wrong with it.',
      operationId: 'get_v1_gateway_config',
      response: answersOf('Config', 'The configuration.', [401, 406, 409, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request, reply) {
      negotiate(request.headers.accept, ['application/json'])
      const report = accessOf(context).report()
      if (report.version !== undefined) reply.header('etag', `"${report.version}"`)
      return report
    },
  })

  app.get(`${PATH}/schema`, {
    schema: {
      ...OWNER,
      summary: 'What may stand in the configuration (JSON Schema).',
      operationId: 'get_v1_gateway_config_schema',
      response: answersOf('Document', 'The schema.', [401, 406, 409, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request) {
      negotiate(request.headers.accept, ['application/json'])
      return accessOf(context).schema()
    },
  })

  app.patch(PATH, {
    schema: {
      ...OWNER,
      summary: 'Changes the file of the configuration; only what is valid is written.',
      description:
        'The version before is kept beside it (`.bak`). With `If-Match` a file that was changed ' +
        'meanwhile is left alone. It takes effect with the next start of the gateway.',
      operationId: 'patch_v1_gateway_config',
      body: configBody,
      querystring: configQuery,
      response: answersOf('ConfigChanged', 'What has changed.', [400, 401, 409, 412, 429]),
    },
    onRequest: gatewayOwnerGuard(context),
    async handler(request, reply) {
      const { set } = request.body as z.output<typeof configBody>
      const { dryRun } = request.query as z.output<typeof configQuery>
      const changed = changeOf(accessOf(context), set, {
        dryRun: dryRun === 'true',
        version: /^(?:W\/)?"(.*)"$/.exec(request.headers['if-match'] ?? '')?.[1],
      })
      if (changed === undefined) {
        throw new HttpError(412, 'The configuration was changed meanwhile; read it again.')
      }
      const { findings, version, ...rest } = changed
      if (findings.length > 0) {
        throw badRequest(`Nothing was written. ${findings.join('; ')}.`)
      }
      if (version !== undefined) reply.header('etag', `"${version}"`)
      return { ...rest, restart: rest.isWritten, ...(version === undefined ? {} : { version }) }
    },
  })
}

function accessOf({ config }: ApiContext): ConfigAccess {
  if (config === undefined) throw new HttpError(409, 'This gateway has no configuration to show.')
  return config
}

function changeOf(
  access: ConfigAccess,
  set: Record<string, unknown>,
  options: { dryRun: boolean; version: string | undefined },
) {
  const settings = Object.entries(set).map(([key, value]) => ({
    path: key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
    value: value === null ? undefined : value,
  }))
  try {
    return access.change(settings, options)
  } catch (error) {
    throw new HttpError(409, `The configuration was not changed: ${messageOf(error)}`)
  }
}
