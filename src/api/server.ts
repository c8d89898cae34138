/**
 * The gateway's HTTP server: the DIMO Device Data API, the gateway's own routes, the OpenAPI
 * document with Swagger UI, and the dashboard. Reads the rest of the gateway through its ports.
 */
import type { AddressInfo } from 'node:net'
import compress from '@fastify/compress'
import fastify, { type FastifyInstance } from 'fastify'
import { messageOf, OdographError } from '../model/errors.ts'
import type {
  Clock,
  EventReader,
  GatewayReader,
  Logger,
  RecordReader,
  StatusReader,
  TroubleCodeReader,
  VehicleCommands,
} from '../model/ports.ts'
import { Authenticator } from './auth/authenticator.ts'
import type { TokenKeys } from './auth/tokens.ts'
import { Connections } from './connections.ts'
import type { ApiContext } from './context.ts'
import {
  handleFailures,
  refuseConnection,
  refuseExpectation,
  sendEarlyFailure,
} from './failures.ts'
import { addSafetyHeaders, requestId } from './headers.ts'
import { hostMissing, tooManyConnections } from './http-error.ts'
import {
  type ConnectionLimits,
  connectionLimits,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
} from './limits.ts'
import { useSchemas } from './openapi.ts'
import { addCommandRoutes } from './routes/commands.ts'
import { addDistanceRoutes } from './routes/distance.ts'
import { addDocumentRoutes } from './routes/documents.ts'
import { addDtcRoutes } from './routes/dtcs.ts'
import { addEventRoutes } from './routes/events.ts'
import { addGatewayRoutes } from './routes/gateway.ts'
import { addHistoryRoutes } from './routes/history.ts'
import { addPageRoutes } from './routes/pages.ts'
import { addStatusRoutes } from './routes/status.ts'
import { addTokenRoutes } from './routes/tokens.ts'

/** For how long a stop waits for requests in flight. */
const STOP_LIMIT_MS = 2000
/** Text in its various forms; images and fonts are compressed already. */
const COMPRESSIBLE = /^text\/(?!event-stream)|json|javascript|xml/

export interface ApiOptions {
  records: RecordReader
  status: StatusReader
  gateway: GatewayReader
  /** Without it no trouble codes were ever read. */
  troubleCodes?: TroubleCodeReader
  /** Without it nothing ever happened. */
  events?: EventReader
  /** Without it no command is taken. */
  commands?: VehicleCommands
  keys: TokenKeys
  clock: Clock
  logger: Logger
  version: string
  limits?: Partial<ConnectionLimits>
  compat?: {
    /** Accepts privilege tokens of this vehicle contract only; by default of any. */
    vehicleContract?: string
  }
}

export interface ApiServer {
  /** Every route there is, `GET /v1/vehicle/:tokenId/status`. */
  routes: readonly string[]
  /** Those of them that the OpenAPI document does not list: files of the page. */
  hiddenRoutes: readonly string[]
  /** Port 0 takes a free one. Throws `listen-failed`; may be tried again. */
  listen(host: string, port: number): Promise<{ host: string; port: number }>
  /** Idempotent. Closes idle connections at once and gives requests in flight two seconds. */
  stop(): Promise<void>
  /** Connections that are open. */
  readonly connections: number
  /** Answers a request without a network; for tests. */
  inject: FastifyInstance['inject']
}

export async function createApi(options: ApiOptions): Promise<ApiServer> {
  const { logger } = options
  const limits = { ...connectionLimits, ...options.limits }
  const app: FastifyInstance = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.silenceMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node refuses it without a body; here it is refused as everything else.
      requireHostHeader: false,
    },
    genReqId: requestId,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => sendEarlyFailure(error, request, reply, logger),
    clientErrorHandler: (error, socket) =>
      connections.refuse(socket, () => refuseConnection(error, socket)),
  })
  const connections = new Connections(app.server, limits.connections)
  app.server.on('checkExpectation', refuseExpectation)
  app.addHook('onRequest', (request, reply, next) => {
    addSafetyHeaders(request, reply)
    const { socket, httpVersion, headers } = request.raw
    if (connections.isRefused(socket)) next(tooManyConnections())
    else if (httpVersion === '1.1' && headers.host === undefined) next(hostMissing())
    else next()
  })
  const routes: string[] = []
  const hiddenRoutes: string[] = []
  app.addHook('onRoute', ({ method, url, schema }) => {
    const names = [method].flat().map((each) => `${each} ${url}`)
    routes.push(...names)
    if (schema?.hide === true) hiddenRoutes.push(...names)
  })
  await prepare(app, options)
  return new HttpApi(app, connections, { routes, hiddenRoutes })
}

async function prepare(app: FastifyInstance, options: ApiOptions): Promise<void> {
  const { logger, clock, keys, compat, troubleCodes, events, commands, ...readers } = options
  const context: ApiContext = {
    ...readers,
    troubleCodes,
    events,
    commands,
    keys,
    clock,
    logger,
    authenticator: new Authenticator(keys, clock),
    vehicleContract: compat?.vehicleContract,
  }
  app.removeContentTypeParser('text/plain')
  app.decorateRequest('access', null)
  app.decorateRequest('user', null)
  app.addHook('onResponse', ({ id, method, url }, { statusCode, elapsedTime }, next) => {
    const [path] = url.split('?')
    const took = Math.round(elapsedTime)
    logger.debug({ request: id, method, path, status: statusCode, took }, 'answered')
    next()
  })
  handleFailures(app, logger)
  // Bodies that come in are small: one that has to be unpacked would hide its size.
  await app.register(compress, { customTypes: COMPRESSIBLE, globalDecompression: false })
  await useSchemas(app, options.version)
  await addDocumentRoutes(app)
  addStatusRoutes(app, context)
  addHistoryRoutes(app, context)
  addDistanceRoutes(app, context)
  addDtcRoutes(app, context)
  addEventRoutes(app, context)
  addCommandRoutes(app, context)
  addGatewayRoutes(app, context)
  addTokenRoutes(app, context)
  await addPageRoutes(app, {
    dashboard: new URL('./dashboard/assets/', import.meta.url),
    chart: new URL('./', import.meta.resolve('uplot')),
  })
  await app.ready()
}

class HttpApi implements ApiServer {
  readonly inject: FastifyInstance['inject']
  readonly routes: readonly string[]
  readonly hiddenRoutes: readonly string[]
  readonly #app: FastifyInstance
  readonly #connections: Connections
  #stopped: Promise<void> | undefined

  constructor(
    app: FastifyInstance,
    connections: Connections,
    names: Pick<ApiServer, 'routes' | 'hiddenRoutes'>,
  ) {
    this.#app = app
    this.routes = names.routes
    this.hiddenRoutes = names.hiddenRoutes
    this.#connections = connections
    this.inject = app.inject.bind(app)
  }

  get connections(): number {
    return this.#connections.size
  }

  async listen(host: string, port: number): Promise<{ host: string; port: number }> {
    try {
      await this.#app.listen({ host, port })
    } catch (error) {
      throw new OdographError('listen-failed', `${host}:${port}`, messageOf(error), error)
    }
    const address = this.#app.server.address() as AddressInfo
    return { host: address.address, port: address.port }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const cut = this.#connections.close(STOP_LIMIT_MS)
    try {
      await this.#app.close()
    } finally {
      cut.cancel()
    }
  }
}
